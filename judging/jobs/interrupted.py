"""Imports that a process reads by itself, without a row of work: held while it lives, and ended once it is gone.

What is held is an advisory lock of its connection. A process that is killed can't say so, but PostgreSQL lets go of the
lock when the connection ends, after it has undone what was not committed.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from judging.models import ImportBatch, Source
from spotlight.accounts.models import Person
from spotlight.ledger import clock, events

PROBLEM = (
    "It was interrupted: the program that read it has ended. Nothing was changed. Import the file again."
)
UNDER_WAY = (ImportBatch.State.WAITING, ImportBatch.State.RUNNING)


@contextmanager
def held(source: Source, *, by: Person | None) -> Iterator[ImportBatch]:
    """A new import that this process reads; whoever sees it on its way without its lock knows that nobody does."""
    with transaction.atomic():  # nobody sees it before it is held
        batch = ImportBatch.objects.create(source=source, by=by, at=clock.now())
        _ask("SELECT pg_advisory_lock(hashtext('import'), %s)", batch)
    try:
        yield batch
    finally:
        _ask("SELECT pg_advisory_unlock(hashtext('import'), %s)", batch)


def end_interrupted() -> int:
    """Say of imports whose reader is gone that they were interrupted. Returns how many; those being read are left alone."""
    found = ImportBatch.objects.filter(file=None, state__in=UNDER_WAY).select_related("source__season")
    return sum(_end(batch) for batch in found)


def _end(batch: ImportBatch) -> bool:
    with transaction.atomic():
        if not _ask("SELECT pg_try_advisory_xact_lock(hashtext('import'), %s)", batch):
            return False
        same = ImportBatch.objects.filter(
            pk=batch.pk, state__in=UNDER_WAY
        )  # it may have come to its end just now
        if not same.update(state=ImportBatch.State.FAILED, problem=PROBLEM, finished_at=clock.now()):
            return False
        events.log("readings.interrupted", batch, by=None, season=batch.source.season.slug)
    return True


def _ask(question: str, batch: ImportBatch) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, [batch.pk])
        return bool(cursor.fetchone()[0])
