"""What clearance sees: its queue, the whole of one entry, and what it looks like."""

import datetime
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from spotlight.accounts.models import Person, User
from spotlight.ledger import clock
from submissions.models import ClearanceClaim, Report, Role, Season, Submission, Track, Use
from submissions.queries.consent import waits_for_others
from submissions.queries.seasons import seasons_with_role

State = Submission.State
SEEN = (State.SUBMITTED, State.CHANGES, State.CLEARED, State.REFUSED, State.WITHDRAWN, State.DISQUALIFIED)
WHOLE = (
    "season",
    "artist",
    "artist__photo",
    "artist__organisation",
    "track",
    "track__original",
    "track__artwork",
    "market",
    "division",
    "terms",
    "entered_by",
    "claim__person",
)


@dataclass(frozen=True)
class Likeness:
    """Another entry that shares a recording code or the very file."""

    submission: Submission
    same_file: bool
    same_isrc: bool


def cleared_seasons(user: User) -> QuerySet[Season]:
    """Seasons in which the account clears entries."""
    return seasons_with_role(user, Role.CLEARANCE, Role.ORGANIZER)


def entries_to_clear(user: User) -> QuerySet[Submission]:
    """Every entry that was ever sent to a season in which the account clears entries."""
    return Submission.objects.filter(season__in=cleared_seasons(user), state__in=SEEN).select_related(*WHOLE)


def clearance_queue(user: User, season: Season | None = None) -> QuerySet[Submission]:
    """Entries that wait for a decision, the oldest first."""
    waiting = entries_to_clear(user).filter(state=State.SUBMITTED)
    if season is not None:
        waiting = waiting.filter(season=season)
    return waiting.order_by("submitted_at", "pk")


def live_claim(submission: Submission, at: datetime.datetime) -> ClearanceClaim | None:
    """Who has the entry open, if the claim has not run out."""
    return ClearanceClaim.objects.filter(submission=submission, until__gt=at).select_related("person").first()


def free_for(person: Person, queue: QuerySet[Submission]) -> QuerySet[Submission]:
    """The part of a queue that a person may be given: nobody else's, not their own artist's, audio checked, and nobody
    else to be waited for."""
    taken = Q(claim__until__gt=clock.Now()) & ~Q(claim__person=person)
    checked = [Track.Audio.READY, Track.Audio.REFUSED]
    theirs = queue.exclude(taken).exclude(artist__members__person=person).exclude(waits_for_others())
    return theirs.filter(track__audio__in=checked)


def likenesses(submission: Submission) -> list[Likeness]:
    """Entries of other tracks, in any season, with the same file (SHA-256) or the same ISRC."""
    track = submission.track
    same_file = Q(track__original__sha256=track.original.sha256) if track.original else Q(pk=None)
    same_isrc = Q(track__isrc=track.isrc) if track.isrc else Q(pk=None)
    others = (
        Submission.objects.filter(same_file | same_isrc)
        .exclude(track=track)
        .exclude(state=State.DRAFT)
        .select_related("track", "track__original", "artist", "season")
        .order_by("-pk")[:20]
    )
    return [_likeness(other, track) for other in others]


def _likeness(other: Submission, track: Track) -> Likeness:
    theirs = other.track.original
    same_file = bool(theirs and track.original and theirs.sha256 == track.original.sha256)
    return Likeness(other, same_file, bool(track.isrc) and other.track.isrc == track.isrc)


def seen_mark(submission: Submission) -> str:
    """What a reviewer has before them, in short: it changes with each save and each new file."""
    original = submission.track.original
    return f"{submission.version}:{original.code if original else ''}"


def open_reports(user: User) -> QuerySet[Report]:
    """Reports that nobody has decided, on tracks entered in the account's seasons; the oldest first."""
    return reports_of(user).filter(state=Report.State.OPEN).order_by("at", "pk")


def reports_of(user: User) -> QuerySet[Report]:
    """All reports on tracks entered in the account's seasons."""
    tracks = Submission.objects.filter(season__in=cleared_seasons(user)).values("track")
    return Report.objects.filter(track__in=tracks).select_related("track", "person")


def uses_of(user: User) -> QuerySet[Use]:
    """All uses of tracks entered in the account's seasons."""
    tracks = Submission.objects.filter(season__in=cleared_seasons(user)).values("track")
    return Use.objects.filter(track__in=tracks).select_related("track", "person", "season")


def waiting_uses(user: User) -> QuerySet[Use]:
    """Uses that nobody has checked, the oldest first."""
    return uses_of(user).filter(state=Use.State.WAITING).order_by("at", "pk")


def decided_uses(user: User, *, since: datetime.datetime, how: str = "") -> QuerySet[Use]:
    """Uses decided since a moment, the latest first; `how` is `rule` or `person` for those alone."""
    decided = uses_of(user).filter(decided_at__gte=since).exclude(state=Use.State.WAITING)
    if how in ("rule", "person"):
        decided = decided.filter(decided_by__isnull=how == "rule")
    return decided.select_related("track", "person", "season", "decided_by").order_by("-decided_at", "-pk")
