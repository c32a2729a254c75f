"""Prizes followed to delivery: accepted or declined by the artist, passed on to the next reserve, delivered."""

from django.db import transaction
from django.utils.translation import gettext as _

from judging.jobs.awards import lock_award, pass_on
from judging.models import Award
from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, events


class AwardRefused(SpotlightError):
    """This prize can't be answered or delivered like this."""

    code = "award_refused"


def answer_award(award: Award, *, accepts: bool, by: Person) -> Award:
    """The artist's answer. Declined prizes go to the next reserve at once. Raises AwardRefused."""
    with transaction.atomic():
        locked = lock_award(award)
        if locked.state != Award.State.OFFERED:
            raise AwardRefused(_("This prize was answered before."))
        if clock.now() > locked.accept_by:
            raise AwardRefused(_("The time to accept this prize is over. It goes to the next in order."))
        locked.state = Award.State.ACCEPTED if accepts else Award.State.DECLINED
        locked.answered_at, locked.answered_by = clock.now(), by
        locked.save(update_fields=["state", "answered_at", "answered_by"])
        events.log("award.answered", locked, by=by, season=locked.prize.season.slug, accepts=accepts)
        if not accepts:
            pass_on(locked)
    return locked


def deliver_award(award: Award, *, by: Person, note: str = "") -> Award:
    """Mark an accepted prize as delivered. Raises AwardRefused."""
    with transaction.atomic():
        locked = lock_award(award)
        if locked.state != Award.State.ACCEPTED:
            raise AwardRefused(_("Only an accepted prize can be delivered."))
        if locked.entry.submission.is_contested:
            raise AwardRefused(_("This track is contested. Its prize waits until that is settled."))
        locked.state, locked.delivered_at, locked.delivered_by = Award.State.DELIVERED, clock.now(), by
        locked.note = note.strip()[:500]
        locked.save(update_fields=["state", "delivered_at", "delivered_by", "note"])
        events.log("award.delivered", locked, by=by, season=locked.prize.season.slug, note=note)
    return locked
