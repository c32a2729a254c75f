"""What is scored: sheets, readings and points, as rows for callers and as arrays for the arithmetic."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .errors import ScoringError
from .exact import Ints, compact, ints
from .recipe import Weights

Number = int | str | Decimal
Indexes = NDArray[np.int64]
POINTS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One judge's marks for one entry; a missing or None mark makes the sheet incomplete."""

    entry: str
    judge: str
    marks: Mapping[str, Number | None]
    pool: str = ""


class Reading(NamedTuple):
    """One metric of one entry in one region on one day; `fans` None = not known."""

    entry: str
    region: str
    metric: str
    day: date
    value: Number
    fans: Number | None = None


class Point(NamedTuple):
    """Points of one voter's jury or public for one entry."""

    entry: str
    voter: str
    side: str
    points: int


@dataclass(frozen=True, slots=True)
class Sheets:
    """Counted sheets as arrays, ordered by (entry, judge); codes are sorted.

    `marks[c]` holds the marks of criterion c in units of 10**-mark_scale and `weights[c]` its weight in units of
    10**(mark_scale - score_scale); `scores` the weighted marks y in units of 10**-score_scale. `pool` is per sheet. `field` has every entry code met, heard or not.
    """

    field: Sequence[str]
    entries: Sequence[str]
    judges: tuple[str, ...]
    pools: tuple[str, ...]
    entry: Indexes
    judge: Indexes
    pool: Indexes
    marks: tuple[Ints, ...]
    mark_scale: int
    weights: tuple[int, ...]
    scores: Ints
    score_scale: int
    incomplete: int


@dataclass(frozen=True, slots=True)
class Readings:
    """Daily lines as arrays in any order, one per (entry, region, metric, day).

    `entry`, `region`, `metric` index the code tuples; `day` is a proleptic ordinal; `value` counts 10**-value_scale,
    `fans` counts 10**-fans_scale with -1 for not known.
    """

    entries: tuple[str, ...]
    regions: tuple[str, ...]
    metrics: tuple[str, ...]
    entry: Indexes
    region: Indexes
    metric: Indexes
    day: Indexes
    value: Ints
    value_scale: int
    fans: Ints
    fans_scale: int

    @classmethod
    def of(cls, lines: Iterable[Reading]) -> "Readings":
        """Arrays from rows. Raises ScoringError for a negative value or a repeated line."""
        columns = list(zip(*lines, strict=True)) or [()] * 6
        entries, entry = indexed(columns[0])
        regions, region = indexed(columns[1])
        metrics, metric = indexed(columns[2])
        value, value_scale = scaled(columns[4])
        fans, fans_scale = scaled(columns[5])
        days = np.fromiter((day.toordinal() for day in columns[3]), dtype=np.int64, count=len(columns[3]))
        readings = cls(
            entries, regions, metrics, entry, region, metric, days, value, value_scale, fans, fans_scale
        )
        readings.check()
        return readings

    def check(self) -> None:
        """Refuse negative values and repeated lines."""
        if self.value.size and (self.value.min() < 0 or self.fans.min() < -1):
            raise ScoringError("a value or a number of fans is negative")
        keys = np.lexsort((self.day, self.metric, self.region, self.entry))
        columns = [column[keys] for column in (self.entry, self.region, self.metric, self.day)]
        if np.logical_and.reduce([column[1:] == column[:-1] for column in columns]).any():
            raise ScoringError("two readings have the same entry, region, metric and day")


@dataclass(frozen=True, slots=True)
class Cell:
    """One metric in one region: `values[k, d]` of `entry[k]` (sorted) on its day d, day 0 being its first of all.

    It has a row for every entry with a reading there within its live days, and 0 on days without one. `fans` are
    sums over these days, -1 where no reading had any. `values` may be a function that gives the array: with a `tally`
    it is called only where the sums don't suffice.
    """

    region: str
    metric: str
    entry: Indexes
    values: NDArray[Any] | Callable[[], NDArray[Any]]
    fans: Indexes
    tally: "Tally | None" = None

    def grid(self) -> NDArray[Any]:
        """The values."""
        return self.values() if callable(self.values) else self.values


@dataclass(frozen=True, slots=True)
class Tally:
    """What the values of a cell come to under a recipe: `sums[k]` as by `window.winsorised` over `days[k]` live days."""

    sums: Indexes
    days: Indexes


@dataclass(frozen=True, slots=True)
class Windows:
    """Readings as arrays per entry, for large rounds: the same content as `Readings` in far less memory.

    `first_day` is a proleptic ordinal per entry, 0 for one without readings; `last_day` the last of all. `values`
    count 10**-value_scale and must hold at least the recipe's window_days (or all days there are), and nothing later.
    """

    entries: Sequence[str]
    first_day: Indexes
    last_day: int
    cells: Sequence[Cell]
    value_scale: int = 0
    fans_scale: int = 0


def indexed(codes: Sequence[str]) -> tuple[tuple[str, ...], Indexes]:
    """Sorted distinct codes, and the index of each given one."""
    distinct = tuple(sorted(set(codes)))
    place = {code: index for index, code in enumerate(distinct)}
    return distinct, np.fromiter(map(place.__getitem__, codes), dtype=np.int64, count=len(codes))


def scaled(numbers: Sequence[Number | None]) -> tuple[Ints, int]:
    """Decimal numbers as integers in units of 10**-scale, with the scale; None becomes -1."""
    exact = {number: Decimal(number) for number in set(numbers) if number is not None}
    scale = max((_decimals(number) for number in exact.values()), default=0)
    units: dict[Any, int] = {number: scale_up(value, scale) for number, value in exact.items()}
    units[None] = -1
    return compact(ints(map(units.__getitem__, numbers))), scale


def scale_up(number: Decimal, scale: int) -> int:
    """number * 10**scale as an integer; the number may have no more than `scale` decimals."""
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        raise ScoringError(f"{number} is not a finite number")
    whole = int("".join(map(str, digits)) or "0")
    shifted: int = (
        whole * 10 ** (exponent + scale) if exponent >= -scale else whole // 10 ** (-exponent - scale)
    )
    return -shifted if sign else shifted


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ScoringError(f"{number} is not a finite number")
    return max(0, -exponent)


def arrange(sheets: Sequence[Sheet], *, criteria: Weights, field: Sequence[str] | None = None) -> Sheets:
    """Counted sheets as arrays. Raises ScoringError for a repeated sheet or an entry in two pools.

    `field` (sorted) names all entries, so that those without a sheet need none without marks; each of them counts as
    one that was left out.
    """
    _check(sheets)
    names = [name for name, _ in criteria]
    complete = [s for s in sheets if all(s.marks.get(name) is not None for name in names)]
    complete.sort(key=lambda s: (s.entry, s.judge))
    unheard = 0 if field is None else len(field) - len({s.entry for s in sheets})
    entries, entry = indexed([s.entry for s in complete])
    judges, judge = indexed([s.judge for s in complete])
    pools, pool = indexed([s.pool for s in complete])
    flat, mark_scale = scaled([s.marks[name] for name in names for s in complete])
    marks = tuple(compact(flat[c * len(complete) : (c + 1) * len(complete)]) for c in range(len(names)))
    weights, weight_scale = scaled([weight for _, weight in criteria])
    scores = sum(
        (m.astype(object) * int(w) for m, w in zip(marks, weights, strict=True)), ints([0] * len(complete))
    )
    return Sheets(
        field=tuple(sorted({s.entry for s in sheets})) if field is None else field,
        entries=entries,
        judges=judges,
        pools=pools,
        entry=entry,
        judge=judge,
        pool=pool,
        marks=marks,
        mark_scale=mark_scale,
        weights=tuple(int(w) for w in weights),
        scores=compact(scores),
        score_scale=mark_scale + weight_scale,
        incomplete=len(sheets) - len(complete) + unheard,
    )


def _check(sheets: Sequence[Sheet]) -> None:
    pools: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    for sheet in sheets:
        if (sheet.entry, sheet.judge) in seen:
            raise ScoringError(f"judge {sheet.judge} has two sheets for entry {sheet.entry}")
        seen.add((sheet.entry, sheet.judge))
        if pools.setdefault(sheet.entry, sheet.pool) != sheet.pool:
            raise ScoringError(f"entry {sheet.entry} is in two pools")
