"""A place that came free goes to the next reserve, by rules that are fixed beforehand (docs/scoring.md, "Leaving a season").

Whoever calls holds the round of the place, so that two places that come free at once never go to one reserve.
"""

from collections.abc import Collection

from judging.jobs import dealing, mails
from judging.jobs.entries import create_entries
from judging.models import Award, Cut, Decision, Entry, MoveUp, Prize, Removal, Round
from judging.queries.cuts import next_round
from spotlight.ledger import clock, events, work
from submissions.models import Submission


def fits(prize: Prize, entry: Entry) -> bool:
    """Whether a prize of a market or division may go to an entry."""
    submission = entry.submission
    return prize.market_id in (None, submission.market_id) and prize.division_id in (
        None,
        submission.division_id,
    )


def next_reserve(place: Entry, prize: Prize | None = None, *, but: Collection[int] = ()) -> Decision | None:
    """The first reserve of the same group who is still in the season, has not moved up, and whom the prize fits.

    `but` are keys of submissions that are passed over.
    """
    waiting = (
        Decision.objects.filter(round=place.round, outcome=Decision.Outcome.RESERVE, entry__group=place.group)
        .filter(entry__submission__state=Submission.State.CLEARED, entry__move_up=None)
        .exclude(entry__submission__in=but)
        .select_related("entry__submission__artist", "entry__round__season")
        .order_by("reserve")
    )
    return next((found for found in waiting if prize is None or fits(prize, found.entry)), None)


def move_up(place: Entry, *, removal: Removal | None = None, award: Award | None = None) -> MoveUp | None:
    """Give the place of an entry that had advanced to the next reserve. None: it stays empty.

    It stays empty where no reserve is left, and where the next round takes no more sheets. A place in a running round
    is judged like any other: the entry is dealt to judges at once.
    """
    found = next_reserve(place, award.prize if award else None)
    following = next_round(place.round)
    if following is not None:
        following = Round.objects.select_for_update().select_related("season").get(pk=following.pk)
        if not takes_more(following):
            found = None
    season = place.round.season.slug
    if found is None:
        events.log("place.left_empty", place, by=None, season=season, round=place.round.code)
        return None
    made = MoveUp.objects.create(
        round=place.round, entry=found.entry, place_of=place, removal=removal, award=award, at=clock.now()
    )
    if following is not None:
        _join(following, found.entry.submission)
    events.log(
        "reserve.moved_up", found.entry, by=None, season=season, round=place.round.code, reserve=found.reserve
    )
    if award is None:
        mails.tell_of_moving_up(made, following)
    return made


def takes_more(following: Round | None) -> bool:
    """Whether a reserve can still join the round after the place: it waits or takes sheets, or there is none."""
    return following is None or not following.has_locked


def had_advanced(entry: Entry) -> bool:
    """Whether an entry held a place after its round's cut: it was chosen, or moved up."""
    chosen = Decision.objects.filter(entry=entry, outcome=Decision.Outcome.IN, cut__state=Cut.State.MADE)
    return chosen.exists() or MoveUp.objects.filter(entry=entry).exists()


def _join(following: Round, submission: Submission) -> None:
    for entry in create_entries(following, [submission]):
        if following.state == Round.State.OPEN and following.panel_weight:
            wanted = following.judges_per_entry
            if following.design == Round.Design.ALL_HEAR_ALL:
                wanted = following.seats.filter(left_at__isnull=True).count()
            for _ in range(wanted):
                dealing.add_judge(entry, by=None)
            work.enqueue("standings.compute", str(following.pk))
