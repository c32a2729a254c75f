"""Handlers and the schedule of mails about followed artists."""

from celery import shared_task

from spotlight.ledger import clock, work
from submissions.jobs import following


@shared_task(name="submissions.follow_mails")
def follow_mails() -> None:
    """Once a day: ask for the mails of the day."""
    work.enqueue(following.DAILY, clock.now().date().isoformat())


@work.handles(following.DAILY)
def ask_for_mails(key: str, report: work.Report) -> None:
    """Ask for the mail of each fan. `key` is the day, and only says so."""
    following.ask_for_mails()


@work.handles(following.KIND)
def mail_news(key: str, report: work.Report) -> None:
    """Mail one fan; the key is the person's code."""
    following.mail_news(key)
