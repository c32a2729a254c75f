"""Who marked what in a round: the counts, sums and shared entries that every panel method needs."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .exact import Fixed, Objects, objects, sum_by
from .inputs import Indexes, Sheets

_BLOCK = 4_000_000


class Design:
    """Who marked what: counts and sums that every panel method needs. Marks are in fixed point."""

    def __init__(self, sheets: Sheets, fixed: Fixed) -> None:
        self.sheets, self.fixed = sheets, fixed
        self.counts: Indexes = np.bincount(sheets.entry, minlength=len(sheets.entries)).astype(np.int64)
        self.starts: Indexes = np.concatenate([[0], np.cumsum(self.counts)[:-1]]).astype(np.int64)[
            : len(self.counts)
        ]
        self.judge_counts: Indexes = np.bincount(sheets.judge, minlength=len(sheets.judges)).astype(np.int64)
        self.entry_pool: Indexes = sheets.pool[self.starts]

    @cached_property
    def scores(self) -> Objects:
        """y per sheet."""
        units: Objects = objects(self.sheets.scores) << self.fixed.bits
        result: Objects = units // 10**self.sheets.score_scale
        return result

    @cached_property
    def means(self) -> Objects:
        """m_j per judge."""
        totals = sum_by(self.sheets.judge, objects(self.sheets.scores), len(self.judge_counts))
        units = objects(self.judge_counts) * 10**self.sheets.score_scale
        result: Objects = (totals << self.fixed.bits) // units
        return result

    @cached_property
    def squares(self) -> Objects:
        """SS_j per judge; exactly 0 for a judge whose marks are all equal."""
        raw, counts = objects(self.sheets.scores), objects(self.judge_counts)
        totals = sum_by(self.sheets.judge, raw, len(counts))
        powers = sum_by(self.sheets.judge, raw * raw, len(counts))
        units = counts * 100**self.sheets.score_scale
        result: Objects = ((counts * powers - totals * totals) << self.fixed.bits) // units
        return result

    def by_count(self) -> Iterator[tuple[int, Indexes, Indexes]]:
        """Blocks of entries with n sheets each: n, their indexes, and the (entries x n) matrix of their judges."""
        for n in np.unique(self.counts).tolist():
            members = np.flatnonzero(self.counts == n)
            step = max(1, _BLOCK // (n * n))
            for first in range(0, len(members), step):
                block = members[first : first + step]
                yield n, block, self.sheets.judge[self.starts[block][:, None] + np.arange(n)]

    @cached_property
    def shared(self) -> dict[int, Indexes]:
        """For each n, how many entries with n sheets each pair of judges shares (a judge with itself: its sheets)."""
        size = len(self.judge_counts)
        found: dict[int, Indexes] = {}
        for n, _, judges in self.by_count():
            pairs = (judges[:, :, None] * size + judges[:, None, :]).ravel()
            found[n] = found.get(n, 0) + np.bincount(pairs, minlength=size * size).reshape(size, size)
        return found

    @cached_property
    def groups(self) -> Indexes:
        """Component of the judge graph for each judge, numbered from 0."""
        size = len(self.judge_counts)
        linked = np.logical_or.reduce(
            [matrix > 0 for matrix in self.shared.values()] or [np.zeros((0, 0), bool)]
        )
        group = np.full(size, -1, dtype=np.int64)
        for judge in range(size):
            if group[judge] < 0:
                _spread_group(linked, group, judge, int(group.max()) + 1)
        return group

    @property
    def components(self) -> int:
        """Number of groups of judges that share no entry with one another."""
        return len(np.unique(self.groups))


def _spread_group(linked: NDArray[np.bool_], group: Indexes, judge: int, number: int) -> None:
    waiting = [judge]
    group[judge] = number
    while waiting:
        found = np.flatnonzero(linked[waiting.pop()] & (group < 0))
        group[found] = number
        waiting.extend(found.tolist())


def dot(fixed: Fixed, a: Objects, b: Objects) -> int:
    """Sum of products of two fixed-point arrays."""
    return int((a * b).sum()) >> fixed.bits if len(a) else 0
