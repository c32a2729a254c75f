"""From a recipe and its inputs to standings: the one entry point of the library."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .ballots import points_of
from .blend import blend, panel_share
from .chance import probabilities
from .codes import places, taken, united
from .errors import RecipeError
from .eurovision import Tally, in_micro
from .exact import Ints, objects
from .files import micro, quoted
from .inputs import Indexes, Point, Readings, Sheet, Sheets, Windows, arrange
from .panel import Panel, best_marks, criterion_means, score_panel
from .popularity import Popularity, score_popularity
from .ranking import Order, rank, select
from .recipe import Recipe

HEADER = "rank,entry,blend,popularity,panel,theta,panel_sd,probability,sheets,tie_level,selected"


@dataclass(frozen=True, slots=True)
class Standing:
    """One row. Numbers are counts of 0.000001, None where missing; `sheets`, `rank`, `tie_level` are plain."""

    rank: int
    entry: str
    blend: int
    popularity: int | None
    panel: int | None
    theta: int | None
    panel_sd: int | None
    probability: int
    sheets: int
    tie_level: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Result:
    """Standings as columns in rank order (counts of 1e-6), and what the parts knew.

    `popularity` is meaningful where `measured`; `panel`, `theta` and `panel_sd` are None when no sheets were read.
    `order` gives for each row the place of its entry among all codes in code-point order. `gaps[r]` is the level that separates ranks r + 1 and r + 2. `panel_part` and `popularity_part` explain.
    """

    recipe: Recipe
    entries: Sequence[str]
    order: Indexes
    blend: Ints
    popularity: Ints
    measured: NDArray[np.bool_]
    panel: Ints | None
    theta: Ints | None
    panel_sd: Ints | None
    probability: Ints
    sheets: Indexes
    tie_level: Indexes
    gaps: Indexes
    selectable: NDArray[np.bool_]
    selected: NDArray[np.bool_]
    warnings: tuple[str, ...]
    panel_part: Panel | None
    popularity_part: Popularity | None
    tally: Tally | None

    def __len__(self) -> int:
        return len(self.entries)

    def row(self, position: int) -> Standing:
        """The row at a position from 0."""
        return next(self._rows(position, position + 1))

    def rows(self, most: int | None = None) -> Iterator[Standing]:
        """All rows by rank, or the first `most`."""
        return self._rows(0, len(self) if most is None else min(most, len(self)))

    def position(self, entry: str) -> int:
        """Position from 0 of an entry. Raises KeyError."""
        try:
            return self.entries.index(entry)
        except ValueError:
            raise KeyError(entry) from None

    def deciding_level(self, one: str, other: str) -> int:
        """The level of the tie chain that put one entry before the other. Raises KeyError."""
        first, last = sorted((self.position(one), self.position(other)))
        return int(self.gaps[first:last].min()) if first < last else 0

    def chosen(self) -> tuple[str, ...]:
        """The selected entries by rank."""
        return tuple(self.entries[i] for i in np.flatnonzero(self.selected).tolist())

    def to_csv(self) -> bytes:
        """STANDINGS.csv, byte for byte as the rules say."""
        lines = [HEADER]
        for row in self.rows():
            numbers = (row.blend, row.popularity, row.panel, row.theta, row.panel_sd, row.probability)
            cells = ",".join(map(micro, numbers))
            lines.append(
                f"{row.rank},{quoted(row.entry)},{cells},{row.sheets},{row.tie_level},{int(row.selected)}"
            )
        return ("\n".join(lines) + "\n").encode()

    def _rows(self, first: int, last: int) -> Iterator[Standing]:
        missing = [None] * (last - first)
        panel, theta, sd = (
            missing if column is None else column[first:last].tolist()
            for column in (self.panel, self.theta, self.panel_sd)
        )
        measured = self.measured[first:last].tolist()
        columns = zip(
            range(first + 1, last + 1),
            self.entries[first:last],
            self.blend[first:last].tolist(),
            (v if m else None for v, m in zip(self.popularity[first:last].tolist(), measured, strict=True)),
            panel,
            theta,
            sd,
            self.probability[first:last].tolist(),
            self.sheets[first:last].tolist(),
            self.tie_level[first:last].tolist(),
            self.selected[first:last].tolist(),
            strict=True,
        )
        return (Standing(*values) for values in columns)


@dataclass(slots=True)
class _Columns:
    """Per entry of the field, by code."""

    field: Sequence[str]
    blend: Ints
    popularity: Ints
    measured: NDArray[np.bool_]
    panel: Ints | None
    theta: Ints | None
    panel_sd: Ints | None
    probability: Ints
    sheets: Indexes


def compute(
    recipe: Recipe,
    *,
    sheets: Sequence[Sheet] | Sheets | None = None,
    readings: Readings | Windows | None = None,
    points: Sequence[Point] | None = None,
) -> Result:
    """Standings by the recipe.

    Raises RecipeError if an input that the recipe needs is absent and ScoringError for inputs that contradict
    themselves. Nothing depends on the order of rows.
    """
    check_inputs(recipe, sheets=sheets is not None, readings=readings is not None, points=points is not None)
    if recipe.blend.method == "eurovision" and points is not None:
        return _by_points(recipe, Tally(points))
    if sheets is not None and not isinstance(sheets, Sheets):
        sheets = arrange(sheets, criteria=recipe.panel.criteria)
    panel = None if sheets is None else score_panel(sheets, recipe.panel)
    popularity = None if readings is None else score_popularity(readings, recipe.popularity)
    return from_parts(recipe, panel, popularity)


def check_inputs(recipe: Recipe, *, sheets: bool, readings: bool, points: bool) -> None:
    """Raise RecipeError if the recipe needs an input that is not there, or says too little about one that is."""
    if recipe.blend.method == "eurovision" and points:
        return
    if recipe.blend.popularity > 0 and not readings:
        raise RecipeError("blend", "popularity", "popularity has a weight but there are no readings")
    if recipe.blend.panel > 0 and not sheets:
        raise RecipeError("blend", "panel", "the panel has a weight but there are no sheets")
    if sheets and not recipe.panel.criteria:
        raise RecipeError("panel.criteria", "", "weights of the criteria are missing")
    if readings and not recipe.popularity.metrics:
        raise RecipeError("popularity.metrics", "", "weights of the metrics are missing")


def from_parts(recipe: Recipe, panel: Panel | None, popularity: Popularity | None) -> Result:
    """Standings from scores already computed: blend, probability and order of the whole field.

    Only the recipe's tables blend, cut and tie and `minimum_sheets` matter here.
    """
    if recipe.blend.method == "eurovision":
        return _by_ballots(recipe, panel, popularity)
    columns = _columns(recipe, panel, popularity)
    regions, marks = _tie_columns(columns.field, panel, popularity, recipe)
    second = _second_level(recipe, columns, panel)
    levels: list[tuple[int, Sequence[Ints]]] = [
        (1, [columns.blend]),
        (2, second),
        (3, [columns.probability]),
        (4, [regions]),
        (5, [marks]),
    ]
    order = rank(columns.field, levels, seed=recipe.tie_seed)
    return _result(recipe, columns, order, _heard(recipe, columns), panel, popularity, None)


def _heard(recipe: Recipe, columns: _Columns) -> NDArray[np.bool_]:
    """Who has the sheets that a selection asks for; everyone where the panel has no weight."""
    least = max(1, recipe.panel.minimum_sheets) if recipe.blend.panel > 0 else 0
    return columns.sheets >= least


def _second_level(recipe: Recipe, columns: _Columns, panel: Panel | None) -> Sequence[Ints]:
    """Keys of the level after the blend: the other component, or the best marks one after the other."""
    if recipe.tie_chain == "popularity-first":
        return [columns.popularity]
    if recipe.tie_chain == "countback" and panel and len(panel.sheets.entries):
        at = places(columns.field, panel.sheets.entries)
        return [_placed(_zeros(columns.field), at, column) for column in best_marks(panel.sheets)]
    return [_or_zero(columns.panel, columns)]


def _columns(recipe: Recipe, panel: Panel | None, popularity: Popularity | None) -> _Columns:
    field = _field(panel, popularity)
    columns = _Columns(
        field=field,
        blend=_zeros(field),
        popularity=_zeros(field),
        measured=np.zeros(len(field), dtype=np.bool_),
        panel=None,
        theta=None,
        panel_sd=None,
        probability=_zeros(field),
        sheets=np.zeros(len(field), dtype=np.int64),
    )
    if panel:
        _place_panel(columns, panel, places(field, panel.sheets.entries))
    if popularity:
        at = places(field, popularity.window.entries)[popularity.members]
        columns.popularity = _placed(columns.popularity, at, popularity.score)
        columns.measured[at] = True
    panel_scores = _or_zero(columns.panel, columns)
    columns.blend = blend(columns.popularity, panel_scores, recipe.blend, size=recipe.cut_size)
    sds = columns.panel_sd if recipe.blend.method == "weighted-sum" else None
    columns.probability = probabilities(
        columns.blend, sds, share=panel_share(recipe.blend), size=recipe.cut_size
    )
    return columns


def _field(panel: Panel | None, popularity: Popularity | None) -> Sequence[str]:
    heard = panel.sheets.field if panel else ()
    return united(heard, popularity.window.entries if popularity else ())


def _place_panel(columns: _Columns, panel: Panel, at: Indexes) -> None:
    columns.theta = _placed(_zeros(columns.field), at, panel.theta)
    columns.panel = _placed(_zeros(columns.field), at, panel.panel)
    columns.panel_sd = _placed(_zeros(columns.field) + 10**6, at, panel.panel_sd)
    columns.sheets[at] = panel.counts


def _placed(column: Ints, at: Indexes, values: Ints) -> Ints:
    result = column if values.dtype == np.int64 else objects(column)
    result[at] = values
    return result


def _zeros(field: Sequence[str]) -> Ints:
    return np.zeros(len(field), dtype=np.int64)


def _or_zero(column: Ints | None, columns: _Columns) -> Ints:
    return _zeros(columns.field) if column is None else column


def _tie_columns(
    field: Sequence[str], panel: Panel | None, popularity: Popularity | None, recipe: Recipe
) -> tuple[Ints, Ints]:
    """Regions won, and the mean mark of the weightiest criterion (no sheets = below any mark)."""
    regions, marks = _zeros(field), _zeros(field)
    if popularity:
        regions[places(field, popularity.window.entries)[popularity.members]] = popularity.regions_won
    if panel and len(panel.sheets.entries):
        weights = [weight for _, weight in recipe.panel.criteria]
        means = criterion_means(panel.sheets, weights.index(max(weights)))
        marks = _placed(marks + (int(means.min()) - 1), places(field, panel.sheets.entries), means)
    return regions, marks


def _by_points(recipe: Recipe, tally: Tally) -> Result:
    columns = _points_columns(recipe, tally)
    return _result(recipe, columns, _order_of(recipe, tally), columns.measured, None, None, tally)


def _by_ballots(recipe: Recipe, panel: Panel | None, popularity: Popularity | None) -> Result:
    """Points made of the parts; these stay to explain them, and who has too few sheets is not selected."""
    field = _field(panel, popularity)
    tally = Tally(points_of(recipe, panel, popularity), field)
    columns = _points_columns(recipe, tally)
    if panel:
        columns.sheets[places(field, panel.sheets.entries)] = panel.counts
    order = _order_of(recipe, tally)
    return _result(recipe, columns, order, _heard(recipe, columns), panel, popularity, tally)


def _order_of(recipe: Recipe, tally: Tally) -> Order:
    levels = tally.levels(public_first=recipe.tie_chain != "panel-first")
    return rank(tally.entries, levels, seed=recipe.tie_seed)


def _points_columns(recipe: Recipe, tally: Tally) -> _Columns:
    total = in_micro(tally.jury + tally.public)
    field = tally.entries
    return _Columns(
        field=field,
        blend=total,
        popularity=in_micro(tally.public),
        measured=np.ones(len(field), dtype=np.bool_),
        panel=in_micro(tally.jury),
        theta=None,
        panel_sd=None,
        probability=probabilities(total, None, share=panel_share(recipe.blend), size=recipe.cut_size),
        sheets=np.zeros(len(field), dtype=np.int64),
    )


def _result(
    recipe: Recipe,
    columns: _Columns,
    order: Order,
    selectable: NDArray[np.bool_],
    panel: Panel | None,
    popularity: Popularity | None,
    tally: Tally | None,
) -> Result:
    extend = recipe.tie_chain == "extend-cut"
    selected = select(order, selectable, size=recipe.cut_size, extend=extend)
    by = order.order

    def sort(column: Ints | None) -> Ints | None:
        return None if column is None else column[by]

    return Result(
        recipe=recipe,
        entries=taken(columns.field, by),
        order=by,
        blend=columns.blend[by],
        popularity=columns.popularity[by],
        measured=columns.measured[by],
        panel=sort(columns.panel),
        theta=sort(columns.theta),
        panel_sd=sort(columns.panel_sd),
        probability=columns.probability[by],
        sheets=columns.sheets[by],
        tie_level=order.tie_level[by],
        gaps=order.gaps,
        selectable=selectable[by],
        selected=selected[by],
        warnings=_warnings(panel, popularity),
        panel_part=panel,
        popularity_part=popularity,
        tally=tally,
    )


def _warnings(panel: Panel | None, popularity: Popularity | None) -> tuple[str, ...]:
    warnings = list(popularity.warnings) if popularity else []
    if panel:
        if panel.sheets.incomplete:
            warnings.append(f"{panel.sheets.incomplete} incomplete sheets left out")
        warnings += panel.warnings
    return tuple(warnings)
