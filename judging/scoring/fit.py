"""The regularised two-way fit entry + judge with pool fixed effects, solved exactly by eliminating the entries."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .design import Design, dot
from .exact import Fixed, Ints, Objects, objects, sum_by
from .inputs import Indexes
from .linear import System
from .uncertainty import panel_sds


@dataclass(frozen=True, slots=True)
class Fit:
    """Effects in fixed point; panel_sd in counts of 1e-6. `pool_effects` are the gammas."""

    theta: Objects
    leniency: Objects
    pool_effects: Objects
    noise: int
    panel_sd: Ints
    system: System


def fit_two_way(
    design: Design,
    marks: Objects,
    lambda_entry: Fraction,
    lambda_judge: Fraction,
    weights: Objects | None = None,
) -> Fit:
    """Minimise sum w (y' - gamma - u - b)^2 + lambda_entry * sum u^2 + lambda_judge * sum b^2.

    `weights` are fixed-point numbers per sheet; None stands for 1.
    """
    fixed, sheets = design.fixed, design.sheets
    pools, ridge = len(sheets.pools), fixed.of(lambda_entry)
    sums = _sums(design, weights, sheets.entry, len(design.counts))
    per_entry = _each(sums + ridge, lambda total: fixed.div(fixed.one, total))
    weighted = _times(fixed, weights, marks)
    totals = sum_by(sheets.entry, weighted, len(design.counts))
    shrunk = fixed.mul(totals, per_entry)
    system = System(_matrix(design, weights, sums, per_entry, fixed.of(lambda_judge)), fixed)
    right = _right_side(design, weighted - _times(fixed, weights, shrunk[sheets.entry]))
    x = system.solve(right)
    gamma, leniency = x[:pools], x[pools:]
    taken = sum_by(sheets.entry, _times(fixed, weights, leniency[sheets.judge]), len(design.counts))
    taken = taken + fixed.mul(sums, gamma[design.entry_pool])
    effects = shrunk - fixed.mul(taken, per_entry)
    minimum = dot(fixed, weighted, marks) - dot(fixed, shrunk, totals) - dot(fixed, x, right)
    free = len(marks) - pools
    return Fit(
        theta=gamma[design.entry_pool] - (int(gamma.sum()) // pools if pools else 0) + effects,
        leniency=leniency,
        pool_effects=gamma,
        noise=max(0, minimum) // free if free else 0,
        panel_sd=panel_sds(design, system, weights, sums, lambda_entry),
        system=system,
    )


def _times(fixed: Fixed, weights: Objects | None, values: Objects) -> Objects:
    return values if weights is None else fixed.mul(weights, values)


def _sums(design: Design, weights: Objects | None, group: Indexes, size: int) -> Objects:
    """Sum of weights per group, in fixed point."""
    if weights is not None:
        return sum_by(group, weights, size)
    result: Objects = objects(np.bincount(group, minlength=size)) << design.fixed.bits
    return result


def _each(values: Objects, change: Callable[[int], int]) -> Objects:
    """A function of every value, computed once for equal ones."""
    known = {value: change(value) for value in set(values.tolist())}
    result = np.empty(len(values), dtype=object)
    result[:] = [known[value] for value in values.tolist()]
    return result


def _matrix(
    design: Design, weights: Objects | None, sums: Objects, per_entry: Objects, ridge: int
) -> Objects:
    """S = X'WX + diag(0, ridge) - A' D^-1 A, pools first."""
    fixed, sheets = design.fixed, design.sheets
    pools, judges = len(sheets.pools), len(sheets.judges)
    size = pools + judges
    matrix = np.array([0] * (size * size), dtype=object).reshape(size, size)
    block = matrix[pools:, pools:]
    block -= _pair_sums(design, weights, per_entry)
    own = _sums(design, weights, sheets.judge, judges) + ridge
    block[np.arange(judges), np.arange(judges)] += own
    rest = fixed.one - fixed.mul(sums, per_entry)
    shares = _times(fixed, weights, rest[sheets.entry])
    cells = sum_by(sheets.pool * judges + sheets.judge, shares, pools * judges)
    matrix[:pools, pools:] = cells.reshape(pools, judges)
    matrix[pools:, :pools] = matrix[:pools, pools:].T
    matrix[np.arange(pools), np.arange(pools)] = sum_by(design.entry_pool, fixed.mul(sums, rest), pools)
    return matrix


def _pair_sums(design: Design, weights: Objects | None, per_entry: Objects) -> Objects:
    """Sum over entries of w_j w_k / d for each pair of judges."""
    fixed, judges = design.fixed, len(design.judge_counts)
    total = np.array([0] * (judges * judges), dtype=object)
    if weights is None:
        inverse_d = dict(zip(design.counts.tolist(), per_entry.tolist(), strict=True))
        return sum(
            (objects(shared) * inverse_d[n] for n, shared in design.shared.items()),
            total.reshape(judges, judges),
        )
    for n, members, block in design.by_count():
        spots = design.starts[members][:, None] + np.arange(n)
        w = weights[spots]
        values = fixed.mul(fixed.mul(w[:, :, None], w[:, None, :]), per_entry[members][:, None, None])
        keys = block[:, :, None] * judges + block[:, None, :]
        total = total + sum_by(keys.ravel(), values.ravel(), judges * judges)
    return total.reshape(judges, judges)


def _right_side(design: Design, rest: Objects) -> Objects:
    """X'Wy - A' D^-1 sy, from what each weighted mark has above its entry's shrunken total."""
    sheets = design.sheets
    by_pool = sum_by(sheets.pool, rest, len(sheets.pools))
    return np.concatenate([by_pool, sum_by(sheets.judge, rest, len(sheets.judges))])
