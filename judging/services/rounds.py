"""What chair and organizer do to a round as a whole."""

from judging.jobs import rounds as life
from judging.jobs.entries import create_entries
from judging.jobs.rounds import (
    EntriesUnruled,
    NothingToJudge,
    PanelMissing,
    RubricMissing,
    TooEarly,
    WrongStage,
)
from judging.models import Round, Standings
from spotlight.accounts.factors import Factor
from spotlight.accounts.models import Person

__all__ = [
    "EntriesUnruled",
    "NothingToJudge",
    "PanelMissing",
    "RubricMissing",
    "TooEarly",
    "WrongStage",
    "close_round",
    "create_entries",
    "lock_round",
    "open_round",
]


def open_round(round: Round, *, by: Person) -> Round:
    """Open a planned round once its time has come: entries, seats, assignments, mails.

    Raises WrongStage, TooEarly, NothingToJudge, RubricMissing or PanelMissing.
    """
    return life.start(round, by=by)


def lock_round(round: Round, *, by: Person) -> Round:
    """End the time for sheets; what is below the minimum is then repaired or ruled on. Raises WrongStage, TooEarly."""
    return life.lock(round, by=by)


def close_round(round: Round, *, by: Person, factor: Factor | None = None) -> tuple[Round, Standings | None]:
    """Close a locked round for good and return it with its closing standings; a second closer gets the same.

    Raises WrongStage, TooEarly, EntriesUnruled.
    """
    return life.close(round, by=by, factor=factor)
