"""Why this rank: the derivation of one entry, as data for templates and as plain English for the program."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from .compute import Result, Standing
from .exact import publish_ratio
from .panel import Panel
from .popularity import Popularity

CHAINS = {
    "panel-first": "the panel score",
    "extend-cut": "the panel score",
    "popularity-first": "the popularity score",
    "countback": "the best single marks",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One judge's weighted mark: as given, after the spread step, and as read; counts of 1e-6 points."""

    judge: str
    given: int
    adjusted: int
    leniency: int
    read: int


@dataclass(frozen=True, slots=True)
class PanelStory:
    """How the panel score came about. `pull` is the share by which few listens draw to the average, `pull_with_one_more`
    the same with one sheet more; both None for methods without shrinkage. Means are counts of 1e-6 points."""

    method: str
    marks: tuple[Mark, ...]
    given_mean: int | None
    read_mean: int | None
    pull: float | None
    pull_with_one_more: float | None


@dataclass(frozen=True, slots=True)
class RegionStory:
    """Normal score in one region and the region's share within the metric."""

    region: str
    score: float
    share: float


@dataclass(frozen=True, slots=True)
class MetricStory:
    """One metric: its score, what counted after the consistency cap, its share, and its regions."""

    metric: str
    score: float
    counted: float
    share: float
    regions: tuple[RegionStory, ...]


@dataclass(frozen=True, slots=True)
class PopularityStory:
    """How popularity came about. Not measured: too few days, or too few metrics."""

    method: str
    measured: bool
    live_days: int
    metrics: tuple[MetricStory, ...]
    spread: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything behind one row."""

    row: Standing
    entries: int
    selectable: bool
    popularity_weight: Decimal
    panel_weight: Decimal
    panel: PanelStory | None
    popularity: PopularityStory | None
    tie: str


def explain(result: Result, entry: str) -> Explanation:
    """The derivation of one entry. Raises KeyError for an unknown code."""
    position = result.position(entry)
    rules, row = result.recipe, result.row(position)
    panel, popularity = result.panel_part, result.popularity_part
    if result.tally is not None:  # points say all: how a judge's marks read next to others' plays no part
        panel = popularity = None
    return Explanation(
        row=row,
        entries=len(result),
        selectable=bool(result.selectable[position]),
        popularity_weight=rules.blend.popularity,
        panel_weight=rules.blend.panel,
        panel=None if panel is None else _panel_story(panel, entry, rules.panel.method),
        popularity=None if popularity is None else _popularity_story(result, popularity, entry),
        tie=_tie(row, rules.tie_chain, points=result.tally is not None),
    )


def _panel_story(panel: Panel, entry: str, method: str) -> PanelStory:
    marks = _marks(panel, entry)
    n = len(marks)
    strength = panel.lambda_entry
    return PanelStory(
        method=method,
        marks=marks,
        given_mean=_mean([mark.given for mark in marks]),
        read_mean=_mean([mark.read for mark in marks]),
        pull=None if strength is None else float(strength / (n + strength)),
        pull_with_one_more=None if strength is None else float(strength / (n + 1 + strength)),
    )


def _marks(panel: Panel, entry: str) -> tuple[Mark, ...]:
    sheets = panel.sheets
    place = sheets.entries.index(entry) if entry in sheets.entries else -1
    unit = 10**sheets.score_scale
    return tuple(
        Mark(
            judge=panel.judges[int(sheets.judge[s])].code,
            given=publish_ratio(Fraction(int(sheets.scores[s]), unit)),
            adjusted=panel.fixed.publish(panel.adjusted[s]),
            leniency=panel.judges[int(sheets.judge[s])].leniency,
            read=int(panel.read[s]),
        )
        for s in np.flatnonzero(sheets.entry == place).tolist()
    )


def _mean(values: list[int]) -> int | None:
    return publish_ratio(Fraction(sum(values), len(values) * 10**6)) if values else None


def _popularity_story(result: Result, popularity: Popularity, entry: str) -> PopularityStory:
    window = popularity.window
    index = window.entries.index(entry) if entry in window.entries else -1
    days = int(window.live_days[index]) if index >= 0 else 0
    found = np.flatnonzero(popularity.members == index) if index >= 0 else np.zeros(0, dtype=np.int64)
    member = int(found[0]) if len(found) else -1
    metrics = tuple(_metrics(result, popularity, member)) if member >= 0 else ()
    return PopularityStory(result.recipe.popularity.method, member >= 0, days, metrics, popularity.spread)


def _metrics(result: Result, popularity: Popularity, member: int) -> Iterator[MetricStory]:
    window, scores = popularity.window, popularity.metric_z[member]
    held = [m for m in range(len(window.metrics)) if not np.isnan(scores[m])]
    total = sum(result.recipe.popularity.metrics[m][1] for m in held)
    for m in held:
        name, weight = result.recipe.popularity.metrics[m]
        cells = [cell for cell in popularity.region_z if cell[0] == m]
        place = int((window.has[popularity.members[:member], m]).sum())
        size = sum(popularity.region_weight[cell] for cell in cells)
        regions = tuple(
            RegionStory(
                window.regions[cell[1]],
                float(popularity.region_z[cell][place]),
                popularity.region_weight[cell] / size,
            )
            for cell in cells
        )
        score = float(scores[m])
        yield MetricStory(
            name, score, min(score, float(popularity.cap[member])), float(weight / total), regions
        )


def _tie(row: Standing, chain: str, *, points: bool) -> str:
    """What separated the entry from its neighbors, in words."""
    if points:
        side = "jury" if chain == "panel-first" else "public"
        steps = [
            "all points",
            f"{side} points",
            f"the number of {side} voters",
            f"the count of 12s, 10s, 8s … from the {side}",
        ]
        words = [*steps, "", "the public draw"]
    else:
        words = [
            "the blend",
            CHAINS[chain],
            "the probability of being in the cut",
            "the number of regions above the middle",
            "the mean mark of the weightiest criterion",
            "the public draw",
        ]
    return words[row.tie_level - 1]


def as_text(story: Explanation) -> str:
    """Plain English, one statement per line."""
    return "\n".join(_lines(story)) + "\n"


def _lines(story: Explanation) -> Iterator[str]:
    row = story.row
    yield f"{row.entry} is number {row.rank} of {story.entries} and is {'' if row.selected else 'not '}selected."
    if not story.selectable:
        yield "It has too few complete sheets to be selected."
    if story.panel is not None:
        yield from _panel_lines(row, story.panel)
    if story.popularity is not None:
        yield from _popularity_lines(row, story.popularity)
    yield _blend_line(story)
    yield f"Probability of belonging in the cut: {row.probability / 10**4:.2f}%."
    if row.tie_level > 1:
        yield f"Another entry has the same blend; {story.tie} decided (step {row.tie_level})."


def _panel_lines(row: Standing, story: PanelStory) -> Iterator[str]:
    if not story.marks or story.given_mean is None or story.read_mean is None:
        yield "No judge has filed a complete sheet: the panel score is 0, the average."
        return
    given = ", ".join(f"{mark.judge} {points(mark.given)}" for mark in story.marks)
    yield f"Panel ({story.method}): {len(story.marks)} judges gave {given}; their mean is {points(story.given_mean)}."
    for mark in story.marks:
        yield _mark_line(mark)
    yield f"Read together that is {points(story.read_mean)}."
    if story.pull is not None and story.pull_with_one_more is not None:
        yield (
            f"With {len(story.marks)} listens we pull it {story.pull:.0%} toward the average; "
            f"with one more it would be {story.pull_with_one_more:.0%}."
        )
    if row.theta is not None and row.panel is not None and row.panel_sd is not None:
        yield (
            f"That is {points(row.theta, sign=True)} points from the average, a panel score of "
            f"{points(row.panel, sign=True)} (uncertain by {points(row.panel_sd)})."
        )


def _mark_line(mark: Mark) -> str:
    if mark.read == mark.given:
        return f"  {mark.judge}: {points(mark.given)} is read as it stands."
    same = points(mark.adjusted) == points(mark.given)
    spread = "" if same else f"on the common spread that is {points(mark.adjusted)}; "
    kind = "more generous" if mark.leniency >= 0 else "stricter"
    return (
        f"  {mark.judge}: {spread}{mark.judge} is {points(abs(mark.leniency))} points {kind} than the panel, "
        f"so {points(mark.given)} is read as {points(mark.read)}."
    )


def _popularity_lines(row: Standing, story: PopularityStory) -> Iterator[str]:
    if not story.measured or row.popularity is None:
        yield f"Popularity is not measured: {story.live_days} live days, or too few metrics. It counts as 0, the average."
        return
    yield f"Popularity ({story.method}): {story.live_days} live days."
    for metric in story.metrics:
        regions = ", ".join(
            f"{r.region or '(no region)'} {r.score:+.2f} ({r.share:.0%})" for r in metric.regions
        )
        cap = "" if metric.counted >= metric.score else f", capped to {metric.counted:+.2f}"
        yield f"  {metric.metric} ({metric.share:.0%}): {metric.score:+.2f}{cap}, from {regions}."
    yield f"Compared with the spread of all entries that is a popularity of {points(row.popularity, sign=True)}."


def _blend_line(story: Explanation) -> str:
    row = story.row
    if story.panel is None and story.popularity is None:
        parts = [points(value or 0) for value in (row.panel, row.popularity, row.blend)]
        return f"Points: {parts[0]} from juries and {parts[1]} from the public, together {parts[2]}."
    popularity = "not measured" if row.popularity is None else points(row.popularity, sign=True)
    panel = "not heard" if row.panel is None else points(row.panel, sign=True)
    return (
        f"Blend: popularity {popularity} with weight {story.popularity_weight}, panel {panel} with weight "
        f"{story.panel_weight}: {points(row.blend, sign=True)}."
    )


def points(micro: int, *, sign: bool = False) -> str:
    """A count of 1e-6 with two decimals, for people."""
    return f"{micro / 10**6:{'+' if sign else ''}.2f}"
