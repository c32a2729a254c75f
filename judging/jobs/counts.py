"""First-party counts: what listeners did here, folded into readings of the source `spotlight`, day by day.

A play, like, save, share or use counts once per listener (and day where that is the rule), so `fans` equals `value`.
Days are days of the season's own zone. A use counts on the day on which it was registered, however late somebody checks
it, so uses are counted from their beginning on, and one that is refused after all leaves its day, however long ago that was.
"""

import datetime

from django.db import connection, transaction

from judging.models import Reading, Source
from submissions.models import Season

OWN = Source.OWN

FOLD = """
WITH counted AS (
    SELECT day, track_id, 'plays' AS measure, market, count(*) AS value FROM submissions_play WHERE day >= %(since)s
     GROUP BY day, track_id, market
    UNION ALL
    SELECT day, track_id, 'shares', market, count(*) FROM submissions_share WHERE day >= %(since)s
     GROUP BY day, track_id, market
    UNION ALL
    SELECT (at AT TIME ZONE %(zone)s)::date, track_id, 'likes', market, count(*) FROM submissions_like
     WHERE at >= (%(since)s::timestamp AT TIME ZONE %(zone)s) GROUP BY 1, track_id, market
    UNION ALL
    SELECT (at AT TIME ZONE %(zone)s)::date, track_id, 'saves', market, count(*) FROM submissions_save
     WHERE counts AND at >= (%(since)s::timestamp AT TIME ZONE %(zone)s) GROUP BY 1, track_id, market
    UNION ALL
    SELECT (at AT TIME ZONE %(zone)s)::date, track_id, 'uses', market, count(DISTINCT person_id) FROM submissions_use
     WHERE state = 'accepted' GROUP BY 1, track_id, market
), mine AS (
    SELECT c.* FROM counted c WHERE EXISTS (
        SELECT 1 FROM submissions_submission s WHERE s.track_id = c.track_id AND s.season_id = %(season)s
    )
), gone AS (
    DELETE FROM judging_reading r WHERE r.source_id = %(source)s AND r.day >= %(since)s AND NOT EXISTS (
        SELECT 1 FROM mine m WHERE (m.day, m.track_id, m.measure, m.market) = (r.day, r.track_id, r.measure, r.market)
    ) RETURNING 1
), refused AS (
    DELETE FROM judging_reading r USING submissions_use u
     WHERE u.state = 'refused' AND r.track_id = u.track_id AND r.day = (u.at AT TIME ZONE %(zone)s)::date
       AND r.source_id = %(source)s AND r.measure = 'uses' AND r.market = u.market AND r.day < %(since)s
       AND NOT EXISTS (SELECT 1 FROM mine m WHERE m.measure = 'uses' AND (m.day, m.track_id, m.market) = (r.day, r.track_id, r.market))
    RETURNING 1
), kept AS (
    INSERT INTO judging_reading AS old (day, source_id, track_id, measure, market, value, fans, set_aside)
    SELECT day, %(source)s, track_id, measure, market, value, value, false FROM mine
    ON CONFLICT (day, source_id, track_id, measure, market) DO UPDATE SET value = excluded.value, fans = excluded.fans
    WHERE (old.value, old.fans) IS DISTINCT FROM (excluded.value, excluded.fans) RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM refused) + (SELECT count(*) FROM kept)
"""


def fold(season: Season, *, since: datetime.date) -> int:
    """Bring the season's own readings up to date from `since` on. Returns how many rows changed; safe to repeat."""
    with transaction.atomic():
        source = own_source(season)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('fold'), %s)", [season.pk])
            cursor.execute(
                FOLD, {"since": since, "zone": season.zone, "season": season.pk, "source": source.pk}
            )
            changed: int = cursor.fetchone()[0]
    return changed


def counted_until(season: Season) -> datetime.date | None:
    """The last day of which something was counted here."""
    mine = Reading.objects.filter(source__season=season, source__slug=OWN)
    return mine.order_by("-day").values_list("day", flat=True).first()


def own_source(season: Season) -> Source:
    """The season's source of its own counts, made on first need."""
    return Source.objects.get_or_create(season=season, slug=OWN, defaults={"name": "Spotlight"})[0]
