"""What an organizer does with rehearsals: ask for one, cancel it."""

import hashlib
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, events, work
from spotlight.rehearsal.models import Rehearsal
from spotlight.rehearsal.rules import dump_rules
from spotlight.rehearsal.scratch import NoScratch, is_possible
from submissions.models import Season

KIND = "rehearsal.run"


class OneWaits(SpotlightError):
    """The season has a rehearsal that is not over."""

    code = "rehearsal_waits"


def prepare(season: Season | None, *, by: Person | None, **values: Any) -> Rehearsal:
    """A rehearsal with the season's rules as they are now; without a season, or with `preset`, those of the preset."""
    rules = dump_rules(season) if season is not None and not values.get("preset") else ""
    return Rehearsal.objects.create(
        season=season, by=by, asked_at=clock.now(), rules=rules,
        rules_sha256=hashlib.sha256(rules.encode()).hexdigest() if rules else "", **values,
    )  # fmt: skip


def ask_rehearsal(season: Season, *, by: Person, **values: Any) -> Rehearsal:
    """Ask for a rehearsal; it is run in the background. Raises NoScratch where none can be run, OneWaits."""
    if not is_possible():
        raise NoScratch(
            _(
                "Rehearsals have no database server yet. The operator sets REHEARSAL_DATABASE_URL, see docs/operations.md."
            )
        )
    with transaction.atomic():
        held = Season.objects.select_for_update().get(pk=season.pk)
        if held.rehearsals.filter(state__in=[Rehearsal.State.WAITING, Rehearsal.State.RUNNING]).exists():
            raise OneWaits(_("A rehearsal of this season is not over yet. Wait for it, or cancel it."))
        rehearsal = prepare(held, by=by, **values)
        work.enqueue(KIND, rehearsal.code)
        events.log(
            "rehearsal.asked",
            rehearsal,
            by=by,
            season=season.slug,
            artists=rehearsal.artists,
            attack=rehearsal.attack,
        )
    return rehearsal


def cancel(rehearsal: Rehearsal, *, by: Person) -> Rehearsal:
    """End a rehearsal that is not over; its database goes within seconds. Over is over: nothing happens then."""
    with transaction.atomic():
        held = Rehearsal.objects.select_for_update(of=("self",)).select_related("season").get(pk=rehearsal.pk)
        if held.is_over:
            return held
        held.state, held.finished_at = Rehearsal.State.CANCELED, clock.now()
        held.save(update_fields=["state", "finished_at"])
        events.log("rehearsal.canceled", held, by=by, season=held.season.slug if held.season else "")
    return held
