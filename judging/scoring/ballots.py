"""Points made of sheets and readings: each judge and each region gives 12, 10, 8, 7 … 1 to its ten best (rules 42 to 45)."""

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np

from .eurovision import points_of_ranking
from .inputs import Point, Sheets
from .panel import Panel
from .popularity import Popularity, region_scores
from .recipe import Recipe

Ranked = tuple[str, tuple[int, ...]]
"""An entry and what a voter orders it by, higher first."""


def points_of(recipe: Recipe, panel: Panel | None, popularity: Popularity | None) -> list[Point]:
    """What juries and publics give; a part that is not there, or whose weight is 0, gives nothing."""
    points: list[Point] = []
    if panel is not None and recipe.blend.panel > 0:
        for judge, marks in _marks_by_judge(panel.sheets):
            points += _given(recipe.tie_seed, judge, "jury", marks)
    if popularity is not None and recipe.blend.popularity > 0:
        entries, members = popularity.window.entries, popularity.members.tolist()
        for region, active, scores in region_scores(popularity, recipe.popularity):
            ranked = [(entries[members[k]], (int(scores[k]),)) for k in active.tolist()]
            points += _given(recipe.tie_seed, region, "public", ranked)
    return points


def _marks_by_judge(sheets: Sheets) -> Iterator[tuple[str, list[Ranked]]]:
    """Per judge the entries heard, each with the weighted mark and the mark of the weightiest criterion."""
    heaviest = sheets.marks[sheets.weights.index(max(sheets.weights))]
    for judge in np.unique(sheets.judge).tolist():
        own = np.flatnonzero(sheets.judge == judge).tolist()
        yield (
            sheets.judges[judge],
            [(sheets.entries[sheets.entry[s]], (int(sheets.scores[s]), int(heaviest[s]))) for s in own],
        )


def _given(seed: str, voter: str, side: str, ranked: Iterable[Ranked]) -> list[Point]:
    """A voter's points; equals are ordered by SHA-256 of seed, voter and entry, so that no entry is lucky with all."""

    def place(one: Ranked) -> tuple[tuple[int, ...], str]:
        entry, numbers = one
        draw = hashlib.sha256(f"{seed}|{voter}|{entry}".encode()).hexdigest()
        return tuple(-number for number in numbers), draw

    return points_of_ranking([entry for entry, _ in sorted(ranked, key=place)], voter=voter, side=side)
