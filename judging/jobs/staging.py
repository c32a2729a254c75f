"""Rows into PostgreSQL by COPY: straight into the readings where a day is new, else over a temporary table and one merge."""

import datetime
import io
from collections.abc import Iterable, Iterator
from typing import IO, Any

import polars as pl
from django.db import connection

COPY_BYTES = 1024 * 1024
COPY_ROWS = 50_000

STAGE = """
DROP TABLE IF EXISTS staged_reading;
CREATE TEMPORARY TABLE staged_reading (
    row bigint NOT NULL, day date NOT NULL, track_id bigint NOT NULL, measure text NOT NULL, market text NOT NULL,
    value bigint NOT NULL, fans bigint
) ON COMMIT DROP
"""
STAGED = "row, day, track_id, measure, market, value, fans"
READINGS = "day, source_id, track_id, measure, market, value, fans, set_aside, batch_id"

KNOWN_DAYS = "SELECT day, rows FROM judging_sourceday WHERE source_id = %s AND day = ANY(%s::date[])"
REPEATED = """
WITH repeated AS (
    SELECT track_id, measure, market, day, min(row) AS first FROM staged_reading
    GROUP BY track_id, measure, market, day HAVING count(*) > 1
)
DELETE FROM staged_reading s USING repeated r
WHERE (s.track_id, s.measure, s.market, s.day) = (r.track_id, r.measure, r.market, r.day) AND s.row > r.first
RETURNING s.row, 'repeats row ' || r.first, s.day || ',' || s.measure || ',' || s.market || ',' || s.value
"""
MERGE = """
WITH merged AS (
    INSERT INTO judging_reading AS kept (day, source_id, track_id, measure, market, value, fans, set_aside, batch_id)
    SELECT s.day, %(source)s, s.track_id, s.measure, s.market, s.value, s.fans, false, %(batch)s
    FROM staged_reading s LEFT JOIN judging_reading r ON r.source_id = %(source)s AND r.day = ANY(%(days)s::date[])
     AND (r.day, r.track_id, r.measure, r.market) = (s.day, s.track_id, s.measure, s.market)
    WHERE r.day IS NULL OR (r.value, r.fans) IS DISTINCT FROM (s.value, s.fans)
    ORDER BY s.track_id, s.day, s.measure, s.market
    ON CONFLICT (track_id, day, source_id, measure, market) DO UPDATE
    SET value = excluded.value, fans = excluded.fans, batch_id = excluded.batch_id
    RETURNING kept.day, (old.day IS NULL) AS is_new
)
SELECT day, count(*), count(*) FILTER (WHERE is_new) FROM merged GROUP BY day
"""
COUNT_DAYS = """
INSERT INTO judging_sourceday AS kept (source_id, day, rows) SELECT %s, * FROM unnest(%s::date[], %s::bigint[])
ON CONFLICT (source_id, day) DO UPDATE SET rows = kept.rows + excluded.rows
"""
PER_DAY = "SELECT array_agg(DISTINCT day) FROM staged_reading"


def prepare(cursor: Any) -> None:
    """An empty temporary table for rows; it is gone when the transaction ends."""
    cursor.execute(STAGE)


def put_straight(cursor: Any, rows: pl.DataFrame, *, source: int, batch: int) -> None:
    """Copy readings that are not there yet. Raises psycopg2's UniqueViolation if one is."""
    constant = (
        pl.lit(source).alias("source_id"),
        pl.lit("f").alias("set_aside"),
        pl.lit(batch).alias("batch_id"),
    )
    _copy(cursor, "judging_reading", READINGS, _by_track(rows), constant)
    add_to_days(cursor, source, rows.group_by("day").len().iter_rows())


def put_aside(cursor: Any, rows: pl.DataFrame) -> None:
    """Copy rows into the temporary table."""
    _copy(cursor, "staged_reading", STAGED, rows, ())


def _by_track(rows: pl.DataFrame) -> pl.DataFrame:
    """In the order of the table's index, so that each of its pages is visited once."""
    return rows.sort(pl.col("track_id") * (1 << 20) + pl.col("day").to_physical(), maintain_order=True)


def _copy(cursor: Any, table: str, columns: str, frame: pl.DataFrame, constant: Iterable[pl.Expr]) -> None:
    query = f"COPY {table} ({columns}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (market))"
    cursor.copy_expert(query, _Lines(frame.with_columns(*constant), columns), COPY_BYTES)


class _Lines:
    """A frame as a stream of CSV lines of which only a few exist at a time."""

    def __init__(self, frame: pl.DataFrame, columns: str) -> None:
        self.pieces = self._written(frame, columns.split(", "))
        self.now = io.BytesIO()

    @staticmethod
    def _written(frame: pl.DataFrame, columns: list[str]) -> Iterator[io.BytesIO]:
        for some in frame.iter_slices(COPY_ROWS):
            piece = io.BytesIO()
            some.select(columns).write_csv(piece, include_header=False)
            piece.seek(0)
            yield piece

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end."""
        while not (content := self.now.read(size)):
            following = next(self.pieces, None)
            if following is None:
                return b""
            self.now = following
        return content


def known_days(cursor: Any, source: int, days: Iterable[datetime.date]) -> dict[datetime.date, int]:
    """Those of the days for which the source has sent something, with the number of rows."""
    cursor.execute(KNOWN_DAYS, [source, list(days)])
    return dict(cursor.fetchall())


def take_out_repeats(cursor: Any, out: IO[bytes]) -> None:
    """Remove staged rows that repeat an earlier one; each to `out` as CSV: its number, the reason, and its fields."""
    cursor.copy_expert(f"COPY ({REPEATED}) TO STDOUT (FORMAT csv)", out)


def merge(cursor: Any, *, source: int, batch: int) -> int:
    """Bring the staged rows into the readings. Returns how many are new or changed; equal ones aren't touched."""
    cursor.execute("ANALYZE staged_reading")
    cursor.execute(PER_DAY)
    days = cursor.fetchone()[0]
    if not days:
        return 0
    cursor.execute(MERGE, {"source": source, "batch": batch, "days": days})
    merged = cursor.fetchall()
    add_to_days(cursor, source, [(day, fresh) for day, _, fresh in merged if fresh])
    return sum(changed for _, changed, _ in merged)


def add_to_days(cursor: Any, source: int, counted: Iterable[tuple[Any, ...]]) -> None:
    """Count new rows for their days."""
    pairs = sorted(counted)
    cursor.execute(COUNT_DAYS, [source, [day for day, _ in pairs], [count for _, count in pairs]])


def known_tracks(season: int) -> pl.DataFrame:
    """The tracks entered in a season: `code`, `isrc`, `track_id`."""
    out = io.BytesIO()
    with connection.cursor() as cursor:
        query = cursor.cursor.mogrify(
            "COPY (SELECT t.code, t.isrc, t.id FROM submissions_submission s JOIN submissions_track t ON t.id = s.track_id"
            " WHERE s.season_id = %s) TO STDOUT (FORMAT csv)", [season],
        )  # fmt: skip
        cursor.copy_expert(query, out)
    schema: Any = {"code": pl.String, "isrc": pl.String, "track_id": pl.Int64}
    if not out.tell():
        return pl.DataFrame(schema=schema)
    return pl.read_csv(out.getvalue(), has_header=False, schema=schema, empty_string_is_null=False)
