"""Filed sheets of a running round for the scoring library: in arrays as `judging.scoring.inputs.arrange` makes, or as rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from judging.jobs.sheets import Filed, Rows
from judging.jobs.tallies import Field
from judging.scoring.codes import Codes
from judging.scoring.errors import ScoringError
from judging.scoring.exact import Ints, compact, roomy
from judging.scoring.inputs import Indexes, Sheet, Sheets, scaled
from judging.scoring.recipe import Weights

LARGEST_MARK = 1000
"""In hundredths."""


@dataclass(frozen=True)
class Named:
    """Filed sheets with what their numbers stand for: entries by index, seats and criteria by key."""

    field: Field
    filed: Filed
    seats: Mapping[int, str]
    criteria: Mapping[str, int]

    def arranged(self, weights: Weights) -> tuple[Sheets, frozenset[str]]:
        """All sheets by entry and judge, and the codes of the entries among them that left.

        Entries nobody heard count as sheets left out. Raises ScoringError for an entry in two pools.
        """
        rows, marks = self.filed.rows, self._marks([name for name, _ in weights])
        self._check_pools()
        complete = (marks >= 0).all(axis=1)
        inside = self._inside(rows)
        left = frozenset(self._codes(np.unique(rows["index"][~inside])))
        unheard = len(self.field.entries) - len(np.unique(rows["index"][inside]))
        missing = len(rows) - int(complete.sum()) + unheard
        return self._sheets(rows[complete], marks[complete], weights, missing, bool(left)), left

    def as_rows(self) -> list[Sheet]:
        """The sheets of entries still in."""
        rows = self.filed.rows[self._inside(self.filed.rows)]
        names = {key: name for name, key in self.criteria.items()}
        columns = [names[key] for key in self.filed.criteria]
        parts = (
            self._codes(rows["index"]),
            rows["seat"].tolist(),
            rows["pool"].tolist(),
            rows["marks"].tolist(),
        )
        return [
            Sheet(code, self.seats[seat], _marks_by_name(columns, marks), self.filed.pools[pool])
            for code, seat, pool, marks in zip(*parts, strict=True)
        ]

    def _inside(self, rows: Rows) -> NDArray[np.bool_]:
        """Which sheets are of entries that are still in."""
        stays = np.zeros(len(self.field.everybody), dtype=np.bool_)
        stays[self.field.index] = True
        inside: NDArray[np.bool_] = stays[rows["index"]]
        return inside

    def _codes(self, indexes: Indexes) -> list[str]:
        return [code.decode() for code in self.field.everybody[indexes].tolist()]

    def _entries(self, indexes: Indexes) -> tuple[Codes, Indexes]:
        """Codes of these entries, sorted, and for each index the place of its code."""
        used, place = np.unique(indexes, return_inverse=True)
        codes = self.field.everybody[used]
        order = np.argsort(codes)
        return Codes(codes[order]), _ranks(order)[place]

    def _marks(self, names: Sequence[str]) -> Indexes:
        """A row of marks a sheet in the order of these criteria."""
        none = np.full(len(self.filed.rows), -1, dtype=np.int64)
        column = {key: place for place, key in enumerate(self.filed.criteria)}
        places = [column.get(self.criteria.get(name, 0)) for name in names]
        found = [none if k is None else self.filed.rows["marks"][:, k].astype(np.int64) for k in places]
        return np.stack(found, axis=1)

    def _check_pools(self) -> None:
        rows = self.filed.rows
        order = np.argsort(rows["index"], kind="stable")
        index, pool = rows["index"][order], rows["pool"][order]
        two = np.flatnonzero((index[1:] == index[:-1]) & (pool[1:] != pool[:-1]))
        if len(two):
            raise ScoringError(f"entry {self._codes(index[two[:1]])[0]} is in two pools")

    def _sheets(self, rows: Rows, marks: Indexes, weights: Weights, missing: int, has_left: bool) -> Sheets:
        entries, entry = self._entries(rows["index"])
        judges, judge = _indexed(rows["seat"], lambda used: [self.seats[key] for key in used.tolist()])
        pools, pool = _indexed(
            rows["pool"], lambda used: [self.filed.pools[place] for place in used.tolist()]
        )
        order = np.lexsort((judge, entry))
        units, weight_scale = scaled([weight for _, weight in weights])
        mark_scale = 2 if (marks % 10).any() else 1 if (marks % 100).any() else 0
        columns = tuple(column // 10 ** (2 - mark_scale) for column in np.ascontiguousarray(marks[order].T))
        return Sheets(
            field=entries if has_left else self.field.entries,
            entries=entries,
            judges=judges,
            pools=pools,
            entry=entry[order],
            judge=judge[order],
            pool=pool[order],
            marks=columns,
            mark_scale=mark_scale,
            weights=tuple(int(unit) for unit in units),
            scores=_weighted(columns, units),
            score_scale=mark_scale + weight_scale,
            incomplete=missing,
        )


def _indexed(keys: Indexes, named: Callable[[Indexes], list[str]]) -> tuple[tuple[str, ...], Indexes]:
    """Sorted names of the keys, and for each key the place of its name."""
    used, place = np.unique(keys, return_inverse=True)
    names = named(used)
    order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    return tuple(names[k] for k in order.tolist()), _ranks(order)[place]


def _ranks(order: Indexes) -> Indexes:
    """The place of each in an order."""
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _weighted(columns: Sequence[Indexes], units: Ints) -> Ints:
    largest = LARGEST_MARK * sum(int(unit) for unit in units)
    total = sum(roomy(column, largest) * int(unit) for column, unit in zip(columns, units, strict=True))
    return compact(np.asarray(total))


def _marks_by_name(names: Sequence[str], marks: Sequence[int]) -> dict[str, str]:
    return {name: f"{mark / 100:g}" for name, mark in zip(names, marks, strict=True) if mark >= 0}
