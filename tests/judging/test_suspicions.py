"""Suspicion: what stands out is put aside by a flag, a person decides with reason, the artist may appeal once."""

import datetime
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from judging.jobs import inputs, whatif
from judging.jobs.suspicions import inspect
from judging.models import Entry, Reading, Round, Source, Suspicion
from judging.queries import suspicions as queries
from judging.scoring import detectors
from judging.services import popularity, suspicions
from judging.services.suspicions import AnotherPerson, AppealRefused, CaseMoved, ReasonMissing, TooLate
from spotlight.accounts.models import Person
from spotlight.ledger import clock, work
from spotlight.ledger.models import Event, Mail
from submissions.models import Role, Submission
from tests.making import (
    PASSWORD,
    advance,
    make_entry,
    make_role,
    make_round,
    make_season,
    make_seat,
    make_sheet,
)

pytestmark = pytest.mark.django_db
DAYS = 20
PEAK = 10


@pytest.fixture
def field() -> Round:
    """Twenty-four honest entries; the first one has a bought day."""
    season = make_season()
    made = advance(
        make_round(
            season, cut=5, options={"popularity": {"region_minimum_entries": 2, "region_minimum_fans": 0}}
        ),
        "open",
    )
    source = Source.objects.create(season=season, slug="spotlight", name="Spotlight")
    chance = random.Random(5)
    rows = []
    for number in range(24):
        entry = make_entry(made)
        level = 40 - number
        for measure, part in (("plays", 1.0), ("likes", 0.4)):
            for day in range(DAYS):
                value = round(level * part * chance.uniform(0.8, 1.25))
                if number == 0 and day == PEAK and measure == "plays":
                    value = 5000
                when = entry.counts_from + datetime.timedelta(days=day)
                rows.append(Reading(day=when, source=source, track=entry.submission.track, measure=measure, market="jp", value=value, fans=value))  # fmt: skip
    Reading.objects.bulk_create(rows)
    return made


@pytest.fixture
def bought(field: Round) -> Entry:
    return field.entries.get(index=0)


@pytest.fixture
def organizer(field: Round) -> Person:
    return make_role(field.season, Role.ORGANIZER)


def artist_of(submission: Submission) -> Person:
    return submission.artist.members.get().person


def signed_in(person: Person) -> Client:
    client = Client()
    assert person.user is not None and client.login(email=person.user.email, password=PASSWORD)
    return client


def set_aside() -> list[tuple[str, datetime.date]]:
    return list(Reading.objects.filter(set_aside=True).order_by("day").values_list("measure", "day"))


def decide(case: Suspicion, outcome: str, by: Person) -> Suspicion:
    return suspicions.decide(
        case, outcome=outcome, reason=f"{outcome}, I looked", seen=case.decisions.count(), by=by
    )


def test_the_bought_day_is_put_aside_once_and_nothing_else(field: Round, bought: Entry) -> None:
    (case,) = inspect(field)
    day = bought.counts_from + datetime.timedelta(days=PEAK)
    assert (case.track, case.detector, case.source.slug) == (bought.submission.track, "burst", "spotlight")
    assert (case.measures, case.markets, case.days) == (["plays"], ["jp"], [day.isoformat()])
    assert set_aside() == [("plays", day)]
    assert Reading.objects.count() == 24 * 2 * DAYS
    assert inspect(field) == []  # nothing new, although all readings are looked at again
    assert Suspicion.objects.count() == 1
    assert Event.objects.filter(verb="suspicion.opened").count() == 1
    mail = Mail.objects.get(template="readings_set_aside")
    assert mail.person == artist_of(bought.submission)
    assert "nobody accuses you" in mail.text and case.code in mail.text


def test_an_open_case_grows_and_the_artist_is_told_once(field: Round, bought: Entry) -> None:
    (case,) = inspect(field)
    later = bought.counts_from + datetime.timedelta(days=PEAK + 4)
    Reading.objects.filter(track=bought.submission.track, measure="plays", day=later).update(value=6000)
    (longer,) = inspect(field)
    assert longer.pk == case.pk
    assert longer.days == [*case.days, later.isoformat()]
    assert [day for _measure, day in set_aside()] == [case.first_day, later]
    assert Event.objects.filter(verb="suspicion.extended").count() == 1
    assert Mail.objects.filter(template="readings_set_aside").count() == 1


def test_the_same_readings_imported_or_counted_again_stay_aside(
    field: Round, bought: Entry, organizer: Person
) -> None:
    (case,) = inspect(field)
    Reading.objects.filter(set_aside=True).update(value=5001)
    assert inspect(field) == []
    assert len(set_aside()) == 1
    Reading.objects.filter(set_aside=True).update(set_aside=False)  # as if a new row had come in
    inspect(field)
    assert len(set_aside()) == 1
    decide(case, "counted", organizer)
    assert set_aside() == []
    assert inspect(field) == [] and set_aside() == []  # decided, the same facts: never opened again
    source = Source.objects.get(slug="spotlight")
    later = bought.counts_from + datetime.timedelta(days=PEAK + 4)
    Reading.objects.filter(source=source, track=bought.submission.track, measure="plays", day=later).update(
        value=6000
    )
    assert inspect(field) == []  # one more day is no reason to ask again after a week's patience only
    decide(case, "left-out", organizer)
    (again,) = inspect(field)
    assert again.days == [later.isoformat()]
    assert len(set_aside()) == 2


def test_what_names_no_readings_in_particular_puts_none_aside(
    field: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = detectors.find
    monkeypatch.setattr(
        detectors, "find", lambda *of, **more: [replace(one, detector=detectors.PANEL) for one in found(*of, **more)]
    )  # fmt: skip
    (case,) = inspect(field)
    assert not case.is_holding and set_aside() == []
    assert not Mail.objects.filter(template="readings_set_aside").exists()


def test_weighed_with_and_without(field: Round, bought: Entry) -> None:
    seats = [make_seat(field) for _ in range(2)]
    for entry in field.entries.all():
        for seat in seats:
            make_sheet(entry, seat, 8 - entry.index % 4, 6)
    (case,) = inspect(field)
    days = [datetime.date.fromisoformat(day) for day in case.days]
    weighed = whatif.weigh(
        field, bought, inputs.Supposed(case.track_id, case.source_id, case.measures, case.markets, days)
    )
    assert weighed.rank_without == rank_now(field, bought)
    Reading.objects.update(set_aside=False)
    assert weighed.rank_with == rank_now(field, bought)
    every = list(Reading.objects.values_list("day", flat=True).distinct())
    all_plays = whatif.weigh(
        field, bought, inputs.Supposed(case.track_id, case.source_id, ["plays"], ["jp"], every)
    )
    assert all_plays.rank_without > all_plays.rank_with == rank_now(field, bought)
    assert [move.entry for move in all_plays.leaving] == [bought] and len(all_plays.entering) == 1


def rank_now(field: Round, entry: Entry) -> int:
    return inputs.load(field).score().entries.index(entry.code) + 1


def test_appeal_once_and_another_person_answers(field: Round, bought: Entry, organizer: Person) -> None:
    (case,) = inspect(field)
    artist = artist_of(bought.submission)
    with pytest.raises(AppealRefused):
        suspicions.appeal(case, text="Too early", by=artist)
    case = decide(case, "left-out", organizer)
    with pytest.raises(ReasonMissing):
        suspicions.appeal(case, text=" ", by=artist)
    case = suspicions.appeal(case, text="It was on the radio.", by=artist)
    assert Mail.objects.get(template="readings_appealed").person == organizer
    with pytest.raises(AppealRefused):
        suspicions.appeal(case, text="Again", by=artist)
    second = make_role(field.season, Role.ORGANIZER)
    with pytest.raises(AnotherPerson):
        decide(case, "left-out", organizer)
    case = decide(case, "counted", second)
    assert case.is_final and set_aside() == []
    with pytest.raises(CaseMoved):
        decide(case, "left-out", second)
    answer = Mail.objects.filter(template="readings_decided").latest("pk")
    assert "the decision is final" in answer.text
    assert [event.verb for event in Event.objects.filter(subject=f"suspicion:{case.code}").order_by("pk")] == [
        "suspicion.opened", "suspicion.decided", "suspicion.appealed", "suspicion.decided",
    ]  # fmt: skip


def test_one_organizer_alone_may_answer(field: Round, organizer: Person, bought: Entry) -> None:
    (case,) = inspect(field)
    case = decide(case, "left-out", organizer)
    case = suspicions.appeal(case, text="No", by=artist_of(bought.submission))
    assert decide(case, "left-out", organizer).is_final


def test_refusals(field: Round, organizer: Person, bought: Entry) -> None:
    (case,) = inspect(field)
    with pytest.raises(ReasonMissing):
        suspicions.decide(case, outcome="counted", reason=" ", seen=0, by=organizer)
    with pytest.raises(CaseMoved):
        suspicions.decide(case, outcome="open", reason="x", seen=0, by=organizer)
    with pytest.raises(AnotherPerson, match="behind"):
        decide(case, "counted", artist_of(bought.submission))
    decide(case, "counted", organizer)
    with pytest.raises(CaseMoved, match="meanwhile"):
        suspicions.decide(case, outcome="left-out", reason="x", seen=0, by=organizer)
    advance(field, "closed")
    case.refresh_from_db()
    with pytest.raises(TooLate):
        decide(case, "left-out", organizer)
    assert inspect(Round.objects.get(pk=field.pk)) == []


def test_the_pages(field: Round, organizer: Person, bought: Entry) -> None:
    address = reverse("suspicions", args=[field.season.slug])
    client = signed_in(organizer)
    assert "Nothing stands out" in client.get(address).content.decode()
    (case,) = inspect(field)
    page = client.get(address).content.decode()
    assert "1 case waits for you" in page and bought.submission.track.title in page
    assert (
        "Readings set aside" in client.get(reverse("home") + f"?season={field.season.slug}").content.decode()
    )
    one = reverse("suspicion", args=[field.season.slug, case.code])
    shown = client.get(one).content.decode()
    for words in ("5,000", "does not count now", "Your decision", 'class="hot"', 'class="band"', "If they"):
        assert words in shown, words
    assert client.post(one, {"outcome": "left-out", "reason": "", "seen": 0}).status_code == 422
    answer = client.post(one, {"outcome": "left-out", "reason": "Bots, zqv", "seen": 0}, follow=True)
    assert "Nothing else waits" in answer.content.decode()
    artist = signed_in(artist_of(bought.submission))
    own = reverse("set_aside", args=[case.code])
    assert own in artist.get("/me/").content.decode()
    assert "Bots, zqv" in artist.get(own).content.decode()
    assert artist.get(one).status_code == 404
    assert artist.post(own, {"text": "It was the radio"}).status_code == 302
    assert "It was the radio" in client.get(one).content.decode()
    for stranger in (make_role(field.season, Role.JUDGE), make_role(field.season, Role.CHAIR), make_role(make_season(), Role.ORGANIZER)):  # fmt: skip
        other = signed_in(stranger)
        assert {other.get(place).status_code for place in (address, one, own)} == {404}
    assert list(queries.waiting_cases(field.season)) == [Suspicion.objects.get()]


def test_an_artist_reads_and_appeals_over_the_api(field: Round, organizer: Person, bought: Entry) -> None:
    (case,) = inspect(field)
    artist = signed_in(artist_of(bought.submission))
    mine = "/api/v1/me/set-aside/"
    [shown] = artist.get(mine).json()["results"]
    assert (shown["code"], shown["state"], shown["counts"], shown["can_be_appealed"]) == (
        case.code,
        "open",
        False,
        False,
    )
    assert not {"facts", "detector", "decided_by"} & set(shown), "figures of the field are not theirs to know"
    appeal, sent = f"{mine}{case.code}/appeal/", {"text": "It was the radio."}

    def post(client: Client, body: dict[str, str]) -> Any:
        return client.post(appeal, body, content_type="application/json")

    assert post(artist, sent).json()["error"]["code"] == "appeal_refused", "nothing is decided yet"
    decide(case, "left-out", organizer)
    assert [post(artist, body).status_code for body in ({}, {"text": "  "})] == [400, 400]
    assert post(Client(), sent).status_code == 401
    for stranger in (organizer, artist_of(field.entries.exclude(pk=bought.pk)[0].submission)):
        other = signed_in(stranger)
        assert (post(other, sent).status_code, other.get(mine).json()["results"]) == (404, [])
        assert other.get(f"{mine}{case.code}/").status_code == 404
    answer = post(artist, sent)
    assert answer.status_code == 200 and answer.json()["appeal"] == sent["text"]
    assert answer.json() == artist.get(f"{mine}{case.code}/").json()
    assert Mail.objects.get(template="readings_appealed").person == organizer
    assert [post(artist, sent).status_code, Client(enforce_csrf_checks=True).post(appeal).status_code] == [
        409,
        401,
    ]
    advance(field, "closed")
    assert post(artist, sent).json()["error"]["code"] == "round_closed"


def test_the_page_of_the_close_warns_organizers_alone(field: Round, organizer: Person, bought: Entry) -> None:
    inspect(field)
    advance(field, "locked")
    address = reverse("chair_step", args=[field.code, "close"])
    assert "not decided" in signed_in(organizer).get(address).content.decode()
    chair = signed_in(make_role(field.season, Role.CHAIR)).get(address)
    assert chair.status_code == 200 and "not decided" not in chair.content.decode()


def test_an_import_asks_for_a_look(field: Round, bought: Entry, tmp_path: Path) -> None:
    source = Source.objects.create(season=field.season, slug="radio", name="Radio")
    path = tmp_path / "r.csv"
    path.write_text(f"track,metric,day,value\n{bought.submission.track.code},plays,{bought.counts_from},1\n")
    popularity.import_readings_now(source, path=path, by=None)
    clock.move_to(clock.now() + datetime.timedelta(minutes=1))
    work.run_due()
    assert Suspicion.objects.get().detector == "burst"
