"""Which parts of a track were heard: pairs of milliseconds, merged, so that hearing a part twice counts once."""

import itertools
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal

Part = tuple[int, int]
GRACE_MS = 1000
"""A player stops reporting up to a second before the end; that second is never asked for."""
MOST_PARTS = 500


def merge(*heard: Iterable[Sequence[int]], length: int) -> list[Part]:
    """The union of parts within 0 and `length` ms: ascending, none touching another. The longest ones if there are too many."""
    within = sorted(
        (max(0, start), min(end, length))
        for start, end in itertools.chain(*heard)
        if start < min(end, length)
    )
    merged: list[Part] = []
    for start, end in within:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    longest = sorted(merged, key=lambda part: part[0] - part[1])[:MOST_PARTS]
    return sorted(longest)


def total(heard: Iterable[Sequence[int]]) -> int:
    """Milliseconds of merged parts."""
    return sum(end - start for start, end in heard)


def missing_ms(heard_ms: int, *, share: Decimal, length: int) -> int:
    """How much more must be heard until `share` of `length` ms is reached; 0 once it is."""
    needed = math.ceil(share * length)
    return max(0, min(needed, max(0, length - GRACE_MS)) - heard_ms)
