"""Rates from arrays per entry instead of single lines: the way for a million entries. Same results as `window.measure`."""

import math
from collections import defaultdict
from fractions import Fraction

import numpy as np

from .errors import ScoringError
from .exact import Ints, largest, roomy
from .inputs import Cell, Indexes, Tally, Windows
from .recipe import PopularityRules
from .window import (
    MOST_DAYS,
    SUM_METHODS,
    Flags,
    Rate,
    Window,
    age_weights,
    divided,
    eligible_entries,
    merged_names,
    winsorised,
)

_BLOCK = 1_000_000


def measure_windows(readings: Windows, rules: PopularityRules) -> Window:
    """Live days, eligible entries, merged regions and rates of every metric and region."""
    names = [name for name, _ in rules.metrics]
    cells = [cell for cell in readings.cells if cell.metric in names and len(cell.entry)]
    span = np.where(readings.first_day > 0, readings.last_day - readings.first_day + 1, 0)
    live_days = np.minimum(min(rules.window_days, MOST_DAYS), span)
    has = np.zeros((len(readings.entries), len(names)), dtype=np.bool_)
    for cell in cells:
        has[cell.entry, names.index(cell.metric)] = True
    eligible = eligible_entries(has, live_days, rules)
    regions, merged, fans, groups = _regions(cells, eligible, readings, rules)
    keys = sorted(groups, key=lambda key: (names.index(key[0]), key[1]))
    return Window(
        entries=readings.entries,
        regions=regions,
        metrics=tuple(names),
        live_days=live_days,
        has=has,
        eligible=eligible,
        merged=merged,
        fans=fans,
        fans_scale=readings.fans_scale,
        value_scale=readings.value_scale,
        rates=tuple(
            _rate(
                groups[key],
                names.index(key[0]),
                regions.index(key[1]),
                eligible,
                span,
                live_days,
                rules,
                readings,
            )
            for key in keys
        ),
        warnings=_warnings(readings, names),
    )


def _warnings(readings: Windows, names: list[str]) -> tuple[str, ...]:
    unknown = sorted({cell.metric for cell in readings.cells} - set(names))
    return (f"readings of other metrics left out: {', '.join(unknown)}",) if unknown else ()


def _regions(
    cells: list[Cell], eligible: Flags, readings: Windows, rules: PopularityRules
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...] | None, dict[tuple[str, str], list[Cell]]]:
    """Region names after merging, those merged, their fans, and the cells of each (metric, region)."""
    active: dict[str, Flags] = {}
    counts: dict[str, list[int]] = defaultdict(list)
    for cell in cells:
        mine = eligible[cell.entry]
        if mine.any():
            flags = active.setdefault(cell.region, np.zeros(len(eligible), dtype=np.bool_))
            flags[cell.entry[mine & _is_active(cell)]] = True
            known = cell.fans[mine & (cell.fans >= 0)]
            counts[cell.region] += [int(known.sum())] if len(known) else []
    before = sorted(active)
    fans = [sum(counts[region]) for region in before] if any(counts.values()) else None
    sizes = [int(active[region].sum()) for region in before]
    names = dict(zip(before, merged_names(before, sizes, fans, rules, readings.fans_scale), strict=True))
    groups: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.region in names and eligible[cell.entry].any():
            groups[cell.metric, names[cell.region]].append(cell)
    after = sorted(set(names.values()))
    totals: dict[str, int] = dict.fromkeys(after, 0)
    for region, count in zip(before, fans or [0] * len(before), strict=True):
        totals[names[region]] += count
    merged = tuple(region for region in before if names[region] != region)
    return tuple(after), merged, None if fans is None else tuple(totals[name] for name in after), dict(groups)


def _is_active(cell: Cell) -> Flags:
    """Which rows have a value above 0: those with a sum above 0, as no cap is 0."""
    active: Flags = cell.tally.sums > 0 if cell.tally else (cell.grid() > 0).any(axis=1)
    return active


def _rate(
    cells: list[Cell],
    metric: int,
    region: int,
    eligible: Flags,
    span: Indexes,
    live_days: Indexes,
    rules: PopularityRules,
    readings: Windows,
) -> Rate:
    shared = math.lcm(*(int(count) for count in np.unique(live_days) if count > 0))
    if len(cells) == 1 and cells[0].tally and rules.method not in SUM_METHODS:
        entry, sums = _tallied(cells[0], cells[0].tally, eligible, live_days)
        whole, part = divided(sums, live_days[entry], shared)
        return Rate(metric, region, entry, whole, part, whole)
    held = np.zeros(len(eligible), dtype=np.bool_)
    for cell in cells:
        held[cell.entry] = True
    entry = np.flatnonzero(held & eligible)
    days = live_days[entry]
    grids = [cell.grid() for cell in cells]
    winsor, unit, length = Fraction(rules.winsor), 10**readings.value_scale, int(days.max())
    factor = 4 * max(winsor.numerator, winsor.denominator) * length * len(cells)
    bound = (max(map(largest, grids)) + unit) * factor
    blocks: list[Ints] = []
    totals: list[Ints] = []
    step = max(1, _BLOCK // length)
    for first in range(0, len(entry), step):
        block = slice(first, first + step)
        grid = _grid(cells, grids, entry[block], length, bound)
        blocks.append(winsorised(grid, days[block], winsor, unit))
        if rules.method in SUM_METHODS:
            totals.append(_totals(grid, span[entry[block]], rules))
    whole, part = divided(np.concatenate(blocks), days, shared)
    return Rate(metric, region, entry, whole, part, np.concatenate(totals) if totals else whole)


def _tallied(cell: Cell, tally: Tally, eligible: Flags, live_days: Indexes) -> tuple[Indexes, Indexes]:
    """Entries and sums that are known already. Raises ScoringError if they are of other days than those that count now."""
    mine = eligible[cell.entry]
    entry, sums, days = (
        column if mine.all() else column[mine] for column in (cell.entry, tally.sums, tally.days)
    )
    if not np.array_equal(days, live_days[entry]):
        raise ScoringError("the tallies are of other days than the readings")
    return entry, sums


def _grid(cells: list[Cell], grids: list[Ints], entry: Indexes, length: int, bound: int) -> Ints:
    """Day values of these entries, summed over the cells."""
    grid: Ints = np.zeros((len(entry), length), dtype=np.int64 if bound < 2**62 else object)
    if bound < 2**31:
        grid = grid.astype(np.int32)
    for cell, content in zip(cells, grids, strict=True):
        first, last = np.searchsorted(cell.entry, (entry[0], entry[-1] + 1))
        rows = cell.entry[first:last]
        wanted = np.isin(rows, entry, assume_unique=True)
        values = roomy(content, bound) if grid.dtype == object else content
        width = min(length, values.shape[1])
        grid[np.searchsorted(entry, rows[wanted]), :width] += values[first:last][wanted, :width].astype(
            grid.dtype
        )
    return grid


def _totals(grid: Ints, span: Indexes, rules: PopularityRules) -> Ints:
    weights = age_weights(int(span.max()) - 1, rules)
    ages = np.maximum(span[:, None] - 1 - np.arange(grid.shape[1]), 0)
    result: Ints = (grid.astype(object) * weights[ages]).sum(axis=1)
    return result
