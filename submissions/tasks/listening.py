"""Handlers and schedules of listening."""

from celery import shared_task

from spotlight.ledger import work
from submissions.jobs import reuse, salts


@work.handles("sound.cut", queue="media")
def cut_sound(key: str, report: work.Report) -> None:
    """Cut one sound."""
    reuse.cut_sound(key)


@shared_task(name="submissions.forget_salts")
def forget_salts() -> None:
    """Every hour: past days' listeners can't be traced any more."""
    salts.forget_salts()
    salts.forget_sessions()
