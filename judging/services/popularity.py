"""Readings from outside: a file is kept, read in the background, and reported row by row; a source is taken out whole."""

from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from judging.jobs import interrupted, readings
from judging.models import ImportBatch, Source
from judging.queries.rounds import running_rounds
from judging.tasks.standings import ask_for_inspection, ask_for_standings
from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, events, work
from spotlight.ledger.models import StoredFile
from submissions.models import Season


class OwnSource(SpotlightError):
    """The source `spotlight` is what listeners do here; files can't be imported into it."""

    code = "own_source"


def add_source(
    season: Season, *, slug: str, name: str, by: Person | None, kind: str = Source.Kind.DAILY
) -> Source:
    """A source of readings from outside, or the one that has this short name already. What it sends can't change later."""
    source, made = Source.objects.get_or_create(
        season=season, slug=slug, defaults={"name": name, "kind": kind}
    )
    if made:
        events.log("source.added", f"source:{slug}", by=by, season=season.slug, kind=kind)
    return source


def receive_readings(source: Source, *, file: StoredFile, by: Person | None) -> ImportBatch:
    """Take in a readings file; it is read in the background. Raises OwnSource."""
    refuse_own(source)
    with transaction.atomic():
        batch = ImportBatch.objects.create(source=source, file=file, by=by, at=clock.now())
        work.enqueue("readings.import", batch.code)
        events.log("readings.received", batch, by=by, season=source.season.slug, sha256=file.sha256)
    return batch


def import_readings_now(
    source: Source, *, path: Path, by: Person | None, report: work.Report = lambda share: None
) -> ImportBatch:
    """Read a file from this machine at once, with progress. Raises OwnSource."""
    refuse_own(source)
    interrupted.end_interrupted()
    with interrupted.held(source, by=by) as batch:
        try:
            readings.import_file(batch, path, report)
        except BaseException:  # stopped by hand, or a failure that is ours: it is not being read any more
            ImportBatch.objects.filter(pk=batch.pk).update(state="failed", problem="It was stopped.")
            raise
    events.log(
        "readings.imported", batch, by=by, season=source.season.slug,
        state=batch.state, accepted=batch.accepted, changed=batch.changed, rejected=batch.rejected,
    )  # fmt: skip
    ask_for_running(source.season)
    return batch


def switch_source(source: Source, *, counts: bool, reason: str, by: Person) -> None:
    """Take a source out whole, or back in; closed rounds keep what they used."""
    with transaction.atomic():
        source.is_active = counts
        source.save(update_fields=["is_active"])
        events.log(
            "source.switched", f"source:{source.slug}", by=by, season=source.season.slug,
            counts=counts, reason=reason,
        )  # fmt: skip
        ask_for_running(source.season)


def ask_for_running(season: Season) -> None:
    """Have the standings of the season's running rounds computed anew, and their readings looked at."""
    for running in running_rounds(season):
        ask_for_standings(running)
        ask_for_inspection(running)


def refuse_own(source: Source) -> None:
    if source.is_own:
        raise OwnSource(
            _("What listeners do here is counted here. Choose or add another source."), field="source"
        )


__all__ = [
    "OwnSource",
    "add_source",
    "ask_for_running",
    "import_readings_now",
    "receive_readings",
    "refuse_own",
    "switch_source",
]
