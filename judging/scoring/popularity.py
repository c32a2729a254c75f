"""Popularity scores: exact rates become normal scores, joined over regions and metrics (rules 29 to 32).

The same code runs twice at most: on floats with a proven bound of the error, and, if any published number could round
either way, on fixed-point numbers.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .dense import measure_windows
from .exact import MICRO, Ints, doubtful, half_even_all
from .inputs import Indexes, Readings, Windows
from .normal import EXACT, INVERSE_ERROR, Floats, exact_inverse, inverse_of_ratio
from .recipe import PopularityRules
from .sums import weighted_sums
from .window import SUM_METHODS, Rate, Window, measure, ranks

LIMIT = 4
_GRAIN = 10**14


@dataclass(frozen=True, slots=True)
class Popularity:
    """Scores of the eligible entries (`members` index `window.entries`); `score` in counts of 1e-6.

    `metric_z` (members x metrics, NaN = does not have it), `region_z[metric, region]` and `cap` are floats for
    explanations; `regions_won` counts regions with a mean above 0.
    """

    window: Window
    members: Indexes
    score: Ints
    regions_won: Indexes
    metric_z: Floats
    cap: Floats
    region_z: dict[tuple[int, int], Floats]
    region_weight: dict[tuple[int, int], float]
    spread: float

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was left out."""
        return self.window.warnings


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number system: floats or fixed point."""

    of: Callable[[Fraction], Any]
    sqrt: Callable[[int, int], Any]
    inverse: Callable[[Indexes, int], Any]
    percentile: Callable[[Indexes, int], Any]
    divide: Callable[[Any, Any], Any]
    kind: Any


def _by_rank(doubled: Indexes, n: int, scores: Callable[[Indexes, int], Any]) -> Any:
    """A function of the rank, computed once for equal ones."""
    present = np.zeros(2 * n + 2, dtype=np.bool_)
    present[doubled] = True
    found = np.flatnonzero(present)
    if len(found) == len(doubled):
        return scores(doubled, n)
    place = np.zeros(len(present), dtype=np.int64)
    place[found] = np.arange(len(found))
    return scores(found, n)[place[doubled]]


def _float_scores(doubled: Indexes, n: int) -> Floats:
    return np.clip(inverse_of_ratio(4 * doubled - 3, 8 * n + 2), -LIMIT, LIMIT)


FLOATS = Numbers(
    of=float,
    sqrt=lambda value, scale: math.sqrt(value / 10**scale),
    inverse=lambda ranks, n: _by_rank(ranks, n, _float_scores),
    percentile=lambda ranks, n: (ranks - 1) / (2 * n) - 0.5,
    divide=np.true_divide,
    kind=np.float64,
)


def _exact_scores(doubled: Indexes, n: int) -> Any:
    limit = LIMIT << EXACT.bits
    return np.clip(exact_inverse(4 * doubled - 3, 8 * n + 2), -limit, limit)


FIXED = Numbers(
    of=EXACT.of,
    sqrt=lambda value, scale: math.isqrt((value << (2 * EXACT.bits)) // 10**scale),
    inverse=lambda ranks, n: _by_rank(ranks, n, _exact_scores),
    percentile=lambda ranks, n: (((ranks.astype(object) - 1) << EXACT.bits) // (2 * n)) - (EXACT.one >> 1),
    divide=np.floor_divide,
    kind=object,
)


@dataclass(frozen=True, slots=True)
class Parts:
    """All intermediate scores of the eligible entries in one number system."""

    z: Any
    metric_z: Any
    cap: Any
    region_z: dict[tuple[int, int], Any]
    region_weight: dict[tuple[int, int], Any]


def score_popularity(readings: Readings | Windows, rules: PopularityRules) -> Popularity:
    """Popularity by the recipe's method."""
    window = measure_windows(readings, rules) if isinstance(readings, Windows) else measure(readings, rules)
    members = np.flatnonzero(window.eligible)
    doubled = _doubled_ranks(window, members)
    parts = combine(window, members, doubled, rules, FLOATS)
    if rules.method in SUM_METHODS:
        return _by_sums(window, members, doubled, parts, rules)
    exact: list[Parts] = []

    def precise() -> Parts:
        if not exact:
            exact.append(combine(window, members, doubled, rules, FIXED))
        return exact[0]

    score, spread = _standardised(parts, precise)
    return Popularity(
        window=window,
        members=members,
        score=score,
        regions_won=_regions_won(window, members, parts, precise, rules),
        metric_z=np.where(window.has[members], parts.metric_z, np.nan),
        cap=parts.cap,
        region_z=parts.region_z,
        region_weight=parts.region_weight,
        spread=spread,
    )


def _by_sums(
    window: Window,
    members: Indexes,
    doubled: dict[tuple[int, int], Indexes],
    parts: Parts,
    rules: PopularityRules,
) -> Popularity:
    """`log-sum`, `raw-sum`, `time-decay`: sums over all regions, centered; regions won stay those of normal scores."""
    z, metric_z = weighted_sums(window, members, rules)
    mean = int(z.sum()) // len(z) if len(z) else 0
    return Popularity(
        window=window,
        members=members,
        score=_standardised_exactly(z - mean),
        regions_won=_regions_won(
            window, members, parts, lambda: combine(window, members, doubled, rules, FIXED), rules
        ),
        metric_z=metric_z,
        cap=np.full(len(members), np.inf),
        region_z=parts.region_z,
        region_weight=parts.region_weight,
        spread=0.0,
    )


def _doubled_ranks(window: Window, members: Indexes) -> dict[tuple[int, int], Indexes]:
    return {
        (rate.metric, rate.region): ranks(rate, members[window.has[members, rate.metric]])
        for rate in window.rates
    }


def combine(
    window: Window,
    members: Indexes,
    doubled: dict[tuple[int, int], Indexes],
    rules: PopularityRules,
    numbers: Numbers,
) -> Parts:
    """Normal scores per region, their means per metric, and the capped mean over metrics."""
    scale = numbers.percentile if rules.method == "percentile-region" else numbers.inverse
    region_z = {cell: scale(found, len(found)) for cell, found in doubled.items()}
    region_weight = _region_weights(window, numbers)
    has = window.has[members]
    metric_z = np.zeros(has.shape, dtype=numbers.kind)
    for metric in range(len(window.metrics)):
        cells = [cell for cell in region_z if cell[0] == metric]
        if cells:
            total = sum(region_weight[cell] for cell in cells)
            scores = _region_capped([region_z[cell] for cell in cells], rules, numbers)
            joined = sum(z * region_weight[cell] for z, cell in zip(scores, cells, strict=True))
            metric_z[has[:, metric], metric] = numbers.divide(joined, total)
    z, cap = _over_metrics(metric_z, has, rules, numbers)
    return Parts(z, metric_z, cap, region_z, region_weight)


def _region_capped(scores: list[Any], rules: PopularityRules, numbers: Numbers) -> list[Any]:
    """`hardened`: no region counts for more than the second best plus the region cap."""
    if rules.method != "hardened" or len(scores) < 2:
        return scores
    second = np.sort(np.array(scores), axis=0)[-2]
    cap = second + numbers.of(Fraction(rules.region_cap))
    return [np.minimum(score, cap) for score in scores]


def _region_weights(window: Window, numbers: Numbers) -> dict[tuple[int, int], Any]:
    """Square root of the region's fans; equal where no region of the metric has any."""
    one = numbers.of(Fraction(1))
    weights: dict[tuple[int, int], Any] = {}
    for metric in range(len(window.metrics)):
        regions = [rate.region for rate in window.rates if rate.metric == metric]
        fans = [window.fans[region] if window.fans else 0 for region in regions]
        for region, count in zip(regions, fans, strict=True):
            weights[metric, region] = numbers.sqrt(count, window.fans_scale) if any(fans) else one
    return weights


def _over_metrics(metric_z: Any, has: Any, rules: PopularityRules, numbers: Numbers) -> tuple[Any, Any]:
    """Mean over the metrics held of min(z, median + cap), weighted; and that cap."""
    z, cap = np.zeros(len(has), dtype=numbers.kind), np.zeros(len(has), dtype=numbers.kind)
    weights = [Fraction(weight) for _, weight in rules.metrics]
    room = numbers.of(Fraction(rules.consistency_cap))
    for held, rows in _patterns(has):
        mine = metric_z[np.ix_(rows, held)]
        ordered = np.sort(mine, axis=1)
        middle = numbers.divide(ordered[:, (len(held) - 1) // 2] + ordered[:, len(held) // 2], 2)
        cap[rows] = middle + room if rules.method != "percentile-region" else mine.max(axis=1)
        total = sum(weights[m] for m in held)
        shares = [numbers.of(weights[m] / total) for m in held]
        capped = np.minimum(mine, cap[rows][:, None])
        one = numbers.of(Fraction(1))
        z[rows] = numbers.divide(sum(capped[:, k] * share for k, share in enumerate(shares)), one)
    return z, cap


def _patterns(has: Any) -> Iterator[tuple[Indexes, Indexes]]:
    """Which metrics are held together, and the rows that hold just these."""
    code = np.zeros(len(has), dtype=np.int64)
    for metric in range(has.shape[1]):
        _, code = np.unique(code, return_inverse=True) if metric % 16 == 15 else (None, code)
        code = code * 2 + has[:, metric]
    for number in np.flatnonzero(np.bincount(code)) if code.max(initial=0) < 2**17 else np.unique(code):
        rows = np.flatnonzero(code == number)
        yield np.flatnonzero(has[rows[0]]), rows


def _standardised(parts: Parts, precise: Callable[[], Parts]) -> tuple[Ints, float]:
    """z / sd in counts of 1e-6, and sd."""
    z = parts.z
    if not len(z):
        return np.zeros(0, dtype=np.int64), 0.0
    cells = len(parts.region_z) + z.size // max(1, len(z))
    error = 2 * INVERSE_ERROR + 1e-15 * (cells + 20)
    mean = math.fsum(z.tolist()) / len(z)
    spread = math.sqrt(math.fsum(((z - mean) ** 2).tolist()) / len(z))
    if spread > 1e-6:
        score = z / spread
        bound = 1.01 * error * (1 + np.abs(score)) / spread
        if not doubtful(score, bound).any():
            return np.rint(score * MICRO).astype(np.int64), spread
    return _standardised_exactly(precise().z), spread


def _standardised_exactly(z: NDArray[Any]) -> Ints:
    if not len(z):
        return np.zeros(0, dtype=np.int64)
    n, total = len(z), int(z.sum())
    variance = (n * int((z * z).sum()) - total * total) // (n * n)
    spread = math.isqrt(max(variance, 0))
    if spread * 10**9 < EXACT.one:
        return np.zeros(n, dtype=np.int64)
    return EXACT.publish_all(EXACT.div(z, spread))


def _regions_won(
    window: Window, members: Indexes, parts: Parts, precise: Callable[[], Parts], rules: PopularityRules
) -> Indexes:
    """Regions in which the weighted mean of z over the metrics ranked there is above 0 when published."""
    won = np.zeros(len(members), dtype=np.int64)
    for region in range(len(window.regions)):
        rates = [rate for rate in window.rates if rate.region == region]
        mean, ranked = _region_mean(rates, window, members, parts, rules, FLOATS)
        unsure = doubtful(mean, 4 * INVERSE_ERROR) & (np.abs(mean) < 1e-6)
        above = mean * MICRO > 0.5
        if unsure.any():
            exact, _ = _region_mean(rates, window, members, precise(), rules, FIXED)
            above = half_even_all((exact * 10**20 + (EXACT.one >> 1)) >> EXACT.bits, _GRAIN) > 0
        won += above & ranked
    return won


def region_scores(popularity: Popularity, rules: PopularityRules) -> Iterator[tuple[str, Indexes, Ints]]:
    """Per region its name, which members have a rate above 0 there, and for all members the mean that `regions_won` looks at."""
    window, members = popularity.window, popularity.members
    exact = combine(window, members, _doubled_ranks(window, members), rules, FIXED)
    for region, name in enumerate(window.regions):
        rates = [rate for rate in window.rates if rate.region == region]
        active = [rate.entry[(rate.whole > 0) | (rate.part > 0)] for rate in rates]
        mean, _ = _region_mean(rates, window, members, exact, rules, FIXED)
        yield name, np.flatnonzero(np.isin(members, np.concatenate(active))), EXACT.publish_all(mean)


def _region_mean(
    rates: list[Rate],
    window: Window,
    members: Indexes,
    parts: Parts,
    rules: PopularityRules,
    numbers: Numbers,
) -> tuple[Any, NDArray[np.bool_]]:
    has = window.has[members]
    total = np.zeros(len(members), dtype=numbers.kind)
    weight = np.zeros(len(members), dtype=numbers.kind)
    for rate in rates:
        holders = has[:, rate.metric]
        share = numbers.of(Fraction(rules.metrics[rate.metric][1]))
        total[holders] += parts.region_z[rate.metric, rate.region] * share
        weight[holders] += share
    ranked = (weight > 0).astype(np.bool_)
    return numbers.divide(total, np.where(ranked, weight, numbers.of(Fraction(1)))), ranked
