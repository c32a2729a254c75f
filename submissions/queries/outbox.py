"""A season's mails: batches that wait, and what went out."""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet

from spotlight.ledger.models import Mail
from submissions.models import Season

SIGNED = re.compile(r"(/(?:consents|confirmations|invitations)/)[\w-]{20,}/?")


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


def shown_text(mail: Mail) -> str:
    """A mail's text as staff read it: whoever has a signed link answers in its reader's name, so its key is left out.

    On the embedded default there is no mail server, and the outbox is where such links are found.
    """
    return mail.text if settings.EMBEDDED else SIGNED.sub(r"\1…", mail.text)
