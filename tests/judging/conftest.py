"""Rounds through the real services."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from judging.models import Assignment, Round, ScoreSheet
from judging.services import rounds
from judging.services.desk import Draft, file_sheet
from spotlight.accounts.models import Person
from spotlight.ledger import clock
from submissions.models import Role, Season
from tests.making import make_role, make_round, make_season, make_submission, open_for_good


@pytest.fixture
def season(db: None) -> Season:
    """A season with three cleared submissions from Japan and three from Korea, and four judges."""
    made = make_season()
    for market in ("jp", "jp", "jp", "kr", "kr", "kr"):
        make_submission(made, market=market)
    for _ in range(4):
        make_role(made, Role.JUDGE)
    return made


@pytest.fixture
def organizer(season: Season) -> Person:
    return make_role(season, Role.ORGANIZER)


@pytest.fixture
def two(season: Season) -> tuple[Person, Person]:
    """Organizer and chair: whom a cut or a removal takes."""
    return make_role(season, Role.ORGANIZER), make_role(season, Role.CHAIR)


@pytest.fixture
def open_round(season: Season, organizer: Person) -> Callable[..., Round]:
    """Open round one of the season; keywords go to the round."""

    def make(**extra: Any) -> Round:
        made = make_round(season, **extra)
        open_for_good(season)
        return rounds.open_round(made, by=organizer)

    return make


def judge_of(assignment: Assignment) -> Person:
    """Who sits on the seat of an assignment."""
    return assignment.seat.membership.person


def draft(song: float = 7, performance: float = 6, **extra: Any) -> Draft:
    """Both criteria marked."""
    return Draft(marks={"song": Decimal(str(song)), "performance": Decimal(str(performance))}, **extra)


def file_all(made: Round, *, but: int = 0) -> list[ScoreSheet]:
    """File a sheet on every open assignment, but for the last few."""
    waiting = list(
        made.assignments.filter(state="open")
        .select_related("seat__membership__person", "round")
        .order_by("pk")
    )
    return [
        file_sheet(duty, draft(song=1 + n % 9), version=0, by=judge_of(duty))
        for n, duty in enumerate(waiting[: len(waiting) - but])
    ]


def at(made: Round, moment: str) -> None:
    """Move the clock to a time of the round, such as `locks_at`."""
    clock.move_to(getattr(made, moment))
