"""Tallies of a block of entries as arrays: made from daily lines, brought to a later last day from their own windows."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from judging.scoring.exact import largest, roomy
from judging.scoring.inputs import Indexes
from judging.scoring.recipe import PopularityRules
from judging.scoring.window import MOST_DAYS, winsorised

SIZE = 4096
"""Entries per block."""
CODE = np.dtype("S16")
TALLY = np.dtype([("place", "<i4"), ("days", "<i4"), ("sum", "<i8"), ("fans", "<i8")])
"""Entry within the block, live days that the sum is over, winsorised sum (-1: more than 63 bits), fans (-1: unknown)."""
TOO_LARGE = -1
Grid = NDArray[Any]
Names = tuple[str, str]
"""Metric and region of a cell."""


@dataclass(frozen=True)
class Lines:
    """Daily lines of some entries: columns by entry (within the block), cell (into `names`), day, value and fans."""

    names: Sequence[Names]
    entry: Indexes
    cell: Indexes
    day: Indexes
    value: Indexes
    fans: Indexes


@dataclass(frozen=True)
class Block:
    """Entries number * SIZE and following. `names` and `counts` say which rows belong to which cell.

    `windows` gives a row of daily values for each row of `tallies`, day 0 being the entry's first; it is only called
    where the sums are made anew.
    """

    number: int
    codes: NDArray[np.bytes_]
    first: Indexes
    last: Indexes
    names: tuple[Names, ...]
    counts: tuple[int, ...]
    tallies: NDArray[np.void]
    windows: Callable[[], Grid]
    windows_sha256: str

    @property
    def cell(self) -> Indexes:
        """Cell of each row."""
        return np.repeat(np.arange(len(self.names)), self.counts)

    def content(self) -> bytes:
        """What scores depend on, but for the windows."""
        return (
            repr((self.number, self.names, self.counts)).encode()
            + self.first.tobytes()
            + self.tallies.tobytes()
        )


def empty(number: int) -> Block:
    """A block without entries."""
    none = np.zeros(0, dtype=np.int64)
    grid = np.zeros((0, 0), dtype=np.uint8)
    return Block(
        number, np.zeros(0, CODE), none, none, (), (), np.zeros(0, TALLY), lambda: grid, digest_of(grid)
    )


def digest_of(windows: Grid) -> str:
    """SHA-256 of packed windows."""
    return hashlib.sha256(repr((windows.shape, windows.dtype.str)).encode() + windows.tobytes()).hexdigest()


def packed(windows: Grid) -> Grid:
    """The same in the smallest integers that hold all, without days at the end on which nothing happened."""
    used = np.flatnonzero(windows.any(axis=0))
    width = int(used[-1]) + 1 if len(used) else 0
    top = largest(windows)
    kind = next(kind for kind in ("<u1", "<u2", "<u4", "<i8") if top <= np.iinfo(kind).max)
    return np.ascontiguousarray(windows[:, :width], dtype=kind)


def grown(block: Block, codes: NDArray[np.bytes_]) -> Block:
    """The block with entries added at its end."""
    more = np.zeros(len(codes) - len(block.codes), dtype=np.int64)
    return replace(
        block,
        codes=codes.astype(CODE),
        first=np.concatenate([block.first, more]),
        last=np.concatenate([block.last, more]),
    )


def retold(block: Block, entries: Indexes, lines: Lines, rules: PopularityRules) -> Block:
    """The block with these entries as their lines now say; sums are left for `settled`."""
    first, last = block.first.copy(), block.last.copy()
    first[entries], last[entries] = MOST_DAYS, 0
    np.minimum.at(first, lines.entry, lines.day)
    np.maximum.at(last, lines.entry, lines.day)
    first[first == MOST_DAYS] = 0
    stays = ~np.isin(block.tallies["place"], entries)
    names, cell, tallies, windows = _tallied(lines, first, rules)
    kept = block.windows()[stays] if stays.any() else np.zeros((0, 0), dtype=np.uint8)
    all_names = sorted({*names, *(block.names[k] for k in np.unique(block.cell[stays]))})
    place = {name: index for index, name in enumerate(all_names)}
    old = np.array([place.get(name, -1) for name in block.names], dtype=np.int64)[block.cell[stays]]
    new = np.array([place[name] for name in names], dtype=np.int64)[cell]
    cells, rows = np.concatenate([old, new]), np.concatenate([block.tallies[stays], tallies])
    order = np.lexsort((rows["place"], cells))
    grid = packed(_stacked(kept, windows)[order])
    return replace(
        block,
        first=first,
        last=last,
        names=tuple(all_names),
        counts=tuple(np.bincount(cells, minlength=len(all_names)).tolist()),
        tallies=rows[order],
        windows=lambda: grid,
        windows_sha256=digest_of(grid),
    )


def _tallied(
    lines: Lines, first: Indexes, rules: PopularityRules
) -> tuple[list[Names], Indexes, NDArray[np.void], Grid]:
    """Cells, and per row its cell, its tally without a sum, and its window."""
    age = lines.day - first[lines.entry]
    live = age < min(rules.window_days, MOST_DAYS)
    entry, cell, age = lines.entry[live], lines.cell[live], age[live]
    found, row = np.unique(cell * SIZE + entry, return_inverse=True)
    used, place = np.unique(found // SIZE, return_inverse=True)
    windows = np.zeros((len(found), int(age.max(initial=-1)) + 1), dtype=np.int64)
    windows[row, age] = lines.value[live]
    tallies = np.zeros(len(found), dtype=TALLY)
    tallies["place"] = found % SIZE
    tallies["fans"] = _known_sums(row, lines.fans[live], len(found))
    return [lines.names[k] for k in used.tolist()], place, tallies, windows


def _known_sums(row: Indexes, fans: Indexes, size: int) -> Indexes:
    sums, known = np.zeros(size, dtype=np.int64), fans >= 0
    np.add.at(sums, row[known], fans[known])
    sums[np.bincount(row[known], minlength=size) == 0] = -1
    return sums


def _stacked(one: Grid, other: Grid) -> Grid:
    """Rows of both, as wide as the wider."""
    width = max(one.shape[1], other.shape[1])
    return np.concatenate([widened(one, width).astype(np.int64), widened(other, width)])


def widened(windows: Grid, width: int) -> Grid:
    """Windows of at least `width` days: nothing happened on those that are missing."""
    missing = width - windows.shape[1]
    return np.pad(windows, ((0, 0), (0, missing))) if missing > 0 else windows


def settled(block: Block, last_day: int, rules: PopularityRules) -> Block:
    """The block with sums over the days that are live when `last_day` is the last of all; itself if they are already."""
    days = np.minimum(min(rules.window_days, MOST_DAYS), last_day - block.first[block.tallies["place"]] + 1)
    days = np.maximum(days, 1)  # of an entry that left, all readings may be later
    due = np.flatnonzero(block.tallies["days"] != days)
    if not len(due):
        return block
    tallies = block.tallies.copy()
    tallies["days"] = days
    tallies["sum"][due] = _sums(block.windows()[due], days[due], Fraction(rules.winsor))
    return replace(block, tallies=tallies)


def _sums(windows: Grid, days: Indexes, winsor: Fraction) -> Indexes:
    length = int(days.max())
    grid = widened(windows, length)[:, :length].astype(np.int64)
    room = (largest(grid) + 1) * 4 * max(winsor.numerator, winsor.denominator) * length
    sums = winsorised(roomy(grid, room), days, winsor, 1)
    if sums.dtype == object:
        sums = np.where(sums < 2**62, sums, TOO_LARGE).astype(np.int64)
    return sums
