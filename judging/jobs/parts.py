"""What an explanation needs of each entry: marks as given and as read, and popularity per metric."""

from typing import Any

from judging.jobs.inputs import NOBODY
from judging.scoring.compute import Result


def parts_by_entry(result: Result) -> dict[str, dict[str, Any]]:
    """For every entry: `marks` (seat, given, read; millionths) and `metrics` (normal scores; millionths); `points` where they decide."""
    parts: dict[str, dict[str, Any]] = {code: {"marks": [], "metrics": {}} for code in result.entries}
    _add_marks(result, parts)
    _add_metrics(result, parts)
    _add_points(result, parts)
    return parts


def _add_points(result: Result, parts: dict[str, dict[str, Any]]) -> None:
    """Where points decide: who gave how many, the most first."""
    for given in () if result.tally is None else result.tally.given:
        parts[given.entry].setdefault("points", []).append([given.side, given.voter, given.points])


def _add_marks(result: Result, parts: dict[str, dict[str, Any]]) -> None:
    panel = result.panel_part
    if panel is None:
        return
    sheets = panel.sheets
    unit = 10**sheets.score_scale
    rows = zip(
        sheets.entry.tolist(), sheets.judge.tolist(), sheets.scores.tolist(), panel.read.tolist(), strict=True
    )
    for entry, judge, score, read in rows:
        if sheets.judges[judge] != NOBODY:
            mark = {"seat": sheets.judges[judge], "given": score * 10**6 // unit, "read": int(read)}
            parts[sheets.entries[entry]]["marks"].append(mark)


def _add_metrics(result: Result, parts: dict[str, dict[str, Any]]) -> None:
    popularity = result.popularity_part
    if popularity is None:
        return
    window = popularity.window
    for row, member in enumerate(popularity.members.tolist()):
        values = popularity.metric_z[row].tolist()
        known = {name: round(z * 1e6) for name, z in zip(window.metrics, values, strict=True) if z == z}
        parts[window.entries[member]]["metrics"] = known
        parts[window.entries[member]]["days"] = int(window.live_days[member])
