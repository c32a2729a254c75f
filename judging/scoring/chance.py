"""The probability of being in the cut: p_i = Phi((S_i - c)/sd_i) with c solved so that the p_i sum to K."""

import math
from fractions import Fraction

import numpy as np

from .exact import MICRO, Ints, doubtful, half_even, objects
from .normal import EXACT, TAIL_ERROR, TAIL_FLOOR, Floats, cdf, density, exact_cdf, exact_tail

_FAR_BITS = 1 << 40
_MANY = 20_000
_GRID_REACH = 1e4


def probabilities(scores: Ints, sds: Ints | None, *, share: Fraction, size: int) -> Ints:
    """p per entry in counts of 1e-6, for a cut of `size`.

    `scores` and `sds` are counts of 1e-6; the sd of a score is share * sd. Without spread (share 0 or sds None) the
    limit is taken: 1 above the line, 0 below, equal shares on it.
    """
    n = len(scores)
    if size >= n:
        return np.full(n, MICRO, dtype=np.int64)
    if size == 0:
        return np.zeros(n, dtype=np.int64)
    if sds is None or share == 0:
        return _limit(scores, size)
    return _spread(scores, sds, share, size)


def _limit(scores: Ints, size: int) -> Ints:
    line = np.sort(scores)[len(scores) - size]
    above, equal = scores > line, scores == line
    part = half_even((size - int(above.sum())) * MICRO, int(equal.sum()))
    return np.where(above, MICRO, np.where(equal, part, 0)).astype(np.int64)


def _spread(scores: Ints, sds: Ints, share: Fraction, size: int) -> Ints:
    s, sd = scores.astype(np.float64) / MICRO, sds.astype(np.float64) * float(share) / MICRO
    line, error = _line(s, sd, size)
    p = cdf((s - line) / sd)
    if not doubtful(p, error).any():
        return np.rint(p * MICRO).astype(np.int64)
    return _exactly(scores, sds, share, size, line)


def cut_line(scores: Floats, sds: Floats, size: int) -> float:
    """c such that the sum of Phi((scores - c)/sds) is `size` (0 < size < number of scores)."""
    return _line(scores, sds, size)[0]


def _line(s: Floats, sd: Floats, size: int) -> tuple[float, Floats]:
    """c, and a bound of the error of each p."""
    middle = _root(s, sd, size, _start(s, sd, size))
    return middle, _errors(s, sd, size, middle)


def _start(s: Floats, sd: Floats, size: int) -> float | None:
    """A line near the right one: that of numbers rounded to a grid, each with its count. None for few entries."""
    if len(s) < _MANY or float(np.abs(s).max()) > _GRID_REACH or float(sd.max()) > _GRID_REACH:
        return None
    cell, counts = np.unique(np.rint(s * 128) * 2.0**24 + np.rint(sd * 1024), return_counts=True)
    high = np.floor(cell / 2.0**24 + 0.5)
    spread = np.maximum(cell - high * 2.0**24, 1.0) / 1024
    return _root(high / 128, spread, size, None, counts.astype(np.float64))


def _root(s: Floats, sd: Floats, size: int, start: float | None, counts: Floats | None = None) -> float:
    """c by Newton steps kept inside a shrinking bracket, until the sum is as near to `size` as its rounding."""
    low, high = _bracket(s, sd, size)
    middle = start if start is not None and low < start < high else (low + high) / 2
    weight = 1.0 if counts is None else counts
    for _ in range(200):
        z = (s - middle) / sd
        rest = float(np.sum(cdf(z) * weight)) - size
        low, high = (middle, high) if rest > 0 else (low, middle)
        if abs(rest) <= 1e-15 * size:
            break
        slope = float(np.sum(density(z) / sd * weight))
        step = middle + rest / slope if slope > 0 else low
        new = step if low < step < high else (low + high) / 2
        if new in (low, high) or abs(new - middle) <= 1e-16 * max(1.0, abs(middle)):
            break
        middle = new
    return middle


def _errors(s: Floats, sd: Floats, size: int, line: float) -> Floats:
    """Bound of the error of each p: its own rounding, and what the error of the line moves it.

    All p move the same way with the line, so none moves more than their sum; for a small move, no more than about
    its share of the sum's slope.
    """
    z = (s - line) / sd
    p = cdf(z)
    slope = density(z) / sd
    own = slope * (1.2e-16 * np.abs(s) + 7e-16 * np.abs(s - line))
    own += np.minimum(p, 1 - p) * 1.5 * TAIL_ERROR + np.where(z > 0, 1.2e-16, TAIL_FLOOR)
    total = float(np.sum(own)) * 1.001 + abs(math.fsum(p.tolist()) - size)
    slopes = float(np.sum(slope))
    if slopes > 0 and total / slopes < 1e-4 * float(sd.min()):
        return own + total * np.minimum(1.0, 1.05 * slope / slopes)
    return own + total


def _bracket(s: Floats, sd: Floats, size: int) -> tuple[float, float]:
    reach = 14 * float(sd.max()) + 1
    return float(s.min()) - reach, float(s.max()) + reach


def _exactly(scores: Ints, sds: Ints, share: Fraction, size: int, line: float) -> Ints:
    """The same in fixed point: Newton steps, kept inside a shrinking bracket."""
    s = (objects(scores) << EXACT.bits) // MICRO
    sd_top = objects(sds) * share.numerator
    sd_bottom = MICRO * share.denominator
    reach = 14 * (int(sd_top.max()) << EXACT.bits) // sd_bottom + EXACT.one
    low, high = int(s.min()) - reach, int(s.max()) + reach
    c = EXACT.of(Fraction(line))
    for _ in range(400):
        z = ((s - c) * sd_bottom) // sd_top
        p = exact_cdf(z)
        rest = int(p.sum()) - (size << EXACT.bits)
        if abs(rest) < _FAR_BITS * len(s):
            break
        low, high = (max(low, c), high) if rest > 0 else (low, min(high, c))
        _, slopes = exact_tail(np.abs(z))
        slope = int(((slopes * sd_bottom) // sd_top).sum())
        step = c + EXACT.div(rest, slope) if slope > 0 else low
        c = step if low < step < high else (low + high) // 2
    return EXACT.publish_all(p)
