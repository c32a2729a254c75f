"""A season's mails: batches that wait, and what went out."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from spotlight.ledger.models import Mail
from submissions.models import Season


def held_batches(season: Season) -> QuerySet[Mail, Mapping[str, Any]]:
    """One row for each batch that waits: `batch`, `template`, `count`, `since`, and `sample`, the key of its first mail."""
    held = Mail.objects.filter(season=season.slug, state=Mail.State.HELD)
    return (
        held.order_by()
        .values("batch", "template")
        .annotate(count=Count("pk"), since=Min("created_at"), sample=Min("pk"))
        .order_by("since")
    )


def mails(season: Season, wanted: str = "") -> QuerySet[Mail]:
    """All mails of the season, the newest first; `wanted` is part of a subject or an address."""
    rows = Mail.objects.filter(season=season.slug).order_by("-pk")
    return rows.filter(Q(subject__icontains=wanted) | Q(to__icontains=wanted)) if wanted else rows
