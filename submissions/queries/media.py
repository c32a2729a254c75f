"""Which files of tracks and artists somebody may have."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from spotlight.accounts.models import User
from submissions.models import Artist, Role, Submission, Track
from submissions.queries.seasons import seasons_with_role

Reader = User | AnonymousUser
State = Submission.State
REVIEWERS = (Role.CLEARANCE, Role.ORGANIZER)


def released_tracks() -> QuerySet[Track]:
    """Tracks that everybody may hear: `released_at` is the moment of clearing, so it is never to come."""
    return Track.objects.filter(released_at__isnull=False, hidden_at__isnull=True)


def is_released(track: Track) -> bool:
    """Whether everybody may hear the track."""
    return released_tracks().filter(pk=track.pk).exists()


def audible_tracks(reader: Reader) -> QuerySet[Track]:
    """Tracks that a reader may hear: released ones, their own, and those that they clear or organize."""
    if not reader.is_authenticated:
        return released_tracks()
    released = Q(pk__in=released_tracks().values("pk"))
    return Track.objects.filter(released | Q(pk__in=_entries_open_to(reader, *REVIEWERS).values("track")))


def originals_for(reader: Reader) -> QuerySet[Submission]:
    """Entries whose original file a reader may have: their own, and those that they clear; organizing is not enough."""
    if not reader.is_authenticated:
        return Submission.objects.none()
    found = _entries_open_to(reader, Role.CLEARANCE).filter(track__original__isnull=False)
    return found.select_related("track__original")


def artists_seen(reader: Reader) -> QuerySet[Artist]:
    """Artists whose photo a reader may have."""
    if not reader.is_authenticated:
        return Artist.objects.filter(is_public=True)
    theirs = Q(members__person__user=reader) | Q(pk__in=_entries_open_to(reader, *REVIEWERS).values("artist"))
    return Artist.objects.filter(Q(is_public=True) | theirs).distinct()


def _entries_open_to(reader: User, *roles: Role) -> QuerySet[Submission]:
    own = Q(artist__members__person__user=reader)
    seasons = seasons_with_role(reader, *roles)
    cleared = Q(season__in=seasons.values("pk")) & ~Q(state=State.DRAFT)
    return Submission.objects.filter(own | cleared).distinct()
