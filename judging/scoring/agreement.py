"""How the judges agree, who stands near the line, and where listening more helps.

Statistics for the chair's room. They flag and inform, they never change a score. Numbers are floats in points of the
judges' scale unless said otherwise; every interval is of 95%.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from .blend import panel_share
from .chance import cut_line
from .compute import Result
from .inputs import Indexes
from .normal import Floats, cdf, density
from .panel import Panel

INTERVAL = 1.959963984540054
LEAST_FOR_AFFINITY = 3
CLEAR = 0.02


@dataclass(frozen=True, slots=True)
class JudgeAgreement:
    """How one judge marked against the panel.

    `leniency` (None for panel methods without a model): points above the panel on the same entries. `spread`: the
    judge's standard deviation over the panel's, None with fewer than two sheets. `noise`: root mean square of what is
    left of the marks after leniency and the entries' scores.
    """

    judge: str
    sheets: int
    leniency: float | None
    leniency_interval: tuple[float, float] | None
    spread: float | None
    spread_interval: tuple[float, float] | None
    noise: float | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How far the judges of one entry are apart: standard deviation and range of the marks as read."""

    entry: str
    sheets: int
    deviation: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Affinity:
    """Whether one judge marks one group of entries higher than the other judges do.

    `excess`: mean points above; `z` standard normal if there is no affinity; `p` one-sided; `flagged` by
    Benjamini and Hochberg's rule over all pairs tested.
    """

    judge: str
    group: str
    sheets: int
    excess: float
    z: float
    p: float
    flagged: bool


@dataclass(frozen=True, slots=True)
class LineZone:
    """Entries neither clearly in nor clearly out, by rank, and the expected number of wrong picks in the cut."""

    entries: tuple[str, ...]
    clearly_in: int
    clearly_out: int
    expected_wrong_picks: float


@dataclass(frozen=True, slots=True)
class Listen:
    """What one more judge for an entry is worth: the expected gain of the cut, in units of the blend."""

    entry: str
    value: float
    sheets: int


def judge_agreement(panel: Panel) -> list[JudgeAgreement]:
    """Leniency and spread of every judge with intervals, by code."""
    scores = panel.sheets.scores.astype(np.float64) / 10**panel.sheets.score_scale
    squares, free = _pooled(panel, scores)
    rest = residuals(panel)
    return [
        _judge(panel, j, rest, _spread(scores[panel.sheets.judge == j], squares, free))
        for j in range(len(panel.judges))
    ]


Spread = tuple[float | None, tuple[float, float] | None]


def _judge(panel: Panel, j: int, rest: Floats, spread: Spread) -> JudgeAgreement:
    judge = panel.judges[j]
    leniency = interval = noise = None
    if panel.fit is not None:
        leniency, pools = judge.leniency / 10**6, len(panel.sheets.pools)
        variance = float(panel.fit.system.inverse[pools + j, pools + j])
        reach = INTERVAL * math.sqrt(max(0.0, variance) * panel.noise / 10**6)
        interval = (leniency - reach, leniency + reach)
        mine = rest[panel.sheets.judge == j]
        noise = math.sqrt(math.fsum(mine**2) / len(mine))
    return JudgeAgreement(judge.code, judge.sheets, leniency, interval, *spread, noise)


def _spread(mine: Floats, squares: float, free: int) -> Spread:
    """Ratio of standard deviations; the interval from the usual error of the logarithm of a deviation."""
    if len(mine) < 2 or squares <= 0:
        return None, None
    ratio = float(np.std(mine, ddof=1)) / math.sqrt(squares / free)
    reach = math.exp(INTERVAL / math.sqrt(2 * (len(mine) - 1)))
    return ratio, (ratio / reach, ratio * reach)


def _pooled(panel: Panel, scores: Floats) -> tuple[float, int]:
    counts = np.bincount(panel.sheets.judge, minlength=len(panel.judges))
    means = np.bincount(panel.sheets.judge, weights=scores, minlength=len(panel.judges)) / np.maximum(
        counts, 1
    )
    squares = math.fsum(((scores - means[panel.sheets.judge]) ** 2).tolist())
    return squares, max(1, int((counts - 1).sum()))


def read_marks(panel: Panel) -> Floats:
    """Marks less their judge's leniency, per sheet."""
    result: Floats = panel.read.astype(np.float64) / 10**6
    return result


def residuals(panel: Panel) -> Floats:
    """Marks as read less pool effect and entry effect, per sheet; for methods with a model."""
    if panel.fit is None:
        return read_marks(panel) - _entry_means(panel)[panel.sheets.entry]
    fixed = panel.fixed
    gammas = np.array([fixed.float(gamma) for gamma in panel.fit.pool_effects])
    theta = panel.theta.astype(np.float64) / 10**6
    return read_marks(panel) - theta[panel.sheets.entry] - (gammas.mean() if len(gammas) else 0.0)


def _entry_means(panel: Panel) -> Floats:
    sums = np.bincount(panel.sheets.entry, weights=read_marks(panel), minlength=len(panel.counts))
    result: Floats = sums / np.maximum(panel.counts, 1)
    return result


def disagreements(panel: Panel, *, most: int | None = None) -> list[Disagreement]:
    """Entries heard at least twice, those with the widest disagreement first: the list worth hearing again."""
    marks, means, counts = read_marks(panel), _entry_means(panel), panel.counts
    squares = np.bincount(
        panel.sheets.entry, weights=(marks - means[panel.sheets.entry]) ** 2, minlength=len(counts)
    )
    deviations = np.sqrt(squares / np.maximum(counts - 1, 1))
    starts = np.cumsum(counts) - counts
    lowest, highest = (reduce.reduceat(marks, starts) for reduce in (np.minimum, np.maximum))
    twice = np.flatnonzero(counts > 1)
    order = twice[np.argsort(-deviations[twice], kind="stable")][:most]
    return [
        Disagreement(
            panel.sheets.entries[k], int(counts[k]), float(deviations[k]), float(lowest[k]), float(highest[k])
        )
        for k in order.tolist()
    ]


def affinities(panel: Panel, groups: Mapping[str, str], *, rate: float = 0.05) -> list[Affinity]:
    """Every judge against every group (label, nation, region …) that the judge heard at least three entries of.

    `groups` gives the group of an entry; entries without one are not tested. Affinities are flagged at the false
    discovery rate `rate`; small favors stay invisible, so excluding conflicts matters more than this test. Strongest first.
    """
    entries = list(panel.sheets.entries)
    names = sorted({groups[entry] for entry in entries if entry in groups})
    place = {name: index for index, name in enumerate(names)}
    of = np.array([place.get(groups.get(entry, ""), -1) for entry in entries], dtype=np.int64)
    return affinities_by_place(panel, names, of, rate=rate)


def affinities_by_place(
    panel: Panel, names: Sequence[str], of: Indexes, *, rate: float = 0.05
) -> list[Affinity]:
    """The same from arrays: `of` gives for each heard entry the place of its group in the sorted `names`, -1 for none."""
    excess, deviation = _excesses(panel)
    tells = (deviation > 0) & (of[panel.sheets.entry] >= 0)
    cell = (panel.sheets.judge * len(names) + of[panel.sheets.entry])[tells]
    counts = np.bincount(cell)
    sums, scores = (
        np.bincount(cell, weights=w[tells]) for w in (excess, excess / np.maximum(deviation, 1e-300))
    )
    tested = [
        _affinity(
            panel, k // len(names), names[k % len(names)], int(counts[k]), float(sums[k]), float(scores[k])
        )
        for k in np.flatnonzero(counts >= LEAST_FOR_AFFINITY).tolist()
    ]
    limit = benjamini_hochberg([affinity.p for affinity in tested], rate=rate)
    flagged = [Affinity(a.judge, a.group, a.sheets, a.excess, a.z, a.p, flagged=a.p <= limit) for a in tested]
    return sorted(flagged, key=lambda a: (a.p, a.judge, a.group))


def _excesses(panel: Panel) -> tuple[Floats, Floats]:
    """Per sheet the points above the mean of the entry's other judges, and the deviation of that; 0 if there are none."""
    marks, noise, entry = read_marks(panel), panel.noise / 10**6, panel.sheets.entry
    sums = np.bincount(entry, weights=marks, minlength=len(panel.counts))
    others = (panel.counts - 1)[entry]
    excess = marks - (sums[entry] - marks) / np.maximum(others, 1)
    return excess, np.where(others > 0, np.sqrt(noise * (1 + 1 / np.maximum(others, 1))), 0.0)


def _affinity(panel: Panel, judge: int, group: str, count: int, excess: float, score: float) -> Affinity:
    z = score / math.sqrt(count)
    p = 0.5 * math.erfc(z / math.sqrt(2))
    return Affinity(panel.judges[judge].code, group, count, excess / count, z, p, flagged=False)


def benjamini_hochberg(values: Sequence[float], *, rate: float) -> float:
    """The largest p that is still flagged at this false discovery rate; below 0 if none is."""
    ordered = sorted(values)
    passed = [p for k, p in enumerate(ordered, 1) if p <= rate * k / len(ordered)]
    return max(passed, default=-1.0)


def line_zone(result: Result, *, clear: float = CLEAR) -> LineZone:
    """Who is neither at least 1 - `clear` nor at most `clear` sure to belong in the cut."""
    p = result.probability.astype(np.float64) / 10**6
    zone = np.flatnonzero((p > clear) & (p < 1 - clear))
    return LineZone(
        entries=tuple(result.entries[i] for i in zone.tolist()),
        clearly_in=int((p >= 1 - clear).sum()),
        clearly_out=int((p <= clear).sum()),
        expected_wrong_picks=math.fsum((1 - p)[result.selected].tolist()),
    )


def rank_interval(result: Result, entry: str, *, level: float = 0.8) -> tuple[int, int]:
    """Ranks between which the entry would stand if its score moved within its interval of `level`, all others fixed."""
    position = result.position(entry)
    scores, sds = scores_and_sds(result)
    reach = NormalDist().inv_cdf((1 + level) / 2) * float(sds[position])
    others = np.delete(scores, position)
    best = 1 + int((others > scores[position] + reach).sum())
    return best, 1 + int((others > scores[position] - reach).sum())


def next_listens(result: Result, *, count: int, most: int = 12) -> list[Listen]:
    """Where the next listens help the cut most, best first: at most one per entry, none beyond `most` sheets.

    The value is the expected gain at the line of one more sheet (knowledge gradient): tau * (phi(z) + z * Phi(z))
    with tau = v / sqrt(v + s2e'), z = -|S - c| / tau; v is the variance of the blend, s2e' that of one sheet in it.
    """
    values = listen_values(result)
    open_to = result.sheets < most
    able = np.flatnonzero(open_to)
    if count < len(able):  # only what can be among them
        able = able[values[able] >= np.partition(values[able], len(able) - count)[len(able) - count]]
    order = heapq.nsmallest(count, able.tolist(), key=lambda i: (-values[i], result.entries[i]))
    return [Listen(result.entries[i], float(values[i]), int(result.sheets[i])) for i in order]


def listen_values(result: Result) -> Floats:
    """Expected gain of one more sheet per entry in rank order; 0 where the cut is no question."""
    scores, sds = scores_and_sds(result)
    size = result.recipe.cut_size
    if not 0 < size < len(scores) or not sds.any():
        return np.zeros(len(scores))
    tau = sds**2 / np.sqrt(sds**2 + sheet_variance(result))
    z = -np.abs(scores - cut_line(scores, sds, size)) / tau
    result_values: Floats = np.maximum(0.0, tau * (density(z) + z * cdf(z)))
    return result_values


def sheet_variance(result: Result) -> float:
    """Variance of one sheet's noise in units of the blend: s2e / s_u^2 = lambda_entry, times the share squared."""
    panel = result.panel_part
    strength = 1.0 if panel is None or panel.lambda_entry is None else float(panel.lambda_entry)
    return strength * float(panel_share(result.recipe.blend)) ** 2


def scores_and_sds(result: Result) -> tuple[Floats, Floats]:
    """Blend and its standard deviation per entry in rank order."""
    scores: Floats = result.blend.astype(np.float64) / 10**6
    if result.panel_sd is None or result.recipe.blend.method != "weighted-sum":
        return scores, np.zeros(len(scores))
    sds: Floats = result.panel_sd.astype(np.float64) / 10**6 * float(panel_share(result.recipe.blend))
    return scores, sds
