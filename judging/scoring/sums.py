"""Popularity from plain sums: for comparison and for charts, not for deciding who advances."""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np

from .exact import Objects
from .inputs import Indexes
from .normal import EXACT, Floats
from .recipe import PopularityRules
from .window import TOTAL_BITS, Window


def weighted_sums(window: Window, members: Indexes, rules: PopularityRules) -> tuple[Objects, Floats]:
    """Weighted mean over the metrics an entry has, in EXACT, and the same per metric as floats (NaN = not held).

    Per metric: the sum over regions, for all methods but `raw-sum` its logarithm after adding 1.
    """
    has = window.has[members]
    scores = _per_metric(window, members, rules)
    weights = [EXACT.of(Fraction(weight)) for _, weight in rules.metrics]
    held = np.where(has, np.array(weights, dtype=object), 0)
    total = held.sum(axis=1)
    z = (scores * held).sum(axis=1) // np.maximum(total, 1) if len(members) else np.zeros(0, dtype=object)
    floats = np.array([[EXACT.float(int(value)) for value in row] for row in scores]).reshape(has.shape)
    return z, np.where(has, floats, np.nan)


def _per_metric(window: Window, members: Indexes, rules: PopularityRules) -> Objects:
    totals = np.array([0] * (len(window.entries) * len(window.metrics)), dtype=object)
    totals = totals.reshape(len(window.entries), len(window.metrics))
    for rate in window.rates:
        totals[rate.entry, rate.metric] += rate.total
    sums: Objects = (totals[members] << EXACT.bits >> TOTAL_BITS) // 10**window.value_scale
    if rules.method == "raw-sum":
        return sums
    known = {value: _log1p(value) for value in set(sums.ravel().tolist())}
    logs = np.array([known[value] for value in sums.ravel().tolist()], dtype=object)
    return logs.reshape(sums.shape)


def _log1p(value: int) -> int:
    with localcontext() as context:
        context.prec = 60
        return int((Decimal(value + EXACT.one) / EXACT.one).ln() * EXACT.one)
