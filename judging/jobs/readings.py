"""Reading a CSV of readings into PostgreSQL: streamed, all or nothing, the same file twice changes nothing.

Columns, in any order: `track` (a track's code or ISRC), `metric`, `day` (ISO date), `value` (a whole number), and
optionally `market` and `fans` (unique listeners that day). Further columns are ignored.
"""

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.db import connection, transaction

from judging.models import ImportBatch, ImportRejection, Source
from spotlight.ledger import clock
from submissions.models import Submission

NEEDED = ("track", "metric", "day", "value")
OPTIONAL = ("market", "fans")
BLOCK_ROWS = 50_000
REJECTIONS_KEPT = 10_000
MEASURE = re.compile(r"[a-z][a-z0-9_-]{0,39}")
WHOLE = re.compile(r"\d{1,15}", re.ASCII)
MARKET = re.compile(r"[a-z0-9-]{0,16}")

STAGE = """
DROP TABLE IF EXISTS staged_reading;
CREATE TEMPORARY TABLE staged_reading (
    row bigint, track_id bigint, measure text, market text, day date, value bigint, fans bigint
) ON COMMIT DROP
"""
REPEATED = """
DELETE FROM staged_reading s USING (
    SELECT row, first_value(row) OVER same AS first, row_number() OVER same AS place FROM staged_reading
    WINDOW same AS (PARTITION BY track_id, measure, market, day ORDER BY row)
) seen WHERE s.row = seen.row AND seen.place > 1 RETURNING s.row, seen.first
"""
MERGE = """
INSERT INTO judging_reading AS kept (day, source_id, track_id, measure, market, value, fans, set_aside, batch_id)
SELECT day, %s, track_id, measure, market, value, fans, false, %s FROM staged_reading ORDER BY day, track_id, measure, market
ON CONFLICT (day, source_id, track_id, measure, market) DO UPDATE
SET value = excluded.value, fans = excluded.fans, batch_id = excluded.batch_id
WHERE (kept.value, kept.fans) IS DISTINCT FROM (excluded.value, excluded.fans)
"""


class BadFile(Exception):
    """The file as a whole can't be read; nothing of it is imported."""


@dataclass(frozen=True)
class Known:
    """What rows may refer to: track keys by code and by ISRC, and today's date."""

    codes: dict[str, int]
    isrcs: dict[str, int]
    today: datetime.date


Row = tuple[int, int, str, str, str, int, int | None]
Rejected = tuple[int, str, str]


def import_batch(
    batch: ImportBatch, path: Path, report: Callable[[float], None] = lambda share: None
) -> ImportBatch:
    """Read `path` into the batch's source in one transaction and write the batch's report.

    A file that can't be read leaves the batch failed with its problem and no reading changed.
    """
    try:
        with transaction.atomic():
            _run(batch, path, report)
    except BadFile as problem:
        batch.state, batch.problem = ImportBatch.State.FAILED, str(problem)
    batch.finished_at = clock.now()
    batch.save()
    return batch


def _run(batch: ImportBatch, path: Path, report: Callable[[float], None]) -> None:
    known = known_tracks(batch.source)
    rejected: list[Rejected] = []
    rows = refused = 0
    with connection.cursor() as cursor, path.open("rb") as stream:
        cursor.execute(STAGE)
        total = max(path.stat().st_size, 1)
        for good, bad in _blocks(stream, known):
            _copy(cursor, good)
            rows += len(good) + len(bad)
            refused += len(bad)
            rejected += bad[: REJECTIONS_KEPT - len(rejected)]
            report(stream.tell() / total)
        cursor.execute(REPEATED)
        repeated = [(row, f"repeats row {first}", "") for row, first in cursor.fetchall()]
        refused += len(repeated)
        cursor.execute(MERGE, [batch.source_id, batch.pk])
        batch.changed = cursor.rowcount
    rejected = sorted(rejected + repeated)[:REJECTIONS_KEPT]
    batch.rejections.all().delete()
    ImportRejection.objects.bulk_create(
        (
            ImportRejection(batch=batch, row=row, reason=reason, line=line[:300])
            for row, reason, line in rejected
        ),
        batch_size=1000,
    )
    batch.rows, batch.rejected, batch.accepted = rows, refused, rows - refused
    batch.state, batch.problem = ImportBatch.State.DONE, ""


def known_tracks(source: Source) -> Known:
    """The tracks entered in the source's season."""
    tracks = list(
        Submission.objects.filter(season=source.season).values_list("track__code", "track__isrc", "track_id")
    )
    return Known(
        codes={code: key for code, _, key in tracks},
        isrcs={isrc: key for _, isrc, key in tracks if isrc},
        today=clock.now().date()
        + datetime.timedelta(days=1),  # it may be tomorrow already in the season's zone
    )


def _blocks(stream: BinaryIO, known: Known) -> Iterator[tuple[list[Row], list[Rejected]]]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    lines = csv.reader(text, strict=True)
    places = _header(lines)
    good: list[Row] = []
    bad: list[Rejected] = []
    try:
        for number, fields in enumerate(lines, start=2):
            if not fields:
                continue
            answer = check_row(number, fields, places, known)
            if isinstance(answer, str):
                bad.append((number, answer, ",".join(fields)))
            else:
                good.append(answer)
            if len(good) + len(bad) >= BLOCK_ROWS:
                yield good, bad
                good, bad = [], []
    except UnicodeDecodeError as problem:
        raise BadFile("The file is not UTF-8 text. Save it as CSV UTF-8 and import it again.") from problem
    except csv.Error as problem:
        raise BadFile(f"The file can't be read as CSV after line {lines.line_num}: {problem}.") from problem
    yield good, bad
    text.detach()


def _header(lines: Iterator[list[str]]) -> dict[str, int]:
    try:
        header = [name.strip().lower() for name in next(lines, [])]
    except (UnicodeDecodeError, csv.Error) as problem:
        raise BadFile("The file is not a UTF-8 CSV. Save it as CSV UTF-8 and import it again.") from problem
    header = ["track" if name == "isrc" and "track" not in header else name for name in header]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise BadFile(f"The first line must name the columns; missing: {', '.join(missing)}.")
    twice = [name for name in NEEDED + OPTIONAL if header.count(name) > 1]
    if twice:
        raise BadFile(f"The first line names a column twice: {', '.join(twice)}.")
    return {name: header.index(name) for name in NEEDED + OPTIONAL if name in header} | {"": len(header)}


def check_row(number: int, fields: list[str], places: dict[str, int], known: Known) -> Row | str:
    """A staged row, or the reason why this line is rejected."""
    if len(fields) != places[""]:
        return f"{len(fields)} fields instead of {places['']}"
    track = fields[places["track"]].strip()
    key = known.codes.get(track) or known.isrcs.get(track.replace("-", "").upper())
    if key is None:
        return "unknown track"
    measure, value = fields[places["metric"]].strip().lower(), fields[places["value"]].strip()
    market = fields[places["market"]].strip().lower() if "market" in places else ""
    fans = fields[places["fans"]].strip() if "fans" in places else ""
    if not MEASURE.fullmatch(measure):
        return "metric is not a short name such as plays"
    if not WHOLE.fullmatch(value):
        return "value is not a whole number of 0 or more"
    if fans and not WHOLE.fullmatch(fans):
        return "fans is not a whole number of 0 or more"
    if not MARKET.fullmatch(market):
        return "market is not a short code such as jp"
    return _dated(number, key, measure, market, fields[places["day"]].strip(), int(value), fans, known.today)


def _dated(
    number: int, key: int, measure: str, market: str, day: str, value: int, fans: str, today: datetime.date
) -> Row | str:
    try:
        moment = datetime.date.fromisoformat(day)
    except ValueError:
        return "day is not a date such as 2026-04-05"
    if moment > today:
        return "day lies in the future"
    return number, key, measure, market, moment.isoformat(), value, int(fans) if fans else None


def _copy(cursor: object, rows: list[Row]) -> None:
    block = io.StringIO()
    for row in rows:
        block.write("\t".join("\\N" if field is None else str(field) for field in row) + "\n")
    block.seek(0)
    cursor.copy_expert("COPY staged_reading FROM STDIN", block)  # type: ignore[attr-defined]
