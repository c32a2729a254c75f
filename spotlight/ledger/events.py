"""The event log: every service writes here."""

from typing import Any

from django.db.models import Model

from spotlight.accounts.models import Person
from spotlight.ledger import clock
from spotlight.ledger.models import Event


def subject_of(thing: Model) -> str:
    """`kind:public code` of a model instance; the code is its `code` or `slug`, never its key."""
    public = getattr(thing, "code", None) or getattr(thing, "slug", None) or str(thing.pk)
    return f"{thing._meta.model_name}:{public}"


def log(verb: str, thing: Model | str, *, by: Person | None, season: str = "", **facts: Any) -> Event:
    """Write one event in the current transaction. `facts` hold codes and numbers, never personal data."""
    return Event.objects.create(
        at=clock.now(),
        actor=by,
        season=season,
        verb=verb,
        subject=thing if isinstance(thing, str) else subject_of(thing),
        facts=facts,
    )
