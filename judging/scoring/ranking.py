"""Order, tie levels and selection, from published numbers alone (rules 36 to 40)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .codes import Codes, taken
from .exact import Ints
from .inputs import Indexes
from .order import ascending, int_keys

HASH_LEVEL = 6
"""The last level: SHA-256 of seed and entry code, ascending."""


@dataclass(frozen=True, slots=True)
class Order:
    """`order` lists entry indexes from rank 1 on; `tie_level` is per entry index.

    `gaps[r]` is the level that separates the entries at positions r and r + 1.
    """

    order: Indexes
    tie_level: Indexes
    gaps: Indexes


def rank(entries: Sequence[str], levels: Sequence[tuple[int, Sequence[Ints]]], *, seed: str) -> Order:
    """Order by the levels (number, keys; higher first), then by hash."""
    codes = [(number, [-int_keys(key) for key in keys]) for number, keys in levels]
    order = ascending([key for _, keys in codes for key in keys])
    deepest = _deepest(codes, order)
    order = _by_hash(order, deepest, entries, seed)
    tie_level = np.ones(len(entries), dtype=np.int64)
    gaps = np.concatenate([[1], deepest, [1]])
    tie_level[order] = np.maximum(gaps[:-1], gaps[1:])[: len(order)]
    return Order(order, tie_level, deepest)


def _deepest(codes: list[tuple[int, list[Indexes]]], order: Indexes) -> Indexes:
    """For each two neighbours, the level that separates them."""
    deepest = np.full(max(0, len(order) - 1), HASH_LEVEL, dtype=np.int64)
    for number, keys in reversed(codes):
        differs = np.logical_or.reduce([np.diff(key[order]) != 0 for key in keys])
        deepest[differs] = number
    return deepest


def _by_hash(order: Indexes, deepest: Indexes, entries: Sequence[str], seed: str) -> Indexes:
    """Within runs that no level separates, ascending by hash, then by code (entries are sorted by code)."""
    tied = np.concatenate([[False], deepest == HASH_LEVEL, [False]])
    places = np.flatnonzero(tied[:-1] | tied[1:])
    if not len(order) or not len(places):
        return order
    run = np.cumsum(~tied[:-1])[places]
    members = order[places]
    words = _tie_words(seed, taken(entries, members))
    by = np.lexsort((words[:, 0], run))
    first = words[by, 0]
    if ((first[1:] == first[:-1]) & (run[by[1:]] == run[by[:-1]])).any():
        by = np.lexsort((members, *words.T[::-1], run))
    result = order.copy()
    result[places] = members[by]
    return result


def _tie_words(seed: str, entries: Sequence[str]) -> NDArray[np.uint64]:
    """The hash of each entry as four numbers, the most significant first."""
    packed = entries.packed.tolist() if isinstance(entries, Codes) else [entry.encode() for entry in entries]
    start, sha256 = seed.encode(), hashlib.sha256
    digests = b"".join([sha256(start + code).digest() for code in packed])
    return np.frombuffer(digests, dtype=">u8").reshape(-1, 4).astype(np.uint64)


def select(order: Order, selectable: NDArray[np.bool_], *, size: int, extend: bool) -> NDArray[np.bool_]:
    """The first `size` selectable entries; with `extend` also those equal to the last one before the hash."""
    chosen = np.zeros(len(order.order), dtype=np.bool_)
    allowed = np.flatnonzero(selectable[order.order])
    chosen[order.order[allowed[:size]]] = True
    if extend and 0 < size < len(allowed):
        last = int(allowed[size - 1])
        run = _run_after(order, last)
        chosen[[i for i in run if selectable[i]]] = True
    return chosen


def _run_after(order: Order, last: int) -> list[int]:
    """Entries after position `last` that only the hash separates from it."""
    run: list[int] = []
    while last + 1 < len(order.order) and order.gaps[last] == HASH_LEVEL:
        last += 1
        run.append(int(order.order[last]))
    return run
