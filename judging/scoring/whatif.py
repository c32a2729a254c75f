"""What if: who would be selected under other weights, another size of the cut, or without a judge."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from .compute import Result, compute, from_parts
from .errors import ScoringError
from .inputs import Point, Readings, Sheet, Windows
from .recipe import Recipe

MOST_VALUES = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """What one variation does to the selected set, each in order of rank."""

    label: str
    entered: tuple[str, ...]
    left: tuple[str, ...]


def change(label: str, before: Result, after: Result) -> Change:
    """Who enters and who leaves between two results."""
    old, new = before.chosen(), after.chosen()
    return Change(
        label, tuple(e for e in new if e not in set(old)), tuple(e for e in old if e not in set(new))
    )


def vary(
    recipe: Recipe,
    request: str,
    *,
    sheets: Sequence[Sheet] | None = None,
    readings: Readings | Windows | None = None,
    points: Sequence[Point] | None = None,
) -> list[Change]:
    """One change per value of a request like `popularity=0.4:0.6:0.05`.

    `popularity` and `panel` are weights of the blend whose sum stays as it is; `size` is that of the cut; any other
    number of the recipe is named with its table, `panel.lambda_entry`. Raises ScoringError for what it cannot read.
    """
    name, values = parse(request)
    base = compute(recipe, sheets=sheets, readings=readings, points=points)
    changes = []
    for value in values:
        label, other = varied(recipe, name, value)
        if name in ("popularity", "panel", "size") and base.tally is None:
            after = from_parts(other, base.panel_part, base.popularity_part)
        else:
            after = compute(other, sheets=sheets, readings=readings, points=points)
        changes.append(change(label, base, after))
    return changes


def without_each_judge(
    recipe: Recipe, *, sheets: Sequence[Sheet], readings: Readings | Windows | None = None
) -> dict[str, Change]:
    """Influence of each judge: what the selected set would be without all sheets of that judge."""
    base = compute(recipe, sheets=sheets, readings=readings)
    changes = {}
    for judge in sorted({sheet.judge for sheet in sheets}):
        rest = [
            sheet if sheet.judge != judge else replace(sheet, marks=dict.fromkeys(sheet.marks))
            for sheet in sheets
        ]
        after = compute(recipe, sheets=rest, readings=readings)
        changes[judge] = change(judge, base, after)
    return changes


def parse(request: str) -> tuple[str, list[Decimal]]:
    """Name and values of `name=from:to:step`, `name=a,b,c` or `name=a`."""
    name, found, rest = request.partition("=")
    if not found or not name.strip():
        raise ScoringError(f"what-if {request!r}: write it like popularity=0.4:0.6:0.05")
    try:
        parts = [Decimal(part.strip()) for part in rest.replace(":", ",").split(",")]
    except InvalidOperation:
        raise ScoringError(f"what-if {request!r}: {rest!r} has something that is no number") from None
    if not all(part.is_finite() for part in parts):
        raise ScoringError(f"what-if {request!r}: numbers must be finite")
    if ":" not in rest:
        return name.strip(), parts
    if len(parts) != 3 or "," in rest or parts[2] <= 0 or parts[0] > parts[1]:
        raise ScoringError(f"what-if {request!r}: a range is from:to:step, with a step above 0")
    return name.strip(), list(_range(*parts))


def _range(first: Decimal, last: Decimal, step: Decimal) -> Iterator[Decimal]:
    if (last - first) / step > MOST_VALUES:
        raise ScoringError(f"what-if: more than {MOST_VALUES} values")
    while first <= last:
        yield first
        first += step


def varied(recipe: Recipe, name: str, value: Decimal) -> tuple[str, Recipe]:
    """A label and the recipe with one value changed. Raises ScoringError."""
    tables = recipe.to_mapping()
    if name in _SHORT:
        label = _SHORT[name](tables, recipe, value)
    else:
        table, _, key = name.partition(".")
        if table not in ("panel", "popularity", "blend") or key not in tables[table]:
            raise ScoringError(f"what-if: the recipe has no number {name!r}")
        tables[table][key] = str(value)
        label = f"{name}={value}"
    return label, Recipe.from_mapping(tables)


Tables = dict[str, dict[str, object]]


def _weights(tables: Tables, recipe: Recipe, popularity: Decimal) -> str:
    panel = recipe.blend.popularity + recipe.blend.panel - popularity
    tables["blend"].update(popularity=str(popularity), panel=str(panel))
    return f"popularity={popularity} panel={panel}"


def _panel_weight(tables: Tables, recipe: Recipe, panel: Decimal) -> str:
    return _weights(tables, recipe, recipe.blend.popularity + recipe.blend.panel - panel)


def _size(tables: Tables, recipe: Recipe, size: Decimal) -> str:
    tables["cut"]["size"] = str(size)
    return f"size={size}"


_SHORT: dict[str, Callable[[Tables, Recipe, Decimal], str]] = {
    "popularity": _weights,
    "panel": _panel_weight,
    "size": _size,
}
