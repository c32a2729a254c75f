"""Awards: prizes offered to winners in order, tier by tier; refused or unanswered ones go to the next reserve."""

import datetime
from collections.abc import Sequence

from django.db import transaction

from judging.jobs import mails, reserves
from judging.models import Award, Cut, Entry, Prize, Round
from spotlight.ledger import clock, events


def offer_awards(cut: Cut, winners: Sequence[Entry]) -> list[Award]:
    """Offer the season's prizes to winners in order of rank; prizes of a market or division go to its own entries.

    One prize an entry. The days to accept are counted anew from the announcement, when the artist learns of it.
    """
    left = list(winners)
    awards = []
    for prize in Prize.objects.filter(season=cut.round.season).order_by("tier", "pk"):
        takers = [entry for entry in left if reserves.fits(prize, entry)][: prize.places]
        for place, entry in enumerate(takers, 1):
            left.remove(entry)
            awards.append(Award(prize=prize, entry=entry, place=place, accept_by=_deadline(prize)))
    return Award.objects.bulk_create(awards)


def begin_answering(round: Round) -> None:
    """The round is announced: from now on its winners have their days to accept."""
    offered = Award.objects.filter(entry__round=round, state=Award.State.OFFERED).select_related("prize")
    for award in offered:
        award.accept_by = _deadline(award.prize)
        award.save(update_fields=["accept_by"])


def lapse_overdue() -> int:
    """Take back prizes that nobody accepted in time and pass them on. Returns how many; safe to repeat."""
    lapsed = 0
    overdue = Award.objects.filter(state=Award.State.OFFERED, accept_by__lt=clock.now())
    for award in overdue.filter(entry__round__state="announced").select_related("entry"):
        with transaction.atomic():
            locked = lock_award(award)
            if locked.state != Award.State.OFFERED or locked.accept_by >= clock.now():
                continue
            locked.state = Award.State.LAPSED
            locked.save(update_fields=["state"])
            events.log("award.lapsed", locked, by=None, season=locked.prize.season.slug)
            pass_on(locked)
            lapsed += 1
    return lapsed


def pass_on(award: Award) -> Award | None:
    """Offer a prize that came free to the next reserve, who takes the place with it; None if there is nobody left.

    The caller holds the award by `lock_award`, and so its round.
    """
    moved = reserves.move_up(award.entry, award=award)
    return offer_next(award, moved.entry) if moved else None


def take_back(entry: Entry, following: Entry | None) -> None:
    """The entry left the season: what it was offered goes to who follows, if the prize fits; what it has, it keeps."""
    waiting = Award.objects.filter(entry=entry, state__in=[Award.State.OFFERED, Award.State.ACCEPTED])
    for award in waiting.select_for_update(of=("self",)).select_related("prize__season"):
        award.state = Award.State.TAKEN_BACK
        award.save(update_fields=["state"])
        events.log("award.taken_back", award, by=None, season=award.prize.season.slug)
        if following is not None and reserves.fits(award.prize, following):
            offer_next(award, following)


def offer_next(award: Award, entry: Entry) -> Award:
    """Offer a prize that came free to the entry that follows."""
    fresh = Award.objects.create(
        prize=award.prize, entry=entry, place=award.place, accept_by=_deadline(award.prize)
    )
    events.log("award.passed_on", fresh, by=None, season=award.prize.season.slug)
    mails.tell_of_award(fresh)
    return fresh


def lock_award(award: Award) -> Award:
    """The award's row, held with its round: two prizes that come free at once never go to one reserve."""
    Round.objects.select_for_update(of=("self",)).get(pk=award.entry.round_id)
    return (
        Award.objects.select_for_update(of=("self",))
        .select_related("prize__season", "entry__round__season", "entry__submission")
        .get(pk=award.pk)
    )


def _deadline(prize: Prize) -> datetime.datetime:
    return clock.now() + datetime.timedelta(days=prize.accept_days)
