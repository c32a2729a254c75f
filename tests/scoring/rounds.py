"""Short ways to write down a round in a test."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from judging.scoring import Cell, Reading, Readings, Recipe, Result, Sheet, Windows

FIRST_DAY = date(2026, 3, 1)


def recipe(
    tables: Mapping[str, Mapping[str, Any]] | None = None, *, size: int = 1, seed: str = "seed"
) -> Recipe:
    """A recipe with one criterion and one metric, changed by `tables`."""
    base: dict[str, dict[str, Any]] = {
        "panel": {"criteria": {"song": 1}, "minimum_sheets": 0},
        "popularity": {
            "metrics": {"plays": 1},
            "minimum_days": 1,
            "region_minimum_entries": 0,
            "region_minimum_fans": 0,
        },
        "blend": {"popularity": 0, "panel": 1},
        "cut": {"size": size},
        "tie": {"seed": seed},
    }
    for table, values in (tables or {}).items():
        base[table] = {**base[table], **values}
    return Recipe.from_mapping(base)


def sheets(marks: Mapping[tuple[str, str], Any], pools: Mapping[str, str] | None = None) -> list[Sheet]:
    """Sheets from {(entry, judge): mark}, one criterion."""
    pools = pools or {}
    return [
        Sheet(entry, judge, {"song": mark}, pools.get(entry, "")) for (entry, judge), mark in marks.items()
    ]


def readings(values: Mapping[str, Sequence[Any]], metric: str = "plays", region: str = "JP") -> Readings:
    """One metric in one region from {entry: daily values}, all from the first day on."""
    return Readings.of(daily(values, metric, region))


def daily(values: Mapping[str, Sequence[Any]], metric: str = "plays", region: str = "JP") -> list[Reading]:
    """The same as lines."""
    return [
        Reading(entry, region, metric, FIRST_DAY + timedelta(days=day), value)
        for entry, days in values.items()
        for day, value in enumerate(days)
    ]


def column(result: Result, name: str) -> dict[str, Any]:
    """One column of the standings by entry."""
    return {row.entry: getattr(row, name) for row in result.rows()}


def windows_of(lines: Readings, window_days: int, metrics: set[str]) -> Windows:
    """The same readings as arrays per entry, gathered line by line as a running aggregate would be."""
    counted = [k for k in range(len(lines.entry)) if lines.metrics[lines.metric[k]] in metrics]
    first = np.zeros(len(lines.entries), dtype=np.int64)
    for k in counted:
        e = lines.entry[k]
        first[e] = min(first[e] or lines.day[k], lines.day[k])
    last = max((int(lines.day[k]) for k in counted), default=0)
    grids: dict[tuple[str, str], dict[int, list[int]]] = {}
    fans: dict[tuple[str, str, int], int] = {}
    for k in counted:
        e, age = int(lines.entry[k]), int(lines.day[k] - first[lines.entry[k]])
        cell = lines.regions[lines.region[k]], lines.metrics[lines.metric[k]]
        if age < min(window_days, last - int(first[e]) + 1):
            grids.setdefault(cell, {}).setdefault(e, [0] * window_days)[age] += int(lines.value[k])
            if lines.fans[k] >= 0:
                fans[*cell, e] = fans.get((*cell, e), 0) + int(lines.fans[k])
    cells = [
        Cell(
            *cell,
            np.array(sorted(rows), dtype=np.int64),
            np.array([rows[e] for e in sorted(rows)], dtype=np.int32),
            np.array([fans.get((*cell, e), -1) for e in sorted(rows)], dtype=np.int64),
        )
        for cell, rows in grids.items()
    ]
    return Windows(lines.entries, first, last, cells, lines.value_scale, lines.fans_scale)
