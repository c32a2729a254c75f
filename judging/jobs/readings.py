"""Readings into PostgreSQL, block by block: all or nothing, the same file twice changes nothing.

Columns, in any order: `track` (a track's code or ISRC), `metric`, `day` (ISO date), `value` (a whole number), and
optionally `market` and `fans` (unique listeners that day). Further columns are ignored.
"""

import datetime
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection, transaction
from psycopg2.errors import UniqueViolation

from judging.jobs import staging, totals
from judging.models import ImportBatch, ImportRejection, Source
from judging.sources import BadFile, Block, Known, Seen, check, read, report
from spotlight.ledger import clock

REJECTIONS_KEPT = 10_000
REJECTED: Any = {"row": pl.Int64, "reason": pl.String, "line": pl.String}
Blocks = Callable[[], Iterator[Block]]


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

    A first try copies new days straight into the readings. If that fails on a row that is there already (it repeats one
    of a file too large to remember, or belongs to a day not counted as received), all is staged and merged instead.
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
            with transaction.atomic():
                intake = Intake(batch, known, straight).run(blocks(), progress)
        except UniqueViolation:
            with transaction.atomic():
                intake = Intake(batch, known, straight=False).run(blocks(), progress)
        intake.write_report()


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
    resets: totals.Resets = field(default_factory=totals.Resets)
    reasons: Counter[str] = field(default_factory=Counter)
    kept: list[tuple[int, str, str]] = field(default_factory=list)
    was_new: dict[datetime.date, bool] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)

    def run(self, blocks: Iterator[Block], progress: Callable[[float], None]) -> "Intake":
        """Copy all blocks, then merge what was staged."""
        with connection.cursor() as cursor:
            staging.prepare(cursor)
            for block in blocks:
                self._take(cursor, block)
                progress(block.share * 0.9)
            if self.staged > 1 and not self.seen.is_whole:
                self._reject_repeats(cursor)
            if self.staged:
                self._merge(cursor)
        return self

    def _take(self, cursor: Any, block: Block) -> None:
        checked = check(block.rows, self.known)
        self.rows += block.rows.height
        self._reject(checked.bad, REJECTIONS_KEPT)
        good, repeats = self.seen.part(checked.good)
        self._reject(report(block.rows, repeats), REJECTIONS_KEPT)
        fresh, rest = self._by_novelty(cursor, good)
        if fresh.height:
            staging.put_straight(cursor, fresh, source=self.batch.source_id, batch=self.batch.pk)
            self.changed += fresh.height
        if rest.height:
            staging.put_aside(cursor, rest)
            self.staged += 1

    def _by_novelty(self, cursor: Any, good: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows of days for which the source had nothing before this file, and the others."""
        if not self.straight:
            return good.clear(), good
        days = [day for day in good["day"].unique() if day not in self.was_new]
        known = staging.known_days(cursor, self.batch.source_id, days) if days else set()
        self.was_new |= {day: day not in known for day in days}
        old = [day for day, is_new in self.was_new.items() if not is_new]
        is_old = pl.col("day").is_in(old)
        return (good.filter(~is_old), good.filter(is_old)) if old else (good, good.clear())

    def _reject_repeats(self, cursor: Any) -> None:
        repeats = [
            (row, f"repeats row {first}", line) for row, first, line in staging.take_out_repeats(cursor)
        ]
        self._reject(pl.DataFrame(sorted(repeats), schema=REJECTED, orient="row"), 2 * REJECTIONS_KEPT)

    def _merge(self, cursor: Any) -> None:
        merge = totals.merge if self.batch.source.kind == Source.Kind.TOTALS else staging.merge
        self.changed += merge(cursor, source=self.batch.source_id, batch=self.batch.pk)
        if self.batch.source.kind == Source.Kind.TOTALS:
            self.resets = totals.derive(cursor, source=self.batch.source_id, batch=self.batch.pk)

    def _reject(self, bad: pl.DataFrame, room: int) -> None:
        """Count rejections by kind of reason and keep the first of them."""
        for reason, count in bad.group_by("reason").len().iter_rows():
            self.reasons[kind_of(reason)] += count
        self.kept += bad.head(max(room - len(self.kept), 0)).rows()

    def write_report(self) -> None:
        """Put the figures on the batch and write the first rejections."""
        batch = self.batch
        batch.rejections.all().delete()
        ImportRejection.objects.bulk_create(
            (
                ImportRejection(batch=batch, row=row, reason=reason, line=line)
                for row, reason, line in sorted(self.kept)[:REJECTIONS_KEPT]
            ),
            batch_size=1000,
        )
        batch.reasons = dict(self.reasons)
        batch.rows, batch.rejected, batch.changed = self.rows, self.reasons.total(), self.changed
        batch.accepted = batch.rows - batch.rejected
        batch.resets, batch.reset_list = self.resets.count, self.resets.first
        batch.state, batch.problem = ImportBatch.State.DONE, ""


def kind_of(reason: str) -> str:
    """A reason without the numbers of its row."""
    if reason.startswith("repeats row"):
        return "repeats an earlier row"
    return "wrong number of fields" if " fields instead of " in reason else reason
