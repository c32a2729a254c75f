"""panel_sd: how far an entry's panel score may be off, in units of its prior standard deviation (rule 18)."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from .design import Design
from .exact import MICRO, Ints, Objects, doubtful, ints, objects
from .inputs import Indexes
from .linear import System
from .normal import Floats


def panel_sds(
    design: Design, system: System, weights: Objects | None, sums: Objects, lambda_entry: Fraction
) -> Ints:
    """sqrt(lambda_entry * V) per heard entry, V = 1/d + c' S^-1 c, in counts of 1e-6, at least 1.

    `weights` per sheet (None stands for 1) and their `sums` per entry are fixed-point numbers.
    """
    if not len(design.counts):
        return np.zeros(0, dtype=np.int64)
    ridge, fixed = float(lambda_entry), design.fixed
    values, errors = _variances(design, system, weights, ridge)
    roots = np.sqrt(np.maximum(ridge * values, 1e-300))
    unsure = doubtful(roots, ridge * errors / roots)
    result = objects(np.rint(np.where(unsure, 0, roots) * MICRO).astype(np.int64))
    known: dict[bytes, int] = {}
    for entry in np.flatnonzero(unsure).tolist():
        spots = np.arange(design.starts[entry], design.starts[entry] + design.counts[entry])
        mine = np.append(design.sheets.judge[spots], design.entry_pool[entry])
        own = np.array([fixed.one] * len(spots), dtype=object) if weights is None else weights[spots]
        key = mine.tobytes() + repr(own.tolist()).encode()
        if key not in known:
            known[key] = _exact(design, system, lambda_entry, entry, own, int(sums[entry]))
        result[entry] = known[key]
    return ints(max(1, value) for value in result.tolist())


def _blocks(design: Design, weights: Objects | None) -> Iterator[tuple[Indexes, Indexes, Floats]]:
    floats = np.ones(len(design.sheets.entry))
    if weights is not None:
        known = {weight: design.fixed.float(weight) for weight in set(weights.tolist())}
        floats = np.array([known[weight] for weight in weights.tolist()])
    for n, members, judges in design.by_count():
        yield members, judges, floats[design.starts[members][:, None] + np.arange(n)]


def _variances(
    design: Design, system: System, weights: Objects | None, ridge: float
) -> tuple[Floats, Floats]:
    """V per entry, and a bound of its error."""
    values, errors = np.zeros(len(design.counts)), np.zeros(len(design.counts))
    inverse, pools = system.inverse, len(design.sheets.pools)
    largest = float(np.abs(inverse).max())
    for members, judges, weight in _blocks(design, weights):
        pool, d = design.entry_pool[members], weight.sum(axis=1) + ridge
        part = weight / d[:, None]
        own = inverse[pool, pool] * (ridge / d) ** 2
        cross = (inverse[pool[:, None], pools + judges] * part).sum(axis=1) * (2 * ridge / d)
        pairs = inverse[pools + judges[:, :, None], pools + judges[:, None, :]]
        among = (pairs * part[:, :, None] * part[:, None, :]).sum(axis=(1, 2))
        values[members] = 1 / d + (own - cross + among)
        terms = judges.shape[1] ** 2 + judges.shape[1] + 24
        errors[members] = system.inverse_error + terms * 2.3e-16 * (largest + 1 / d)
    return values, errors


def _exact(design: Design, system: System, ridge: Fraction, entry: int, weights: Objects, total: int) -> int:
    fixed, pools = design.fixed, len(design.sheets.pools)
    first = design.starts[entry]
    judges = design.sheets.judge[first : first + design.counts[entry]]
    strength = fixed.of(ridge)
    d = total + strength
    c = np.array([0] * system.size, dtype=object)
    c[pools + judges] = -fixed.div(weights, d)
    c[design.entry_pool[entry]] = fixed.div(strength, d)
    variance = fixed.div(fixed.one, d) + (int((c * system.solve(c)).sum()) >> fixed.bits)
    return fixed.publish(fixed.sqrt(fixed.mul(strength, variance)))
