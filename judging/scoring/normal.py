"""The normal distribution on arrays, as floats and as fixed-point numbers, without SciPy.

Floats: the inverse is Wichura's algorithm AS 241 (Applied Statistics 37, 1988), the tail a Taylor expansion around a
grid of exact values. Fixed point: the same Taylor expansion to full length, the inverse by one step of Halley.
"""

import functools
import math
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .exact import Fixed, Ints, Objects, objects

Floats = NDArray[np.float64]

EXACT = Fixed(160)
"""Fixed point of this module's exact functions: errors below 1e-40."""
INVERSE_ERROR = 1e-14
"""Bound of the error of `inverse` between -4 and 4 (observed: below 3e-15)."""
TAIL_ERROR = 1e-15
"""Bound of the relative error of `upper_tail` for 0 <= x <= 13, its argument taken as exact, but for TAIL_FLOOR."""
TAIL_FLOOR = 1e-38
"""Absolute error of `upper_tail` that comes on top."""
FAR = 13.0
"""Beyond this distance the tail is below 1e-38 and counts as 0."""

_BLOCK = 16_384
"""Numbers worked on at a time, so that they stay in the processor's cache."""
_STEPS = 256
_TERMS = 10


def upper_tail(x: Floats) -> Floats:
    """1 - Phi(x) for x >= 0."""
    if x.size <= _BLOCK:
        return _upper_tail(x)
    flat = x.ravel()
    return np.concatenate(
        [_upper_tail(flat[first : first + _BLOCK]) for first in range(0, len(flat), _BLOCK)]
    ).reshape(x.shape)


def _upper_tail(x: Floats) -> Floats:
    near = np.minimum(x, FAR)
    cell = np.rint(near * _STEPS).astype(np.int64)
    h = near - cell / _STEPS
    table = _taylor()
    total = table[-1][cell]
    for row in table[-2::-1]:
        total = total * h + row[cell]
    return np.where(x > FAR, 0.0, total)


def cdf(x: Floats) -> Floats:
    """Phi(x)."""
    tail = upper_tail(np.abs(x))
    return np.where(x > 0, 1.0 - tail, tail)


def density(x: Floats) -> Floats:
    """phi(x)."""
    result: Floats = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return result


def inverse_of_ratio(numerators: Ints, denominator: int) -> Floats:
    """Phi^-1(numerators / denominator), accurate at both ends; error at most INVERSE_ERROR between -4 and 4."""
    lower = np.minimum(numerators, denominator - numerators)
    size = -inverse((lower / denominator).astype(np.float64))
    return np.where(numerators * 2 > denominator, size, -size)


def inverse(p: Floats) -> Floats:
    """Phi^-1(p) for 0 < p < 1; near 1 only as accurate as 1 - p is."""
    q = p - 0.5
    central = np.abs(q) <= 0.425
    result = np.empty_like(q)
    result[central] = _rational(0.180625 - q[central] ** 2, _CENTRAL) * q[central]
    tail = np.sqrt(-np.log(np.minimum(p[~central], 1.0 - p[~central])))
    size = _rational(tail - 1.6, _MIDDLE)
    far = tail > 5.0
    if far.any():
        size[far] = _rational(tail[far] - 5.0, _FAR_TAIL)
    result[~central] = size * np.sign(q[~central])
    return result


def _rational(r: Floats, coefficients: tuple[tuple[float, ...], tuple[float, ...]]) -> Floats:
    top, bottom = (np.polyval(row, r) for row in coefficients)
    result: Floats = top / bottom
    return result


_CENTRAL = (
    (
        2.5090809287301226727e3,
        3.3430575583588128105e4,
        6.7265770927008700853e4,
        4.5921953931549871457e4,
        1.3731693765509461125e4,
        1.9715909503065514427e3,
        1.3314166789178437745e2,
        3.3871328727963666080e0,
    ),
    (
        5.2264952788528545610e3,
        2.8729085735721942674e4,
        3.9307895800092710610e4,
        2.1213794301586595867e4,
        5.3941960214247511077e3,
        6.8718700749205790830e2,
        4.2313330701600911252e1,
        1.0,
    ),
)
_MIDDLE = (
    (
        7.74545014278341407640e-4,
        2.27238449892691845833e-2,
        2.41780725177450611770e-1,
        1.27045825245236838258e0,
        3.64784832476320460504e0,
        5.76949722146069140550e0,
        4.63033784615654529590e0,
        1.42343711074968357734e0,
    ),
    (
        1.05075007164441684324e-9,
        5.47593808499534494600e-4,
        1.51986665636164571966e-2,
        1.48103976427480074590e-1,
        6.89767334985100004550e-1,
        1.67638483018380384940e0,
        2.05319162663775882187e0,
        1.0,
    ),
)
_FAR_TAIL = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        1.24266094738807843860e-3,
        2.65321895265761230930e-2,
        2.96560571828504891230e-1,
        1.78482653991729133580e0,
        5.46378491116411436990e0,
        6.65790464350110377720e0,
    ),
    (
        2.04426310338993978564e-15,
        1.42151175831644588870e-7,
        1.84631831751005468180e-5,
        7.86869131145613259100e-4,
        1.48753612908506148525e-2,
        1.36929880922735805310e-1,
        5.99832206555887937690e-1,
        1.0,
    ),
)


def exact_tail(x: Objects) -> tuple[Objects, Objects]:
    """(1 - Phi(x), phi(x)) in EXACT for x >= 0 in EXACT; 0 beyond FAR."""
    limit = int(FAR) << EXACT.bits
    near = np.minimum(x, limit)
    shift = EXACT.bits - 8
    cell = ((near + (1 << (shift - 1))) >> shift).astype(np.int64)
    grid, tails, densities = _grid()
    part, slope = _series(grid[cell], near - grid[cell])
    tail = tails[cell] - EXACT.mul(densities[cell], part)
    far = x > limit
    return np.where(far, 0, tail), np.where(far, 0, EXACT.mul(densities[cell], slope))


def exact_cdf(x: Objects) -> Objects:
    """Phi(x) in EXACT."""
    tail, _ = exact_tail(np.abs(x))
    return np.where(x > 0, EXACT.one - tail, tail)


def exact_inverse(numerators: Ints, denominator: int) -> Objects:
    """Phi^-1(numerators / denominator) in EXACT, for ratios strictly between 0 and 1."""
    ratios = numerators.astype(object)
    upper = ratios * 2 > denominator
    lower = np.where(upper, denominator - ratios, ratios)
    start = -inverse((lower / denominator).astype(np.float64))
    x = _fixed(np.maximum(start, 0.0))
    tail, slope = exact_tail(x)
    step = EXACT.div(tail - (lower << EXACT.bits) // denominator, slope)
    x = x + EXACT.div(step, EXACT.one - (EXACT.mul(x, step) >> 1))
    result: Objects = np.where(upper, x, -x)
    return result


def _fixed(values: Floats) -> Objects:
    whole = np.rint(np.ldexp(values, 52)).astype(np.int64)
    result: Objects = objects(whole) << (EXACT.bits - 52)
    return result


def _series(a: Any, h: Any) -> tuple[Any, Any]:
    """Sums of g_m * h/(m+1) and of g_m, g_m = (-1)^m He_m(a) h^m / m!: the integral and the density at a + h."""
    bits = EXACT.bits
    g_before, g = h * 0, h * 0 + EXACT.one
    ah, hh = (a * h) >> bits, (h * h) >> bits
    part, slope, m = h, g, 0
    while m < 200:
        g, g_before = -((ah * g + hh * g_before) >> bits) // (m + 1), g
        m += 1
        slope = slope + g
        part = part + ((g * h) >> bits) // (m + 1)
        if np.max(np.abs(g)) <= 2 and np.max(np.abs(g_before)) <= 2:
            break
    return part, slope


@functools.cache
def _grid() -> tuple[Objects, Objects, Objects]:
    """Points k/256 from 0 to FAR + a step, with their upper tails and densities, all in EXACT."""
    count = int(FAR) * _STEPS + 2
    step = EXACT.one // _STEPS
    grid = np.array([k * step for k in range(count)], dtype=object)
    densities = _densities(count)
    parts, _ = _series(grid, np.full(count, step, dtype=object))
    drops = EXACT.mul(densities, parts)
    tails = (EXACT.one >> 1) - np.concatenate([[0], np.cumsum(drops[:-1])])
    return grid, tails, densities


def _densities(count: int) -> Objects:
    with localcontext() as context:
        context.prec = 90
        root = 1 / (2 * _pi()).sqrt()
        scale = Decimal(EXACT.one)
        values = [int((-((Decimal(k) / _STEPS) ** 2) / 2).exp() * root * scale) for k in range(count)]
    return np.array(values, dtype=object)


def _pi() -> Decimal:
    """pi by Machin's formula, to the precision of the context."""

    def arctan_inverse(n: int) -> Decimal:
        power = total = Decimal(1) / n
        for k in range(1, 200):
            power /= -n * n
            total += power / (2 * k + 1)
        return total

    return 4 * (4 * arctan_inverse(5) - arctan_inverse(239))


@functools.cache
def _taylor() -> list[Floats]:
    """Coefficients of h^0, h^1, … of the upper tail around each grid point, as floats."""
    grid, tails, densities = _grid()
    rows, before, now = [tails], grid * 0, grid * 0 + EXACT.one
    for m in range(_TERMS):
        rows.append(-EXACT.mul(densities, now) // math.factorial(m + 1) * (-1) ** m)
        before, now = now, EXACT.mul(grid, now) - m * before
    return [np.array([EXACT.float(value) for value in row]) for row in rows]
