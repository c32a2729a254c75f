"""Symmetric positive definite systems in fixed point: a float inverse, refined until the answer is exact."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .exact import Fixed, Objects

_EXTRA_BITS = 1024


class System:
    """S x = r for a fixed-point matrix S; solutions are right to about the last 16 of the fixed point's bits."""

    def __init__(self, matrix: Objects, fixed: Fixed) -> None:
        self.matrix, self.fixed = matrix, fixed
        self.size = len(matrix)

    def solve(self, right: Objects) -> Objects:
        """x with S x = right, both in fixed point."""
        if not self.size:
            return right
        x = np.array([0] * self.size, dtype=object)
        before = 0
        for _ in range(200):
            rest = right - ((self.matrix @ x) >> self.fixed.bits)
            step = self._approximate(rest)
            x, size = x + step, int(np.abs(step).max())
            if size < 1 << 16:
                return x
            if before and size * 4 > before:
                break
            before = size
        return self._eliminate(right)

    @cached_property
    def inverse(self) -> NDArray[np.float64]:
        """S^-1 as floats; see `inverse_error`."""
        scaled, scale = self._inverse
        result: NDArray[np.float64] = scaled / np.outer(scale, scale)
        return result

    @cached_property
    def inverse_error(self) -> float:
        """Bound of |c'(inverse)c - c'S^-1 c| for all c with sum |c| <= 1, without the sum's own rounding.

        The difference is c' S^-1 E c with E = I - S * inverse, and E is known up to the rounding of the product.
        """
        inverse, scale = self._inverse
        matrix = self._scaled[0]
        rest = np.abs(np.eye(self.size) - matrix @ inverse)
        rest += (self.size + 8) * 1.2e-16 * (np.abs(matrix) @ np.abs(inverse) + np.eye(self.size))
        slack = 1 - float(rest.sum(axis=0).max(initial=0))
        if slack < 0.5:
            return float("inf")
        bound = np.abs(inverse) @ rest / np.outer(scale, scale)
        return 1.01 / slack * float(bound.max(initial=0)) + 4e-16 * float(np.abs(self.inverse).max(initial=0))

    @cached_property
    def _scaled(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """S scaled to a unit diagonal, as floats, and the scale."""
        rows = [[self.fixed.float(v) for v in row] for row in self.matrix]
        floats = np.array(rows, dtype=np.float64).reshape(self.size, self.size)
        scale = np.sqrt(np.diag(floats))
        return floats / np.outer(scale, scale), scale

    @cached_property
    def _inverse(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Inverse of the scaled S, and the scale."""
        scaled, scale = self._scaled
        try:
            return np.linalg.inv(scaled), scale
        except np.linalg.LinAlgError:
            return np.eye(self.size), scale

    def _approximate(self, rest: Objects) -> Objects:
        """S^-1 rest to float precision, whatever the magnitude."""
        bits = max(int(v).bit_length() for v in rest)
        shift = bits - 60
        small = np.array([float(_shifted(int(v), -shift)) for v in rest])
        scaled, scale = self._inverse
        step = (scaled @ (small / scale)) / scale
        top = float(np.abs(step).max())
        if not np.isfinite(top):
            return np.array([1 << (self.fixed.bits * 4)] * self.size, dtype=object)
        lift = 60 - int(np.frexp(top)[1])
        return np.array([_shifted(int(v), shift - lift) for v in np.ldexp(step, lift)], dtype=object)

    def _eliminate(self, right: Objects) -> Objects:
        """Gaussian elimination with many more bits, for systems that floats cannot start."""
        bits = self.fixed.bits + _EXTRA_BITS
        rows: Any = np.column_stack([self.matrix, right]) << _EXTRA_BITS
        for k in range(self.size):
            rows[k] = (rows[k] << bits) // rows[k, k]
            factors = rows[:, k].copy()
            factors[k] = 0
            rows -= (factors[:, None] * rows[k]) >> bits
        result: Objects = rows[:, -1] >> _EXTRA_BITS
        return result


def _shifted(value: int, places: int) -> int:
    return value << places if places >= 0 else value >> -places
