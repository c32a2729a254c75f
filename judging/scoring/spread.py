"""The shrunken spread step: judges who use a wider or narrower range are brought towards the common spread."""

from fractions import Fraction

import numpy as np

from .design import Design
from .exact import Objects


def adjust_spread(design: Design, shrinkage: Fraction) -> tuple[Objects, Objects]:
    """Adjusted marks y' per sheet and the factor per judge, in fixed point.

    y' = m_j + (y - m_j) * sqrt(s2 / s_j2), s_j2 = (nu*s2 + SS_j) / (nu + n_j - 1), nu = `shrinkage`; no step if nu is
    0 or nobody's marks differ.
    """
    fixed, counts, squares = design.fixed, design.judge_counts, design.squares
    free = int((counts - 1).sum())
    if not shrinkage or not free or not squares.any():
        return design.scores, np.array([fixed.one] * len(counts), dtype=object)
    pooled = sum(squares.tolist()) // free
    nu = fixed.of(shrinkage)
    factors = [
        fixed.sqrt(fixed.div(fixed.mul(pooled, nu + ((n - 1) << fixed.bits)), fixed.mul(nu, pooled) + ss))
        for n, ss in zip(counts.tolist(), squares.tolist(), strict=True)
    ]
    factor = np.array(factors, dtype=object)
    mean, judge = design.means, design.sheets.judge
    return mean[judge] + fixed.mul(design.scores - mean[judge], factor[judge]), factor
