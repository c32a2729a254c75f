"""Sorting by several keys in few passes. Equal rows come in any order: callers settle or join them."""

from collections.abc import Sequence

import numpy as np

from .exact import Ints, objects
from .inputs import Indexes

_ROOM = 2**62


def int_keys(key: Ints) -> Indexes:
    """The key itself, or small integers of the same order where its values don't fit in 64 bits."""
    if key.dtype != object:
        return key
    _, codes = np.unique(objects(key), return_inverse=True)
    return codes.astype(np.int64)


def joined(keys: Sequence[Indexes]) -> list[Indexes]:
    """Fewer keys of the same order: neighbors become one number while its range fits, constant ones go."""
    result: list[Indexes] = []
    room = _ROOM
    for key in keys if len(keys[0]) else []:
        low = int(key.min())
        size = int(key.max()) - low + 1
        if size == 1:
            continue
        if room * size < _ROOM:
            result[-1] = result[-1] * size + (key - low)
            room *= size
        else:
            result.append(key - low if size < _ROOM else key)
            room = size
    return result


def ascending(keys: Sequence[Indexes]) -> Indexes:
    """Rows from the lowest on, compared from the first key on."""
    few = joined(keys)
    if not few:
        return np.arange(len(keys[0]))
    return (np.argsort(few[0]) if len(few) == 1 else np.lexsort(few[::-1])).astype(np.int64)


def double_midranks(*keys: Ints) -> Indexes:
    """Twice the mid-rank (from 1) of each row of keys, compared from the first key on."""
    few = joined([int_keys(key) for key in keys])
    count = len(keys[0])
    if not few:
        return np.full(count, count + 1, dtype=np.int64)
    if len(few) == 1 and int(few[0].min()) > -1 and int(few[0].max()) < 4 * count:
        sizes = np.bincount(few[0])
        middles: Indexes = 2 * (np.cumsum(sizes) - sizes) + sizes + 1
        return middles[few[0]]
    order = ascending(few)
    new = np.ones(count, dtype=np.bool_)
    new[1:] = np.logical_or.reduce([np.diff(key[order]) != 0 for key in few])
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, count))
    result = np.empty(count, dtype=np.int64)
    result[order] = np.repeat(2 * starts + sizes + 1, sizes)
    return result
