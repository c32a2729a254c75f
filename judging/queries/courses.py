"""How places changed: on the public chart week by week, and in a round's kept standings one after the other."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from judging.models import ChartRow, ChartWeek, Entry, Release, Round
from judging.queries.boards import Board, chart_rows, chart_weeks, public_board
from spotlight.accounts.models import Person
from submissions.models import Track
from submissions.queries.seasons import public_seasons

WEEKS = 12
"""Weeks shown, the last ones."""
TOP = 10
"""Tracks of a movement chart."""
STANDINGS = 40
"""Standings of a round shown: the first of each day, or the last ones of all while the round is younger than a week."""
ENOUGH_DAYS = 7

PLACES = """
WITH kept AS (
    SELECT number, computed_at, size, ranks, blends, row_number() OVER (ORDER BY number DESC) AS age,
           row_number() OVER (PARTITION BY (computed_at AT TIME ZONE %(zone)s)::date ORDER BY number) AS of_day
    FROM judging_standings WHERE round_id = %(round)s
)
SELECT number, computed_at, size, substring(ranks FROM 4 * %(index)s + 1 FOR 4), substring(blends FROM 4 * %(index)s + 1 FOR 4)
FROM kept WHERE age = 1 OR of_day = 1 OR (SELECT count(*) FROM kept WHERE of_day = 1) < %(days)s
ORDER BY number DESC LIMIT %(most)s
"""


@dataclass(frozen=True)
class Course:
    """One track's places in consecutive weeks; None where it was not on the board."""

    track: Track
    ranks: tuple[int | None, ...]


@dataclass(frozen=True)
class Courses:
    """Places over the weeks of a board, the oldest week first."""

    board: Board
    weeks: tuple[ChartWeek, ...]
    courses: tuple[Course, ...]


@dataclass(frozen=True)
class Place:
    """Rank and blend (millionths) of an entry in one of its round's standings."""

    number: int
    at: datetime.datetime
    size: int
    rank: int
    blend: int


@dataclass(frozen=True)
class Released:
    """An entry's rank in the released standings of an announced round."""

    entry: Entry
    round: Round
    rank: int
    size: int


def track_course(code: str) -> Courses | None:
    """The weeks of a track on the chart of the newest season that shows order and on whose board it was."""
    for season in public_seasons().filter(submissions__track__code=code).distinct():
        board = public_board(season)
        weeks = _weeks(board, None) if board.places else ()
        found = _courses(board, weeks, track__code=code)
        if found:
            return Courses(board, weeks, found)
    return None


def movement(board: Board, week: ChartWeek | None) -> Courses | None:
    """How the first tracks of a week came to their places; None where the board doesn't tell or there is one week."""
    if week is None or not board.moves:
        return None
    weeks = _weeks(board, week)
    top = list(chart_rows(board, week).filter(rank__lte=TOP).values_list("track", flat=True)[:TOP])
    found = _courses(board, weeks, track__in=top)
    ordered = sorted(found, key=lambda course: (course.ranks[-1] or 0, course.track.code))
    return Courses(board, weeks, tuple(ordered)) if len(weeks) > 1 and found else None


def _weeks(board: Board, last: ChartWeek | None) -> tuple[ChartWeek, ...]:
    weeks = chart_weeks(board).order_by("-number")
    return tuple(reversed((weeks.filter(number__lte=last.number) if last else weeks)[:WEEKS]))


def _courses(board: Board, weeks: Sequence[ChartWeek], **wanted: Any) -> tuple[Course, ...]:
    """Places on the board, and no others, of tracks that are public."""
    rows = ChartRow.objects.filter(
        week__in=weeks, rank__lte=board.size, track__hidden_at__isnull=True, track__released_at__isnull=False, **wanted
    )  # fmt: skip
    tracks: dict[int, Track] = {}
    ranks: dict[int, dict[int, int]] = defaultdict(dict)
    for row in rows.select_related("track").order_by("week__number", "track__code"):
        tracks[row.track_id] = row.track
        ranks[row.track_id][row.week_id] = row.rank
    return tuple(Course(tracks[key], tuple(found.get(w.pk) for w in weeks)) for key, found in ranks.items())


def places_of(entry: Entry) -> list[Place]:
    """An entry's places in the standings of its round, the oldest first. For chair and organizer while the round runs."""
    with connection.cursor() as cursor:
        values = {"index": entry.index, "round": entry.round_id, "most": STANDINGS, "days": ENOUGH_DAYS}
        cursor.execute(PLACES, values | {"zone": entry.round.season.zone})
        rows = cursor.fetchall()
    found = [
        Place(number, at, size, _int(rank), _int(blend)) for number, at, size, rank, blend in reversed(rows)
    ]
    return [place for place in found if place.rank]


def released_places(person: Person, code: str) -> list[Released]:
    """The ranks of a person's own track in the rounds that are announced."""
    entries = Entry.objects.filter(
        submission__artist__members__person=person, submission__track__code=code, round__state=Round.State.ANNOUNCED
    ).select_related("round").order_by("round__number").distinct()  # fmt: skip
    found = []
    for entry in entries:
        release = Release.objects.filter(round=entry.round).select_related("standings").first()
        if release:
            ranks = bytes(release.standings.ranks)[4 * entry.index : 4 * entry.index + 4]
            found.append(Released(entry, entry.round, _int(ranks), release.standings.size))
    return [row for row in found if row.rank]


def _int(stored: bytes | memoryview) -> int:
    return int.from_bytes(bytes(stored), "little", signed=True)
