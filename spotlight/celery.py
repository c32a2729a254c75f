"""Celery: the prompt carrier of work rows. What is due is decided by PostgreSQL, never by the broker."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spotlight.settings")

app = Celery("spotlight")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.task_default_queue = "default"
app.conf.beat_schedule = {
    "conflicts": {"task": "judging.conflicts", "schedule": 600.0},
    "count": {"task": "judging.count", "schedule": 180.0},
    "awards": {"task": "judging.awards", "schedule": 600.0},
    "introductions": {"task": "judging.introductions", "schedule": 300.0},
    "follow": {"task": "submissions.follow_mails", "schedule": crontab(hour=9, minute=0)},
    "inspect": {"task": "judging.inspect", "schedule": crontab(hour=2, minute=40)},
    "interrupted": {"task": "judging.interrupted", "schedule": 60.0},
    "prune": {"task": "judging.prune", "schedule": 3600.0},
    "rounds": {"task": "judging.tick", "schedule": 60.0},
    "salts": {"task": "submissions.forget_salts", "schedule": 3600.0},
    "seal": {"task": "ledger.seal", "schedule": 60.0},
    "sweep": {"task": "ledger.sweep", "schedule": 30.0},
    "tidy": {"task": "ledger.tidy", "schedule": 86400.0},
}
