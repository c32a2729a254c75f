"""Pushed readings: signed, once, in time; keys rotate; a changed byte is refused."""

import base64
import datetime
import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import Client

from judging.jobs import readings
from judging.models import ImportBatch, Push, Reading, Source, SourceKey
from judging.services import feeds
from judging.services.popularity import OwnSource
from spotlight.accounts.models import Person
from spotlight.ledger import clock
from spotlight.ledger.models import Event, WorkRow
from spotlight.web.rest import PushRate
from submissions.models import Role, Submission
from tests.making import advance, make_role, make_round, make_season, make_submission, stop_clock

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def entered() -> Submission:
    return make_submission(make_season("spring"))


@pytest.fixture
def organizer(entered: Submission) -> Person:
    return make_role(entered.season, Role.ORGANIZER)


@pytest.fixture
def source(entered: Submission) -> Source:
    return Source.objects.create(season=entered.season, slug="radio", name="Radio")


def rows(entered: Submission, *values: int) -> bytes:
    days = enumerate(values, 1)
    return json.dumps(
        [
            {"track": entered.track.code, "metric": "plays", "day": f"2026-05-{n:02d}", "value": v}
            for n, v in days
        ]
    ).encode()


def signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """Standard Webhooks, said once more."""
    key = base64.b64decode(secret.split("_", 1)[1])
    signed = hmac.digest(key, b".".join([message.encode(), str(timestamp).encode(), body]), hashlib.sha256)
    return "v1," + base64.b64encode(signed).decode()


def push(
    signed: bytes, *secrets: str, message: str = "m1", late: int = 0, slug: str = "radio", **changed: Any
) -> Any:
    timestamp = int(clock.now().timestamp()) - late
    headers = {
        "webhook-id": message, "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(["v2,x", *(signature(one, message, timestamp, signed) for one in secrets)]),
        **changed.pop("headers", {}),
    }  # fmt: skip
    return Client().post(
        f"/api/v1/seasons/spring/sources/{slug}/readings/", changed.get("body", signed),
        content_type="application/json", headers=headers,
    )  # fmt: skip


def test_a_signed_push_counts_once(entered: Submission, source: Source, organizer: Person) -> None:
    running = advance(make_round(entered.season), "open")
    _, secret = feeds.make_key(source, old_for=HOUR, by=organizer)
    body = rows(entered, 5, 6, -1)
    answer = push(body, secret)
    assert answer.status_code == 200, answer.content
    batch = ImportBatch.objects.get()
    assert answer.json() == {
        "batch": batch.code, "rows": 3, "accepted": 2, "changed": 2, "rejected": 1, "resets": 0,
        "rejections": [{"row": 3, "reason": "value is not a whole number of 0 or more"}],
    }  # fmt: skip
    assert list(Reading.objects.order_by("day").values_list("value", flat=True)) == [5, 6]
    assert WorkRow.objects.filter(kind="standings.compute", key=str(running.pk)).exists()
    replayed = push(rows(entered, 9, 9), secret)  # the same id, even with another body
    assert (replayed.status_code, replayed.json()) == (200, answer.json())
    assert Reading.objects.filter(value=9).count() == 0
    lines = b"\n".join(json.dumps(one).encode() for one in json.loads(rows(entered, 7)))
    assert push(lines, secret, message="m2").json()["changed"] == 1
    verbs = Event.objects.filter(season="spring").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["source.key-made", "readings.pushed", "readings.pushed"]
    assert Push.objects.count() == 2


def test_what_is_not_signed_right_is_refused_and_changes_nothing(
    entered: Submission, source: Source, organizer: Person
) -> None:
    _, secret = feeds.make_key(source, old_for=HOUR, by=organizer)
    other = Source.objects.create(season=entered.season, slug="other", name="Other")
    _, foreign = feeds.make_key(other, old_for=HOUR, by=organizer)
    body = rows(entered, 5)
    stop_clock(clock.now())
    refused = [
        push(body),
        push(body, foreign),
        push(body, secret, late=301),
        push(body, secret, late=-301),
        push(body, secret, slug="nobody"),
        push(body, secret, slug="spotlight"),
        push(body, secret, headers={"webhook-timestamp": "soon"}),
        push(body, secret, headers={"webhook-timestamp": "9" * 400}),
        push(body, secret, headers={"webhook-id": ""}),
        push(body, secret, headers={"webhook-id": "m9"}),
        push(body, secret, headers={"webhook-signature": "v1,é"}),
        *(
            push(body, secret, body=body[:n] + bytes([body[n] ^ 1]) + body[n + 1 :])
            for n in range(0, len(body), 7)
        ),
    ]
    assert {answer.status_code for answer in refused} == {401}
    assert {answer["WWW-Authenticate"] for answer in refused} == {'Standard-Webhooks realm="readings"'}
    assert {answer.json()["error"]["code"] for answer in refused} == {"bad_signature"}
    assert not Reading.objects.exists() and not ImportBatch.objects.exists()
    assert push(body, foreign, secret, late=299).status_code == 200


def test_a_source_has_an_allowance_of_its_own(
    entered: Submission, source: Source, organizer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted by source, with whichever key and from wherever; what isn't signed right counts for nobody."""
    monkeypatch.setattr(PushRate, "rate", "2/min", raising=False)
    body, other = rows(entered, 5), Source.objects.create(season=entered.season, slug="other", name="Other")
    _, first = feeds.make_key(source, old_for=HOUR, by=organizer)
    _, second = feeds.make_key(source, old_for=HOUR, by=organizer)
    _, foreign = feeds.make_key(other, old_for=HOUR, by=organizer)
    assert [push(body, foreign, message=str(n)).status_code for n in range(4)] == [401] * 4
    assert push(body, first, message="a").status_code == push(body, second, message="b").status_code == 200
    held = push(body, second, message="c")
    assert (held.status_code, held.json()["error"]["code"]) == (429, "throttled")
    assert 1 <= int(held["Retry-After"]) <= 60
    assert push(body, foreign, slug="other").status_code == 200
    assert not Push.objects.filter(message="c").exists()


def test_keys_rotate(entered: Submission, source: Source, organizer: Person) -> None:
    body = rows(entered, 5)
    old, first = feeds.make_key(source, old_for=HOUR, by=organizer)
    assert first not in old.encrypted and first.startswith("whsec_")
    _, second = feeds.make_key(source, old_for=HOUR, by=organizer)
    assert push(body, first, message="a").status_code == push(body, second, message="b").status_code == 200
    clock.move_by(HOUR + datetime.timedelta(seconds=1))
    assert push(body, first, message="c").status_code == 401
    new, third = feeds.make_key(source, old_for=HOUR, by=organizer)
    assert push(body, second, message="d").status_code == push(body, third, message="e").status_code == 200
    feeds.make_key(source, old_for=HOUR, by=organizer)  # a third at the same time ends the oldest
    assert push(body, second, message="f").status_code == 401
    new.refresh_from_db()
    feeds.end_key(new, by=organizer)
    feeds.end_key(new, by=organizer)
    assert push(body, third, message="g").status_code == 401
    assert Event.objects.filter(verb="source.key-ended").count() == 1
    assert SourceKey.objects.filter(ends_at=None).count() == 1
    with pytest.raises(OwnSource):
        own = Source.objects.create(season=entered.season, slug="spotlight", name="Spotlight")
        feeds.make_key(own, old_for=HOUR, by=organizer)


def test_bodies_that_can_not_be_taken_in(
    entered: Submission, source: Source, organizer: Person, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    _, secret = feeds.make_key(source, old_for=HOUR, by=organizer)
    broken = push(b"[1,", secret)
    assert (broken.status_code, broken.json()["error"]["code"]) == (400, "invalid")
    assert push(b"[\xff]", secret).status_code == 400
    assert push(b" " * 1_000_001, secret).status_code == 413
    assert push(b"[]", secret, message="x" * 101).status_code == 400
    assert not ImportBatch.objects.exists() and not Push.objects.exists()
    assert push(b"", secret, message="empty").json()["rows"] == 0
    with monkeypatch.context() as busy:
        busy.setattr(readings, "try_to_hold", lambda source: False)
        assert push(rows(entered, 1), secret, message="n").json()["error"]["code"] == "source_busy"
        assert push(b"", secret, message="empty").status_code == 200  # a replay need not wait
    assert push(rows(entered, 1), secret, message="n").json()["changed"] == 1
    settings.SECRET_KEY = "another" * 8
    assert push(rows(entered, 2), secret, message="o").status_code == 401
    settings.SECRET_KEY_FALLBACKS = []
