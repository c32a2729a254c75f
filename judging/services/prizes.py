"""Prizes followed to delivery: accepted or declined by the artist, passed on to the next reserve, delivered."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from judging.models import Award, Decision
from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, events, mail
from submissions.models import ArtistMember


class AwardRefused(SpotlightError):
    """This prize can't be answered or delivered like this."""

    code = "award_refused"


def answer_award(award: Award, *, accepts: bool, by: Person) -> Award:
    """The artist's answer. Declined prizes go to the next reserve at once. Raises AwardRefused."""
    with transaction.atomic():
        locked = _lock(award)
        if locked.state != Award.State.OFFERED:
            raise AwardRefused(_("This prize was answered before."))
        if clock.now() > locked.accept_by:
            raise AwardRefused(_("The time to accept this prize is over. It goes to the next in order."))
        locked.state = Award.State.ACCEPTED if accepts else Award.State.DECLINED
        locked.answered_at = clock.now()
        locked.save(update_fields=["state", "answered_at"])
        events.log("award.answered", locked, by=by, season=locked.prize.season.slug, accepts=accepts)
        if not accepts:
            pass_on(locked)
    return locked


def lapse_overdue() -> int:
    """Take back prizes that nobody accepted in time and pass them on. Returns how many; safe to repeat."""
    lapsed = 0
    overdue = Award.objects.filter(state=Award.State.OFFERED, accept_by__lt=clock.now())
    for award in overdue.filter(entry__round__state="announced"):
        with transaction.atomic():
            locked = _lock(award)
            if locked.state != Award.State.OFFERED:
                continue
            locked.state = Award.State.LAPSED
            locked.save(update_fields=["state"])
            events.log("award.lapsed", locked, by=None, season=locked.prize.season.slug)
            pass_on(locked)
            lapsed += 1
    return lapsed


def pass_on(award: Award) -> Award | None:
    """Offer a prize that came free to the next reserve who has none; None if there is nobody left."""
    taken = Award.objects.filter(prize__season=award.prize.season).values("entry_id")
    following = (
        Decision.objects.filter(round=award.entry.round, outcome=Decision.Outcome.RESERVE)
        .exclude(entry_id__in=taken)
        .select_related("entry__submission__artist")
        .order_by("reserve")
        .first()
    )
    if following is None:
        return None
    accept_by = clock.now() + datetime.timedelta(days=award.prize.accept_days)
    fresh = Award.objects.create(
        prize=award.prize, entry=following.entry, place=award.place, accept_by=accept_by
    )
    events.log("award.passed_on", fresh, by=None, season=award.prize.season.slug, reserve=following.reserve)
    for member in ArtistMember.objects.filter(artist=following.entry.submission.artist).select_related(
        "person__user"
    ):
        if member.person.user:
            mail.write(
                "award_offered", to=member.person.user.email, person=member.person, season=award.prize.season.slug,
                context={"award": fresh, "season": award.prize.season, "submission": following.entry.submission},
            )  # fmt: skip
    return fresh


def deliver_award(award: Award, *, by: Person, note: str = "") -> Award:
    """Mark an accepted prize as delivered. Raises AwardRefused."""
    with transaction.atomic():
        locked = _lock(award)
        if locked.state != Award.State.ACCEPTED:
            raise AwardRefused(_("Only an accepted prize can be delivered."))
        locked.state, locked.delivered_at = Award.State.DELIVERED, clock.now()
        locked.save(update_fields=["state", "delivered_at"])
        events.log("award.delivered", locked, by=by, season=locked.prize.season.slug, note=note)
    return locked


def _lock(award: Award) -> Award:
    return Award.objects.select_for_update(of=("self",)).select_related("prize__season").get(pk=award.pk)
