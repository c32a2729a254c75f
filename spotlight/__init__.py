"""Spotlight: the project's wiring."""

from spotlight.celery import app as celery_app

__all__ = ["celery_app"]
