"""Entries as their artists see them: whose they are, whether they may be changed, what is missing."""

import datetime

from django.db.models import QuerySet

from spotlight.accounts.models import Person
from spotlight.ledger.models import Mail
from submissions.models import Artist, Season, Submission, Terms

State = Submission.State
UNCOUNTED = (State.WITHDRAWN, State.REFUSED)
IN_PLAY = (State.DRAFT, State.SUBMITTED, State.CHANGES, State.CLEARED)


def own_entries(person: Person) -> QuerySet[Submission]:
    """Entries of all artists that a person stands behind, the newest first."""
    return (
        Submission.objects.filter(artist__members__person=person)
        .select_related(
            "season", "artist", "track", "track__original", "track__artwork", "market", "division", "terms"
        )
        .order_by("-pk")
    )


def seasons_accepting(at: datetime.datetime) -> QuerySet[Season]:
    """Seasons that accept entries at a moment, the one that closes first first."""
    return Season.objects.filter(
        state=Season.State.OPEN, entries_open_at__lte=at, entries_close_at__gt=at
    ).order_by("entries_close_at")


def is_accepting(season: Season, at: datetime.datetime) -> bool:
    """Whether the season accepts entries at a moment."""
    return (
        season.state == Season.State.OPEN
        and season.entries_open_at is not None
        and season.entries_close_at is not None
        and season.entries_open_at <= at < season.entries_close_at
    )


def changes_end_at(submission: Submission) -> datetime.datetime | None:
    """Until when an entry may be changed: the deadline, or the end of clearing where changes were asked."""
    season = submission.season
    if submission.state == State.CHANGES and season.clearing_ends_at:
        return max(season.clearing_ends_at, season.entries_close_at or season.clearing_ends_at)
    return season.entries_close_at


def may_change(submission: Submission, at: datetime.datetime) -> bool:
    """Whether the artist may change the entry at a moment."""
    ends = changes_end_at(submission)
    running = submission.season.state == Season.State.OPEN
    in_time = running and ends is not None and at < ends
    return submission.state in IN_PLAY and in_time and not is_being_judged(submission)


def is_being_judged(submission: Submission) -> bool:
    """Whether a round that the entry is in was opened."""
    return any(entry.round.state != "planned" for entry in submission.entries.all())


def may_withdraw(submission: Submission) -> bool:
    """Whether the artist may still take the entry back."""
    return submission.state in IN_PLAY and not is_being_judged(submission)


def places_left(season: Season, artist: Artist) -> int:
    """How many more tracks the artist may enter; drafts count, withdrawn and refused entries don't."""
    taken = Submission.objects.filter(season=season, artist=artist).exclude(state__in=UNCOUNTED).count()
    return max(season.quota - taken, 0)


def current_terms(season: Season) -> Terms | None:
    """The newest terms of a season."""
    return season.terms.order_by("-dated_on").first()


def mails_to(person: Person, limit: int = 10) -> QuerySet[Mail]:
    """What was sent to a person, the newest first; held mails don't show."""
    sent = Mail.objects.filter(person=person, state__in=[Mail.State.READY, Mail.State.SENT])
    return sent.exclude(template="").order_by("-pk")[:limit]
