"""Panel scores: from counted sheets to theta, panel and panel_sd of every heard entry."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .design import Design
from .exact import Fixed, Ints, Objects, objects, sum_by
from .fit import Fit, fit_two_way
from .inputs import Indexes, Sheets
from .lambdas import estimate_lambdas
from .means import few_for_percentiles, published, score_means
from .recipe import PanelRules
from .spread import adjust_spread
from .variants import Strengths, fit_reliability, fit_slopes, is_exact, spread_unit


@dataclass(frozen=True, slots=True)
class Judge:
    """How one judge marked; leniency and spread in counts of 1e-6 (leniency in points, spread a factor)."""

    code: str
    sheets: int
    leniency: int
    spread: int
    constant: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """Scores of the heard entries of `sheets`, in its order, in counts of 1e-6.

    `adjusted` are the marks as they enter the score, one per sheet, in fixed point; `read` the same less the judge's
    leniency, in counts of 1e-6: how the mark was read. `spread_unit` is s_u, `noise` is s2e, in counts of 1e-6. The
    lambdas and `fit` are None for methods without a model; `means` are their plain scores before centering.
    """

    sheets: Sheets
    counts: Indexes
    theta: Ints
    panel: Ints
    panel_sd: Ints
    judges: tuple[Judge, ...]
    adjusted: Objects
    read: Ints
    fixed: Fixed
    spread_unit: int
    noise: int
    lambda_entry: Fraction | None
    lambda_judge: Fraction | None
    components: int
    warnings: tuple[str, ...]
    fit: Fit | None
    means: Ints | None


def score_panel(sheets: Sheets, rules: PanelRules) -> Panel:
    """Panel scores by the recipe's method."""
    design = Design(sheets, precision(sheets, rules))
    if not rules.method.startswith("leniency-adjusted"):
        return _by_means(design, rules)
    adjusted, factors = adjust_spread(design, Fraction(rules.spread_shrinkage))
    strengths, warnings = _lambdas(design, adjusted, rules)
    fit = fit_two_way(design, adjusted, *strengths)
    if rules.method == "leniency-adjusted-slopes":
        adjusted, factors, fit = fit_slopes(design, fit, strengths)
    elif rules.method == "leniency-adjusted-reliability":
        fit = fit_reliability(design, adjusted, fit, strengths)
    return _publish(design, adjusted, fit, factors, strengths, warnings)


def precision(sheets: Sheets, rules: PanelRules) -> Fixed:
    """Enough bits that extreme lambdas or very long marks lose nothing."""
    sizes = [abs(v.adjusted()) for v in (rules.lambda_entry, rules.lambda_judge, rules.spread_shrinkage) if v]
    return Fixed(256 + 32 * max(0, *sizes, sheets.score_scale - 6))


def _lambdas(design: Design, marks: Objects, rules: PanelRules) -> tuple[Strengths, list[str]]:
    given = [None if v is None else Fraction(v) for v in (rules.lambda_entry, rules.lambda_judge)]
    if None not in given:
        return (given[0] or Fraction(1), given[1] or Fraction(1)), []
    estimates, warnings = estimate_lambdas(design, marks)
    entry, judge = (e if g is None else g for g, e in zip(given, estimates, strict=True))
    return (entry, judge), warnings


def _publish(
    design: Design, adjusted: Objects, fit: Fit, factors: Objects, strengths: Strengths, warnings: list[str]
) -> Panel:
    fixed, sheets = design.fixed, design.sheets
    unit = spread_unit(design, fit, strengths)
    judges = _judges(design, fit.leniency, factors)
    return Panel(
        sheets=sheets,
        counts=design.counts,
        theta=fixed.publish_all(fit.theta),
        panel=fixed.publish_all(
            fit.theta * 0 if is_exact(design, fit, strengths) else fixed.div(fit.theta, unit)
        ),
        panel_sd=fit.panel_sd,
        judges=judges,
        adjusted=adjusted,
        read=fixed.publish_all(adjusted - fit.leniency[sheets.judge] if len(adjusted) else adjusted),
        fixed=fixed,
        spread_unit=fixed.publish(unit),
        noise=fixed.publish(fit.noise),
        lambda_entry=strengths[0],
        lambda_judge=strengths[1],
        components=design.components,
        warnings=(*warnings, *_warnings(design, judges)),
        fit=fit,
        means=None,
    )


def _by_means(design: Design, rules: PanelRules) -> Panel:
    fixed, means = design.fixed, score_means(design, rules.method)
    theta, panel, panel_sd = published(fixed, means)
    flat = np.array([0] * len(design.judge_counts), dtype=object)
    judges = _judges(design, flat, flat + fixed.one)
    return Panel(
        sheets=design.sheets,
        counts=design.counts,
        theta=theta,
        panel=panel,
        panel_sd=panel_sd,
        judges=judges,
        adjusted=means.marks,
        read=fixed.publish_all(means.marks),
        fixed=fixed,
        spread_unit=fixed.publish(means.unit),
        noise=fixed.publish(means.noise),
        lambda_entry=None,
        lambda_judge=None,
        components=design.components,
        warnings=(*few_for_percentiles(design, rules.method), *_warnings(design, judges)),
        fit=None,
        means=fixed.publish_all(means.means),
    )


def _judges(design: Design, leniency: Objects, factors: Objects) -> tuple[Judge, ...]:
    fixed, counts = design.fixed, design.judge_counts.tolist()
    constant = (design.squares == 0).tolist()
    return tuple(
        Judge(
            code=code,
            sheets=counts[j],
            leniency=fixed.publish(leniency[j]),
            spread=fixed.publish(factors[j]),
            constant=constant[j] and counts[j] > 1,
        )
        for j, code in enumerate(design.sheets.judges)
    )


def _warnings(design: Design, judges: tuple[Judge, ...]) -> list[str]:
    warnings = []
    if design.components > 1:
        warnings.append(
            f"the judges form {design.components} groups that share no entry: "
            "comparing entries of different groups rests on random dealing alone"
        )
    same = [judge.code for judge in judges if judge.constant]
    if same:
        warnings.append("judges who gave the same mark to every entry: " + ", ".join(same))
    return warnings


def criterion_means(sheets: Sheets, criterion: int) -> Ints:
    """Mean mark of one criterion per heard entry, in counts of 1e-6, exact before rounding."""
    if not len(sheets.entries):
        return np.zeros(0, dtype=np.int64)
    counts = np.bincount(sheets.entry, minlength=len(sheets.entries))
    totals = sum_by(sheets.entry, objects(sheets.marks[criterion]), len(sheets.entries))
    fixed = Fixed(256)
    return fixed.publish_all((totals << fixed.bits) // (counts.astype(object) * 10**sheets.mark_scale))


def best_marks(sheets: Sheets) -> list[Ints]:
    """Per heard entry its best weighted mark, its second best and so on, above 0; 0 where it has no more."""
    scores = sheets.scores - int(sheets.scores.min()) + 1
    _, codes = np.unique(scores, return_inverse=True)
    counts = np.bincount(sheets.entry, minlength=len(sheets.entries))
    order = np.lexsort((-codes, sheets.entry))
    place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    columns = []
    for k in range(int(counts.max())):
        column = np.zeros(len(sheets.entries), dtype=scores.dtype)
        here = order[place == k]
        column[sheets.entry[here]] = scores[here]
        columns.append(column)
    return columns
