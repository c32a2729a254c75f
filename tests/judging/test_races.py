"""Closers against writers, in threads with connections of their own: what was counted is what stands, for good.

`make test` races 40 closes, `make chaos` 1,000. The same race without the row lock must fail, or it would prove nothing.
"""

import datetime
import itertools
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction

from judging.jobs import standings
from judging.models import Assignment, Round, RoundSheet, Score, ScoreSheet, Standings
from judging.services import desk, rounds
from judging.services.desk import RoundClosed
from spotlight.accounts.models import Person
from spotlight.ledger import clock
from submissions.models import Role, Season, Submission
from tests.judging.conftest import draft, judge_of
from tests.making import (
    advance,
    make_entry,
    make_role,
    make_round,
    make_season,
    make_seat,
    make_sheet,
    make_submission,
    open_for_good,
    sqlstate,
)
from tests.racing import commits_late, in_race, race  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db(transaction=True)

MARK = "UPDATE judging_score SET value = %s WHERE sheet_id = %s"
READS_ONLY = """
CREATE OR REPLACE FUNCTION spotlight_round_state(wanted bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
  SELECT state INTO found FROM judging_round WHERE id = wanted;
  RETURN found;
END $$
"""


class Stage:
    """One season in which rounds are raced one after another."""

    def __init__(self) -> None:
        self.season: Season = make_season()
        self.submission: Submission = make_submission(self.season)
        self.judges = [make_role(self.season, Role.JUDGE) for _ in range(3)]
        self.organizer: Person = make_role(self.season, Role.ORGANIZER)
        self.number = 0

    @transaction.atomic
    def round(self, *, state: str = "locked", marked: int = 2) -> Round:
        """A round whose times are over, with one entry and three judges of whom `marked` have filed."""
        self.number += 1
        day, now = datetime.timedelta(days=1), clock.now()
        made = make_round(
            self.season, self.number, opens_at=now - 3 * day, locks_at=now - 2 * day, closes_at=now - day, minimum_sheets=0
        )  # fmt: skip
        advance(made, "open")
        entry = make_entry(made, self.submission)
        seats = [make_seat(made, judge) for judge in self.judges]
        for seat in seats[:marked]:
            make_sheet(entry, seat, 5, 5)
        for seat in seats[marked:]:
            Assignment.objects.create(
                round=made, entry=entry, seat=seat, position=1, created_at=now, is_repair=True
            )
        return advance(made, state)


@pytest.fixture(autouse=True)
def commits_without_the_disk(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Who comes before whom does not hang on the disk: no commit waits for it, here or in the threads."""
    connection.close()
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "options", "-c synchronous_commit=off")
    yield
    connection.close()


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def without_the_lock(commits_late: None) -> Iterator[None]:  # noqa: F811
    """The guards read the round's state instead of holding it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('spotlight_round_state'::regproc)")
        real = cursor.fetchone()[0]
        cursor.execute(READS_ONLY)
        yield
        cursor.execute(real)


def keep_marking(sheet: ScoreSheet) -> Callable[[], None]:
    """A writer in raw SQL: one mark after another until the database refuses, and a 10 once another has come to its commit."""

    def write() -> None:
        for turn in itertools.count():
            is_last = bool(in_race.others.here)
            try:
                with connection.cursor() as cursor:
                    cursor.execute(MARK, [10 if is_last else turn % 10, sheet.pk])
            except DatabaseError as refusal:
                assert sqlstate(refusal) == "SL001", refusal
                return
            if is_last:
                return

    return write


def late_scores(made: Round) -> int:
    """Sheets of a closed round whose marks are not those that were counted."""
    counted = {s.seat: s.marks for s in RoundSheet.objects.filter(round=made)}
    late = 0
    for sheet in ScoreSheet.objects.filter(round=made, state="filed").select_related("assignment__seat"):
        late += counted.get(sheet.assignment.seat.code) != desk.marks_of(sheet)
    return late


def raced_closes(stage: Stage, times: int) -> int:
    """Close `times` rounds while two writers mark as fast as they can. Returns the late scores."""
    late = 0
    for _ in range(times):
        made = stage.round()
        sheets = list(ScoreSheet.objects.filter(round=made))
        race(
            keep_marking(sheets[0]),
            keep_marking(sheets[1]),
            partial(rounds.close_round, made, by=stage.organizer),
        )
        late += late_scores(made)
    return late


@pytest.mark.parametrize("times", [40, pytest.param(1000, marks=pytest.mark.chaos)])
def test_no_score_is_late(stage: Stage, times: int) -> None:
    assert raced_closes(stage, times) == 0
    assert Round.objects.filter(state="closed").count() == times


@pytest.mark.usefixtures("without_the_lock")
def test_without_the_lock_scores_come_late(stage: Stage) -> None:
    assert raced_closes(stage, 1) > 0


def test_a_filed_sheet_is_in_the_closing_count_or_refused_to_the_judge(stage: Stage) -> None:
    for _ in range(12):
        made = stage.round()
        duty = made.assignments.get(sheet__isnull=True)
        answers: list[str] = []

        def file(duty: Assignment = duty, answers: list[str] = answers) -> None:
            try:
                desk.file_sheet(duty, draft(), version=0, by=judge_of(duty))
                answers.append("counted")
            except RoundClosed:
                answers.append("refused")

        race(file, partial(rounds.close_round, made, by=stage.organizer))
        counted = RoundSheet.objects.filter(round=made, seat=duty.seat.code).exists()
        assert answers == ["counted" if counted else "refused"]


def test_two_closers_make_one_close(stage: Stage) -> None:
    for _ in range(10):
        made = stage.round()
        results: list[Standings | None] = []

        def close(made: Round = made, results: list[Standings | None] = results) -> None:
            results.append(rounds.close_round(made, by=stage.organizer)[1])

        race(close, close)
        assert results[0] is not None and results[0] == results[1]
        assert made.standings.filter(is_closing=True).count() == 1


def test_a_close_and_a_recomputation_never_block_each_other(stage: Stage) -> None:
    for _ in range(8):
        made = stage.round()
        race(
            partial(standings.compute, made),
            partial(rounds.close_round, made, by=stage.organizer),
            partial(standings.compute, made),
        )
        newest = made.standings.order_by("-number").first()
        assert newest is not None and newest.is_closing


def test_a_double_click_makes_one_sheet(stage: Stage) -> None:
    for _ in range(10):
        made = stage.round()
        duty = made.assignments.get(sheet__isnull=True)
        race(*[partial(desk.file_sheet, duty, draft(), version=0, by=judge_of(duty))] * 3)
        assert ScoreSheet.objects.filter(assignment=duty).count() == 1
        assert Score.objects.filter(sheet__assignment=duty).count() == 2


def test_two_recusals_at_once_never_deal_one_judge_twice(stage: Stage) -> None:
    for _ in range(2):
        stage.judges.append(make_role(stage.season, Role.JUDGE))
    made = stage.round(state="open", marked=0)
    extra = made.assignments.order_by("pk").last()
    assert extra is not None
    open_for_good(stage.season)
    first, second = made.assignments.order_by("pk")[:2]
    race(
        partial(desk.recuse, first, reason="x", by=judge_of(first)),
        partial(desk.recuse, second, reason="x", by=judge_of(second)),
    )
    held = list(made.assignments.filter(state="open").values_list("seat", flat=True))
    assert len(held) == len(set(held)) == 3
