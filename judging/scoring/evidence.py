"""Sheets that say something about their judge but rank nothing: those of entries that left a round.

The panel is fitted to all sheets, so leniency, spread and the lambdas know them; then the entries are taken out, before
popularity, blend and order are computed from who is left.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from .codes import taken
from .compute import Result, check_inputs, from_parts
from .inputs import Readings, Sheet, Sheets, Windows, arrange
from .panel import Panel, score_panel
from .popularity import score_popularity
from .recipe import Recipe


def compute_without(
    recipe: Recipe, *, sheets: Sequence[Sheet], evidence: Sequence[Sheet], readings: Readings | Windows | None
) -> Result:
    """Standings of the entries of `sheets` and `readings`, the panel fitted to `evidence` as well. Raises as `compute`."""
    everything = arrange([*sheets, *evidence], criteria=recipe.panel.criteria)
    left = {sheet.entry for sheet in evidence}
    return compute_arranged(recipe, everything, left=left, readings=readings)


def compute_arranged(
    recipe: Recipe,
    sheets: Sheets,
    *,
    left: Collection[str],
    readings: Readings | Windows | None,
    field: Sequence[str] | None = None,
) -> Result:
    """The same from sheets in arrays, those of the entries that left among them. `field`: codes of all others, sorted."""
    check_inputs(recipe, sheets=True, readings=readings is not None, points=False)
    panel = without(score_panel(sheets, recipe.panel), left)
    if field is not None:
        panel = replace(panel, sheets=replace(panel.sheets, field=field))
    popularity = None if readings is None else score_popularity(readings, recipe.popularity)
    return from_parts(recipe, panel, popularity)


def without(panel: Panel, entries: Collection[str]) -> Panel:
    """The panel less the scores of some entries; its judges stay as the fit found them."""
    sheets = panel.sheets
    kept = np.array([code not in entries for code in sheets.entries], dtype=np.bool_)
    rows = kept[sheets.entry]
    fewer = replace(
        sheets,
        field=tuple(code for code in sheets.field if code not in entries),
        entries=taken(sheets.entries, np.flatnonzero(kept)),
        entry=(np.cumsum(kept) - 1)[sheets.entry[rows]],
        judge=sheets.judge[rows],
        pool=sheets.pool[rows],
        marks=tuple(marks[rows] for marks in sheets.marks),
        scores=sheets.scores[rows],
    )
    return replace(
        panel,
        sheets=fewer,
        counts=panel.counts[kept],
        theta=panel.theta[kept],
        panel=panel.panel[kept],
        panel_sd=panel.panel_sd[kept],
        adjusted=panel.adjusted[rows],
        read=panel.read[rows],
        means=None if panel.means is None else panel.means[kept],
    )
