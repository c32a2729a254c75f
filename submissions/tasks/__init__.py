"""Handlers of work rows. Celery finds this package; importing its modules registers them."""

from submissions.tasks import processing

__all__ = ["processing"]
