"""From daily readings to exact daily rates: live days, eligibility, regions, winsorised sums (rules 21 to 28)."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .exact import Ints, Objects, largest, objects, roomy, sum_by
from .inputs import Indexes, Readings, scaled
from .order import double_midranks
from .recipe import PopularityRules

OTHER = "Other"
MOST_DAYS = 10**7
"""More days than any two dates are apart."""
SUM_METHODS = ("log-sum", "raw-sum", "time-decay")
TOTAL_BITS = 160
_BLOCK = 4_000_000
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines that count, by index; `day` counts from the entry's first day."""

    entry: Indexes
    region: Indexes
    metric: Indexes
    day: Indexes
    value: Ints
    fans: Ints

    def only(self, keep: Flags) -> "Lines":
        if keep.all():
            return self
        columns = (self.entry, self.region, self.metric, self.day, self.value, self.fans)
        return Lines(*(column[keep] for column in columns))


@dataclass(frozen=True, slots=True)
class Rate:
    """One metric in one region: an exact rate for some entries, 0 for all others.

    The rate is (whole + part / parts) units; units are the same for all entries of the column. `total` is the plain
    sum of the live days' values, for `time-decay` weighted by age, times 2**TOTAL_BITS.
    """

    metric: int
    region: int
    entry: Indexes
    whole: Ints
    part: Ints
    total: Ints


@dataclass(frozen=True, slots=True)
class Window:
    """What the readings say about each entry, before any comparison.

    `live_days` and `has` (entries x metrics of the recipe) are per entry of the readings; `eligible` says who is
    compared; `fans` is per region, None if not known, in units of 10**-fans_scale.
    """

    entries: Sequence[str]
    regions: tuple[str, ...]
    metrics: tuple[str, ...]
    live_days: Indexes
    has: Flags
    eligible: Flags
    merged: tuple[str, ...]
    fans: tuple[int, ...] | None
    fans_scale: int
    value_scale: int
    rates: tuple[Rate, ...]
    warnings: tuple[str, ...]


def measure(readings: Readings, rules: PopularityRules) -> Window:
    """Live days, eligible entries, merged regions and rates of every metric and region."""
    names = [name for name, _ in rules.metrics]
    lines, warnings = _known_lines(readings, names)
    size = len(readings.entries)
    lines, span = _dated_lines(lines, size)
    live_days = np.minimum(min(rules.window_days, MOST_DAYS), span)
    lines = lines.only(lines.day < live_days[lines.entry])
    has = np.zeros((size, len(names)), dtype=np.bool_)
    has[lines.entry, lines.metric] = True
    eligible = eligible_entries(has, live_days, rules)
    lines = lines.only(eligible[lines.entry])
    lines, regions, merged = _merge_regions(lines, readings, rules)
    fans = _fans(lines, len(regions))
    return Window(
        entries=readings.entries,
        regions=regions,
        metrics=tuple(names),
        live_days=live_days,
        has=has,
        eligible=eligible,
        merged=merged,
        fans=None if fans is None else tuple(fans.tolist()),
        fans_scale=readings.fans_scale,
        value_scale=readings.value_scale,
        rates=tuple(_rates(lines, span, live_days, rules, readings.value_scale)),
        warnings=warnings,
    )


def _known_lines(readings: Readings, names: list[str]) -> tuple[Lines, tuple[str, ...]]:
    place = {name: index for index, name in enumerate(names)}
    translate = np.array([place.get(name, -1) for name in readings.metrics], dtype=np.int64)
    metric = translate[readings.metric] if len(readings.metric) else readings.metric
    lines = Lines(readings.entry, readings.region, metric, readings.day, readings.value, readings.fans)
    unknown = sorted(set(readings.metrics) - set(names))
    left_out = int((metric < 0).sum())
    if not left_out:
        return lines, ()
    return lines.only(metric >= 0), (f"{left_out} readings of other metrics left out: " + ", ".join(unknown),)


def _dated_lines(lines: Lines, size: int) -> tuple[Lines, Indexes]:
    """Lines with days counted from the entry's first, and the days from its first to the last of all (0 = none)."""
    if not lines.entry.size:
        return lines, np.zeros(size, dtype=np.int64)
    last = int(lines.day.max())
    first = np.full(size, last + 1, dtype=np.int64)
    np.minimum.at(first, lines.entry, lines.day)
    age = lines.day - first[lines.entry]
    return Lines(lines.entry, lines.region, lines.metric, age, lines.value, lines.fans), last - first + 1


def eligible_entries(has: Flags, live_days: Indexes, rules: PopularityRules) -> Flags:
    """Live long enough, with at least half the weight of all metrics that anyone has."""
    weights, _ = scaled([weight for _, weight in rules.metrics])
    weights = roomy(weights, 4 * sum(int(weight) for weight in weights))
    long_enough = (live_days >= rules.minimum_days) & has.any(axis=1)
    known = has[long_enough].any(axis=0)
    held = has.astype(weights.dtype) @ weights
    total = sum(int(w) for w, k in zip(weights, known, strict=True) if k)
    result: Flags = long_enough & (held * 2 >= total).astype(np.bool_)
    return result


def _merge_regions(
    lines: Lines, readings: Readings, rules: PopularityRules
) -> tuple[Lines, tuple[str, ...], tuple[str, ...]]:
    """Lines with small regions renamed to Other, all region names, and the names that were merged."""
    size, entries = len(readings.regions), max(1, len(readings.entries))
    present = np.bincount(lines.region, minlength=size) > 0
    positive = lines.only((lines.value > 0).astype(np.bool_))
    pairs = np.unique(positive.region * entries + positive.entry)
    active = np.bincount(pairs // entries, minlength=size)
    fans = _fans(lines, size)
    known = None if fans is None else [int(count) for count in fans]
    names = merged_names(readings.regions, active.tolist(), known, rules, readings.fans_scale)
    kept = sorted({name for name, here in zip(names, present, strict=True) if here})
    place = {name: index for index, name in enumerate(kept)}
    translate = np.array([place.get(name, -1) for name in names], dtype=np.int64)
    region = translate[lines.region] if lines.region.size else lines.region
    merged = tuple(name for i, name in enumerate(readings.regions) if present[i] and names[i] != name)
    return Lines(lines.entry, region, lines.metric, lines.day, lines.value, lines.fans), tuple(kept), merged


def merged_names(
    regions: Sequence[str],
    active: Sequence[int],
    fans: Sequence[int] | None,
    rules: PopularityRules,
    scale: int,
) -> list[str]:
    """The name each region goes by: its own, or Other if it has too few active entries or too few fans."""
    least = Fraction(rules.region_minimum_fans) * 10**scale
    small = [
        active[i] < rules.region_minimum_entries or (fans is not None and fans[i] < least)
        for i in range(len(regions))
    ]
    return [OTHER if is_small else name for name, is_small in zip(regions, small, strict=True)]


def _fans(lines: Lines, size: int) -> Ints | None:
    known = (lines.fans >= 0).astype(np.bool_)
    if not known.any():
        return None
    fans = lines.fans[known]
    return sum_by(lines.region[known], roomy(fans, largest(fans) * len(fans)), size)


def _rates(
    lines: Lines, span: Indexes, live_days: Indexes, rules: PopularityRules, scale: int
) -> Iterator[Rate]:
    """Rates of each (metric, region) that has lines, ordered by metric then region."""
    order = np.lexsort((lines.entry, lines.region, lines.metric))
    lines = Lines(
        *(c[order] for c in (lines.entry, lines.region, lines.metric, lines.day, lines.value, lines.fans))
    )
    change = np.flatnonzero(np.diff(lines.metric) | np.diff(lines.region)) + 1
    edges = [0, *change.tolist(), len(order)] if len(order) else []
    shared = math.lcm(*(int(days) for days in np.unique(live_days) if days > 0))
    plain = rules.method in SUM_METHODS
    for first, last in pairwise(edges):
        column = slice(first, last)
        entry = lines.entry[column]
        found, row = np.unique(entry, return_inverse=True)
        sums = _capped_sums(row, lines.day[column], lines.value[column], live_days[found], rules, scale)
        whole, part = divided(sums, live_days[found], shared)
        ages = span[entry] - 1 - lines.day[column]
        total = _totals(row, ages, lines.value[column], len(found), rules) if plain else whole
        yield Rate(int(lines.metric[first]), int(lines.region[first]), found, whole, part, total)


def _totals(row: Indexes, ages: Indexes, value: Ints, size: int, rules: PopularityRules) -> Ints:
    """Sum of values per row times 2**TOTAL_BITS, with half the weight for each half-life of age if the method says so."""
    weights = age_weights(int(ages.max()), rules)
    return sum_by(row, objects(value) * weights[ages], size)


def age_weights(oldest: int, rules: PopularityRules) -> Objects:
    """Weight of a value by its age in days, times 2**TOTAL_BITS."""
    if rules.method != "time-decay":
        return np.array([1 << TOTAL_BITS] * (oldest + 1), dtype=object)
    with localcontext() as context:
        context.prec = 60
        decay = Decimal("0.5").ln() / rules.half_life_days
        weights = [int((decay * age).exp() * (1 << TOTAL_BITS)) for age in range(oldest + 1)]
    return np.array(weights, dtype=object)


def divided(sums: Ints, days: Indexes, shared: int) -> tuple[Ints, Ints]:
    """sum / days as whole and the rest in units of 1/shared, for exact comparison across different days."""
    whole = sums // days
    rest = roomy(sums - whole * days, shared)
    return whole, rest * (shared // days.astype(object) if rest.dtype == object else shared // days)


def _capped_sums(
    row: Indexes, day: Indexes, value: Ints, days: Indexes, rules: PopularityRules, scale: int
) -> Ints:
    """Winsorised sum over the live days per row, in units that only depend on the rules and the scale."""
    winsor = Fraction(rules.winsor)
    unit, length = 10**scale, int(days.max())
    factor = 4 * max(winsor.numerator, winsor.denominator) * length * len(row)
    value = roomy(value, (largest(value) + unit) * factor)
    sums = np.zeros(len(days), dtype=value.dtype)
    edges = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(days)))])
    step = max(1, _BLOCK // length)
    for first in range(0, len(days), step):
        last = min(first + step, len(days))
        lines = slice(edges[first], edges[last])
        grid = np.zeros((last - first, length), dtype=value.dtype)
        np.add.at(grid, (row[lines] - first, day[lines]), value[lines])
        sums[first:last] = winsorised(grid, days[first:last], winsor, unit)
    return sums


def winsorised(grid: Ints, days: Indexes, winsor: Fraction, unit: int) -> Ints:
    """Sum of min(value, winsor * max(median, 1)) per row, times 2 * winsor's denominator.

    Only the first `days` values of a row are live; all later ones are 0. `unit` is the integer that stands for 1.
    """
    ordered = np.sort(grid, axis=1)
    length, rows = grid.shape[1], np.arange(len(grid))
    lower = ordered[rows, length - days + (days - 1) // 2]
    upper = ordered[rows, length - days + days // 2]
    cap = np.maximum(lower + upper, 2 * unit) * winsor.numerator
    capped = np.minimum(grid * (2 * winsor.denominator), cap[:, None])
    result: Ints = capped.sum(axis=1, dtype=object if grid.dtype == object else np.int64)
    return result


def ranks(rate: Rate, holders: Indexes) -> Indexes:
    """Twice the mid-rank of each of `holders` (sorted), by exact rate; entries without lines have rate 0."""
    place = np.searchsorted(holders, rate.entry)
    whole, part = (np.zeros(len(holders), dtype=column.dtype) for column in (rate.whole, rate.part))
    whole[place], part[place] = rate.whole, rate.part
    return double_midranks(whole, part)
