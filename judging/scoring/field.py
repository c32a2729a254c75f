"""A field of entries with their live readings as lines, and what a detector found among them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from .inputs import Indexes, Readings
from .normal import Floats
from .popularity import Popularity, score_popularity
from .recipe import PopularityRules
from .window import OTHER

TIMES = 10
"""A mismatch has to be this many times what others have who are otherwise alike."""
WINSOR = 3
"""A single day counts for so many times the median day where days are summed; bursts have a detector of their own."""
Cube = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Finding:
    """Readings of an entry that stand out: of these metrics, regions (as read) and days (proleptic ordinals).

    `facts` are numbers for sentences; what they mean depends on the detector and is said in docs/scoring.md.
    """

    detector: str
    entry: str
    figure: float
    threshold: float
    metrics: tuple[str, ...]
    regions: tuple[str, ...]
    days: tuple[int, ...]
    facts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Named:
    """What a detector points at, by index of metric and region and by age in days."""

    metrics: tuple[int, ...]
    regions: tuple[int, ...] | None
    ages: tuple[int, ...] | None
    facts: dict[str, float]


@dataclass
class Field:
    """The live readings of the eligible entries as lines by entry; metrics are those of the rules, in their order."""

    readings: Readings
    popularity: Popularity
    members: Indexes
    entry: Indexes
    region: Indexes
    metric: Indexes
    age: Indexes
    value: Floats
    fans: Floats
    first: Indexes

    @classmethod
    def of(cls, readings: Readings, rules: PopularityRules) -> "Field":
        """Popularity as normal scores (whatever the round's own method), and the lines it rests on."""
        popularity = score_popularity(readings, replace(rules, method="robust-normal-score"))
        window = popularity.window
        place = {name: index for index, name in enumerate(window.metrics)}
        translate = np.array([place.get(name, -1) for name in readings.metrics] or [-1], dtype=np.int64)
        metric = translate[readings.metric]
        first = np.full(len(readings.entries), 10**9, dtype=np.int64)
        known = metric >= 0
        np.minimum.at(first, readings.entry[known], readings.day[known])
        age = readings.day - first[readings.entry]
        keep = known & (age < window.live_days[readings.entry]) & window.eligible[readings.entry]
        order = np.flatnonzero(keep)
        order = order[np.argsort(readings.entry[order], kind="stable")]
        return cls(
            readings, popularity, popularity.members, readings.entry[order], readings.region[order], metric[order], age[order],
            readings.value[order].astype(np.float64) / 10**readings.value_scale,
            readings.fans[order].astype(np.float64) / 10**readings.fans_scale, first,
        )  # fmt: skip

    @cached_property
    def live(self) -> Indexes:
        """Live days per entry."""
        return self.popularity.window.live_days

    @cached_property
    def joined(self) -> Indexes:
        """The ranked region of each region of the readings: its own, or Other."""
        window = self.popularity.window
        names = [OTHER if name in window.merged else name for name in self.readings.regions]
        place = {name: index for index, name in enumerate(window.regions)}
        return np.array([place.get(name, -1) for name in names] or [-1], dtype=np.int64)

    @cached_property
    def calm(self) -> Floats:
        """The lines' values, none above WINSOR times the median day of its entry, metric and region (at least 1)."""
        calm = self.value.copy()
        for metric, region, found, grid in self.cells():
            mine = np.flatnonzero((self.metric == metric) & (self.region == region))
            most = WINSOR * np.maximum(day_medians(grid, self.live[found]), 1.0)
            calm[mine] = np.minimum(calm[mine], most[np.searchsorted(found, self.entry[mine])])
        return calm

    def rate(self, metric: int, region: int | None = None) -> Floats:
        """Mean calm value of a live day per entry, in all regions or in a ranked one."""
        if (metric, region) not in self.rates:
            self.rates[metric, region] = self._rate(metric, region)
        return self.rates[metric, region]

    @cached_property
    def rates(self) -> dict[tuple[int, int | None], Floats]:
        """Rates that were asked for."""
        return {}

    def _rate(self, metric: int, region: int | None) -> Floats:
        keep = self.metric == metric
        if region is not None:
            keep &= self.joined[self.region] == region
        sums = np.bincount(self.entry[keep], weights=self.calm[keep], minlength=len(self.live))
        return np.asarray(sums / np.maximum(self.live, 1), dtype=np.float64)

    def times(self, row: int, rate: Floats, level: float) -> tuple[float, float]:
        """How many times what entries have that stand at `level` (a standard score) on this rate; and that rate."""
        usual = float(np.quantile(rate[self.members], NormalDist().cdf(level)))
        return float(rate[self.members[row]]) / max(usual, 1.0), usual

    def regions_with_more(self, row: int, metric: int, level: float) -> tuple[int, ...] | None:
        """Regions (as read) where the entry has TIMES / 2 of what is usual at that level; None if that is nowhere."""
        ranked = range(len(self.popularity.window.regions))
        more = [r for r in ranked if self.times(row, self.rate(metric, r), level)[0] >= TIMES / 2]
        return tuple(np.flatnonzero(np.isin(self.joined, more)).tolist()) or None

    def cells(self) -> Iterator[tuple[int, int, Indexes, Cube]]:
        """Metric, region (as read), entries with a reading there, and their values by day."""
        length = int(self.live.max()) if len(self.live) else 0
        for metric in range(len(self.popularity.window.metrics)):
            for region in range(len(self.readings.regions)):
                keep = (self.metric == metric) & (self.region == region)
                found, place = np.unique(self.entry[keep], return_inverse=True)
                if len(found):
                    grid = np.zeros((len(found), length))
                    grid[place, self.age[keep]] = self.value[keep]
                    yield metric, region, found, grid

    def lines_of(self, row: int) -> Indexes:
        """Where the lines of a member stand."""
        entry = int(self.members[row])
        return np.arange(*np.searchsorted(self.entry, [entry, entry + 1]).tolist())

    def rows(self, found: Indexes) -> Indexes:
        """Places among the members of entries by index."""
        return np.searchsorted(self.members, found).astype(np.int64)

    def finding(self, detector: str, row: int, figure: float, least: float, named: Named) -> Finding:
        """The readings that exist of what was named, by their own names."""
        entry = int(self.members[row])
        lines = slice(*np.searchsorted(self.entry, [entry, entry + 1]).tolist())
        keep = np.isin(self.metric[lines], named.metrics) & (self.value[lines] > 0)
        if named.regions is not None:
            keep &= np.isin(self.region[lines], named.regions)
        if named.ages is not None:
            keep &= np.isin(self.age[lines], named.ages)
        pick = self.popularity.window.metrics
        return Finding(
            detector=detector,
            entry=self.readings.entries[entry],
            figure=round(figure, 2),
            threshold=round(least, 2),
            metrics=tuple(sorted({pick[m] for m in self.metric[lines][keep].tolist()})),
            regions=tuple(sorted({self.readings.regions[r] for r in self.region[lines][keep].tolist()})),
            days=tuple(sorted({int(self.first[entry]) + a for a in self.age[lines][keep].tolist()})),
            facts={name: round(number, 2) for name, number in named.facts.items()},
        )


def day_medians(grid: Cube, days: Indexes) -> Floats:
    """Median of the first `days` days of each row."""
    ordered = np.sort(np.where(np.arange(grid.shape[1]) < days[:, None], grid, np.inf), axis=1)
    rows = np.arange(len(grid))
    middle: Floats = (ordered[rows, (days - 1) // 2] + ordered[rows, days // 2]) / 2
    return middle
