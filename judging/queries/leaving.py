"""Whose entries a joint removal may be about: the labels, agencies and artists of a season, and what was decided so far."""

import hashlib
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from judging.models import JointRemoval
from submissions.models import Artist, Organisation, Season, Submission

Whose = Organisation | Artist
FOUND = 50
"""Artists shown for one search."""


def labels(season: Season) -> QuerySet[Organisation]:
    """Labels and agencies with cleared entries in the season, with `artist_count` and `entry_count`."""
    here = Q(artists__submissions__season=season, artists__submissions__state=Submission.State.CLEARED)
    counted = Organisation.objects.filter(here).annotate(
        artist_count=Count("artists", filter=here, distinct=True),
        entry_count=Count("artists__submissions", filter=here, distinct=True),
    )
    return counted.order_by("name")


def artists(season: Season, words: str = "") -> QuerySet[Artist]:
    """Artists with cleared entries in the season whose name holds the words, with `entry_count`."""
    here = Q(submissions__season=season, submissions__state=Submission.State.CLEARED)
    named = Q(name__icontains=words) | Q(name_romanised__icontains=words) | Q(name_reading__icontains=words)
    counted = Artist.objects.filter(here & named).annotate(
        entry_count=Count("submissions", filter=here, distinct=True)
    )
    return counted.select_related("organisation").order_by("name")


def find(season: Season, kind: str, key: str) -> Whose | None:
    """The label by its code (kind `label`) or the artist by its address (`artist`), if the season knows it; else None."""
    if kind == "label":
        return labels(season).filter(code=key).first()
    return artists(season).filter(slug=key).first() if kind == "artist" else None


def cleared_of(season: Season, whose: Whose) -> QuerySet[Submission]:
    """The entries that a decision would be about now: all that are cleared."""
    cleared = _entries_of(season, whose).filter(state=Submission.State.CLEARED)
    return cleared.select_related("season", "artist", "track").order_by("pk")


def others_of(season: Season, whose: Whose) -> int:
    """How many entries of theirs are not cleared, and so stay with artist and clearance."""
    waiting = [Submission.State.DRAFT, Submission.State.SUBMITTED, Submission.State.CHANGES]
    return _entries_of(season, whose).filter(state__in=waiting).count()


def _entries_of(season: Season, whose: Whose) -> QuerySet[Submission]:
    of = {"artist__organisation": whose} if isinstance(whose, Organisation) else {"artist": whose}
    return Submission.objects.filter(season=season, **of)


def seen_mark(submissions: Iterable[Submission]) -> str:
    """A short mark of a list of entries: whoever confirms a list confirms this one."""
    return hashlib.sha256(" ".join(sorted(one.code for one in submissions)).encode()).hexdigest()[:16]


def joint_removals(seasons: Iterable[Season]) -> QuerySet[JointRemoval]:
    """All joint removals of these seasons, the newest first, with `entry_count`."""
    return (
        JointRemoval.objects.filter(season__in=seasons)
        .select_related("season", "organisation", "artist", "proposed_by", "approved_by", "undone_by")
        .annotate(entry_count=Count("submissions"))
    )
