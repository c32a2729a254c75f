"""Panel scores: from counted sheets to theta, panel and panel_sd of every heard entry."""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from .exact import Fixed, Ints, Objects, objects, sum_by
from .fit import Design, Fit, fit_two_way
from .inputs import Indexes, Sheets
from .lambdas import estimate_lambdas
from .recipe import PanelRules
from .spread import adjust_spread

NO_SPREAD = 10**3
"""s_u below this many 1e-12 counts as no differences at all."""


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

    `adjusted` are the marks after the spread step, one per sheet, in fixed point; `read` the same less the judge's
    leniency, in counts of 1e-6: how the mark was read. `spread_unit` is s_u, `noise` is s2e.
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
    lambda_entry: Fraction
    lambda_judge: Fraction
    components: int
    warnings: tuple[str, ...]
    fit: Fit | None


def score_panel(sheets: Sheets, rules: PanelRules) -> Panel:
    """Panel scores by the recipe's method."""
    return leniency_adjusted(sheets, rules)


def leniency_adjusted(sheets: Sheets, rules: PanelRules) -> Panel:
    """Spread step, then the two-way fit entry + judge with pools (`scoring.md` 1.1)."""
    fixed = precision(sheets, rules)
    design = Design.of(sheets, fixed)
    adjusted, factors = adjust_spread(design, Fraction(rules.spread_shrinkage))
    given = [None if v is None else Fraction(v) for v in (rules.lambda_entry, rules.lambda_judge)]
    warnings: list[str] = []
    if None in given:
        estimated, warnings = estimate_lambdas(design, adjusted)
        given = [e if g is None else g for g, e in zip(given, estimated, strict=True)]
    lambda_entry, lambda_judge = (g if g is not None else Fraction(1) for g in given)
    fit = fit_two_way(design, adjusted, lambda_entry, lambda_judge)
    panel = _publish(design, adjusted, fit, factors, lambda_entry, lambda_judge)
    return replace(panel, warnings=(*warnings, *_warnings(panel)))


def precision(sheets: Sheets, rules: PanelRules) -> Fixed:
    """Enough bits that extreme lambdas or very long marks lose nothing."""
    sizes = [abs(v.adjusted()) for v in (rules.lambda_entry, rules.lambda_judge, rules.spread_shrinkage) if v]
    return Fixed(256 + 32 * max(0, *sizes, sheets.score_scale - 6))


def _publish(
    design: Design,
    adjusted: Objects,
    fit: Fit,
    factors: Objects,
    lambda_entry: Fraction,
    lambda_judge: Fraction,
) -> Panel:
    fixed, sheets = design.fixed, design.sheets
    unit = fixed.sqrt(fixed.div(fit.noise, fixed.of(lambda_entry)) if lambda_entry else 0)
    flat = unit * 10**9 < fixed.one
    scaled = fit.theta * 0 if flat else fixed.div(fit.theta, unit)
    read = adjusted - fit.leniency[sheets.judge] if len(adjusted) else adjusted
    return Panel(
        sheets=sheets,
        counts=design.counts,
        theta=fixed.publish_all(fit.theta),
        panel=fixed.publish_all(scaled),
        panel_sd=fit.panel_sd,
        judges=_judges(design, fit.leniency, factors),
        adjusted=adjusted,
        read=fixed.publish_all(read),
        fixed=fixed,
        spread_unit=fixed.publish(unit),
        noise=fixed.publish(fit.noise),
        lambda_entry=lambda_entry,
        lambda_judge=lambda_judge,
        components=design.components,
        warnings=(),
        fit=fit,
    )


def _judges(design: Design, leniency: Objects, factors: Objects) -> tuple[Judge, ...]:
    fixed, sheets = design.fixed, design.sheets
    constant = design.squares == 0
    return tuple(
        Judge(
            code=code,
            sheets=int(design.judge_counts[j]),
            leniency=fixed.publish(leniency[j]),
            spread=fixed.publish(factors[j]),
            constant=bool(constant[j]) and int(design.judge_counts[j]) > 1,
        )
        for j, code in enumerate(sheets.judges)
    )


def _warnings(panel: Panel) -> list[str]:
    warnings = []
    if panel.components > 1:
        warnings.append(
            f"the judges form {panel.components} groups that share no entry: "
            "comparing entries of different groups rests on random dealing alone"
        )
    same = [judge.code for judge in panel.judges if judge.constant]
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
