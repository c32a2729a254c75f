"""How far two recordings sound alike, told from their fingerprints alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from submissions.audio.fingerprint import SECONDS, Bits

MOST_ERRORS = 0.35
"""The paper's threshold: the share of bits that differ in what is still taken for the same recording."""
STRETCH = round(10 / SECONDS)
"""So many sub-fingerprints in a row, ten seconds, have to lie below it, and as many have to be alike in all: pieces that share
no more than tempo and drums come close to the threshold for a moment."""
MOMENT = round(3 / SECONDS)
"""The three seconds around a place, the paper's block, that say whether the place itself belongs to the stretch."""
OFFSETS = 8
MOST_REPEATED = 32
UNKNOWN = 16
"""Of 32 bits this many differ by chance: what a silent frame counts."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two recordings laid over each other where they agree best; times in seconds.

    They overlap for ``seconds``, from ``here`` in the one and ``there`` in the other; ``share`` (0 to 1) of that sounds
    alike, in stretches of ten seconds or more, and there ``errors`` (0 to 0.35) of the bits differ.
    """

    here: float
    there: float
    seconds: float
    share: float
    errors: float


class Sieve:
    """Tells quickly how many sub-fingerprints of others are also among ours, bit by bit: where there are none,
    ``compare`` finds nothing either. A table of a megabyte, which a processor keeps close, answers for most."""

    def __init__(self, ours: Bits) -> None:
        self._ours = np.unique(ours[ours != 0])
        self._table = np.zeros(1 << 20, np.bool_)
        self._table[_folded(self._ours)] = True

    def shared(self, theirs: Bits) -> int:
        """How many of theirs are among ours."""
        likely = theirs[self._table[_folded(theirs)]]
        if not self._ours.size:
            return 0
        places = np.searchsorted(self._ours[:-1], likely)
        return int(np.count_nonzero(self._ours[places] == likely))


def _folded(bits: Bits) -> Bits:
    return (bits ^ bits >> np.uint32(12)) & np.uint32((1 << 20) - 1)


def compare(ours: Bits, theirs: Bits) -> Likeness | None:
    """The best way to lay one over the other, or None if no ten seconds sound alike."""
    found = [_overlaid(ours, theirs, int(offset)) for offset in _offsets(ours, theirs)]
    return max(filter(None, found), key=_agreement, default=None)


def _agreement(found: Likeness) -> float:
    """How long it is alike, and how well: loops are a little like themselves at every bar, and most where they belong."""
    return found.seconds * found.share * (1 - 2 * found.errors)


def _offsets(ours: Bits, theirs: Bits) -> NDArray[np.int64]:
    """The offsets (ours minus theirs) at which most sub-fingerprints are the same, bit by bit."""
    order = np.argsort(theirs, kind="stable")
    ranked = theirs[order]
    first, after = np.searchsorted(ranked, ours, "left"), np.searchsorted(ranked, ours, "right")
    counts = after - first
    counts[(ours == 0) | (counts > MOST_REPEATED)] = 0
    places = np.repeat(first, counts) + np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts)
    offsets, votes = np.unique(np.repeat(np.arange(len(ours)), counts) - order[places], return_counts=True)
    most: NDArray[np.int64] = offsets[np.argsort(-votes, kind="stable")[:OFFSETS]]
    return most


def _overlaid(ours: Bits, theirs: Bits, offset: int) -> Likeness | None:
    here, there = max(offset, 0), max(-offset, 0)
    count = min(len(ours) - here, len(theirs) - there)
    if count < STRETCH:
        return None
    errors = _errors(ours[here : here + count], theirs[there : there + count])
    alike = _alike(errors)
    if alike.sum() < STRETCH or (rate := float(errors[alike].mean()) / 32) >= MOST_ERRORS:
        return None
    return Likeness(
        here=here * SECONDS,
        there=there * SECONDS,
        seconds=count * SECONDS,
        share=float(alike.mean()),
        errors=rate,
    )


def _errors(ours: Bits, theirs: Bits) -> NDArray[np.uint8]:
    errors: NDArray[np.uint8] = np.bitwise_count(ours ^ theirs)
    errors[(ours == 0) | (theirs == 0)] = UNKNOWN
    return errors


def _alike(errors: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which places lie in ten seconds with few errors, and have few around them too: a stretch ends where it ends."""
    begins = np.flatnonzero(_mean(errors, STRETCH) < MOST_ERRORS)
    edges = np.zeros(len(errors) + 1, np.int64)
    np.add.at(edges, begins, 1)
    np.add.at(edges, begins + STRETCH, -1)
    around = _mean(np.pad(errors, (MOMENT // 2, MOMENT - MOMENT // 2 - 1), "edge"), MOMENT) < MOST_ERRORS
    return (edges.cumsum()[:-1] > 0) & around


def _mean(errors: NDArray[np.uint8], width: int) -> NDArray[np.float64]:
    """The share of bits that differ in each window of so many places, shape (n - width + 1,)."""
    sums = np.concatenate([[0], errors.cumsum(dtype=np.int64)])
    mean: NDArray[np.float64] = (sums[width:] - sums[:-width]) / (32 * width)
    return mean
