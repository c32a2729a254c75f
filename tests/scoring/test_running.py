"""Running aggregates, tallies and packed fields give the bytes that single readings and sheets give, whatever the numbers."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from judging.scoring import Cell, Readings, Recipe, Windows, compute
from judging.scoring.codes import Codes
from judging.scoring.errors import ScoringError
from judging.scoring.files import read_readings, read_sheets
from judging.scoring.inputs import Tally, arrange
from judging.scoring.recipe import POPULARITY_METHODS, PopularityRules
from judging.scoring.window import winsorised

from .random_rounds import random_round
from .rounds import recipe, windows_of


@given(st.integers(0, 10**9), st.sampled_from(POPULARITY_METHODS))
@settings(max_examples=80, deadline=None)
def test_19_running_aggregates_give_the_same_as_single_readings(seed: int, method: str) -> None:
    case = random_round(seed)
    assume(case.readings is not None)
    lines = Readings.of(read_readings(case.readings or "", name="r"))
    tables = {**case.recipe, "popularity": {**case.recipe["popularity"], "method": method}}
    rules = Recipe.from_mapping({**tables, "blend": {"popularity": 1, "panel": 0}})
    names = {name for name, _ in rules.popularity.metrics}
    windows = windows_of(lines, rules.popularity.window_days, names)
    assert compute(rules, readings=windows).to_csv() == compute(rules, readings=lines).to_csv()


def tallied(windows: Windows, rules: PopularityRules) -> Windows:
    """The same with codes packed, the sums made already, and values that are only there when asked for."""
    live = np.minimum(rules.window_days, windows.last_day - windows.first_day + 1)
    winsor, unit = Fraction(rules.winsor), 10**windows.value_scale

    def with_sums(cell: Cell) -> Cell:
        grid, days = cell.grid().astype(np.int64), live[cell.entry]
        wide = np.pad(grid, ((0, 0), (0, max(0, int(days.max()) - grid.shape[1]))))
        return replace(cell, values=lambda: grid, tally=Tally(winsorised(wide, days, winsor, unit), days))

    return replace(
        windows, entries=Codes.of(windows.entries), cells=[with_sums(cell) for cell in windows.cells]
    )


@given(st.integers(0, 10**9), st.sampled_from(POPULARITY_METHODS))
@settings(max_examples=120, deadline=None)
def test_tallies_and_a_packed_field_give_the_same_bytes_as_readings_and_sheets(
    seed: int, method: str
) -> None:
    case = random_round(seed)
    assume(case.readings is not None)
    tables = {**case.recipe, "popularity": {**case.recipe["popularity"], "method": method}}
    rules = Recipe.from_mapping(tables)
    criteria = rules.panel.criteria
    lines = Readings.of(read_readings(case.readings or "", name="r"))
    rows = None
    if case.sheets is not None:
        rows = read_sheets(case.sheets, criteria=[name for name, _ in criteria], name="s")
    names = {name for name, _ in rules.popularity.metrics}
    windows = tallied(windows_of(lines, rules.popularity.window_days, names), rules.popularity)
    filed = None
    if rows is not None:
        field = Codes.of(sorted({row.entry for row in rows}))
        marked = [row for row in rows if any(mark is not None for mark in row.marks.values())]
        filed = arrange(marked, criteria=criteria, field=field)
    whole, running = (
        compute(rules, sheets=rows, readings=lines),
        compute(rules, sheets=filed, readings=windows),
    )
    assert running.to_csv() == whole.to_csv()
    assert [running.deciding_level(a, b) for a, b in pairwise(running.entries)] == whole.gaps.tolist()


def test_tallies_of_other_days_are_refused() -> None:
    entry, days = np.arange(2), np.array([2, 3])
    cell = Cell("jp", "plays", entry, np.ones((2, 3)), days, Tally(days * 2, days))
    with pytest.raises(ScoringError, match="other days"):
        compute(
            recipe({"blend": {"popularity": 1, "panel": 0}}),
            readings=Windows(("a", "b"), np.array([5, 5]), 7, [cell]),
        )
