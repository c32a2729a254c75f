"""Detectors: which readings of a field stand out so far that a person should look at them before they count.

They find; they decide nothing and change no score. Each detector has one figure per entry. It is flagged where the
figure lies in the top 1 % of the field, but never below the detector's floor (so that an honest field is left alone)
and always from its ceiling on (so that many attackers can't hide behind each other).
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from .field import TIMES, Cube, Field, Finding, Named, day_medians
from .inputs import Indexes, Readings
from .normal import Floats, inverse_of_ratio
from .order import double_midranks
from .recipe import PopularityRules

METRIC, REGION, BURST, PER_FAN, SMOOTH, PANEL = (
    "metric-mismatch",
    "region-mismatch",
    "burst",
    "per-fan",
    "smooth",
    "popularity-over-panel",
)
LIMITS = {
    METRIC: (1.5, 2.5),
    REGION: (1.75, 2.5),
    BURST: (10.0, 30.0),
    PER_FAN: (6.0, 12.0),
    SMOOTH: (4.0, 10.0),
    PANEL: (3.2, 4.0),
}
"""Floor and ceiling of the threshold of each detector."""

LEAST_FIELD = 20
"""Fewer entries than this are no field to stand out from: nothing is flagged."""

BURST_LEAST, BURST_ALONE = 50, 3
"""A burst is a day of at least so many, and so many times the day before and the day after."""
PER_FAN_LEAST, PER_FAN_TIMES = 300, 3
"""So many in all, and so many times what is usual in the field."""
SMOOTH_DAYS, SMOOTH_MEAN = 14, 30
"""Smoothness says something from so many days with such a mean on."""


@dataclass(frozen=True, slots=True)
class Column:
    """A detector's figure per eligible entry (NaN = says nothing), and what it names of one of them.

    `name` returns metrics, regions and ages in days (None = all that the entry has) with the facts, or None where the
    figure is high but too little to speak of.
    """

    detector: str
    figure: Floats
    name: Callable[[int], Named | None]


def find(
    readings: Readings,
    rules: PopularityRules,
    *,
    panel: Mapping[str, float] | None = None,
    homes: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Everything that stands out in a field, by entry and detector; nothing in fewer than LEAST_FIELD eligible entries.

    `panel` are panel scores (in standard deviations) of the entries heard often enough; `homes` the region in which an
    artist is at home, whose lead over other regions says nothing.
    """
    field = Field.of(readings, rules)
    if len(field.members) < LEAST_FIELD:
        return []
    found = [
        finding for column in columns(field, panel or {}, homes or {}) for finding in _flagged(field, column)
    ]
    return sorted(found, key=lambda finding: (finding.entry, finding.detector))


def columns(field: Field, panel: Mapping[str, float], homes: Mapping[str, str]) -> list[Column]:
    """All detectors' figures."""
    return [
        metric_mismatch(field),
        region_mismatch(field, homes),
        burst(field),
        per_fan(field),
        smooth(field),
        popularity_over_panel(field, panel),
    ]


def threshold(detector: str, figure: Floats) -> float:
    """The top 1 % of the field, between the detector's floor and its ceiling."""
    floor, ceiling = LIMITS[detector]
    known = figure[np.isfinite(figure)]
    top = float(np.quantile(known, 0.99)) if len(known) else floor
    return min(max(top, floor), ceiling)


def _flagged(field: Field, column: Column) -> Iterator[Finding]:
    least = threshold(column.detector, column.figure)
    for row in np.flatnonzero(np.nan_to_num(column.figure, nan=-np.inf) >= least).tolist():
        named = column.name(row)
        if named is not None:
            yield field.finding(column.detector, row, float(column.figure[row]), least, named)


# ---- the detectors -------------------------------------------------------------------------------------------------


def metric_mismatch(field: Field) -> Column:
    """The highest normal score over metrics (all regions together), less the median of the entry's other metrics."""
    figure, top, level = _over_the_rest(_metric_scores(field))

    def name(row: int) -> Named | None:
        rate = field.rate(int(top[row]))
        times, usual = field.times(row, rate, float(level[row]))
        if times < TIMES:
            return None
        facts = {"times": times, "daily": float(rate[field.members[row]]), "usual": usual}
        return Named(
            (int(top[row]),), field.regions_with_more(row, int(top[row]), float(level[row])), None, facts
        )

    return Column(METRIC, figure, name)


def region_mismatch(field: Field, homes: Mapping[str, str]) -> Column:
    """The highest normal score over regions but the home, less the median of the entry's other regions."""
    window = field.popularity.window
    z = _region_scores(field)
    place = dict(zip(field.readings.regions, field.joined.tolist(), strict=False))
    codes = [window.entries[member] for member in field.members.tolist()]
    at_home = np.array([place.get(homes.get(code, "-"), -1) for code in codes], dtype=np.int64)
    figure, top, level = _over_the_rest(z, at_home)

    def name(row: int) -> Named | None:
        region, best = int(top[row]), (0.0, 0.0, 0.0)
        metrics = []
        for metric in range(len(window.metrics)):
            rate = field.rate(metric, region)
            times, usual = field.times(row, rate, float(level[row]))
            best = max(best, (times, float(rate[field.members[row]]), usual))
            metrics += [metric] if times >= TIMES / 2 else []
        regions = tuple(np.flatnonzero(field.joined == region).tolist())
        facts = dict(zip(("times", "daily", "usual"), best, strict=True))
        return Named(tuple(metrics), regions, None, facts) if best[0] >= TIMES else None

    return Column(REGION, figure, name)


def burst(field: Field) -> Column:
    """A day that stands alone, divided by the median day of the same metric and region (at least 1).

    Alone: not among the first two days (a release is a burst) nor the last (what comes next is not known yet), and
    BURST_ALONE times its neighbors. A track that is discovered rises and stays, or fades over days.
    """
    figure = np.zeros(len(field.members))
    where: dict[int, tuple[int, int]] = {}
    for metric, region, found, grid in field.cells():
        ratio = _alone(grid, field.live[found])
        best, rows = ratio.max(axis=1, initial=0), field.rows(found)
        for row in np.flatnonzero(best > figure[rows]).tolist():
            where[int(rows[row])] = (metric, region)
        figure[rows] = np.maximum(figure[rows], best)

    def name(row: int) -> Named | None:
        metric, region = where[row]
        days = int(field.live[field.members[row]])
        values = np.zeros((1, days))
        mine = field.lines_of(row)
        mine = mine[(field.metric[mine] == metric) & (field.region[mine] == region)]
        values[0, field.age[mine]] = field.value[mine]
        ages = np.flatnonzero(_alone(values, np.array([days]))[0] >= LIMITS[BURST][0])
        facts = {"peak": float(values.max()), "median": float(np.median(values)), "times": float(figure[row])}
        return Named((metric,), (region,), tuple(ages.tolist()), facts)

    return Column(BURST, figure, name)


def per_fan(field: Field) -> Column:
    """Counted value for each unique listener of a day, over all days on which listeners are known; the highest metric."""
    figure, top = np.full(len(field.members), np.nan), np.zeros(len(field.members), dtype=np.int64)
    totals, usual = np.zeros(len(field.members)), {}
    for metric in range(len(field.popularity.window.metrics)):
        value, fans = _sums_with_fans(field, metric)
        known = fans > 0
        ratio = np.divide(value, fans, out=np.full(len(fans), np.nan), where=known)
        usual[metric] = float(np.median(ratio[known])) if known.any() else 0.0
        better = known & ~(ratio <= figure)
        figure[better], top[better], totals[better] = ratio[better], metric, value[better]

    def name(row: int) -> Named | None:
        metric = int(top[row])
        if totals[row] < PER_FAN_LEAST or figure[row] < PER_FAN_TIMES * usual[metric]:
            return None
        mine = field.lines_of(row)
        mine = mine[(field.metric[mine] == metric) & (field.fans[mine] > 0)]
        many = mine[field.value[mine] >= LIMITS[PER_FAN][0] / 2 * field.fans[mine]]
        ages, regions = set(field.age[many].tolist()), set(field.region[many].tolist())
        facts = {"each": float(figure[row]), "usual": usual[metric], "total": float(totals[row])}
        return Named((metric,), tuple(sorted(regions)), tuple(sorted(ages)), facts)

    return Column(PER_FAN, figure, name)


def smooth(field: Field) -> Column:
    """Mean over variance of the days' values, the highest of metrics and regions: 1 is pure chance, people vary more.

    Only for SMOOTH_DAYS live days with a mean of SMOOTH_MEAN. Simulated bots run at a constant rate; real ones need not.
    """
    figure = np.full(len(field.members), np.nan)
    where: dict[int, tuple[int, int, float]] = {}
    for metric, region, found, grid in field.cells():
        days, rows = field.live[found], field.rows(found)
        mean = grid.sum(axis=1) / days
        spread = np.maximum((grid**2).sum(axis=1) / days - mean**2, 0.0)
        enough = (days >= SMOOTH_DAYS) & (mean >= SMOOTH_MEAN)
        ratio = np.divide(mean, np.maximum(spread, mean / 1000), out=np.full(len(mean), np.nan), where=enough)
        better = enough & ~(ratio <= figure[rows])
        figure[rows[better]] = ratio[better]
        for k in np.flatnonzero(better).tolist():
            where[int(rows[k])] = (metric, region, float(mean[k]))

    def name(row: int) -> Named | None:
        metric, region, mean = where[row]
        facts = {"daily": mean, "spread": math.sqrt(mean / figure[row]), "chance": math.sqrt(mean)}
        return Named((metric,), (region,), None, facts)

    return Column(SMOOTH, figure, name)


def popularity_over_panel(field: Field, panel: Mapping[str, float]) -> Column:
    """Popularity score less panel score, both in standard deviations. It names all that the entry has."""
    window = field.popularity.window
    codes = [window.entries[member] for member in field.members.tolist()]
    heard = np.array([panel.get(code, np.nan) for code in codes])
    score = field.popularity.score.astype(np.float64) / 1e6

    def name(row: int) -> Named | None:
        facts = {"popularity": float(score[row]), "panel": float(heard[row])}
        return Named(tuple(range(len(window.metrics))), None, None, facts)

    return Column(PANEL, score - heard, name)


# ---- parts ---------------------------------------------------------------------------------------------------------


def _over_the_rest(z: Floats, never: Indexes | None = None) -> tuple[Floats, Indexes, Floats]:
    """Per row: the largest lead of a column over the median of the others, that column, and that median.

    NaN where a row has fewer than two columns; `never` names a column per row that can't lead (-1 = none).
    """
    rows = len(z)
    best, level = np.full(rows, -np.inf), np.full(rows, np.nan)
    top = np.zeros(rows, dtype=np.int64)
    for column in range(z.shape[1]):
        rest = _median(np.delete(z, column, axis=1))
        lead = z[:, column] - rest
        ahead = np.nan_to_num(lead, nan=-np.inf) > best
        if never is not None:
            ahead &= never != column
        best[ahead], level[ahead], top[ahead] = lead[ahead], rest[ahead], column
    return np.where(np.isfinite(best), best, np.nan), top, level


def _median(z: Floats) -> Floats:
    """Median of each row over what is known; NaN where nothing is."""
    known = np.isfinite(z).sum(axis=1)
    if not z.shape[1]:
        return np.full(len(z), np.nan)
    ordered, rows = np.sort(np.where(np.isfinite(z), z, np.inf), axis=1), np.arange(len(z))
    last = np.maximum(known - 1, 0)
    middle = (ordered[rows, last // 2] + ordered[rows, np.minimum(known // 2, z.shape[1] - 1)]) / 2
    return np.where(known > 0, middle, np.nan)


def _metric_scores(field: Field) -> Floats:
    """Members x metrics: normal score of the mean daily value among all who have the metric; NaN for who has not."""
    has = field.popularity.window.has[field.members]
    z = np.full(has.shape, np.nan)
    for metric in range(has.shape[1]):
        mine = np.flatnonzero(has[:, metric])
        _, places = np.unique(field.rate(metric)[field.members[mine]], return_inverse=True)
        doubled = double_midranks(places.astype(np.int64))
        z[mine, metric] = inverse_of_ratio(4 * doubled - 3, 8 * len(mine) + 2)
    return z


def _region_scores(field: Field) -> Floats:
    """Members x ranked regions: plain mean of the normal scores over the metrics there; NaN where there is none."""
    popularity = field.popularity
    window = popularity.window
    shape = (len(field.members), len(window.regions))
    total, weight = np.zeros(shape), np.zeros(shape)
    for (metric, region), z in popularity.region_z.items():
        held = window.has[field.members, metric]
        total[held, region] += z
        weight[held, region] += 1
    mean: Floats = np.divide(total, weight, out=np.full(shape, np.nan), where=weight > 0)
    return mean


def _alone(grid: Cube, days: Indexes) -> Cube:
    """Value over the median of the live days, for days that stand alone; 0 for all others."""
    length = grid.shape[1]
    if length < 4:
        return np.zeros((len(grid), 1))
    middle = np.maximum(day_medians(grid, days), 1.0)
    before, after = np.zeros_like(grid), np.zeros_like(grid)
    before[:, 1:], after[:, :-1] = grid[:, :-1], grid[:, 1:]
    ages = np.arange(length)
    alone = (ages >= 2) & (ages < days[:, None] - 1) & (grid >= BURST_LEAST)
    alone &= grid >= BURST_ALONE * np.maximum(before, after)
    return np.where(alone, grid / middle[:, None], 0.0)


def _sums_with_fans(field: Field, metric: int) -> tuple[Floats, Floats]:
    keep = (field.metric == metric) & (field.fans > 0)
    size = len(field.live)
    sums = [np.bincount(field.entry[keep], weights=column[keep], minlength=size)[field.members] for column in (field.value, field.fans)]  # fmt: skip
    return sums[0], sums[1]
