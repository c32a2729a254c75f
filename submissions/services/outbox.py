"""The outbox of a season: held batches are let go together."""

from django.db import transaction
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import events, mail
from spotlight.ledger.models import Mail
from submissions.models import Season

CUTS = "cut:"
"""Batches of a cut begin so; they go with its announcement and not before."""


@transaction.atomic
def release_batch(season: Season, batch: str, *, by: Person) -> int:
    """Send every held mail of a batch. Returns how many. Raises InvalidInput if nothing of that name waits here."""
    if is_of_cut(batch):
        raise SpotlightError(_("These mails go out when the cut is announced."))
    if not batch or not Mail.objects.filter(season=season.slug, batch=batch, state=Mail.State.HELD).exists():
        raise InvalidInput(_("No mails of this batch wait any more."), field="batch")
    count = mail.release(batch)
    events.log("mail.released", season, by=by, season=season.slug, batch=batch, mails=count)
    return count


@transaction.atomic
def send_again(season: Season, mail_id: int, *, by: Person) -> None:
    """Queue a mail that failed once more. Raises InvalidInput if it did not fail."""
    found = (
        Mail.objects.select_for_update()
        .filter(season=season.slug, pk=mail_id, state=Mail.State.FAILED)
        .first()
    )
    if found is None:
        raise InvalidInput(_("This mail did not fail."))
    found.state, found.error = Mail.State.HELD, ""
    found.batch = f"again:{found.pk}"
    found.save(update_fields=["state", "error", "batch"])
    mail.release(found.batch)
    events.log("mail.sent_again", season, by=by, season=season.slug, template=found.template)


def is_of_cut(batch: str) -> bool:
    """Whether a batch belongs to a cut."""
    return batch.startswith(CUTS)
