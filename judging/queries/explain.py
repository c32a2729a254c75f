"""Why this rank: what the artist and the panel read of an entry once its round is announced, chair and organizer before."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext

from judging.models import Assignment, Decision, Entry, Metric, MoveUp, Release, Round, ScoreSheet, Standing
from judging.queries.adjustments import MICRO, Adjusted, adjusted, rank_interval
from judging.queries.counterfactuals import Without, withouts
from spotlight.web.languages import pick

SEEN = 0.05
"""Points of ten below which a shift is not worth a word."""


@dataclass(frozen=True)
class Mark:
    """One judge's marks: as given, and as read next to the rest of the panel (points of 10).

    `leniency` is by how many points the judge marks higher than the panel over all that they heard.
    """

    number: int
    given: float
    read: float
    leniency: float = 0.0

    @property
    def shift(self) -> float:
        """How far the reading was moved: positive where the judge is strict."""
        return self.read - self.given

    @property
    def reason(self) -> str:
        """Why it was moved: `strict`, `generous`, `range` (the judge spreads marks otherwise than the panel), or empty."""
        if abs(self.shift) < SEEN:
            return ""
        if abs(self.leniency) >= SEEN and (self.leniency < 0) == (self.shift > 0):
            return "strict" if self.shift > 0 else "generous"
        return "range"


@dataclass(frozen=True)
class MetricPart:
    """One popularity metric: share of the field that this entry is ahead of, 0 to 100."""

    name: str
    weight: float
    percentile: int


@dataclass(frozen=True)
class Points:
    """What one judge (by number) or one market (by name) gave, where points decide."""

    voter: str
    is_judge: bool
    points: int


@dataclass(frozen=True)
class Why:
    """Everything the page says, already in numbers that people use."""

    entry: Entry
    decision: Decision
    standing: Standing
    total: int
    marks: list[Mark]
    metrics: list[MetricPart]
    points: list[Points]
    comments: list[str]
    pull: int
    panel: "Ahead | None"
    popularity: "Ahead | None"
    days: int | None
    without: list[Without]
    moved_up: bool
    adjusted: Adjusted
    interval: tuple[int, int] | None
    tie: str

    @property
    def reads_marks(self) -> bool:
        """Whether the method compares judges with one another."""
        return not self.entry.round.is_by_points and self.entry.round.panel_method.startswith(
            "leniency-adjusted"
        )

    @property
    def read_otherwise(self) -> int:
        """How many marks were read otherwise than they were given."""
        return sum(bool(mark.reason) for mark in self.marks) if self.reads_marks else 0

    @property
    def is_adjusted(self) -> bool:
        """Whether anything was."""
        return bool(self.read_otherwise or self.pull or self.adjusted or self.tie)

    @property
    def merged_names(self) -> list[str]:
        """The merged markets in the reader's language."""
        named = _market_names(self.entry.round)
        return [named.get(code, code or gettext("elsewhere")) for code in self.adjusted.merged]

    @property
    def ahead(self) -> "Ahead":
        """How many of the others it is ahead of in all."""
        return Ahead(self.total - self.standing.rank, self.total - 1)


@dataclass(frozen=True)
class Ahead:
    """How many of how many others an entry is ahead of. Equals count half."""

    of: float
    others: int

    @property
    def percent(self) -> int:
        """The percentile, 0 to 100."""
        return round(100 * self.of / self.others) if self.others else 100


def why(entry: Entry, *, early: bool = False) -> Why | None:
    """The explanation of an entry's place by the released standings; None before the release.

    With `early` by those of the cut as soon as it is made. The caller checks who asks.
    """
    release = (
        Release.objects.filter(round=entry.round, round__state=Round.State.ANNOUNCED).order_by("-pk").first()
    )
    decision = Decision.objects.filter(entry=entry).select_related("cut__standings").first()
    if decision is None or (release is None and not early):
        return None
    used = release.standings if release else decision.cut.standings
    standing = Standing.objects.select_related("standings").get(standings=used, entry=entry)
    parts: dict[str, Any] = standing.parts
    return Why(
        entry=entry,
        decision=decision,
        standing=standing,
        total=used.size,
        marks=_marks(parts, standing.standings.judges),
        metrics=_metrics(entry.round, parts),
        points=_points(entry.round, parts),
        comments=_comments(entry),
        pull=_pull(used.figures.get("pull"), standing.sheets),
        panel=_ahead(standing, "panel"),
        popularity=_ahead(standing, "popularity"),
        days=parts.get("days"),
        without=withouts(entry.round, standing),
        moved_up=MoveUp.objects.filter(entry=entry).exists(),
        adjusted=adjusted(standing),
        interval=rank_interval(standing),
        tie=tie_step(standing),
    )


def _market_names(round: Round) -> dict[str, str]:
    return {market.code: pick(market.name, market.names) for market in round.season.markets.all()}


def _points(round: Round, parts: dict[str, Any]) -> list[Points]:
    """The most first, of each side; judges by the number they have among the marks."""
    number = {mark["seat"]: n for n, mark in enumerate(_by_seat(parts), 1)}
    names = _market_names(round)
    given = [
        Points(str(number[voter]), True, points) if side == "jury" else Points(names.get(voter, voter or gettext("elsewhere")), False, points)
        for side, voter, points in parts.get("points", [])
    ]  # fmt: skip
    return sorted(given, key=lambda one: (not one.is_judge, -one.points, one.voter))


def _by_seat(parts: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(parts.get("marks", []), key=lambda mark: mark["seat"])


def _ahead(standing: Standing, part: str) -> Ahead | None:
    """The place in one part alone, among all entries that have it."""
    own = getattr(standing, part)
    if own is None:
        return None
    rows = Standing.objects.filter(standings=standing.standings_id, **{f"{part}__isnull": False}).exclude(
        pk=standing.pk
    )
    told = rows.aggregate(
        below=Count("pk", filter=Q(**{f"{part}__lt": own})), same=Count("pk", filter=Q(**{part: own})), others=Count("pk")
    )  # fmt: skip
    return Ahead(told["below"] + told["same"] / 2, told["others"])


def tie_step(standing: Standing) -> str:
    """What decided between entries with the same score; empty if no other has it. Levels: rules 36 and 40 of docs/scoring-rules.md."""
    chain = standing.standings.recipe["tie"]["chain"]
    first = {"popularity-first": "popularity", "countback": "marks"}.get(chain, "panel")
    steps = ["", first, "chance", "markets", "criterion", "draw"]
    if standing.standings.recipe["blend"]["method"] == Round.Blend.POINTS:
        steps = ["", "panel" if chain == "panel-first" else "popularity", "voters", "twelves", "", "draw"]
    return steps[min(standing.tie_level, len(steps)) - 1]


def _marks(parts: dict[str, Any], judges: list[dict[str, Any]]) -> list[Mark]:
    marks = _by_seat(parts)
    leniency = {judge["seat"]: judge["leniency"] / MICRO for judge in judges}
    return [
        Mark(n, mark["given"] / MICRO, mark["read"] / MICRO, leniency.get(mark["seat"], 0.0))
        for n, mark in enumerate(marks, 1)
    ]


def _metrics(round: Round, parts: dict[str, Any]) -> list[MetricPart]:
    known = parts.get("metrics", {})
    metrics: list[Metric] = list(round.metrics.all())
    return [
        MetricPart(m.key, float(m.weight), _percentile(known[m.key]) or 0) for m in metrics if m.key in known
    ]  # fmt: skip


def _comments(entry: Entry) -> list[str]:
    """Of the sheets that counted: not of a judge who stepped back from the entry after filing."""
    if not entry.round.shows_comments:
        return []
    sheets = ScoreSheet.objects.filter(
        assignment__entry=entry, assignment__state=Assignment.State.OPEN, state=ScoreSheet.State.FILED
    ).exclude(comment="")
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
