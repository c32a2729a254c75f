"""Introductions are made when both sides agreed and the entry's result is public: each gets the other's address."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy

from judging.models import Introduction
from judging.queries import scouting
from spotlight.accounts.models import Person
from spotlight.ledger import clock, events, mail


def make(introduction: Introduction) -> bool:
    """Tell both sides of each other, once; False where something is still missing. Safe to run twice."""
    with transaction.atomic():
        held = (
            Introduction.objects.select_for_update(of=("self",))
            .select_related(
                "season", "organisation", "artist", "submission__track", "asked_by__user", "answered_by__user"
            )
            .get(pk=introduction.pk)
        )
        if (
            held.state != held.State.ACCEPTED
            or held.introduced_at
            or not scouting.is_decided(held.submission)
        ):
            return False
        held.introduced_at = clock.now()
        held.save(update_fields=["introduced_at"])
        _tell(held)
        events.log("introduction.made", held, by=None, season=held.season.slug)
    return True


def _tell(held: Introduction) -> None:
    artist, partner = scouting.contact_of_artist(held), scouting.contact_of_partner(held)
    room = reverse("partner_entry", args=[held.season.slug, held.submission.code])
    if artist and partner:
        _write(held, to=partner.email, person=held.asked_by, contact=artist, url=room)
        own = reverse("introduction", args=[held.code])
        _write(
            held,
            to=artist.email,
            person=None if artist.is_guardian else held.answered_by,
            contact=partner,
            url=own,
        )


def _write(
    held: Introduction, *, to: str, person: Person | None, contact: scouting.Contact, url: str
) -> None:
    mail.write(
        "introduction_made", to=to, person=person, season=held.season.slug,
        context={
            "introduction": held, "season": held.season, "contact": contact, "url": settings.SITE_URL + url,
            "action": gettext_lazy("Open the page"),
        },
    )  # fmt: skip
