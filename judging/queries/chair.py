"""What the chair's room shows: coverage, pace, and, for who may see marks, disagreement and leniency."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from judging.models import (
    Assignment,
    Conflict,
    Criterion,
    Entry,
    Round,
    Score,
    ScoreSheet,
    Seat,
    SheetVersion,
    Standings,
)
from judging.queries import panel
from judging.queries.desk import label_of, pace_of
from judging.queries.rounds import entries_with_sheets, newest_standings
from spotlight.accounts.models import User
from submissions.models import Role, Season

MOST_DISAGREEMENTS = 8
MILLIONTHS = 1_000_000
CLEAR = 0.02
MOST_IN_ZONE = 40


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
    target, wanted = _asked(round, len(filed))
    counts = Counter(filed)
    top = max([target, *counts]) if filed else target
    return Coverage(
        by_sheets=[(number, counts[number]) for number in range(top + 1)],
        entries=len(filed),
        sheets=sum(filed),
        wanted=wanted,
        at_target=sum(number >= target for number in filed),
        target=target,
    )


def _asked(round: Round, entries: int) -> tuple[int, int]:
    """Sheets asked for each entry, and in all. Designs that hear only a part ask for the minimum, and for what they dealt."""
    if round.design == Round.Design.BALANCED:
        return round.judges_per_entry, round.judges_per_entry * entries
    if round.design == Round.Design.ALL_HEAR_ALL:
        seats = panel.seats_of(round).count()
        return seats, seats * entries
    return round.minimum_sheets, round.assignments.filter(state=Assignment.State.OPEN).count()


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
class Pace:
    """Sheets filed on each of the last days in the season's zone, and how many a day must bring until the lock."""

    days: list[tuple[datetime.date, int]]
    needed: float | None


MOST_DAYS = 14


def pace(round: Round, judges: Sequence[JudgeRow], *, at: datetime.datetime) -> Pace:
    """The panel's pace, from the opening on or the last two weeks."""
    zone = ZoneInfo(round.season.zone)
    counts = Counter(
        moment.astimezone(zone).date() for times in _filing_times(round).values() for moment in times
    )
    last = min(at, round.locks_at).astimezone(zone).date()
    first = (round.opened_at or round.opens_at).astimezone(zone).date()
    span = max(0, min((last - first).days, MOST_DAYS - 1))
    days = [last - datetime.timedelta(days=back) for back in range(span, -1, -1)]
    left = sum(row.left for row in judges if not row.has_left)
    remaining = (round.locks_at - at).total_seconds() / 86_400
    needed = left / max(remaining, 1 / 24) if left and remaining > 0 else None
    return Pace([(day, counts[day]) for day in days], needed)


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
    """How far a judge marks above (+) or below the panel in points, and the judge's spread over the panel's; with 95% intervals."""

    name: str
    sheets: int
    points: float
    interval: tuple[float, float]
    spread: float | None
    spread_interval: tuple[float, float] | None

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.interval[0] > 0 or self.interval[1] < 0


@dataclass(frozen=True)
class LineRow:
    """An entry that is neither clearly in nor clearly out."""

    entry: Entry
    label: str
    rank: int
    percent: int
    sheets: int


@dataclass(frozen=True)
class Listen:
    """An entry where one more listen helps the cut; `percent` of what it is worth for the best of them."""

    entry: Entry
    label: str
    sheets: int
    percent: int


@dataclass(frozen=True)
class Findings:
    """What the newest standings say about the panel. Lists of entries are (entry, label, …) ready to show."""

    at: datetime.datetime
    number: int
    expected_wrong: float | None
    groups: int
    leniencies: list[Leniency]
    listens: list[Listen]
    affinities: list[dict[str, Any]]
    affinities_tested: int
    influence: list[tuple[str, str, str]] | None
    zone: list[LineRow]


def findings(round: Round) -> Findings | None:
    """From the newest standings; None while there are none. Only for who may see marks."""
    newest = newest_standings(round)
    if newest is None:
        return None
    figures = newest.figures
    names = _names(round)
    entries = {entry.code: entry for entry in Entry.objects.filter(round=round, code__in=_codes_in(figures))}
    return Findings(
        at=newest.computed_at,
        number=newest.number,
        expected_wrong=figures.get("expected_wrong"),
        groups=figures.get("components", 1),
        leniencies=[
            _leniency(row, names) for row in figures.get("agreement", []) if row["leniency"] is not None
        ],
        listens=[
            Listen(
                entries[row["entry"]], label_of(entries[row["entry"]]), row["sheets"], _of_best(row, figures)
            )
            for row in figures.get("listens", [])
            if row["entry"] in entries
        ],
        affinities=[{**row, "name": names.get(row["seat"], "")} for row in figures.get("affinities", [])],
        affinities_tested=figures.get("affinities_tested", 0),
        influence=None
        if figures.get("influence") is None
        else [
            (names.get(row["seat"], ""), _labels(row["enters"], entries), _labels(row["leaves"], entries))
            for row in figures["influence"]
        ],
        zone=line_zone(newest),
    )


def _of_best(row: dict[str, Any], figures: dict[str, Any]) -> int:
    best = max(other["value"] for other in figures["listens"])
    return round(100 * row["value"] / best) if best else 0


def _leniency(row: dict[str, Any], names: dict[str, str]) -> Leniency:
    low, high = row["leniency_interval"]
    spread = row["spread_interval"]
    return Leniency(
        names.get(row["seat"], ""),
        row["sheets"],
        row["leniency"],
        (low, high),
        row["spread"],
        tuple(spread) if spread else None,
    )


def _names(round: Round) -> dict[str, str]:
    seats = Seat.objects.filter(round=round).select_related("membership__person")
    return {seat.code: str(seat.membership.person) for seat in seats}


def _codes_in(figures: dict[str, Any]) -> set[str]:
    listens = {row["entry"] for row in figures.get("listens", [])}
    return listens.union(*([*row["enters"], *row["leaves"]] for row in figures.get("influence") or []))


def _labels(codes: Sequence[str], entries: dict[str, Entry]) -> str:
    return ", ".join(label_of(entries[code]) for code in codes if code in entries)


def line_zone(newest: Standings) -> list[LineRow]:
    """Entries that are neither clearly in nor clearly out of the cut, by place."""
    near = newest.rows.filter(probability__gt=CLEAR * MILLIONTHS, probability__lt=(1 - CLEAR) * MILLIONTHS)
    rows = near.select_related("entry").order_by("rank")[:MOST_IN_ZONE]
    return [
        LineRow(row.entry, label_of(row.entry), row.rank, row.probability * 100 // MILLIONTHS, row.sheets)
        for row in rows
    ]


@dataclass(frozen=True)
class SheetRow:
    """One judge's sheet of an entry, and what it said before each change in the discussion. Notes stay with the judge."""

    judge: str
    state: str
    marks: list[tuple[Criterion, str]]
    comment: str
    filed_at: datetime.datetime | None
    before: list[SheetVersion]


def sheets_of(entry: Entry) -> list[SheetRow]:
    """Every judge's sheet of an entry, in the order of filing. Only for who may see marks."""
    duties = (
        Assignment.objects.filter(entry=entry)
        .exclude(state=Assignment.State.TAKEN_BACK)
        .select_related("sheet", "seat__membership__person")
        .prefetch_related("sheet__scores__criterion", "sheet__versions")
        .order_by("sheet__filed_at", "pk")
    )
    return [_sheet_row(duty) for duty in duties]


def _sheet_row(duty: Assignment) -> SheetRow:
    sheet = getattr(duty, "sheet", None)
    scores = sorted(sheet.scores.all(), key=lambda score: score.criterion.order) if sheet else []
    return SheetRow(
        judge=str(duty.seat.membership.person),
        state=duty.get_state_display()
        if duty.state != Assignment.State.OPEN or sheet is None
        else sheet.get_state_display(),
        marks=[(score.criterion, f"{score.value.normalize():f}") for score in scores],
        comment=sheet.comment if sheet else "",
        filed_at=sheet.filed_at if sheet else None,
        before=list(sheet.versions.all()) if sheet else [],
    )


def revised_entries(round: Round) -> list[tuple[Entry, str, int]]:
    """Entries whose sheets were changed in the discussion: entry, label and how many changes."""
    changed = Entry.objects.filter(round=round).annotate(changes=Count("assignments__sheet__versions"))
    return [
        (entry, label_of(entry), entry.changes) for entry in changed.filter(changes__gt=0).order_by("code")
    ]


def conflicts_declared(round: Round) -> int:
    """Conflicts that the judges of the season have declared."""
    return Conflict.objects.filter(season=round.season_id).count()


def entry_labels(entries: Sequence[Entry]) -> list[tuple[Entry, str]]:
    """Entries with their alias as shown."""
    return [(entry, label_of(entry)) for entry in entries]
