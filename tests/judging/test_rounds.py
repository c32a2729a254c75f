"""The life of a round: planned, open, locked, closed."""

import datetime
from collections.abc import Callable

import pytest

from judging.jobs.entries import create_entries
from judging.models import Cut, Decision, Round, Ruling, Standings
from judging.services import chair, rounds
from judging.tasks.rounds import tick
from spotlight.accounts.models import Person
from spotlight.ledger import work
from spotlight.ledger.models import Event, Mail
from submissions.models import Role, Season, Submission
from tests.judging.conftest import at, file_all
from tests.making import make_role, make_round, make_submission, open_for_good

pytestmark = pytest.mark.django_db


def test_opening_gives_every_cleared_submission_its_place(
    season: Season, open_round: Callable[..., Round]
) -> None:
    make_submission(season, state=Submission.State.SUBMITTED)
    made = open_round()
    assert made.state == Round.State.OPEN
    entries = list(made.entries.order_by("code"))
    assert [e.index for e in entries] == list(range(6))
    assert len({e.alias for e in entries}) == 6
    assert {e.submission.state for e in entries} == {Submission.State.CLEARED}
    assert Event.objects.filter(verb="round.open", season=season.slug).count() == 1


def test_popularity_counts_from_release_in_round_one_and_from_the_opening_later(season: Season) -> None:
    first, second = make_round(season), make_round(season, 2)
    submission = season.submissions.select_related("track").first()
    assert submission is not None and submission.track.released_at is not None
    one, two = create_entries(first, [submission])[0], create_entries(second, [submission])[0]
    assert abs(one.counts_from - submission.track.released_at.date()) <= datetime.timedelta(days=1)
    assert abs(two.counts_from - second.opens_at.date()) <= datetime.timedelta(days=1)


def test_entries_carry_their_group_where_cuts_are_per_market(open_round: Callable[..., Round]) -> None:
    made = open_round(cut_scope=Round.Scope.MARKET)
    assert sorted(made.entries.values_list("group", flat=True)) == ["jp"] * 3 + ["kr"] * 3


def test_entries_are_created_once_and_latecomers_follow(season: Season) -> None:
    made = make_round(season)
    create_entries(made, season.submissions.all())
    assert create_entries(made, season.submissions.all()) == []
    late = create_entries(made, [make_submission(season)])
    assert [e.index for e in late] == [6]


def test_opening_deals_balanced_assignments_and_writes_to_the_judges(
    open_round: Callable[..., Round],
) -> None:
    made = open_round()
    assert made.assignments.count() == 12
    loads = [seat.assignments.count() for seat in made.seats.all()]
    assert loads == [3, 3, 3, 3]
    mails = Mail.objects.filter(template="round-opened")
    assert mails.count() == 4
    assert "3" in mails[0].text and "/admin/desk/" in mails[0].text
    dealt = Event.objects.get(verb="panel.dealt")
    assert len(dealt.facts["inputs_sha256"]) == 64 and dealt.facts["assignments"] == 12


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"opens_at": datetime.timedelta(hours=1)}, rounds.TooEarly),
        ({"criteria": False}, rounds.RubricMissing),
    ],
)
def test_what_keeps_a_round_from_opening(
    season: Season, organizer: Person, change: dict[str, object], refusal: type[Exception]
) -> None:
    plan = {k: v for k, v in change.items() if k == "criteria"}
    made = make_round(season, **plan)  # type: ignore[arg-type]
    if "opens_at" in change:
        Round.objects.filter(pk=made.pk).update(opens_at=made.locks_at - datetime.timedelta(hours=1))
    open_for_good(season)
    with pytest.raises(refusal):
        rounds.open_round(made, by=organizer)
    made.refresh_from_db()
    assert made.state == Round.State.PLANNED
    assert not made.entries.exists()


def test_a_round_needs_entries_and_judges(season: Season, organizer: Person) -> None:
    made = make_round(season)
    open_for_good(season)
    season.memberships.filter(role=Role.JUDGE).delete()
    with pytest.raises(rounds.PanelMissing):
        rounds.open_round(made, by=organizer)
    season.submissions.update(state=Submission.State.WITHDRAWN)
    with pytest.raises(rounds.NothingToJudge, match="No submission is cleared"):
        rounds.open_round(made, by=organizer)


def test_a_later_round_takes_what_the_cut_took_further(
    season: Season, organizer: Person, open_round: Callable[..., Round]
) -> None:
    later = make_round(season, 2)
    made = open_round()
    with pytest.raises(rounds.NothingToJudge, match="Make the cut"):
        rounds.open_round(later, by=organizer)
    file_all(made)
    rounds.lock_round(made, by=organizer)
    at(made, "closes_at")
    _closed, standings = rounds.close_round(made, by=organizer)
    chosen = list(made.entries.order_by("code"))[:3]
    cut = Cut.objects.create(
        round=made, standings=standings, size=3, proposed_by=organizer, proposed_at=made.closes_at
    )
    for rank, entry in enumerate(made.entries.order_by("code")):
        outcome = "in" if entry in chosen else "out"
        Decision.objects.create(cut=cut, round=made, entry=entry, outcome=outcome, rank=rank + 1, tie_level=0)
    opened = rounds.open_round(later, by=organizer)
    assert set(opened.entries.values_list("submission", flat=True)) == {e.submission_id for e in chosen}


def test_locking_early_is_refused_while_sheets_are_to_come(
    organizer: Person, open_round: Callable[..., Round]
) -> None:
    made = open_round()
    file_all(made, but=1)
    with pytest.raises(rounds.TooEarly, match="1 sheet is still to come"):
        rounds.lock_round(made, by=organizer)
    at(made, "locks_at")
    assert rounds.lock_round(made, by=organizer).state == Round.State.LOCKED


def test_closing_waits_for_its_time_and_for_rulings(
    organizer: Person, open_round: Callable[..., Round]
) -> None:
    made = open_round(minimum_sheets=2)
    file_all(made, but=1)
    with pytest.raises(rounds.WrongStage):
        rounds.close_round(made, by=organizer)
    at(made, "locks_at")
    rounds.lock_round(made, by=organizer)
    with pytest.raises(rounds.TooEarly):
        rounds.close_round(made, by=organizer)
    at(made, "closes_at")
    with pytest.raises(rounds.EntriesUnruled, match="1 entry"):
        rounds.close_round(made, by=organizer)
    short = made.entries.get(assignments__sheet__isnull=True)
    chair.rule(
        made, [short.code], outcome=Ruling.Outcome.STANDS, reason="Its second judge fell ill.", by=organizer
    )
    closed, standings = rounds.close_round(made, by=organizer)
    assert closed.state == Round.State.CLOSED
    assert standings is not None and standings.is_closing
    assert made.closing_sheets.count() == 11
    assert made.closing_rules.recipe_sha256 == standings.recipe_sha256


def test_the_second_closer_gets_the_first_ones_result(
    organizer: Person, open_round: Callable[..., Round]
) -> None:
    made = open_round()
    file_all(made)
    rounds.lock_round(made, by=organizer)
    at(made, "closes_at")
    _closed, first = rounds.close_round(made, by=organizer)
    _again, second = rounds.close_round(made, by=organizer)
    assert first == second
    assert Standings.objects.filter(round=made, is_closing=True).count() == 1


def test_rounds_open_and_lock_by_the_clock(season: Season) -> None:
    make_role(season, Role.ORGANIZER)
    made = make_round(season)
    open_for_good(season)
    tick()
    work.run_due()
    made.refresh_from_db()
    assert made.state == Round.State.OPEN
    tick()
    work.run_due()
    made.refresh_from_db()
    assert made.state == Round.State.OPEN, "its time for sheets is not over"
    at(made, "locks_at")
    tick()
    work.run_due()
    made.refresh_from_db()
    assert made.state == Round.State.LOCKED
    assert Event.objects.get(verb="round.locked").actor is None


def test_a_round_that_is_not_ready_waits_for_the_next_tick(season: Season) -> None:
    season.memberships.filter(role=Role.JUDGE).delete()
    made = make_round(season)
    open_for_good(season)
    tick()
    work.run_due()
    made.refresh_from_db()
    assert made.state == Round.State.PLANNED
    make_role(season, Role.JUDGE)
    tick()
    work.run_due()
    made.refresh_from_db()
    assert made.state == Round.State.OPEN
