"""Panel methods without a model: the mean of marks, raw, trimmed, or put on a common footing per judge.

theta = the entry's mean - the plain mean of all heard entries' means; panel = theta / its standard deviation over the
heard entries; panel_sd = sqrt(s2 / n) in the same unit, s2 the variance of marks within entries.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .design import Design, dot
from .exact import Fixed, Ints, Objects, sum_by
from .inputs import Indexes
from .order import double_midranks

TRIMMED_FROM = 5
"""Sheets an entry needs before its highest and lowest marks are dropped."""
FAIR_PERCENTILES = 30
"""Entries a judge should have heard before percentiles of that judge mean much."""


@dataclass(frozen=True, slots=True)
class Means:
    """Fixed point, per heard entry; `marks` per sheet as they enter the mean."""

    marks: Objects
    means: Objects
    theta: Objects
    panel: Objects
    panel_sd: Objects
    unit: int
    noise: int


def score_means(design: Design, method: str) -> Means:
    """Scores by `raw-mean`, `trimmed-mean`, `judge-z` or `judge-percentile`."""
    marks = _MARKS[method](design)
    means = trimmed_means(design) if method == "trimmed-mean" else entry_means(design, marks)
    fixed, n = design.fixed, len(means)
    theta = means - int(means.sum()) // n if n else means
    unit = fixed.sqrt(dot(fixed, theta, theta) // n) if n else 0
    flat = unit * 10**9 < fixed.one
    noise = _noise(design, marks)
    sd = [
        fixed.one if flat or noise is None else fixed.div(fixed.sqrt(noise // k), unit)
        for k in design.counts.tolist()
    ]
    return Means(
        marks=marks,
        means=means,
        theta=theta,
        panel=theta * 0 if flat else fixed.div(theta, unit),
        panel_sd=np.array(sd, dtype=object),
        unit=unit,
        noise=noise or 0,
    )


def entry_means(design: Design, marks: Objects) -> Objects:
    """Plain mean per heard entry."""
    result: Objects = sum_by(design.sheets.entry, marks, len(design.counts)) // np.maximum(design.counts, 1)
    return result


def trimmed_means(design: Design) -> Objects:
    """Per criterion, the mean without the highest and the lowest mark (from 5 sheets on), then weighted."""
    sheets, fixed = design.sheets, design.fixed
    kept = np.where(design.counts >= TRIMMED_FROM, design.counts - 2, design.counts)
    trim = (design.counts >= TRIMMED_FROM)[sheets.entry]
    total = design.scores * 0
    for marks, weight in zip(sheets.marks, _criterion_weights(design), strict=True):
        inner = ~(trim & _outermost(sheets.entry, design, marks))
        total = total + ((marks.astype(object) * inner * weight) << fixed.bits) // 10**sheets.score_scale
    result: Objects = sum_by(sheets.entry, total, len(design.counts)) // np.maximum(kept, 1)
    return result


def _outermost(entry: Indexes, design: Design, marks: Ints) -> NDArray[np.bool_]:
    """Flags of one lowest and one highest mark per entry."""
    _, codes = np.unique(marks, return_inverse=True)
    order = np.lexsort((codes, entry))
    flags = np.zeros(len(marks), dtype=np.bool_)
    flags[order[design.starts]] = True
    flags[order[design.starts + design.counts - 1]] = True
    return flags


def _criterion_weights(design: Design) -> list[int]:
    """Weights of the criteria in units of 10**-(score_scale - mark_scale)."""
    return [int(weight) for weight in design.sheets.weights]


def _noise(design: Design, marks: Objects) -> int | None:
    """Variance of marks within entries; None if no entry has two."""
    free = len(marks) - len(design.counts)
    if free <= 0:
        return None
    rest = marks - entry_means(design, marks)[design.sheets.entry]
    return dot(design.fixed, rest, rest) // free


def _raw(design: Design) -> Objects:
    return design.scores


def _judge_z(design: Design) -> Objects:
    """(y - m_j) / s_j; 0 for a judge whose marks do not differ."""
    fixed = design.fixed
    free = np.maximum(design.judge_counts - 1, 1)
    spread = [fixed.sqrt(square) for square in (design.squares // free).tolist()]
    unit = np.array([s or 1 for s in spread], dtype=object)
    inside = np.array([int(s > 0) for s in spread], dtype=object)
    judge = design.sheets.judge
    result: Objects = fixed.div((design.scores - design.means[judge]) * inside[judge], unit[judge])
    return result


def _judge_percentile(design: Design) -> Objects:
    """100 * (R - 1/2) / n_j, R the mid-rank among the judge's own marks."""
    sheets, fixed = design.sheets, design.fixed
    marks = np.zeros(len(sheets.judge), dtype=object)
    for judge, count in enumerate(design.judge_counts.tolist()):
        mine = np.flatnonzero(sheets.judge == judge)
        doubled = double_midranks(sheets.scores[mine]).astype(object)
        marks[mine] = (((doubled - 1) * 50) << fixed.bits) // count
    return marks


_MARKS: dict[str, Callable[[Design], Objects]] = {
    "raw-mean": _raw,
    "trimmed-mean": _raw,
    "judge-z": _judge_z,
    "judge-percentile": _judge_percentile,
}


def few_for_percentiles(design: Design, method: str) -> list[str]:
    """A warning if percentiles rest on too few entries."""
    few = design.judge_counts < FAIR_PERCENTILES
    if method != "judge-percentile" or not few.any():
        return []
    return [
        f"{int(few.sum())} judges heard fewer than {FAIR_PERCENTILES} entries: their percentiles mean little"
    ]


def published(fixed: Fixed, means: Means) -> tuple[Objects, Objects, Objects]:
    """theta, panel and panel_sd in counts of 1e-6; panel_sd at least 1."""
    sd = fixed.publish_all(means.panel_sd)
    return fixed.publish_all(means.theta), fixed.publish_all(means.panel), np.maximum(sd, 1)
