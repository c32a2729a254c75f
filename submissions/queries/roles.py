"""Who holds which role in a season, and which offers are open."""

import datetime

from django.db.models import QuerySet

from spotlight.ledger import clock
from submissions.models import Invitation, Membership, Season


def members(season: Season) -> QuerySet[Membership]:
    """Roles held now, by role and name."""
    return (
        season.memberships.filter(ended_at__isnull=True)
        .select_related("person", "person__user", "organisation")
        .order_by("role", "person__name", "pk")
    )


def open_invitations(season: Season) -> QuerySet[Invitation]:
    """Offers neither accepted nor withdrawn, the oldest first; expired ones are among them."""
    waiting = season.invitations.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)
    return waiting.select_related("organisation").order_by("invited_at")


def now() -> datetime.datetime:
    """The time that decides whether an invitation is too old."""
    return clock.now()
