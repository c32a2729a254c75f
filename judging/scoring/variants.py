"""Two variants of the two-way fit: judges with their own slope, and judges weighted by how well they agree."""

from fractions import Fraction

import numpy as np

from .design import Design
from .exact import Objects, sum_by
from .fit import Fit, fit_two_way

Strengths = tuple[Fraction, Fraction]
"""lambda_entry and lambda_judge."""

SHRINKAGE = 20
PASSES = 3
LEAST_WEIGHT, MOST_WEIGHT = Fraction(1, 4), Fraction(3, 2)
LEAST_SLOPE, MOST_SLOPE = Fraction(1, 4), Fraction(4)


def fit_slopes(design: Design, fit: Fit, strengths: Strengths) -> tuple[Objects, Objects, Fit]:
    """Marks, factors and fit with a slope per judge in place of the spread step.

    Three times: the slope of a judge is (nu*s2u + sum u*r) / (nu*s2u + sum u*u) over its entries, with u the entry
    effects of the last fit, r the mark less pool effect and leniency, nu = 20, limited to 1/4 .. 4, and 1 if that fit is
    exact; marks become m_j + (y - m_j) / slope, and the fit is made again.
    """
    fixed, judge = design.fixed, design.sheets.judge
    marks, factors = design.scores, np.array([fixed.one] * len(design.judge_counts), dtype=object)
    for _ in range(PASSES):
        slopes = _slopes(design, fit, strengths)
        factors = fixed.div(fixed.one, slopes)
        mean = design.means
        marks = mean[judge] + fixed.mul(design.scores - mean[judge], factors[judge])
        fit = fit_two_way(design, marks, *strengths)
    return marks, factors, fit


def spread_unit(design: Design, fit: Fit, strengths: Strengths) -> int:
    """s_u in fixed point: the spread that entries are supposed to have."""
    return design.fixed.sqrt(design.fixed.div(fit.noise, design.fixed.of(strengths[0])))


def is_exact(design: Design, fit: Fit, strengths: Strengths) -> bool:
    """Whether a fit leaves nothing unexplained, so that panel scores are all 0 (rule 17): s_u below 1e-9."""
    return spread_unit(design, fit, strengths) * 10**9 < design.fixed.one


def _slopes(design: Design, fit: Fit, strengths: Strengths) -> Objects:
    fixed, sheets = design.fixed, design.sheets
    if is_exact(design, fit, strengths):
        return np.array([fixed.one] * len(design.judge_counts), dtype=object)
    effects = _entry_effects(design, fit)[sheets.entry]
    rest = design.scores - fit.leniency[sheets.judge] - fit.pool_effects[sheets.pool]
    prior = SHRINKAGE * fixed.div(fit.noise, fixed.of(strengths[0]))
    above = sum_by(sheets.judge, fixed.mul(effects, rest), len(design.judge_counts)) + prior
    below = sum_by(sheets.judge, fixed.mul(effects, effects), len(design.judge_counts)) + prior
    result: Objects = np.clip(fixed.div(above, below), fixed.of(LEAST_SLOPE), fixed.of(MOST_SLOPE))
    return result


def _entry_effects(design: Design, fit: Fit) -> Objects:
    """u per heard entry: theta less the pool's part."""
    pools = len(fit.pool_effects)
    mean = int(fit.pool_effects.sum()) // pools if pools else 0
    result: Objects = fit.theta - fit.pool_effects[design.entry_pool] + mean
    return result


def fit_reliability(design: Design, marks: Objects, fit: Fit, strengths: Strengths) -> Fit:
    """One more fit with a weight per judge: s2e / s2_j limited to 1/4 .. 3/2.

    s2_j = (nu*s2e + sum r*r) / (nu + n_j), r the residuals of the plain fit, nu = 20; an exact fit stays as it is.
    """
    fixed, sheets = design.fixed, design.sheets
    if is_exact(design, fit, strengths):
        return fit
    effects = _entry_effects(design, fit)[sheets.entry]
    rest = marks - fit.leniency[sheets.judge] - fit.pool_effects[sheets.pool] - effects
    squares = sum_by(sheets.judge, fixed.mul(rest, rest), len(design.judge_counts))
    counts = design.judge_counts.astype(object)
    variance = (squares + SHRINKAGE * fit.noise) // (counts + SHRINKAGE)
    weights = np.clip(fixed.div(fit.noise, variance), fixed.of(LEAST_WEIGHT), fixed.of(MOST_WEIGHT))
    return fit_two_way(design, marks, *strengths, weights=weights[sheets.judge])
