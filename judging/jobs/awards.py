"""Awards: prizes offered to winners in order, tier by tier."""

import datetime
from collections.abc import Sequence

from django.db import transaction

from judging.models import Award, Cut, Decision, Entry, Prize
from spotlight.ledger import clock, events, mail
from submissions.models import ArtistMember


def offer_awards(cut: Cut, winners: Sequence[Entry]) -> list[Award]:
    """Offer the season's prizes to winners in order of rank; prizes of a market or division go to its own entries.

    One prize an entry. The day to accept by is counted from now; the artist learns of it when the round is announced.
    """
    at = clock.now()
    left = list(winners)
    awards = []
    for prize in Prize.objects.filter(season=cut.round.season).order_by("tier", "pk"):
        takers = [entry for entry in left if _fits(prize, entry)][: prize.places]
        for place, entry in enumerate(takers, 1):
            left.remove(entry)
            accept_by = at + datetime.timedelta(days=prize.accept_days)
            awards.append(Award(prize=prize, entry=entry, place=place, accept_by=accept_by))
    return Award.objects.bulk_create(awards)


def _fits(prize: Prize, entry: Entry) -> bool:
    submission = entry.submission
    return prize.market_id in (None, submission.market_id) and prize.division_id in (
        None,
        submission.division_id,
    )


def lapse_overdue() -> int:
    """Take back prizes that nobody accepted in time and pass them on. Returns how many; safe to repeat."""
    lapsed = 0
    overdue = Award.objects.filter(state=Award.State.OFFERED, accept_by__lt=clock.now())
    for award in overdue.filter(entry__round__state="announced"):
        with transaction.atomic():
            locked = lock_award(award)
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


def lock_award(award: Award) -> Award:
    """The award's row, held until the end of the transaction."""
    return Award.objects.select_for_update(of=("self",)).select_related("prize__season").get(pk=award.pk)
