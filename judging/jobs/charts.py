"""The public chart: popularity only, week by week, archived. Nothing in it depends on sheets.

A week starts on the season's Monday. Its points are one per listener and day here (plays, likes, saves, shares and accepted
uses), each day of a track capped at three times the median of its days so that one burst doesn't make a week.
"""

import datetime
import hashlib
import json
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from judging.jobs.counts import counted_until
from judging.models import ChartRow, ChartWeek
from judging.queries.boards import PLACES
from spotlight.ledger import clock
from submissions.models import Season

POINTS = """
WITH days AS (
    SELECT r.track_id, r.day, sum(r.value) AS points FROM judging_reading r
    JOIN judging_source o ON o.id = r.source_id AND o.slug = 'spotlight' AND o.season_id = %(season)s
    JOIN submissions_submission s ON s.track_id = r.track_id AND s.season_id = %(season)s AND s.state = 'cleared'
    JOIN submissions_track t ON t.id = r.track_id AND t.hidden_at IS NULL AND t.released_at IS NOT NULL
    WHERE r.day BETWEEN %(first)s AND %(last)s AND NOT r.set_aside GROUP BY r.track_id, r.day
), caps AS (
    SELECT track_id, 3 * greatest(percentile_disc(0.5) WITHIN GROUP (ORDER BY points), 1) AS cap FROM days GROUP BY track_id
)
SELECT d.track_id, t.code, sum(least(d.points, c.cap))::bigint AS points
FROM days d JOIN caps c USING (track_id) JOIN submissions_track t ON t.id = d.track_id
GROUP BY d.track_id, t.code HAVING sum(least(d.points, c.cap)) > 0
ORDER BY points DESC, t.code COLLATE "C" LIMIT %(places)s
"""


def compute_due_weeks(season: Season) -> int:
    """Write the chart of every week that is over and has none yet. Returns how many were written; safe to repeat.

    A chart is never rewritten, so a week without a point waits until something later was counted: nobody listened then,
    or nobody has counted yet.
    """
    first = _first_monday(season)
    if first is None:
        return 0
    today = clock.now().astimezone(ZoneInfo(season.zone)).date()
    written = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('chart'), %s)", [season.pk])
        done = set(season.chart_weeks.values_list("number", flat=True))
        number, starts = 1, first
        while starts + datetime.timedelta(days=7) <= today:
            if number not in done:
                if not _write_week(season, number, starts):
                    break
                written += 1
            number, starts = number + 1, starts + datetime.timedelta(days=7)
    return written


def _first_monday(season: Season) -> datetime.date | None:
    opening = season.entries_open_at
    if opening is None:
        return None
    day = opening.astimezone(ZoneInfo(season.zone)).date()
    return day - datetime.timedelta(days=day.weekday())


def _write_week(season: Season, number: int, starts: datetime.date) -> bool:
    ends = starts + datetime.timedelta(days=6)
    with connection.cursor() as cursor:
        cursor.execute(POINTS, {"season": season.pk, "first": starts, "last": ends, "places": PLACES})
        points = cursor.fetchall()
    if not points and (counted_until(season) or starts) <= ends:
        return False
    before = ChartRow.objects.filter(week__season=season, week__number__lt=number)
    history: dict[int, list[tuple[int, int]]] = {}
    for track, earlier, rank in before.values_list("track_id", "week__number", "rank"):
        history.setdefault(track, []).append((earlier, rank))
    week = ChartWeek.objects.create(
        season=season, number=number, starts_on=starts, ends_on=ends, computed_at=clock.now(),
        inputs_sha256=hashlib.sha256(json.dumps([[code, int(p)] for _, code, p in points]).encode()).hexdigest(),
    )  # fmt: skip
    ranks = _shared_ranks([int(p) for _, _, p in points])
    rows = []
    for (track, _, scored), rank in zip(points, ranks, strict=True):
        past = history.get(track, [])
        previous = next((r for w, r in past if w == number - 1), None)
        peak = min([rank, *(r for _, r in past)])
        rows.append(
            ChartRow(
                week=week, track_id=track, rank=rank, previous=previous, peak=peak, weeks=len(past) + 1, points=int(scored)
            )
        )  # fmt: skip
    ChartRow.objects.bulk_create(rows, batch_size=1000)
    return True


def _shared_ranks(points: list[int]) -> list[int]:
    """Equal points share a place; the next place is skipped."""
    ranks: list[int] = []
    for index, value in enumerate(points):
        ranks.append(ranks[-1] if index and points[index - 1] == value else index + 1)
    return ranks
