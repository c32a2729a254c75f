"""How well a choice fits the truth."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .world import Floats


@dataclass(frozen=True, slots=True)
class Hit:
    """A choice against the truth. `precision`: share of the chosen who belong there; `value`: their mean truth as a share of
    the way from the field's mean to the best possible choice."""

    chosen: int
    right: int
    precision: float
    value: float

    def to_mapping(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def ideal(truth: Floats, field: Collection[int], *, size: int, groups: Mapping[int, str]) -> set[int]:
    """Who should be chosen: the `size` best of each group of the field; ties by the lower row."""
    best: set[int] = set()
    for group in {groups.get(artist, "") for artist in field}:
        members = [artist for artist in field if groups.get(artist, "") == group]
        best.update(sorted(members, key=lambda artist: (-truth[artist], artist))[:size])
    return best


def hit(truth: Floats, field: Collection[int], chosen: Collection[int], best: Collection[int]) -> Hit:
    """Compare what was chosen with the ideal choice from the same field."""
    right = len(set(chosen) & set(best))
    mean = _mean(truth, field)
    gain, possible = _mean(truth, chosen) - mean, _mean(truth, best) - mean
    return Hit(
        chosen=len(chosen), right=right,
        precision=round(right / len(chosen), 4) if chosen else 0.0,
        value=round(gain / possible, 4) if possible > 0 else 1.0,
    )  # fmt: skip


def _mean(truth: Floats, rows: Collection[int]) -> float:
    return float(truth[sorted(rows)].mean()) if rows else 0.0
