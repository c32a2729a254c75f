"""Handlers of work rows. Celery finds this package; importing its modules registers them."""

from submissions.tasks import listening, processing

__all__ = ["listening", "processing"]
