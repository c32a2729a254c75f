"""Moment estimates of the two shrinkage strengths, from the marks of one round."""

from fractions import Fraction

import numpy as np

from .design import Design, dot
from .exact import Objects, half_even, sum_by
from .inputs import Indexes
from .linear import System

LEAST = Fraction(1, 100)
MOST_ENTRY, MOST_JUDGE = Fraction(20), Fraction(50)
FEWEST_SHEETS = 50


def estimate_lambdas(design: Design, marks: Objects) -> tuple[tuple[Fraction, Fraction], list[str]]:
    """(lambda_entry, lambda_judge) with 2 decimals, and warnings; 1 and 1 where the sheets cannot tell."""
    fixed, sheets = design.fixed, design.sheets
    cell = sheets.pool * len(sheets.judges) + sheets.judge
    total, heard, cells = len(marks), len(design.counts), len(np.unique(cell))
    frees = (total - heard - len(sheets.judges) + design.components, total - heard, total - cells)
    if total < FEWEST_SHEETS or 0 in frees:
        return (Fraction(1), Fraction(1)), ["too few sheets to estimate the lambdas: both are 1"]
    noise = _residual(design, marks) // frees[0]
    judge = _within(design, marks, sheets.entry) // frees[1] - noise
    entry = _within(design, marks, cell) // frees[2] - noise
    tiny = fixed.of(Fraction(1, 10**20))
    strengths = [
        _rounded(design, noise, part, most) if part >= tiny else most
        for part, most in ((entry, MOST_ENTRY), (judge, MOST_JUDGE))
    ]
    return (strengths[0], strengths[1]), []


def _rounded(design: Design, noise: int, part: int, most: Fraction) -> Fraction:
    """noise / part to 2 decimals by guarded rounding, within its limits."""
    fixed = design.fixed
    grains = (fixed.div(noise, part) * 10**20 + (fixed.one >> 1)) >> fixed.bits
    return min(most, max(LEAST, Fraction(half_even(grains, 10**18), 100)))


def _within(design: Design, marks: Objects, group: Indexes) -> int:
    """Sum of squares of marks around the means of their groups."""
    _, index = np.unique(group, return_inverse=True)
    size = int(index.max()) + 1
    counts = np.bincount(index, minlength=size).astype(object)
    totals = sum_by(index, marks, size)
    return dot(design.fixed, marks, marks) - dot(design.fixed, totals, totals // counts)


def _residual(design: Design, marks: Objects) -> int:
    """Residual sum of squares of the unshrunken fit entry + judge; one judge of each component stands at 0."""
    fixed, sheets = design.fixed, design.sheets
    counts = design.counts.astype(object)
    totals = sum_by(sheets.entry, marks, len(counts))
    means = totals // counts
    right = sum_by(sheets.judge, marks - means[sheets.entry], len(sheets.judges))
    matrix = np.diag(design.judge_counts.astype(object) << fixed.bits)
    for n, shared in design.shared.items():
        matrix = matrix - shared.astype(object) * (fixed.one // n)
    _, anchors = np.unique(design.groups, return_index=True)
    free = np.setdiff1d(np.arange(len(sheets.judges)), anchors)
    solution = System(matrix[np.ix_(free, free)], fixed).solve(right[free])
    return dot(fixed, marks, marks) - dot(fixed, means, totals) - dot(fixed, solution, right[free])
