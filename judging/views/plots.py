"""The chair's figures as plots and numbers; each says in words what it shows."""

import math
from collections.abc import Sequence

from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from judging.models import Round, Suspicion
from judging.queries.calibration import TrackSpread
from judging.queries.chair import Coverage, JudgeRow, Leniency, LineRow, Pace, Spread
from judging.queries.history import History
from judging.queries.measures import measure_name
from judging.queries.suspicions import Picture
from spotlight.web import plots


def stats(round: Round, found: Coverage, judges: Sequence[JudgeRow]) -> list[tuple[str, str, str]]:
    """The row of figures at the head of the room."""
    behind = sum(row.is_behind for row in judges)
    seated = sum(not row.has_left for row in judges)
    asked = _("of %(all)s have the %(target)s sheets that the round asks for")
    return [
        (_("Sheets in"), f"{found.sheets:,}", _("filed, of %(n)s that the round asks for") % {"n": f"{found.wanted:,}"}),
        (_("Entries at target"), f"{found.at_target:,}", asked % {"all": f"{found.entries:,}", "target": found.target}),
        (
            _("Judges"),
            str(seated),
            ngettext("%(n)d is behind the clock", "%(n)d are behind the clock", behind) % {"n": behind}
            if behind else _("on the panel, all of them keep up with the clock"),
        ),
        (_("Recusals"), str(sum(row.recused for row in judges)), _("entries given back because of a tie, and dealt anew")),
    ]  # fmt: skip


def coverage(found: Coverage) -> SafeString:
    """Bars of entries by number of sheets; what is below the target needs attention."""
    bars = [
        plots.Bar(
            ngettext("%(n)d sheet", "%(n)d sheets", number) % {"n": number},
            entries,
            hot=number < found.target and entries > 0,
        )
        for number, entries in found.by_sheets
    ]
    words = _("Entries by number of filed sheets. %(at)d of %(all)d have the %(target)d asked for.")
    return plots.bars(
        bars,
        title=words % {"at": found.at_target, "all": found.entries, "target": found.target},
        name="coverage",
    )


def days(case: Suspicion, picture: Picture) -> SafeString:
    """The days of a track in one measure: those in question are marked, behind them the middle half of its peers."""
    rows = [
        plots.DayBar(
            formats.date_format(day.day, "MONTH_DAY_FORMAT") if n % 7 == 0 else "",
            day.value, day.low, day.median, day.high, hot=day.is_named,
        )
        for n, day in enumerate(picture.days)
    ]  # fmt: skip
    title = _("%(measure)s a day: the marked days are in question.") % {
        "measure": measure_name(picture.measure)
    }
    words = _(
        "Bars are this track. The band is the middle half of %(n)d peers on that day, its line their median."
    )
    return plots.series(rows, title=title, desc=words % {"n": picture.peers}, name=f"days-{picture.measure}")


def disagreement(spreads: Sequence[Spread]) -> SafeString | str:
    """A row of dots for each entry on which judges differ most."""
    if not spreads:
        return ""
    widest = spreads[0]
    title = _("Judges differ most on %(entry)s: from %(low).1f to %(high).1f.") % {
        "entry": widest.label, "low": min(widest.values), "high": max(widest.values),
    }  # fmt: skip
    rows = [plots.Dots(spread.label, [round(v, 1) for v in spread.values]) for spread in spreads]
    return plots.dots(rows, low=0, high=10, marks=range(11), title=title, name="disagreement")


def own_marks(found: History) -> SafeString:
    """Bars of how often a judge gave each whole mark in this round."""
    rows = [plots.Bar(str(row.mark), row.now) for row in found.rows]
    return plots.bars(rows, title=_("How often you gave each whole mark."), name="own-marks")


def calibration(labelled: Sequence[tuple[str, TrackSpread]]) -> SafeString | str:
    """A row of dots for each calibration track, the reader's own filled; nothing where a mark could be told by its judge."""
    rows = [
        plots.Dots(label, [round(v, 1) for v in s.values], None if s.own is None else round(s.own, 1))
        for label, s in labelled
        if s.is_shown
    ]
    if not rows:
        return ""
    title = _("How the panel marks each calibration track, one dot a judge, a tick at the middle.")
    return plots.dots(rows, low=0, high=10, marks=range(11), title=title, name="calibration")


def leniency(rows: Sequence[Leniency]) -> SafeString | str:
    """Points above or below the panel for each judge."""
    if not rows:
        return ""
    reach = math.ceil(2 * max(0.5, *(max(map(abs, row.interval)) for row in rows))) / 2
    by_points = sorted(rows, key=lambda row: -row.points)
    intervals = [
        plots.Interval(plots.short(row.name), row.points, *row.interval, hot=row.is_clear)
        for row in by_points
    ]
    marks = [-reach, -reach / 2, 0, reach / 2, reach]
    return plots.intervals(
        intervals, low=-reach, high=reach, marks=marks, name="leniency",
        title=_("How far each judge marks above or below the panel, in points. Ranks are adjusted for this."),
    )  # fmt: skip


def spread(rows: Sequence[Leniency]) -> SafeString | str:
    """How much wider or narrower than the panel each judge spreads marks, in percent."""
    known = [row for row in rows if row.spread is not None and row.spread_interval is not None]
    if not known:
        return ""
    intervals = sorted((_wider(row) for row in known), key=lambda row: -row.at)
    reach = max(50, *(math.ceil(max(abs(row.low), abs(row.high)) / 50) * 50 for row in intervals))
    reach = min(reach, 200)
    return plots.intervals(
        intervals, low=-100, high=reach, marks=[-100, -50, 0, reach / 2, reach], name="spread",
        title=_("How much wider (+) or narrower (−) than the panel each judge spreads marks, in percent."),
    )  # fmt: skip


def _wider(row: Leniency) -> plots.Interval:
    low, high = row.spread_interval or (1.0, 1.0)
    at, low, high = (100 * (ratio - 1) for ratio in (row.spread or 1.0, low, high))
    return plots.Interval(plots.short(row.name), at, low, high, hot=not low <= 0 <= high)


def pace(found: Pace) -> SafeString:
    """A bar for each day: sheets filed."""
    style = "j" if len(found.days) > 7 else "MONTH_DAY_FORMAT"
    bars = [plots.Bar(formats.date_format(day, style), filed) for day, filed in found.days]
    return plots.bars(bars, title=_("Sheets filed on each day."), name="pace")


def line(rows: Sequence[LineRow]) -> SafeString | str:
    """How sure each entry of the line zone is to be in, by place."""
    if len(rows) < 2:
        return ""
    ends = (_("place %(n)d") % {"n": rows[0].rank}, _("place %(n)d") % {"n": rows[-1].rank})
    return plots.points(
        [(row.rank, row.percent) for row in rows], across=ends, name="line",
        title=_("How sure each entry near the line is to belong in the cut, by place."),
    )  # fmt: skip
