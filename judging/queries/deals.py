"""How a round was dealt: balance, connection, and the digests with which anybody can check it."""

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Any

from judging.models import Assignment, Entry, Round, ScoreSheet, Seat
from judging.queries import panel
from judging.scoring.assignment import Assignment as Duty
from judging.scoring.assignment import judge_groups
from judging.scoring.waves import WAVES
from spotlight.ledger import events
from spotlight.ledger.models import Event

VERBS = ("panel.dealt", "panel.redealt")
ADAPTIVE = (Round.Design.ADAPTIVE_GAIN, Round.Design.ADAPTIVE_UCB)


@dataclass(frozen=True)
class Deal:
    """One deal as it was logged. `wave` is None for a judge who joined or left."""

    at: datetime.datetime
    wave: int | None
    assignments: int
    facts: dict[str, Any]


@dataclass(frozen=True)
class Dealt:
    """The assignments that stand now: entries for a judge, judges for an entry, groups of judges that share entries."""

    fewest: int
    most: int
    fewest_judges: int
    most_judges: int
    groups: int
    fewest_neighbors: int
    excluded: int
    deals: list[Deal]
    waves: int | None
    """How many waves there are after the first deal, the last pass included; None where the design has none."""
    waves_dealt: int
    next_wave_at: datetime.datetime | None
    """When the next wave comes at the latest; None if none is left, or the round takes no more sheets."""

    @property
    def carried(self) -> str:
        """Entries for a judge: `50`, or `49–50`."""
        return _range(self.fewest, self.most)

    @property
    def judges(self) -> str:
        """Judges for an entry, likewise."""
        return _range(self.fewest_judges, self.most_judges)

    @property
    def is_level(self) -> bool:
        """Whether no judge has two entries more than another."""
        return self.most - self.fewest <= 1


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"


def dealt(round: Round) -> Dealt | None:
    """How the round is dealt now, and every deal that led here; None while it is not."""
    seats = list(panel.seats_of(round))
    standing = Assignment.objects.filter(
        round=round, state=Assignment.State.OPEN, entry__state=Entry.State.IN
    )
    duties = [Duty(str(e), str(s)) for e, s in standing.values_list("entry", "seat")]
    if not seats or not duties:
        return None
    loads = Counter(duty.judge for duty in duties)
    judges = Counter(duty.entry for duty in duties)
    carried = [loads[str(seat.pk)] for seat in seats]
    deals = _deals(round)
    waves = WAVES + 1 if round.design in ADAPTIVE else None
    done = max((deal.wave or 0 for deal in deals), default=0)
    is_left = waves is not None and done < waves and round.state == Round.State.OPEN
    return Dealt(
        fewest=min(carried), most=max(carried), fewest_judges=min(judges.values()), most_judges=max(judges.values()),
        groups=len(judge_groups(duties)), fewest_neighbors=_fewest_neighbors(duties), excluded=_excluded(round, seats),
        deals=deals, waves=waves, waves_dealt=done, next_wave_at=wave_due_at(round, done + 1) if is_left else None,
    )  # fmt: skip


def groups_heard(round: Round) -> int:
    """Groups of judges that no entry joins which two of them scored; 1 where pools were declared, or nobody scored.

    Source: scoring.md 1.4: such a panel is compared by the luck of the deal alone.
    """
    filed = Assignment.objects.filter(
        round=round, state=Assignment.State.OPEN, entry__state=Entry.State.IN, sheet__state=ScoreSheet.State.FILED
    )  # fmt: skip
    if filed.exclude(pool="").exists():
        return 1
    duties = [Duty(str(e), str(s)) for e, s in filed.values_list("entry", "seat")]
    return max(1, len(judge_groups(duties)))


def wave_due_at(round: Round, wave: int) -> datetime.datetime:
    """When a wave of an adaptive round (from 1) is dealt at the latest: each has an equal share of the window."""
    began = round.opened_at or round.opens_at
    return began + (round.locks_at - began) * wave / (WAVES + 2)


def _fewest_neighbors(duties: list[Duty]) -> int:
    """The least number of other judges that any judge shares an entry with."""
    on: dict[str, set[str]] = {}
    for duty in duties:
        on.setdefault(duty.entry, set()).add(duty.judge)
    neighbors: dict[str, set[str]] = {}
    for judges in on.values():
        for judge in judges:
            neighbors.setdefault(judge, set()).update(judges - {judge})
    return min(len(others) for others in neighbors.values())


def _excluded(round: Round, seats: list[Seat]) -> int:
    """Pairs of judge and dealt entry that must not meet, by declaration or rule."""
    dealt_to_somebody = Entry.objects.filter(
        round=round, state=Entry.State.IN, assignments__state=Assignment.State.OPEN
    )
    return len(panel.conflicted_pairs(round, seats, dealt_to_somebody.distinct()))


def _deals(round: Round) -> list[Deal]:
    logged = Event.objects.filter(verb__in=VERBS, subject=events.subject_of(round)).order_by("pk")
    return [
        Deal(event.at, event.facts.get("wave"), event.facts["assignments"], event.facts) for event in logged
    ]
