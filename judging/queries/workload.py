"""What a season's rules ask of judges: how many listens each, and how many hours."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from judging.models import Round
from judging.queries.rules import groups_of
from submissions.models import Season


@dataclass(frozen=True)
class Ask:
    """One round's demand on each of its judges."""

    round: Round
    entries: int
    sheets: int
    listens: int
    hours: float

    @property
    def total(self) -> int:
        """Score sheets of the whole panel."""
        return self.entries * self.sheets


def asks(season: Season, rounds: Sequence[Round], *, entries: int, judges: int, minutes: float) -> list[Ask]:
    """Entries × sheets / judges for each round in order; later rounds get what the cut before lets through.

    `minutes` is the time for one listen and its sheet. A round without weight on the panel asks nothing.
    """
    result, field = [], entries
    for round_ in rounds:
        sheets = sheets_per_entry(round_, judges)
        listens = math.ceil(field * sheets / judges) if judges else 0
        result.append(Ask(round_, field, sheets, listens, listens * minutes / 60))
        field = min(field, round_.cut_highest * groups_of(round_, season))
    return result


def sheets_per_entry(round_: Round, judges: int) -> int:
    """How many judges hear one entry."""
    if not round_.panel_weight:
        return 0
    return judges if round_.design == Round.Design.ALL_HEAR_ALL else min(round_.judges_per_entry, judges)
