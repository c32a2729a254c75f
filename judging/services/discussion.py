"""What the panel says about entries near the line while the round is locked."""

from django.db import transaction
from django.utils.translation import gettext as _

from judging.jobs import rounds as life
from judging.models import Entry, Remark, Round
from judging.services.desk import RoundClosed
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import clock, events

MOST_LETTERS = 2000


def remark(entry: Entry, *, text: str, by: Person) -> Remark:
    """Say something about an entry under discussion. The caller has checked that `by` takes part in it.

    Raises RoundClosed before the lock and after the close, InvalidInput for nothing or too much.
    """
    text = text.strip().replace("\r\n", "\n")
    if not text or len(text) > MOST_LETTERS:
        raise InvalidInput(_("Write 1 to 2,000 characters."), field="text")
    with transaction.atomic():
        round = life.hold_shared(entry.round)
        if round.state != Round.State.LOCKED:
            raise RoundClosed(_("The panel discusses only while the round is locked."))
        made = Remark.objects.create(entry=entry, by=by, text=text, at=clock.now())
        events.log("entry.discussed", entry, by=by, season=round.season.slug)
    return made
