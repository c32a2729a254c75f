"""Awards: prizes offered to winners in order, tier by tier."""

import datetime
from collections.abc import Sequence

from judging.models import Award, Cut, Entry, Prize
from spotlight.ledger import clock


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
