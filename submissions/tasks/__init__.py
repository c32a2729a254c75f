"""Handlers of work rows. Celery finds this package; importing its modules registers them."""

from submissions.tasks import following, listening, processing

__all__ = ["following", "listening", "processing"]
