"""Mails of judging: the opening of a round, reminders, and the head of the log for witnesses."""

import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext_lazy

from judging.models import Proof, Round, Seat
from judging.queries import panel
from spotlight.ledger import mail
from submissions.models import Season


def tell_judges_of_opening(round: Round) -> int:
    """Write to each judge that the round is open and how many entries wait. Returns how many mails."""
    return sum(
        _write("round-opened", seat) for seat in panel.seats_with_progress(round) if seat.left_at is None
    )


def remind(seat: "panel.BusySeat") -> bool:
    """Remind one judge of what is still to be scored; `seat` comes from `seats_with_progress`."""
    return _write("judge-reminder", seat)


def tell_of_repair(seat: Seat) -> bool:
    """Tell a judge that an entry was dealt to them while the round is locked; they have until the close."""
    fresh = panel.seats_with_progress(seat.round).get(pk=seat.pk)
    return _write("judge-reminder", fresh)


def tell_witnesses(proof: Proof) -> int:
    """Mail the head at an announcement to the season's witnesses. Returns how many mails."""
    season = proof.round.season
    for witness in season.witnesses.all():
        mail.write(
            "proof_head", to=witness.email, language=witness.language or season.language, season=season.slug,
            batch=f"proof:{proof.round.code}", context={"proof": proof, "round": proof.round, "season": season},
        )  # fmt: skip
    return len(season.witnesses.all())


def _write(template: str, seat: "panel.BusySeat") -> bool:
    person, round = seat.membership.person, seat.round
    if person.user is None:
        return False
    mail.write(
        template,
        to=person.user.email,
        person=person,
        season=round.season.slug,
        context={
            "round": round,
            "season": round.season,
            "given": seat.given,
            "left": seat.given - seat.filed,
            "until": partial(
                in_zone, round.locks_at, round.season
            ),  # called by the template, in the reader's language
            "url": settings.SITE_URL + reverse("desk"),
            "action": gettext_lazy("Open the desk"),
        },
    )
    return True


def in_zone(moment: datetime.datetime, season: Season) -> str:
    """A moment in words, in the season's zone, with the zone's abbreviation."""
    local = moment.astimezone(ZoneInfo(season.zone))
    return f"{formats.date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"
