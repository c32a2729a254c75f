"""The recipe: every choice of a round's arithmetic, read from TOML or from stored rules, and its canonical bytes."""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from .errors import FileError, RecipeError

VERSION = "1"
"""Version of the arithmetic. It changes when any published number of any strategy may change."""

PANEL_METHODS = (
    "leniency-adjusted",
    "leniency-adjusted-slopes",
    "leniency-adjusted-reliability",
    "raw-mean",
    "trimmed-mean",
    "judge-z",
    "judge-percentile",
)
POPULARITY_METHODS = (
    "robust-normal-score",
    "hardened",
    "percentile-region",
    "log-sum",
    "raw-sum",
    "time-decay",
)
BLEND_METHODS = (
    "weighted-sum",
    "eurovision",
    "borda",
    "rank-points",
    "geometric",
    "rrf",
    "panel-gate-then-popularity",
    "both-must-pass",
)
TIE_CHAINS = ("panel-first", "popularity-first", "countback", "extend-cut")
ESTIMATE = "estimate"

Weights = tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class PanelRules:
    """How sheets become a panel score. A lambda of None is estimated from the sheets."""

    method: str
    spread_shrinkage: Decimal
    lambda_entry: Decimal | None
    lambda_judge: Decimal | None
    minimum_sheets: int
    criteria: Weights


@dataclass(frozen=True, slots=True)
class PopularityRules:
    """How daily readings become a popularity score."""

    method: str
    window_days: int
    minimum_days: int
    winsor: Decimal
    consistency_cap: Decimal
    region_minimum_entries: int
    region_minimum_fans: Decimal
    region_cap: Decimal
    half_life_days: Decimal
    metrics: Weights


@dataclass(frozen=True, slots=True)
class BlendRules:
    """How the two scores are joined; the weights need not sum to 1."""

    method: str
    popularity: Decimal
    panel: Decimal
    rank_points_top: int
    rrf_k: Decimal
    gate: Decimal
    popularity_cap: bool


@dataclass(frozen=True, slots=True)
class Recipe:
    """All rules of one round. Equal recipes have equal `canonical_bytes()`."""

    panel: PanelRules
    popularity: PopularityRules
    blend: BlendRules
    cut_size: int
    tie_chain: str
    tie_seed: str

    @classmethod
    def from_toml(cls, text: str, *, name: str = "recipe.toml") -> "Recipe":
        """Read TOML text; a problem is a FileError with line and column."""
        try:
            tables = tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            raise _toml_error(error, text=text, name=name) from error
        except (ValueError, ArithmeticError) as error:
            raise FileError(name, 1, 1, f"a number cannot be read ({error})") from error
        try:
            return _build(tables, number=_toml_number)
        except RecipeError as error:
            line, column = locate(text, error.table, error.key)
            raise FileError(name, line, column, str(error)) from error

    @classmethod
    def from_mapping(cls, tables: Mapping[str, Any]) -> "Recipe":
        """Read what `to_mapping` wrote, or TOML-like tables; numbers may be strings. Raises RecipeError."""
        return _build(tables, number=_any_number)

    def to_mapping(self) -> dict[str, dict[str, Any]]:
        """JSON-safe tables; numbers are strings and weights are pairs, so that order and digits survive jsonb."""
        values: dict[str, dict[str, Any]] = {}
        for table, keys in _KEYS.items():
            values[table] = {key: _plain(self._value(table, key)) for key in keys}
        return values

    def canonical_bytes(self) -> bytes:
        """The bytes to hash for a public commitment: compact JSON, UTF-8, keys sorted, with `VERSION`."""
        content = {"version": VERSION, **self.to_mapping()}
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    def digest(self) -> str:
        """SHA-256 of the canonical bytes, hex."""
        return hashlib.sha256(self.canonical_bytes()).hexdigest()

    def _value(self, table: str, key: str) -> Any:
        if table in ("cut", "tie"):
            return getattr(self, f"{table}_{key}")
        return getattr(getattr(self, table), key)


Number = Callable[[Any], Decimal]
Reader = Callable[[Any, Number], Any]


def _toml_number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("must be a number")
    return _bounded(Decimal(value))


def _any_number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError("must be a number")
    try:
        return _bounded(Decimal(repr(value) if isinstance(value, float) else value))
    except ArithmeticError:
        raise ValueError("must be a number") from None


def _bounded(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("must be a finite number")
    if value and abs(value.adjusted()) > 300:
        raise ValueError("is too large or too close to 0")
    return value


def _decimal(*, minimum: int = 0, above: bool = False) -> Reader:
    def read(value: Any, number: Number) -> Decimal:
        found = number(value)
        if found < minimum or (above and found == minimum):
            raise ValueError(f"must be {'greater than' if above else 'at least'} {minimum}")
        return found

    return read


def _whole(minimum: int) -> Reader:
    def read(value: Any, number: Number) -> int:
        found = _decimal(minimum=minimum)(value, number)
        if found != found.to_integral_value():
            raise ValueError("must be a whole number")
        return int(found)

    return read


def _choice(choices: Sequence[str]) -> Reader:
    def read(value: Any, number: Number) -> str:
        if value not in choices or not isinstance(value, str):
            raise ValueError("must be one of " + ", ".join(choices))
        return value

    return read


def _lambda(value: Any, number: Number) -> Decimal | None:
    if value == ESTIMATE or value is None:
        return None
    strength: Decimal = _decimal(above=True)(value, number)
    return strength


def _text(value: Any, number: Number) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text")
    return value


def _flag(value: Any, number: Number) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _weights(value: Any, number: Number) -> Weights:
    pairs = list(value.items()) if isinstance(value, Mapping) else value
    if not isinstance(pairs, Sequence) or isinstance(pairs, str):
        raise ValueError("must be a table of weights")
    weights = tuple(_weight(pair, number) for pair in pairs)
    if len({name for name, _ in weights}) != len(weights):
        raise ValueError("names a weight twice")
    if weights and abs(sum((weight for _, weight in weights), Decimal(-1))) > Decimal("1e-9"):
        raise ValueError("weights must sum to 1")
    return weights


def _weight(pair: Any, number: Number) -> tuple[str, Decimal]:
    name, value = pair
    try:
        return str(name), _decimal(above=True)(value, number)
    except ValueError as error:
        raise _WeightError(str(name), str(error)) from error


class _WeightError(ValueError):
    def __init__(self, name: str, problem: str) -> None:
        super().__init__(problem)
        self.name = name


_REQUIRED = object()
_KEYS: Mapping[str, Mapping[str, tuple[Reader, Any]]] = MappingProxyType(
    {
        "panel": {
            "method": (_choice(PANEL_METHODS), "leniency-adjusted"),
            "spread_shrinkage": (_decimal(), 20),
            "lambda_entry": (_lambda, 1),
            "lambda_judge": (_lambda, 1),
            "minimum_sheets": (_whole(0), 3),
            "criteria": (_weights, ()),
        },
        "popularity": {
            "method": (_choice(POPULARITY_METHODS), "robust-normal-score"),
            "window_days": (_whole(1), 28),
            "minimum_days": (_whole(0), 7),
            "winsor": (_decimal(above=True), 3),
            "consistency_cap": (_decimal(), Decimal("0.5")),
            "region_minimum_entries": (_whole(0), 30),
            "region_minimum_fans": (_decimal(), 1000),
            "region_cap": (_decimal(), Decimal("0.75")),
            "half_life_days": (_decimal(above=True), 10),
            "metrics": (_weights, ()),
        },
        "blend": {
            "method": (_choice(BLEND_METHODS), "weighted-sum"),
            "popularity": (_decimal(), Decimal("0.5")),
            "panel": (_decimal(), Decimal("0.5")),
            "rank_points_top": (_whole(1), 100),
            "rrf_k": (_decimal(above=True), 60),
            "gate": (_decimal(above=True), 2),
            "popularity_cap": (_flag, False),
        },
        "cut": {"size": (_whole(0), _REQUIRED)},
        "tie": {"chain": (_choice(TIE_CHAINS), None), "seed": (_text, _REQUIRED)},
    }
)


def _build(tables: Mapping[str, Any], *, number: Number) -> Recipe:
    for table in tables:
        if table not in _KEYS:
            raise RecipeError("", table, "unknown table")
    read = {table: _table(tables.get(table, {}), table, number) for table in _KEYS}
    if read["blend"]["popularity"] + read["blend"]["panel"] == 0:
        raise RecipeError("blend", "popularity", "the two weights may not both be 0")
    _check_criteria(read["panel"]["criteria"])
    if read["tie"]["chain"] is None:
        public_first = read["blend"]["method"] == "eurovision"
        read["tie"]["chain"] = "popularity-first" if public_first else "panel-first"
    return Recipe(
        panel=PanelRules(**read["panel"]),
        popularity=PopularityRules(**read["popularity"]),
        blend=BlendRules(**read["blend"]),
        cut_size=read["cut"]["size"],
        tie_chain=read["tie"]["chain"],
        tie_seed=read["tie"]["seed"],
    )


def _table(content: Any, table: str, number: Number) -> dict[str, Any]:
    if not isinstance(content, Mapping):
        raise RecipeError("", table, "must be a table")
    for key in content:
        if key not in _KEYS[table]:
            raise RecipeError(table, key, "unknown key")
    return {key: _entry(content, table, key, number) for key in _KEYS[table]}


def _entry(content: Mapping[str, Any], table: str, key: str, number: Number) -> Any:
    reader, default = _KEYS[table][key]
    if key not in content:
        if default is _REQUIRED:
            raise RecipeError(table, key, "is missing")
        return default if default is None else reader(default, _any_number)
    try:
        return reader(content[key], number)
    except _WeightError as error:
        raise RecipeError(f"{table}.{key}", error.name, str(error)) from error
    except (ValueError, TypeError) as error:
        raise RecipeError(table, key, str(error)) from error


def _check_criteria(criteria: Weights) -> None:
    for name, _ in criteria:
        if name in ("entry", "judge", "pool"):
            raise RecipeError("panel.criteria", name, "this name belongs to another column")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, tuple):
        return [[name, _plain(weight)] for name, weight in value]
    return ESTIMATE if value is None else value


def _toml_error(error: tomllib.TOMLDecodeError, *, text: str, name: str) -> FileError:
    message = str(error)
    place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if place:
        return FileError(name, int(place[1]), int(place[2]), message[: place.start()])
    lines = text.split("\n")
    return FileError(name, len(lines), len(lines[-1]) + 1, message.replace(" (at end of document)", ""))


def locate(text: str, table: str, key: str) -> tuple[int, int]:
    """Line and column of a key, else of its table or the table above, else the end of the file."""
    current = ""
    headers: dict[str, tuple[int, int]] = {}
    wanted = f"{table}.{key}".strip(".")
    for number, line in enumerate(text.split("\n"), 1):
        start = len(line) - len(line.lstrip()) + 1
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if header:
            current = _unquoted(header[1])
            headers.setdefault(current, (number, start))
        name = re.match(r"\s*(\"[^\"]*\"|'[^']*'|[^=#\s]+)\s*=", line)
        here = current if header or not name else ".".join(filter(None, [current, _unquoted(name[1])]))
        if here == wanted:
            return number, start
    end = (text.count("\n") + 1, 1)
    return headers.get(table, headers.get(table.partition(".")[0], end))


def _unquoted(name: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in name.split("."))
