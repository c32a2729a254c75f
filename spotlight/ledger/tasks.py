"""Celery's entry points: carry one work row, sweep the unfinished ones, deliver mail."""

from celery import shared_task

from spotlight.ledger import files, mail, seals, uploads, work


@shared_task(name="ledger.carry")
def carry(work_id: int) -> None:
    """Do one work row."""
    work.carry(work_id)


@shared_task(name="ledger.sweep")
def sweep() -> None:
    """Twice a minute: re-issue whatever is due and leased by nobody."""
    work.sweep()


@shared_task(name="ledger.tidy")
def tidy() -> None:
    """Every night: forget work that was done long ago, uploads that nobody goes on with, and what killed programs left."""
    work.forget_finished()
    uploads.forget_abandoned()
    files.forget_scratch()


@shared_task(name="ledger.seal")
def seal() -> None:
    """Every minute: take new events into the hash chain."""
    seals.seal()


@work.handles("ledger.seal")
def seal_now(key: str, report: work.Report) -> None:
    """Right after something that should be in the chain at once. `key` only says what."""
    seals.seal()


@work.handles("mail.send")
def send_mail(key: str, report: work.Report) -> None:
    """Deliver one mail of the outbox."""
    mail.deliver(int(key))
