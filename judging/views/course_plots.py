"""How places changed, as plots: a track's weeks on the chart, the movement of the first ten, an entry's ranks so far."""

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from judging.queries.courses import TOP, Courses, Place
from spotlight.web import plots


def track_weeks(found: Courses) -> SafeString:
    """A track's places on the chart, week by week."""
    course = found.courses[0]
    placed = [rank for rank in course.ranks if rank]
    title = _("%(track)s on the chart: best place %(best)d, latest %(latest)d.") % {
        "track": course.track.title, "best": min(placed), "latest": placed[-1],
    }  # fmt: skip
    return plots.courses(
        [plots.Course("", course.ranks)],
        columns=_weeks(found),
        lowest=max(*placed, 5),
        title=title,
        name="weeks",
    )


def movement(found: Courses) -> SafeString:
    """How the first tracks of a week came to their places."""
    rows = [plots.Course(f"{c.ranks[-1]} {c.track.title}", c.ranks) for c in found.courses]
    title = _("The first %(n)d over %(weeks)d weeks. %(track)s leads.") % {
        "n": len(rows), "weeks": len(found.weeks), "track": found.courses[0].track.title,
    }  # fmt: skip
    lowest = max(TOP, *(course.ranks[-1] or 0 for course in found.courses))
    return plots.courses(rows, columns=_weeks(found), lowest=lowest, title=title, name="movement")


def _weeks(found: Courses) -> list[str]:
    """Week numbers under the axis, every other one where they would be crowded."""
    numbers = [week.number for week in found.weeks]
    return [
        str(n) if (len(numbers) - 1 - i) % (1 if len(numbers) < 7 else 2) == 0 else ""
        for i, n in enumerate(numbers)
    ]


def places(found: Sequence[Place]) -> SafeString | str:
    """An entry's ranks in the standings of its round, one after the other."""
    if len(found) < 2:
        return ""
    ranks = [place.rank for place in found]
    title = _("From place %(first)d to place %(last)d of %(size)d.") % {
        "first": ranks[0], "last": ranks[-1], "size": found[-1].size,
    }  # fmt: skip
    columns = [f"{p.number}" if i in (0, len(found) - 1) else "" for i, p in enumerate(found)]
    return plots.courses(
        [plots.Course("", ranks)], columns=columns, lowest=max(*ranks, 5), title=title, name="places"
    )
