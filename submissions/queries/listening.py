"""What listeners browse: released tracks of a season, in an order that is fair and stable for a day."""

import datetime
import hashlib
from dataclasses import dataclass

from django.db.models import Count, F, FloatField, Q, QuerySet
from django.db.models.functions import Cast

from submissions.models import Artist, Like, Season, Submission, Track, Use
from submissions.queries.cards import with_card_parts

SORTS = ("you", "new", "rising")
RISING_LISTENERS = 5


@dataclass(frozen=True)
class Browse:
    """What a visitor asked to see; unknown values are left out by the view."""

    market: str = ""
    division: str = ""
    genre: str = ""
    language: str = ""
    sort: str = "you"


def heard_by_all() -> QuerySet[Track]:
    """Tracks that anybody may hear."""
    return Track.objects.filter(released_at__isnull=False, hidden_at__isnull=True, rendition__isnull=False)


def season_tracks(season: Season, asked: Browse) -> QuerySet[Track]:
    """Released tracks of a season's cleared entries that match."""
    entered = Submission.objects.filter(season=season, state=Submission.State.CLEARED)
    if asked.market:
        entered = entered.filter(market__code=asked.market)
    if asked.division:
        entered = entered.filter(division__code=asked.division)
    tracks = with_card_parts(heard_by_all().filter(pk__in=entered.values("track_id")))
    if asked.genre:
        tracks = tracks.filter(genre=asked.genre)
    if asked.language:
        tracks = tracks.filter(language=asked.language)
    return tracks


def newest(tracks: QuerySet[Track]) -> QuerySet[Track]:
    """The latest release first."""
    return tracks.order_by("-released_at", "code")


def rising(tracks: QuerySet[Track], *, today: datetime.date) -> QuerySet[Track]:
    """Growth of listeners, this week against the week before; at least five listeners this week."""
    week = datetime.timedelta(days=7)
    now = Q(plays__day__gt=today - week, plays__day__lte=today)
    before = Q(plays__day__gt=today - 2 * week, plays__day__lte=today - week)
    counted = tracks.annotate(
        now=Count("plays__listener", filter=now, distinct=True),
        before=Count("plays__listener", filter=before, distinct=True),
    )
    growth = (Cast("now", FloatField()) + 3.0) / (Cast("before", FloatField()) + 3.0)
    return (
        counted.filter(now__gte=RISING_LISTENERS).annotate(growth=growth).order_by(F("growth").desc(), "code")
    )


def rotated(tracks: QuerySet[Track], *, listener: str, day: datetime.date) -> list[int]:
    """Keys of the tracks in this listener's order of this day: every track has the same chance of every place."""
    seed = f"{listener}:{day.isoformat()}:"
    rows = tracks.values_list("code", "pk")
    return [
        pk for _, pk in sorted((hashlib.sha256((seed + code).encode()).digest(), pk) for code, pk in rows)
    ]


def choices(season: Season) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in this season's playlist: value and name, only where something would be found."""
    entered = Submission.objects.filter(
        season=season, state=Submission.State.CLEARED, track__released_at__isnull=False
    )
    languages = {"en": "English", "ja": "日本語", "ko": "한국어"}
    genres = (
        entered.exclude(track__genre="")
        .values_list("track__genre", flat=True)
        .distinct()
        .order_by("track__genre")
    )
    spoken = entered.exclude(track__language="").values_list("track__language", flat=True).distinct()
    return {
        "market": [
            (m.code, m.names.get("", m.name))
            for m in season.markets.filter(submissions__in=entered).distinct()
        ],
        "division": [(d.code, d.name) for d in season.divisions.filter(submissions__in=entered).distinct()],
        "genre": [(genre, genre) for genre in genres],
        "language": [(code, languages.get(code, code)) for code in sorted(spoken)],
    }


def public_track(code: str) -> Track | None:
    """A track with a public page."""
    return with_card_parts(heard_by_all()).filter(code=code).first()


def public_artist(slug: str) -> Artist | None:
    """An artist with a public page."""
    return Artist.objects.filter(slug=slug, is_public=True).prefetch_related("links").first()


def tracks_of(artist: Artist) -> QuerySet[Track]:
    """An artist's released tracks, the latest first."""
    return with_card_parts(heard_by_all().filter(billing__artist=artist)).order_by("-released_at", "code")


def likes_of(track: Track) -> int:
    """How many accounts like a track."""
    return Like.objects.filter(track=track).count()


def accepted_uses(track: Track) -> QuerySet[Use]:
    """Fans' videos that were checked."""
    return Use.objects.filter(track=track, state=Use.State.ACCEPTED).order_by("-decided_at")
