"""Exact numbers: fixed point on Python integers in numpy object arrays, and the guarded rounding of published numbers.

A fixed-point number x is the integer floor(x * 2**bits). With 256 bits one operation errs by at most 1e-77, so that
after any computation here the distance to the middle of two published numbers is known to far more than the 1e-20
that the rules ask for. Published numbers are integers: counts of 0.000001.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
"""int64 where everything fits, else Python integers (dtype object)."""
Objects = NDArray[np.object_]

MICRO = 10**6
_GRAIN = 10**14
_SAFE = 2**62


@dataclass(frozen=True, slots=True)
class Fixed:
    """Fixed-point arithmetic with `bits` binary places; works on integers and on object arrays alike."""

    bits: int = 256

    @property
    def one(self) -> int:
        return 1 << self.bits

    def of(self, value: Fraction | int) -> int:
        """The fixed-point number of an exact one."""
        return (value.numerator << self.bits) // value.denominator

    def mul(self, a: Any, b: Any) -> Any:
        return (a * b) >> self.bits

    def div(self, a: Any, b: Any) -> Any:
        return (a << self.bits) // b

    def sqrt(self, value: int) -> int:
        """Square root; a value below 0 can only be rounding and counts as 0."""
        return math.isqrt(max(value, 0) << self.bits)

    def float(self, value: int) -> float:
        return (
            math.ldexp(value, -self.bits) if value.bit_length() < 1000 else float(Fraction(value, self.one))
        )

    def publish(self, value: int) -> int:
        """Guarded rounding to a count of 1e-6: to 20 decimals, then half-even to 6."""
        return half_even((value * 10**20 + (self.one >> 1)) >> self.bits, _GRAIN)

    def publish_all(self, values: Objects) -> Ints:
        """`publish` for an object array, shape kept."""
        if not values.size:
            return np.zeros(values.shape, dtype=np.int64)
        grains = (values * 10**20 + (self.one >> 1)) >> self.bits
        return compact(half_even_all(grains, _GRAIN))


def half_even(numerator: int, denominator: int) -> int:
    """numerator / denominator, rounded half-even; denominator > 0."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


def half_even_all(numerators: Ints, denominator: int) -> Ints:
    """`half_even` for an array."""
    quotients = numerators // denominator
    twice = (numerators - quotients * denominator) * 2
    up = (twice > denominator) | ((twice == denominator) & (quotients % 2 == 1))
    result: Ints = quotients + up.astype(np.int64)
    return result


def publish_ratio(value: Fraction) -> int:
    """Guarded rounding of an exact number to a count of 1e-6."""
    return half_even(half_even(value.numerator * 10**20, value.denominator), _GRAIN)


def compact(values: Ints) -> Ints:
    """int64 if every value fits, else object."""
    if values.dtype == np.int64 or not values.size:
        return values.astype(np.int64)
    fits = max(int(values.max()), -int(values.min())) < _SAFE
    return values.astype(np.int64) if fits else values


def ints(values: Iterable[int]) -> Ints:
    """An array of integers, int64 if they fit."""
    content = list(values)
    array = np.empty(len(content), dtype=object)
    array[:] = content
    return compact(array)


def objects(values: Ints) -> Objects:
    """The same integers as Python integers, safe from overflow."""
    return values.astype(object)


def roomy(values: Ints, bound: int) -> Ints:
    """int64 if results up to `bound` fit, else Python integers."""
    return values if values.dtype == np.int64 and bound < _SAFE else objects(values)


def largest(values: Ints) -> int:
    """Greatest magnitude in the array; 0 if empty."""
    return max(abs(int(values.max())), abs(int(values.min()))) if values.size else 0


def doubtful(values: NDArray[np.float64], errors: NDArray[np.float64] | float) -> NDArray[np.bool_]:
    """Which floats, wrong by at most `errors`, could round to either of two counts of 1e-6; NaN always."""
    scaled = values * MICRO
    distance = np.abs(scaled - np.floor(scaled) - 0.5) / MICRO
    result: NDArray[np.bool_] = ~(distance > errors + np.abs(values) * 4e-16 + 1e-19)
    return result


def sum_by(group: NDArray[np.int64], values: Ints, size: int) -> Ints:
    """Exact sums of `values` per group 0 .. size-1; group order does not matter."""
    result = np.zeros(size, dtype=values.dtype)
    if not values.size:
        return result
    order = np.argsort(group, kind="stable")
    found, starts = np.unique(group[order], return_index=True)
    result[found] = np.add.reduceat(values[order], starts)
    return result
