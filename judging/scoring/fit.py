"""The regularised two-way fit entry + judge with pool fixed effects, solved exactly by eliminating the entries."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .exact import MICRO, Fixed, Ints, Objects, doubtful, ints, objects, sum_by
from .inputs import Indexes, Sheets
from .linear import System

_BLOCK = 4_000_000


class Design:
    """Who marked what: counts and sums that every panel method needs. Marks are in fixed point."""

    def __init__(self, sheets: Sheets, fixed: Fixed) -> None:
        self.sheets, self.fixed = sheets, fixed
        self.counts: Indexes = np.bincount(sheets.entry, minlength=len(sheets.entries)).astype(np.int64)
        self.starts: Indexes = np.concatenate([[0], np.cumsum(self.counts)[:-1]]).astype(np.int64)[
            : len(self.counts)
        ]
        self.judge_counts: Indexes = np.bincount(sheets.judge, minlength=len(sheets.judges)).astype(np.int64)
        self.entry_pool: Indexes = sheets.pool[self.starts]

    @classmethod
    def of(cls, sheets: Sheets, fixed: Fixed) -> "Design":
        return cls(sheets, fixed)

    @cached_property
    def scores(self) -> Objects:
        """y per sheet."""
        units: Objects = objects(self.sheets.scores) << self.fixed.bits
        result: Objects = units // 10**self.sheets.score_scale
        return result

    @cached_property
    def means(self) -> Objects:
        """m_j per judge."""
        totals = sum_by(self.sheets.judge, objects(self.sheets.scores), len(self.judge_counts))
        units = objects(self.judge_counts) * 10**self.sheets.score_scale
        result: Objects = (totals << self.fixed.bits) // units
        return result

    @cached_property
    def squares(self) -> Objects:
        """SS_j per judge; exactly 0 for a judge whose marks are all equal."""
        raw, counts = objects(self.sheets.scores), objects(self.judge_counts)
        totals = sum_by(self.sheets.judge, raw, len(counts))
        powers = sum_by(self.sheets.judge, raw * raw, len(counts))
        units = counts * 100**self.sheets.score_scale
        result: Objects = ((counts * powers - totals * totals) << self.fixed.bits) // units
        return result

    def by_count(self) -> Iterator[tuple[int, Indexes, Indexes]]:
        """Blocks of entries with n sheets each: n, their indexes, and the (entries x n) matrix of their judges."""
        for n in np.unique(self.counts).tolist():
            members = np.flatnonzero(self.counts == n)
            step = max(1, _BLOCK // (n * n))
            for first in range(0, len(members), step):
                block = members[first : first + step]
                yield n, block, self.sheets.judge[self.starts[block][:, None] + np.arange(n)]

    @cached_property
    def shared(self) -> dict[int, Indexes]:
        """For each n, how many entries with n sheets each pair of judges shares (a judge with itself: its sheets)."""
        size = len(self.judge_counts)
        found: dict[int, Indexes] = {}
        for n, _, judges in self.by_count():
            pairs = (judges[:, :, None] * size + judges[:, None, :]).ravel()
            found[n] = found.get(n, 0) + np.bincount(pairs, minlength=size * size).reshape(size, size)
        return found

    @cached_property
    def groups(self) -> Indexes:
        """Component of the judge graph for each judge, numbered from 0."""
        size = len(self.judge_counts)
        linked = np.logical_or.reduce(
            [matrix > 0 for matrix in self.shared.values()] or [np.zeros((0, 0), bool)]
        )
        group = np.full(size, -1, dtype=np.int64)
        for judge in range(size):
            if group[judge] < 0:
                _spread_group(linked, group, judge, int(group.max()) + 1)
        return group

    @property
    def components(self) -> int:
        """Number of groups of judges that share no entry with one another."""
        return len(np.unique(self.groups))


def _spread_group(linked: NDArray[np.bool_], group: Indexes, judge: int, number: int) -> None:
    waiting = [judge]
    group[judge] = number
    while waiting:
        found = np.flatnonzero(linked[waiting.pop()] & (group < 0))
        group[found] = number
        waiting.extend(found.tolist())


@dataclass(frozen=True, slots=True)
class Fit:
    """Effects in fixed point; panel_sd in counts of 1e-6. `pool_effects` are the gammas."""

    theta: Objects
    leniency: Objects
    pool_effects: Objects
    noise: int
    panel_sd: Ints
    system: System


def fit_two_way(design: Design, marks: Objects, lambda_entry: Fraction, lambda_judge: Fraction) -> Fit:
    """Minimise sum (y' - gamma - u - b)^2 + lambda_entry * sum u^2 + lambda_judge * sum b^2."""
    fixed, sheets = design.fixed, design.sheets
    pools = len(sheets.pools)
    inverse_d = {n: fixed.of(1 / (n + lambda_entry)) for n in np.unique(design.counts).tolist()}
    per_entry = np.array([inverse_d[n] for n in design.counts.tolist()], dtype=object)
    system = System(_matrix(design, inverse_d, lambda_judge), fixed)
    totals = sum_by(sheets.entry, marks, len(design.counts))
    shrunk = fixed.mul(totals, per_entry)
    right = _right_side(design, marks, shrunk)
    x = system.solve(right)
    gamma, leniency = x[:pools], x[pools:]
    taken = (
        sum_by(sheets.entry, leniency[sheets.judge], len(design.counts))
        + gamma[design.entry_pool] * design.counts
    )
    effects = shrunk - fixed.mul(taken, per_entry)
    mean = int(gamma.sum()) // pools if pools else 0
    minimum = dot(fixed, marks, marks) - dot(fixed, shrunk, totals) - dot(fixed, x, right)
    free = len(marks) - pools
    return Fit(
        theta=gamma[design.entry_pool] - mean + effects,
        leniency=leniency,
        pool_effects=gamma,
        noise=max(0, minimum) // free if free else 0,
        panel_sd=_panel_sd(design, system, lambda_entry),
        system=system,
    )


def _matrix(design: Design, inverse_d: dict[int, int], lambda_judge: Fraction) -> Objects:
    """S = X'X + diag(0, lambda_judge) - A' D^-1 A, pools first."""
    fixed, sheets = design.fixed, design.sheets
    pools, judges = len(sheets.pools), len(sheets.judges)
    matrix = np.array([[0] * (pools + judges) for _ in range(pools + judges)], dtype=object)
    matrix = matrix.reshape(pools + judges, pools + judges)
    block = matrix[pools:, pools:]
    for n, shared in design.shared.items():
        block -= objects(shared) * inverse_d[n]
    ridge = fixed.of(lambda_judge)
    for j, count in enumerate(design.judge_counts.tolist()):
        block[j, j] += (count << fixed.bits) + ridge
    weights = np.array([fixed.one - n * inverse_d[n] for n in design.counts.tolist()], dtype=object)
    cells = sum_by(sheets.pool * judges + sheets.judge, weights[sheets.entry], pools * judges)
    matrix[:pools, pools:] = cells.reshape(pools, judges)
    matrix[pools:, :pools] = matrix[:pools, pools:].T
    sums = sum_by(design.entry_pool, weights * design.counts, pools)
    matrix[np.arange(pools), np.arange(pools)] = sums
    return matrix


def _right_side(design: Design, marks: Objects, shrunk: Objects) -> Objects:
    """X'y - A' D^-1 sy."""
    sheets = design.sheets
    rest = marks - shrunk[sheets.entry]
    by_pool = sum_by(sheets.pool, rest, len(sheets.pools))
    return np.concatenate([by_pool, sum_by(sheets.judge, rest, len(sheets.judges))])


def dot(fixed: Fixed, a: Objects, b: Objects) -> int:
    return int((a * b).sum()) >> fixed.bits if len(a) else 0


def _panel_sd(design: Design, system: System, lambda_entry: Fraction) -> Ints:
    """sqrt(lambda_entry * V) per heard entry, V = 1/d + c' S^-1 c, in counts of 1e-6, at least 1."""
    ridge = float(lambda_entry)
    values, errors = _variances(design, system, ridge)
    roots = np.sqrt(ridge * values)
    unsure = doubtful(roots, ridge * errors / roots)
    published = np.rint(np.where(unsure, 0, roots) * MICRO).astype(np.int64)
    result = objects(published)
    known: dict[bytes, int] = {}
    for entry in np.flatnonzero(unsure).tolist():
        first = design.starts[entry]
        judges = design.sheets.judge[first : first + design.counts[entry]]
        key = np.append(judges, design.entry_pool[entry]).tobytes()
        if key not in known:
            known[key] = _exact_panel_sd(design, system, lambda_entry, entry, judges)
        result[entry] = known[key]
    return ints(max(1, value) for value in result.tolist())


def _variances(
    design: Design, system: System, ridge: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    values = np.zeros(len(design.counts))
    errors = np.zeros(len(design.counts))
    inverse, pools = system.inverse, len(design.sheets.pools)
    largest = float(np.abs(inverse).max()) if inverse.size else 0.0
    for n, members, judges in design.by_count():
        pool, d = design.entry_pool[members], n + ridge
        own = inverse[pool, pool] * (ridge / d) ** 2
        cross = inverse[pool[:, None], pools + judges].sum(axis=1) * (2 * ridge / d / d)
        among = inverse[pools + judges[:, :, None], pools + judges[:, None, :]].sum(axis=(1, 2)) / d / d
        values[members] = 1 / d + (own - cross + among)
        errors[members] = system.inverse_error + (n * n + 16) * 2.3e-16 * (largest + 1 / d)
    return values, errors


def _exact_panel_sd(design: Design, system: System, ridge: Fraction, entry: int, judges: Indexes) -> int:
    fixed, pools = design.fixed, len(design.sheets.pools)
    d = len(judges) + ridge
    c = np.array([0] * system.size, dtype=object)
    c[pools + judges] = -fixed.of(1 / d)
    c[design.entry_pool[entry]] = fixed.of(ridge / d)
    variance = fixed.of(1 / d) + dot(fixed, c, system.solve(c))
    return fixed.publish(fixed.sqrt(fixed.mul(fixed.of(ridge), variance)))
