"""Running totals: kept as they came, and the readings that follow from them.

A day's reading is the difference to the total before it of the same track, metric and market. Days that were left out
share the difference evenly, the later ones one more where it does not divide. The first total only says where counting
began. A total smaller than the one before is a reset: counting began anew at 0. What arrives late, or again with another
value, changes its own days and those up to the next total; so the order of arrival doesn't matter.
"""

from dataclasses import dataclass, field
from typing import Any

from judging.jobs.staging import add_to_days

LONGEST_GAP = 31
"""Days over which a difference is shared at most; of a longer gap the last ones."""
RESETS_KEPT = 100

MERGE = """
INSERT INTO judging_total AS kept (source_id, track_id, measure, market, day, value, batch_id)
SELECT %(source)s, s.track_id, s.measure, s.market, s.day, s.value, %(batch)s FROM staged_reading s
ORDER BY s.track_id, s.measure, s.market, s.day
ON CONFLICT (source_id, track_id, measure, market, day) DO UPDATE SET value = excluded.value, batch_id = excluded.batch_id
WHERE kept.value IS DISTINCT FROM excluded.value
RETURNING track_id, measure, market, day, (old.day IS NULL) AS is_new
"""
CHANGED = """
DROP TABLE IF EXISTS changed_total;
CREATE TEMPORARY TABLE changed_total (track_id bigint, measure text, market text, day date, is_new boolean) ON COMMIT DROP
"""
NEW_PER_DAY = "SELECT day, count(*) FROM changed_total WHERE is_new GROUP BY day"
# Each total whose difference may be another now: the changed ones and those that follow them, with the total before.
SPANS = """
DROP TABLE IF EXISTS total_span;
CREATE TEMPORARY TABLE total_span ON COMMIT DROP AS
WITH touched AS (
    SELECT track_id, measure, market, day FROM changed_total
    UNION
    SELECT c.track_id, c.measure, c.market, following.day FROM changed_total c CROSS JOIN LATERAL (
        SELECT t.day FROM judging_total t WHERE (t.source_id, t.track_id, t.measure, t.market) =
        (%(source)s, c.track_id, c.measure, c.market) AND t.day > c.day ORDER BY t.day LIMIT 1
    ) following
)
SELECT w.track_id, w.measure, w.market, w.day, now.value, before.day AS since, before.value AS before,
       CASE WHEN now.value < before.value THEN now.value ELSE now.value - before.value END AS gained
FROM touched w
JOIN judging_total now ON (now.source_id, now.track_id, now.measure, now.market, now.day) =
                          (%(source)s, w.track_id, w.measure, w.market, w.day)
LEFT JOIN LATERAL (
    SELECT t.day, t.value FROM judging_total t WHERE (t.source_id, t.track_id, t.measure, t.market) =
    (%(source)s, w.track_id, w.measure, w.market) AND t.day < w.day ORDER BY t.day DESC LIMIT 1
) before ON true
"""
# Place 1 is the latest day of a span; the first `gained %% days` places get one more.
DERIVED = """
CREATE TEMPORARY TABLE derived_reading ON COMMIT DROP AS
SELECT s.track_id, s.measure, s.market, s.day - (place - 1) AS day,
       s.gained / span.days + CASE WHEN place <= s.gained %% span.days THEN 1 ELSE 0 END AS value
FROM total_span s
CROSS JOIN LATERAL (SELECT least(s.day - s.since, %(longest)s) AS days) span
CROSS JOIN LATERAL generate_series(1, span.days) place
WHERE s.since IS NOT NULL
"""
GONE = """
DELETE FROM judging_reading r USING total_span s
WHERE r.source_id = %(source)s AND (r.track_id, r.measure, r.market) = (s.track_id, s.measure, s.market)
  AND r.day <= s.day AND r.day > coalesce(s.since, s.day - 1)
  AND NOT EXISTS (SELECT 1 FROM derived_reading d
                  WHERE (d.day, d.track_id, d.measure, d.market) = (r.day, r.track_id, r.measure, r.market))
"""
KEEP = """
INSERT INTO judging_reading AS kept (day, source_id, track_id, measure, market, value, fans, set_aside, batch_id)
SELECT day, %(source)s, track_id, measure, market, value, NULL, false, %(batch)s FROM derived_reading
ORDER BY track_id, day, measure, market
ON CONFLICT (track_id, day, source_id, measure, market) DO UPDATE SET value = excluded.value, batch_id = excluded.batch_id
WHERE kept.value IS DISTINCT FROM excluded.value
"""
RESETS = """
SELECT t.code, s.measure, s.market, s.day, s.before, s.value, count(*) OVER ()
FROM total_span s JOIN submissions_track t ON t.id = s.track_id
WHERE s.value < s.before ORDER BY s.day, t.code, s.measure, s.market LIMIT %s
"""


@dataclass
class Resets:
    """Totals smaller than the one before: how many, and the first of them for the report."""

    count: int = 0
    first: list[dict[str, Any]] = field(default_factory=list)


def merge(cursor: Any, *, source: int, batch: int) -> int:
    """Bring the staged totals in. Returns how many are new or changed."""
    cursor.execute("ANALYZE staged_reading")
    cursor.execute(CHANGED)
    cursor.execute(
        f"WITH merged AS ({MERGE}) INSERT INTO changed_total SELECT * FROM merged",
        {"source": source, "batch": batch},
    )
    changed: int = cursor.rowcount
    cursor.execute(NEW_PER_DAY)
    add_to_days(cursor, source, cursor.fetchall())
    return changed


def derive(cursor: Any, *, source: int, batch: int) -> Resets:
    """Bring the readings of the changed totals up to date; a reading's being set aside stays. Returns the resets among them."""
    values = {"source": source, "batch": batch, "longest": LONGEST_GAP}
    cursor.execute("ANALYZE changed_total")
    cursor.execute(SPANS, values)
    cursor.execute("DROP TABLE IF EXISTS derived_reading")
    cursor.execute(DERIVED, values)
    cursor.execute("ANALYZE total_span; ANALYZE derived_reading")
    cursor.execute(GONE, values)
    cursor.execute(KEEP, values)
    cursor.execute(RESETS, [RESETS_KEPT])
    rows = cursor.fetchall()
    names = ("track", "metric", "market", "day", "before", "after")
    first = [dict(zip(names, (*row[:3], row[3].isoformat(), *row[4:6]), strict=True)) for row in rows]
    return Resets(rows[0][6] if rows else 0, first)
