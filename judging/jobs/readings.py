"""Readings into PostgreSQL, block by block: all or nothing, the same file twice changes nothing.

Columns, in any order: `track` (a track's code or ISRC), `metric`, `day` (ISO date), `value` (a whole number), and
optionally `market` and `fans` (unique listeners that day). Further columns are ignored.
"""

import datetime
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection, transaction
from psycopg2.errors import UniqueViolation

from judging.jobs import present, staging, totals
from judging.jobs.rejections import Rejections
from judging.models import ImportBatch, Source
from judging.sources import BadFile, Block, Known, Seen, check, read, report
from spotlight.ledger import clock

CHUNK_ROWS = 1_000_000
"""Rows that are copied at once, in the order of the readings' index: the more, the less of it is visited twice."""
MOST_COMPARED = 2
"""Times CHUNK_ROWS that the days of a chunk may hold to be compared here; beyond that the database merges."""
Blocks = Callable[[], Iterator[Block]]


class Forgotten(Exception):
    """The file has more rows than are remembered, and some were compared that may be repeated later."""


def import_file(
    batch: ImportBatch, path: Path, progress: Callable[[float], None] = lambda share: None
) -> ImportBatch:
    """Read `path` into the batch's source in one transaction and write the batch's report.

    A file that can't be read leaves the batch failed with its problem and no reading changed.
    """
    batch.state = ImportBatch.State.RUNNING
    batch.save(update_fields=["state"])
    try:
        take_in(batch, partial(read, path), progress)
    except BadFile as problem:
        batch.state, batch.problem = ImportBatch.State.FAILED, str(problem)
    batch.finished_at = clock.now()
    batch.save()
    return batch


def take_in(batch: ImportBatch, blocks: Blocks, progress: Callable[[float], None]) -> None:
    """Bring all blocks in, or none. Raises BadFile. The batch's figures are set, not saved.

    A first try copies what is new straight into the readings and leaves out what is there already. If a row turns up twice
    after all (it repeats one of a file too large to remember), all is staged and merged instead.
    """
    with transaction.atomic():
        hold(batch.source)
        season = batch.source.season
        today = clock.now().date() + datetime.timedelta(
            days=1
        )  # it may be tomorrow already in the season's zone
        known = Known(staging.known_tracks(season.pk), today)
        straight = batch.source.kind == Source.Kind.DAILY
        try:
            _try(batch, known, straight, blocks, progress)
        except (UniqueViolation, Forgotten):
            _try(batch, known, False, blocks, progress)


def _try(
    batch: ImportBatch, known: Known, straight: bool, blocks: Blocks, progress: Callable[[float], None]
) -> None:
    intake = Intake(batch, known, straight)
    try:
        with transaction.atomic():
            intake.run(blocks(), progress)
            intake.write_report()
    finally:
        intake.rejections.end()


def hold(source: Source) -> None:
    """One intake at a time for a source; others wait until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('readings'), %s)", [source.pk])


def try_to_hold(source: Source) -> bool:
    """The same without waiting: whether no other intake of the source is under way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('readings'), %s)", [source.pk])
        answer: bool = cursor.fetchone()[0]
    return answer


@dataclass
class Intake:
    """One try at a file."""

    batch: ImportBatch
    known: Known
    straight: bool
    rows: int = 0
    changed: int = 0
    staged: int = 0
    compared: bool = False
    held: dict[datetime.date, int] = field(default_factory=dict)
    resets: totals.Resets = field(default_factory=totals.Resets)
    rejections: Rejections = field(default_factory=Rejections)
    waiting: list[pl.DataFrame] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)

    def run(self, blocks: Iterator[Block], progress: Callable[[float], None]) -> None:
        """Copy all blocks, then merge what was staged. Raises Forgotten."""
        with connection.cursor() as cursor:
            staging.prepare(cursor)
            for block in blocks:
                self._check(block)
                if sum(rows.height for rows in self.waiting) >= CHUNK_ROWS:
                    self._put(cursor)
                progress(block.share * 0.9)
            self._put(cursor)
            if self.staged and not self.seen.is_whole:
                self._reject_repeats(cursor)
            if self.staged:
                self._merge(cursor)

    def _check(self, block: Block) -> None:
        checked = check(block.rows, self.known)
        self.rows += block.rows.height
        good, repeats = self.seen.part(checked.good)
        self.rejections.add(pl.concat([checked.bad, report(block.rows, repeats)]).sort("row"))
        self.waiting.append(good.with_columns(pl.col("measure", "market").cast(pl.Categorical)))

    def _put(self, cursor: Any) -> None:
        """Bring what waits to where it belongs."""
        if not self.waiting:
            return
        if self.compared and not self.seen.is_whole:
            raise Forgotten
        rows = pl.concat(self.waiting, rechunk=True)
        self.waiting.clear()
        fresh, staged = self._by_novelty(cursor, rows)
        if fresh.height:
            staging.put_straight(cursor, fresh, source=self.batch.source_id, batch=self.batch.pk)
            self.changed += fresh.height
        if staged.height:
            staging.put_aside(cursor, staged)
            self.staged += staged.height

    def _by_novelty(self, cursor: Any, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows that the source has not sent before, and those to be merged. Those that are there already are in neither."""
        if not self.straight:
            return rows.clear(), rows
        unasked = [day for day in rows["day"].unique() if day not in self.held]
        known = staging.known_days(cursor, self.batch.source_id, unasked) if unasked else {}
        self.held |= {day: known.get(day, 0) for day in unasked}
        old = [day for day in rows["day"].unique() if self.held[day]]
        if not old:
            return rows, rows.clear()
        is_old = rows["day"].is_in(old)
        fresh, staged = self._by_value(
            rows if is_old.all() else rows.filter(is_old), held=sum(self.held[day] for day in old)
        )
        return pl.concat([rows.filter(~is_old), fresh]), staged

    def _by_value(self, rows: pl.DataFrame, *, held: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The same for rows of days that hold readings; too many of these, and the database tells them apart."""
        if not self.seen.is_whole or held > MOST_COMPARED * CHUNK_ROWS:
            return rows.clear(), rows
        self.compared = True
        found = present.compare(rows, source=self.batch.source_id)
        return found.fresh, found.changed

    def _reject_repeats(self, cursor: Any) -> None:
        with tempfile.TemporaryFile() as out:
            staging.take_out_repeats(cursor, out)
            out.seek(0)
            self.rejections.add_csv(out)

    def _merge(self, cursor: Any) -> None:
        merge = totals.merge if self.batch.source.kind == Source.Kind.TOTALS else staging.merge
        self.changed += merge(cursor, source=self.batch.source_id, batch=self.batch.pk)
        if self.batch.source.kind == Source.Kind.TOTALS:
            self.resets = totals.derive(cursor, source=self.batch.source_id, batch=self.batch.pk)

    def write_report(self) -> None:
        """Put the figures on the batch and write the rejections."""
        batch = self.batch
        self.rejections.keep(batch)
        batch.rows, batch.changed = self.rows, self.changed
        batch.accepted = batch.rows - batch.rejected
        batch.resets, batch.reset_list = self.resets.count, self.resets.first
        batch.state, batch.problem = ImportBatch.State.DONE, ""
