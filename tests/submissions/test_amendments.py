import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from judging.queries.rules import rounds_of
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock
from spotlight.ledger.models import Event
from submissions.models import Amendment, Season
from submissions.services import amendments
from tests.submissions.making import a_season, organizer_of, with_role

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def season() -> Season:
    return a_season(opened=True)


def propose(
    season: Season,
    field: str = "entries_close_at",
    step: Any = 3 * DAY,
    reason: str = "The upload was down for a day.",
    by: Person | None = None,
) -> Amendment:
    at = next(w.at for w in amendments.all_windows(season) if w.field == field)
    return amendments.propose_amendment(
        season, field=field, after=at + step, reason=reason, by=by or organizer_of(season)
    )


def test_two_people_move_a_window(season: Season) -> None:
    closes = season.entries_close_at
    amendment = propose(season)
    assert Season.objects.get(pk=season.pk).entries_close_at == closes
    amendments.approve_amendment(amendment, by=with_role(season, "organizer"))
    assert Season.objects.get(pk=season.pk).entries_close_at == closes + 3 * DAY
    assert list(Event.objects.filter(verb__startswith="amendment").values_list("verb", flat=True)) == [
        "amendment.approved",
        "amendment.proposed",
    ]


def test_a_window_of_a_round_moves_too(season: Season) -> None:
    last = rounds_of(season)[-1]
    amendments.approve_amendment(propose(season, "round:3:locks_at", DAY), by=with_role(season, "organizer"))
    locks = last.locks_at
    last.refresh_from_db()
    assert last.locks_at == locks + DAY


def test_whoever_proposed_cant_approve(season: Season) -> None:
    amendment = propose(season)
    with pytest.raises(amendments.SamePerson):
        amendments.approve_amendment(amendment, by=organizer_of(season))


def test_a_contradiction_is_refused_when_it_is_proposed(season: Season) -> None:
    with pytest.raises(InvalidInput) as refusal:
        propose(season, step=40 * DAY)
    assert refusal.value.field == "after"
    assert not season.amendments.exists()


def test_a_round_cant_move_over_the_next(season: Season) -> None:
    with pytest.raises(InvalidInput) as refusal:
        propose(season, "round:1:closes_at", 10 * DAY)
    assert refusal.value.field == "after"


def test_a_reason_is_needed_and_one_proposal_at_a_time(season: Season) -> None:
    with pytest.raises(InvalidInput) as refusal:
        propose(season, reason="  ")
    assert refusal.value.field == "reason"
    propose(season)
    with pytest.raises(InvalidInput):
        propose(season, step=2 * DAY)


def test_what_has_passed_stands(season: Season) -> None:
    clock.move_to(season.entries_close_at + DAY)
    with pytest.raises(InvalidInput) as refusal:
        propose(season)
    assert refusal.value.field == "field"


def test_a_proposal_is_overtaken_by_time(season: Season) -> None:
    amendment = propose(season)
    clock.move_to(season.entries_close_at + DAY)
    with pytest.raises(InvalidInput):
        amendments.approve_amendment(amendment, by=with_role(season, "organizer"))


def test_weights_are_no_window(season: Season) -> None:
    with pytest.raises(InvalidInput):
        amendments.propose_amendment(
            season, field="round:1:panel_weight", after=clock.now() + DAY, reason="x", by=organizer_of(season)
        )


def test_an_approved_amendment_stays(season: Season) -> None:
    amendment = amendments.approve_amendment(propose(season), by=with_role(season, "organizer"))
    with pytest.raises(SpotlightError):
        amendments.withdraw_amendment(amendment, by=organizer_of(season))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE submissions_amendment SET reason = 'other' WHERE id = %s", [amendment.pk])


def test_an_older_amendment_does_not_open_the_window_again(season: Season) -> None:
    second = with_role(season, "organizer")
    first = amendments.approve_amendment(propose(season), by=second)
    season.refresh_from_db()
    amendments.approve_amendment(propose(season, step=DAY), by=second)
    with pytest.raises(DatabaseError), transaction.atomic():
        Season.objects.filter(pk=season.pk).update(entries_close_at=first.after)


def test_the_pages(client: Client, season: Season) -> None:
    first, second = organizer_of(season), with_role(season, "organizer")
    client.force_login(first.user)
    page = reverse("amend", args=[season.slug])
    after = (season.entries_close_at + 2 * DAY).astimezone(datetime.timezone(datetime.timedelta(hours=9)))
    answer = client.post(
        page, {"field": "entries_close_at", "after": after.strftime("%Y-%m-%dT%H:%M"), "reason": "A storm."}
    )
    assert answer.status_code == 302
    amendment = season.amendments.get()
    assert amendment.after == after, "typed in the season's zone"
    action = reverse("amendment_action", args=[season.slug, amendment.pk])
    client.post(action, {"do": "approve"})
    amendment.refresh_from_db()
    assert amendment.approved_at is None
    client.force_login(second.user)
    client.post(action)
    amendment.refresh_from_db()
    assert amendment.approved_at is None, "no answer is no approval"
    client.post(action, {"do": "approve"})
    assert "A storm." in client.get(reverse("season_rules", args=[season.slug])).content.decode()
    assert (
        client.post(page, {"field": "entries_close_at", "after": "yesterday", "reason": ""}).status_code
        == 422
    )


def test_visitors_count_down_to_what_concerns_them(season: Season) -> None:
    moments = sorted(amendments.all_windows(season), key=lambda window: window.at)
    told = []
    now = moments[0].at - DAY
    while window := amendments.next_window(season, now):
        told.append(window.field)
        now = window.at
    inside = {"clearing_ends_at", "round:1:locks_at"}
    assert inside <= {window.field for window in moments} and not inside & set(told)
    assert "entries_close_at" in told and "round:1:closes_at" in told
