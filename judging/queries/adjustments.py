"""What was adjusted about an entry before it was compared, and why; from the rows with which its round closed."""

import datetime
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist, median
from typing import Any

from judging.models import RoundReading, Standing

MICRO = 1_000_000
WINSORISED = ("robust-normal-score", "hardened", "percentile-region")
HELD = ("robust-normal-score", "hardened")
Line = tuple[str, str, datetime.date, int]
"""Region, metric, day, value."""


@dataclass(frozen=True)
class CutDays:
    """Days on which so much more came of one measure than usual that no more than `times` usual days were counted."""

    metric: str
    days: list[datetime.date]
    times: Decimal

    @property
    def first(self) -> list[datetime.date]:
        """As many as are worth naming."""
        return self.days[:5]


@dataclass(frozen=True)
class Adjusted:
    """Everything that was changed about an entry's popularity.

    `cut` days that stood out; `held` measures that are far ahead of the entry's others and count only up to a limit;
    `merged` markets that were too small to be compared by themselves; `is_measured` whether popularity counts at all.
    """

    cut: list[CutDays]
    held: list[str]
    merged: list[str]
    is_measured: bool

    def __bool__(self) -> bool:
        return bool(self.cut or self.held or self.merged or not self.is_measured)


def adjusted(standing: Standing) -> Adjusted:
    """What happened to the popularity of a closed standing's entry."""
    rules: dict[str, Any] = standing.standings.recipe["popularity"]
    weighed = Decimal(standing.standings.recipe["blend"]["popularity"]) > 0
    lines = list(
        RoundReading.objects.filter(entry=standing.entry_id)
        .order_by("day")
        .values_list("region", "metric", "day", "value")
    )
    merged = set(standing.standings.figures.get("merged", []))
    return Adjusted(
        cut=cut_days(lines, rules, days=standing.parts.get("days") or 0, merged=merged),
        held=[] if "points" in standing.parts else held_back(standing.parts.get("metrics", {}), rules),
        merged=sorted({region for region, _, _, value in lines if value and region in merged}),
        is_measured=standing.popularity is not None or not weighed,
    )


def cut_days(lines: Iterable[Line], rules: dict[str, Any], *, days: int, merged: set[str]) -> list[CutDays]:
    """Days above `winsor` times the median day of their metric and market. Source: rules 22, 27 and 28 of docs/scoring-rules.md."""
    names = {name for name, _ in rules["metrics"]}
    counted = [line for line in lines if line[1] in names]
    if rules["method"] not in WINSORISED or not counted or not days:
        return []
    first, winsor = min(line[2] for line in counted), Decimal(rules["winsor"])
    values: dict[tuple[str, str], dict[datetime.date, int]] = defaultdict(lambda: defaultdict(int))
    for region, metric, day, value in counted:
        if (day - first).days < days:
            values[metric, "Other" if region in merged else region][day] += value
    found: dict[str, set[datetime.date]] = defaultdict(set)
    for (metric, _), by_day in values.items():
        usual = median([*by_day.values(), *[0] * (days - len(by_day))])
        most = winsor * max(Decimal(usual), Decimal(1))
        found[metric] |= {day for day, value in by_day.items() if value > most}
    return [CutDays(name, sorted(found[name]), winsor) for name, _ in rules["metrics"] if found.get(name)]


def held_back(scores: dict[str, int], rules: dict[str, Any]) -> list[str]:
    """Measures above the median of the entry's measures plus the consistency cap. Source: rule 30 of docs/scoring-rules.md."""
    if rules["method"] not in HELD or not scores:
        return []
    most = median(scores.values()) + float(rules["consistency_cap"]) * MICRO
    return [name for name, score in scores.items() if score > most + 1]


def rank_interval(standing: Standing) -> tuple[int, int] | None:
    """Between which places the entry would come in 8 of 10 cases, as far as the panel's uncertainty goes; or None.

    Its blend at the 10th and the 90th percentile of its own error; at each, one plus the expected number of entries
    above, whose blends err by their own `panel_sd` times the panel's share.
    """
    share = _panel_share(standing.standings.recipe["blend"])
    if not share or standing.panel_sd is None:
        return None
    reach = NormalDist().inv_cdf(0.9) * share * standing.panel_sd
    others = list(
        Standing.objects.filter(standings=standing.standings_id)
        .exclude(pk=standing.pk)
        .values_list("blend", "panel_sd")
    )
    best, worst = (
        1 + round(sum(_above(blend - at, share * (sd or 0)) for blend, sd in others))
        for at in (standing.blend + reach, standing.blend - reach)
    )
    return min(best, standing.rank), max(worst, standing.rank)


def _panel_share(blend: dict[str, Any]) -> float:
    """The panel's share of a weighted sum; 0 for other ways to join the parts, whose error is not a sum."""
    panel, popularity = Decimal(blend["panel"]), Decimal(blend["popularity"])
    return float(panel / (panel + popularity)) if blend["method"] == "weighted-sum" and panel else 0.0


def _above(lead: float, sd: float) -> float:
    return 0.5 * (1 + math.erf(lead / (sd * math.sqrt(2)))) if sd else float(lead > 0)
