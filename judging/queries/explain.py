"""Why this rank: what an artist may read about an entry of theirs once its round is announced."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from judging.models import Decision, Entry, Metric, MoveUp, Release, Round, ScoreSheet, Standing
from judging.queries.counterfactuals import Without, withouts

MICRO = 1_000_000


@dataclass(frozen=True)
class Mark:
    """One judge's marks: as given, and as read next to the rest of the panel (points of 10)."""

    number: int
    given: float
    read: float

    @property
    def shift(self) -> float:
        """How far the reading was moved: positive where the judge is strict."""
        return self.read - self.given


@dataclass(frozen=True)
class MetricPart:
    """One popularity metric: share of the field that this entry is ahead of, 0 to 100."""

    name: str
    weight: float
    percentile: int


@dataclass(frozen=True)
class Why:
    """Everything the page says, already in numbers that people use."""

    entry: Entry
    decision: Decision
    standing: Standing
    total: int
    marks: list[Mark]
    metrics: list[MetricPart]
    comments: list[str]
    pull: int
    panel_percentile: int | None
    popularity_percentile: int | None
    days: int | None
    without: list[Without]
    moved_up: bool


def why(entry: Entry) -> Why | None:
    """The explanation of an announced entry's place, or None before the release. The caller checks who asks."""
    release = (
        Release.objects.filter(round=entry.round, round__state=Round.State.ANNOUNCED).order_by("-pk").first()
    )
    decision = Decision.objects.filter(entry=entry).select_related("cut").first()
    if release is None or decision is None:
        return None
    standing = Standing.objects.select_related("standings").get(standings=release.standings, entry=entry)
    parts: dict[str, Any] = standing.parts
    return Why(
        entry=entry,
        decision=decision,
        standing=standing,
        total=release.standings.size,
        marks=_marks(parts),
        metrics=_metrics(entry.round, parts),
        comments=_comments(entry),
        pull=_pull(release.standings.figures.get("pull"), standing.sheets),
        panel_percentile=_percentile(standing.panel),
        popularity_percentile=_percentile(standing.popularity),
        days=parts.get("days"),
        without=withouts(entry.round, standing),
        moved_up=MoveUp.objects.filter(entry=entry).exists(),
    )


def _marks(parts: dict[str, Any]) -> list[Mark]:
    marks = sorted(parts.get("marks", []), key=lambda mark: mark["seat"])
    return [Mark(n, mark["given"] / MICRO, mark["read"] / MICRO) for n, mark in enumerate(marks, 1)]


def _metrics(round: Round, parts: dict[str, Any]) -> list[MetricPart]:
    known = parts.get("metrics", {})
    metrics: list[Metric] = list(round.metrics.all())
    return [
        MetricPart(m.key, float(m.weight), _percentile(known[m.key]) or 0) for m in metrics if m.key in known
    ]  # fmt: skip


def _comments(entry: Entry) -> list[str]:
    if not entry.round.shows_comments:
        return []
    sheets = ScoreSheet.objects.filter(assignment__entry=entry, state=ScoreSheet.State.FILED).exclude(
        comment=""
    )
    return list(sheets.order_by("assignment__seat__code").values_list("comment", flat=True))


def _percentile(score: int | None) -> int | None:
    """A standard score in millionths as a percentile of the field, 1 to 99."""
    if score is None:
        return None
    return min(99, max(1, round(100 * NormalDist().cdf(score / MICRO))))


def _pull(strength: float | None, sheets: int) -> int:
    """By how many percent few listens pull a score toward the average: lambda / (sheets + lambda)."""
    if not strength or not sheets:
        return 0
    return round(100 * strength / (sheets + strength))
