"""What the chair's room shows: coverage, pace, and, for who may see marks, disagreement and leniency."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from judging.models import Assignment, Conflict, Entry, Round, Score, ScoreSheet, Seat
from judging.queries import panel
from judging.queries.desk import label_of, pace_of
from judging.queries.rounds import entries_with_sheets
from spotlight.accounts.models import User
from submissions.models import Role, Season

MOST_DISAGREEMENTS = 8
MILLIONTHS = 1_000_000


def led_seasons(user: User) -> QuerySet[Season]:
    """Seasons that the account leads as chair or organizer."""
    return Season.objects.filter(
        memberships__person__user=user,
        memberships__role__in=[Role.CHAIR, Role.ORGANIZER],
        memberships__ended_at__isnull=True,
    ).distinct()


def led_rounds(user: User) -> QuerySet[Round]:
    """Rounds of those seasons, the newest season first."""
    return (
        Round.objects.filter(season__in=led_seasons(user))
        .select_related("season")
        .order_by("-season__opened_at", "-season_id", "number")
    )


@dataclass(frozen=True)
class Coverage:
    """Entries by number of filed sheets; `target` is what the round asks for each."""

    by_sheets: list[tuple[int, int]]
    entries: int
    sheets: int
    wanted: int
    at_target: int
    target: int

    @property
    def below(self) -> int:
        """Entries that miss sheets."""
        return self.entries - self.at_target


def coverage(round: Round) -> Coverage:
    """How many sheets each entry has."""
    filed = list(entries_with_sheets(round).values_list("filed", flat=True))
    seats = panel.seats_of(round).count()
    target = seats if round.design == Round.Design.ALL_HEAR_ALL else round.judges_per_entry
    counts = Counter(filed)
    top = max([target, *counts]) if filed else target
    return Coverage(
        by_sheets=[(number, counts[number]) for number in range(top + 1)],
        entries=len(filed),
        sheets=sum(filed),
        wanted=target * len(filed),
        at_target=sum(number >= target for number in filed),
        target=target,
    )


@dataclass(frozen=True)
class JudgeRow:
    """A judge's progress: entries held, filed, recused, median seconds a sheet, and what a day must bring."""

    seat: Seat
    name: str
    given: int
    filed: int
    recused: int
    median: int | None
    per_day: float | None
    has_left: bool
    lost_role: bool
    is_behind: bool

    @property
    def left(self) -> int:
        """Entries without a filed sheet."""
        return self.given - self.filed


def judges(round: Round, *, at: datetime.datetime) -> list[JudgeRow]:
    """Every seat with progress and pace; behind is who has done less of the list than the window is over."""
    times = _filing_times(round)
    days = (round.locks_at - at).total_seconds() / 86_400
    length = (round.locks_at - round.opens_at).total_seconds()
    over = min(max((at - round.opens_at).total_seconds() / length, 0.0), 1.0)
    rows = []
    for seat in panel.seats_with_progress(round):
        left = seat.given - seat.filed
        rows.append(
            JudgeRow(
                seat=seat, name=str(seat.membership.person), given=seat.given, filed=seat.filed, recused=seat.recused,
                median=pace_of(times[seat.pk]), per_day=left / days if days > 0 and left else None,
                has_left=seat.left_at is not None,
                lost_role=seat.membership.ended_at is not None,
                is_behind=seat.left_at is None and left > 0 and seat.filed < over * seat.given,
            )
        )  # fmt: skip
    return rows


def _filing_times(round: Round) -> dict[int, list[datetime.datetime]]:
    found: dict[int, list[datetime.datetime]] = defaultdict(list)
    filed = ScoreSheet.objects.filter(round=round, filed_at__isnull=False)
    for seat, moment in filed.values_list("assignment__seat", "filed_at"):
        if moment:
            found[seat].append(moment)
    return found


@dataclass(frozen=True)
class Spread:
    """The weighted marks of one entry, one a judge."""

    entry: Entry
    label: str
    values: Sequence[float]

    @property
    def highest(self) -> float:
        """The highest of the ascending values."""
        return self.values[-1]


def disagreements(round: Round) -> list[Spread]:
    """Entries on which judges differ most, the widest first. Only for who may see marks."""
    sums: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    weights = {c.pk: float(c.weight) for c in round.criteria.all()}
    total = sum(weights.values()) or 1.0
    rows = Score.objects.filter(
        sheet__round=round,
        sheet__state=ScoreSheet.State.FILED,
        sheet__assignment__state=Assignment.State.OPEN,
    ).values_list("sheet__assignment__entry", "sheet", "criterion", "value")
    for entry, sheet, criterion, value in rows:
        sums[entry][sheet] += weights[criterion] * float(value) / total
    several = {entry: sorted(marks.values()) for entry, marks in sums.items() if len(marks) > 1}
    widest = sorted(several, key=lambda e: (several[e][0] - several[e][-1], e))[:MOST_DISAGREEMENTS]
    entries = Entry.objects.in_bulk(widest)
    return [Spread(entries[e], label_of(entries[e]), several[e]) for e in widest]


@dataclass(frozen=True)
class Leniency:
    """How far a judge marks above (+) or below the panel, in points, and the judge's spread beside the panel's."""

    name: str
    sheets: int
    points: float
    spread: float


def leniencies(round: Round) -> list[Leniency]:
    """From the newest standings; empty while there are none. Only for who may see marks."""
    newest = round.standings.order_by("-number").first()
    if newest is None:
        return []
    names = {
        s.code: str(s.membership.person)
        for s in Seat.objects.filter(round=round).select_related("membership__person")
    }
    return [
        Leniency(
            names.get(row["seat"], row["seat"]),
            row["sheets"],
            row["leniency"] / MILLIONTHS,
            row["spread"] / MILLIONTHS,
        )
        for row in newest.judges
    ]


def conflicts_declared(round: Round) -> int:
    """Conflicts that the judges of the season have declared."""
    return Conflict.objects.filter(season=round.season_id).count()


def entry_labels(entries: Sequence[Entry]) -> list[tuple[Entry, str]]:
    """Entries with their alias as shown."""
    return [(entry, label_of(entry)) for entry in entries]
