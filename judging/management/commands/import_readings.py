"""`manage.py import_readings FILE --source NAME`."""

import signal
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from judging.models import ImportBatch, Source
from judging.queries.reasons import rejected_csv
from judging.services import popularity
from spotlight.errors import SpotlightError
from submissions.models import Season
from submissions.queries.seasons import current_season


class Command(BaseCommand):
    """Import a file of readings, all or nothing, with a report of every rejected row."""

    help = "Import a CSV, JSON Lines or Parquet file of readings (track or isrc, metric, day, value, market, fans)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, its source, and the season if it is not the current one."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="short name of the source; made if new")
        parser.add_argument("--season", help="address of the season; the current one if left out")
        parser.add_argument("--rejected", type=Path, help="where to write every rejected row, as CSV")
        parser.add_argument("--totals", action="store_true", help="a new source sends running totals")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, then print the report."""
        season = (
            Season.objects.filter(slug=options["season"]).first() if options["season"] else current_season()
        )
        if season is None:
            raise CommandError("No such season. Name one with --season.")
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path} is not a file.")
        try:
            with _ended_in_order():
                batch = popularity.import_readings_now(
                    _source(season, options), path=path, by=None, report=self._progress
                )
        except SpotlightError as refusal:
            raise CommandError(str(refusal)) from refusal
        self._print(batch)
        if options["rejected"]:
            with options["rejected"].open("wb") as out:
                out.writelines(rejected_csv(batch))

    def _progress(self, share: float) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{share:4.0%} read", ending="")

    def _print(self, batch: ImportBatch) -> None:
        if batch.state == ImportBatch.State.FAILED:
            raise CommandError(f"Nothing was imported. {batch.problem}")
        for rejection in batch.rejections.iterator():
            self.stdout.write(f"row {rejection.row}: {rejection.reason}")
        if batch.rejected > batch.rejections.count():
            self.stdout.write("... and more; the import's page has all, and so has --rejected FILE")
        for reason, count in sorted(batch.reasons.items()):
            self.stdout.write(f"{count} rows rejected: {reason}")
        for reset in batch.reset_list:
            self.stdout.write(
                "{track} {metric} {market} {day}: total fell from {before} to {after}".format(**reset)
            )
        self.stdout.write(
            f"{batch.rows} rows read, {batch.accepted} accepted, {batch.changed} new or changed, "
            f"{batch.rejected} rejected, {batch.resets} resets"
        )


def _source(season: Season, options: dict[str, Any]) -> Source:
    kind = Source.Kind.TOTALS if options["totals"] else Source.Kind.DAILY
    source = popularity.add_source(season, slug=options["source"], name=options["source"], by=None, kind=kind)
    if options["totals"] and source.kind != kind:
        raise CommandError(f"The source {source.slug} sends daily counts. Totals need a source of their own.")
    return source


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """A closed terminal or a polite kill ends the import as Ctrl-C does, so that its report says so."""
    before = {
        number: signal.signal(number, signal.default_int_handler)
        for number in (signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
