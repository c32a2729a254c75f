"""Work rows: written with their cause, leased by one worker at a time, re-issued until done.

A handler takes the key of its work (a public code or slug) and may run twice. It is registered by kind in an
app's `tasks.py`:

    @handles("track.process", queue="media")
    def process_track(key: str, report: Report) -> None: ...
"""

import datetime
import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from kombu.exceptions import OperationalError

from spotlight.ledger import clock
from spotlight.ledger.models import WorkRow

log = logging.getLogger(__name__)

LEASE = datetime.timedelta(seconds=60)
RENEW_SECONDS = 20.0
ATTEMPTS = 8

Report = Callable[[float], None]
Handler = Callable[[str, Report], None]


@dataclass(frozen=True)
class Kind:
    """How one kind of work is done."""

    run: Handler
    queue: str


KINDS: dict[str, Kind] = {}


def handles(kind: str, *, queue: str = "default") -> Callable[[Handler], Handler]:
    """Register the handler of a kind of work."""

    def register(handler: Handler) -> Handler:
        KINDS[kind] = Kind(run=handler, queue=queue)
        return handler

    return register


def known(kind: str) -> Kind | None:
    """How a kind of work is done. A process that is no worker loads the apps' tasks here, on first need."""
    if kind not in KINDS:
        current_app.loader.import_default_modules()
    return KINDS.get(kind)


def enqueue(kind: str, key: str, *, due_at: datetime.datetime | None = None) -> None:
    """Ask for work in the current transaction. If the same work already waits, the earlier time wins (debounce)."""
    at = clock.now()
    due = due_at or at
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO ledger_work (kind, key, state, due_at, attempts, leased_by, progress, error, created_at)
               VALUES (%s, %s, 'waiting', %s, 0, '', 0, '', %s)
               ON CONFLICT (kind, key) WHERE state = 'waiting'
               DO UPDATE SET due_at = LEAST(ledger_work.due_at, EXCLUDED.due_at) RETURNING id""",
            [kind, key, due, at],
        )
        work_id = cursor.fetchone()[0]
    delay = max(0.0, (due - at).total_seconds())
    if delay <= 300:
        transaction.on_commit(lambda: send(work_id, kind, delay), robust=True)


def send(work_id: int, kind: str, delay: float = 0) -> None:
    """Hand a work row to Celery. If the broker is away the sweep does it later."""
    found = known(kind)
    queue = found.queue if found else "default"
    try:
        current_app.send_task(
            "ledger.carry", args=[work_id], queue=queue, countdown=delay or None, retry=False
        )
    except (OperationalError, OSError) as problem:
        log.warning("broker away, work %s is left to the sweep: %s", work_id, problem)


def lease(work_id: int) -> WorkRow | None:
    """Take a due work row for this worker, or None if it is done, not due, or somebody else's.

    What is due is said by the one clock; how long a lease lasts by the server's own time, which nobody moves.
    """
    with transaction.atomic():
        work = WorkRow.objects.select_for_update(skip_locked=True).filter(free(), pk=work_id).first()
        if work is None or not _alone(work):
            return None  # where the same work runs elsewhere, the sweep comes back for this row
        work.attempts += 1
        work.leased_by = f"{socket.gethostname()}:{os.getpid()}"
        WorkRow.objects.filter(pk=work.pk).update(
            state=WorkRow.State.RUNNING,
            attempts=work.attempts,
            leased_by=work.leased_by,
            leased_until=clock.ServerNow() + LEASE,
        )
        return work


def free() -> Q:
    """Rows that may be taken: due and waiting, or running under a lease that ran out."""
    return Q(state=WorkRow.State.WAITING, due_at__lte=clock.Now()) | Q(
        state=WorkRow.State.RUNNING, leased_until__lt=clock.ServerNow()
    )


def _alone(work: WorkRow) -> bool:
    """Whether no other row of the same work is running; two workers can't both find so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", [work.kind, work.key])
    same = WorkRow.objects.filter(kind=work.kind, key=work.key, state=WorkRow.State.RUNNING)
    return not same.filter(leased_until__gte=clock.ServerNow()).exclude(pk=work.pk).exists()


def carry(work_id: int) -> None:
    """Do one work row if it is free: lease, run, mark. A failure is kept and tried again, later each time."""
    work = lease(work_id)
    if work is not None:
        carry_leased(work)


def carry_leased(work: WorkRow) -> None:
    """Do a work row that this process holds; who leases it in the transaction of its cause keeps it from all others."""
    with Lease(work):
        try:
            _run(work)
        except Exception as problem:
            log.exception("work %s %s failed", work.kind, work.key)
            _retry(work, problem)
            return
    WorkRow.objects.filter(pk=work.pk).update(
        state=WorkRow.State.DONE, progress=1, leased_until=None, error="", finished_at=clock.Now()
    )


def _run(work: WorkRow) -> None:
    found = known(work.kind)
    if found is None:
        raise LookupError(f"nothing handles {work.kind}")
    found.run(work.key, reporter(work))


def reporter(work: WorkRow) -> Report:
    """A function that stores progress (0 to 1) on the work row."""

    def report(fraction: float) -> None:
        WorkRow.objects.filter(pk=work.pk).update(progress=min(max(fraction, 0.0), 1.0))

    return report


def apart(report: Report) -> Report:
    """The same from a connection of its own: progress that is seen while the handler's transaction is still open."""

    def once(fraction: float) -> None:
        try:
            report(fraction)
        finally:
            connection.close()

    def report_apart(fraction: float) -> None:
        thread = threading.Thread(target=once, args=[fraction])
        thread.start()
        thread.join()

    return report_apart


def _retry(work: WorkRow, problem: Exception) -> None:
    final = work.attempts >= ATTEMPTS
    pause = datetime.timedelta(seconds=min(2**work.attempts, 300))
    error = f"{type(problem).__name__}: {problem}"[:2000]
    changes = (
        {"state": WorkRow.State.FAILED, "finished_at": clock.now()}
        if final
        else {"state": WorkRow.State.WAITING}
    )
    try:
        with transaction.atomic():
            WorkRow.objects.filter(pk=work.pk).update(
                error=error, leased_until=None, due_at=clock.now() + pause, **changes
            )
    except IntegrityError:  # the same work was asked for again meanwhile: the newer row carries on
        WorkRow.objects.filter(pk=work.pk).update(
            state=WorkRow.State.DONE, error=error, leased_until=None, finished_at=clock.now()
        )
        return
    if not final:
        send(work.pk, work.kind, pause.total_seconds())


class Lease:
    """Renews the lease of a running work row from a thread of its own until the work ends."""

    def __init__(self, work: WorkRow) -> None:
        self.work = work
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> "Lease":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._ended.set()
        self._thread.join()

    def _renew(self) -> None:
        while not self._ended.wait(RENEW_SECONDS):
            try:
                WorkRow.objects.filter(pk=self.work.pk, state="running").update(
                    leased_until=clock.ServerNow() + LEASE
                )
            except Exception:
                log.exception("lease of work %s not renewed", self.work.pk)
            finally:
                connection.close()
        connection.close()


def sweep(limit: int = 500) -> int:
    """Re-issue what is due and nobody leases. Returns how many rows were sent."""
    rows = list(WorkRow.objects.filter(free()).order_by("due_at").values_list("pk", "kind")[:limit])
    for pk, kind in rows:
        send(pk, kind)
    return len(rows)


def run_due(limit: int = 1000) -> int:
    """Do everything that is due here and now, in this process; for tests, commands and the demo. Returns how many."""
    done = 0
    while done < limit:
        work = (
            WorkRow.objects.filter(state="waiting", due_at__lte=clock.Now()).order_by("due_at", "pk").first()
        )
        if work is None:
            break
        carry(work.pk)
        done += 1
    return done


def latest(kind: str, key: str) -> WorkRow | None:
    """The newest row of this work, to show its state and progress."""
    return WorkRow.objects.filter(kind=kind, key=key).order_by("-pk").first()


def forget_finished(older_than: datetime.timedelta = datetime.timedelta(days=14)) -> int:
    """Delete rows done long ago; failed ones stay for a person to see."""
    removed, _ = WorkRow.objects.filter(state="done", finished_at__lt=clock.now() - older_than).delete()
    return removed


__all__ = [
    "KINDS",
    "Report",
    "apart",
    "carry",
    "carry_leased",
    "enqueue",
    "handles",
    "latest",
    "lease",
    "run_due",
    "send",
    "sweep",
]
