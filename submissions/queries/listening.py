"""What listeners browse: released tracks of a season, in an order that is fair and stable for a day."""

import datetime
import hashlib
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from spotlight.accounts.models import Person
from spotlight.web.languages import pick
from submissions.models import Artist, Like, Play, Season, Submission, Track, TrackArtist, Use
from submissions.models.video_address import video_site
from submissions.queries.cards import with_card_parts

SORTS = ("you", "new", "rising")
RISING_LISTENERS = 5
OWN_NAMES = {"en": "English", "ja": "日本語", "ko": "한국어"}


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


def rising(tracks: QuerySet[Track], *, today: datetime.date) -> list[int]:
    """Keys by growth of listeners, the seven days before `today` against the seven before them.

    At least five listeners in the later week. Only whole days count, so that the order stands still within a day: an
    order that moved with each play would tell how many plays the others have.
    """
    week = datetime.timedelta(days=7)
    recent = Play.objects.filter(day__gte=today - 2 * week, day__lt=today, track__in=tracks.values("pk"))
    rows = recent.values_list("track_id", "track__code").annotate(
        now=Count("listener", filter=Q(day__gte=today - week), distinct=True),
        before=Count("listener", filter=Q(day__lt=today - week), distinct=True),
    )
    grown = [
        ((before + 3) / (now + 3), code, pk) for pk, code, now, before in rows if now >= RISING_LISTENERS
    ]
    return [pk for _, _, pk in sorted(grown)]


def rotated(tracks: QuerySet[Track], *, listener: str, day: datetime.date) -> list[int]:
    """Keys of the tracks in this listener's order of this day: every track has the same chance of every place."""
    seed = f"{listener}:{day.isoformat()}:"
    rows = tracks.values_list("code", "pk")
    return [
        pk for _, pk in sorted((hashlib.sha256((seed + code).encode()).digest(), pk) for code, pk in rows)
    ]


def choices(season: Season) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in this season's playlist: value and name, only where something would be found."""
    rows = list(
        Submission.objects.filter(season=season, state=Submission.State.CLEARED, track__in=heard_by_all())
        .values_list("market_id", "division_id", "track__genre", "track__language")
        .distinct()
    )
    markets, divisions, genres, spoken = (
        (set(column) for column in zip(*rows, strict=True)) if rows else [set()] * 4
    )
    return {
        "market": [(m.code, pick(m.name, m.names)) for m in season.markets.all() if m.pk in markets],
        "division": [(d.code, pick(d.name, d.names)) for d in season.divisions.all() if d.pk in divisions],
        "genre": [(genre, genre) for genre in sorted(genres) if genre],
        "language": [(code, OWN_NAMES.get(code, code)) for code in sorted(spoken) if code],
    }


@dataclass(frozen=True)
class Listed:
    """A track in a playlist for programs."""

    code: str
    title: str
    artist: str
    isrc: str
    duration_ms: int
    licence: str


def listed(season: Season) -> list[Listed]:
    """Every released track of a season, the latest first, in two queries however many there are."""
    fields = ("pk", "code", "title", "isrc", "duration_ms", "licence")
    rows = list(
        newest(season_tracks(season, Browse()))
        .select_related(None)
        .prefetch_related(None)
        .values_list(*fields)
    )
    names: dict[int, list[str]] = {}
    billed = TrackArtist.objects.filter(track__in=season_tracks(season, Browse()).values("pk"))
    for track, name in billed.order_by("position", "pk").values_list("track_id", "artist__name"):
        names.setdefault(track, []).append(name)
    return [
        Listed(code, title, ", ".join(names.get(pk, [])), isrc or "", ms or 0, licence)
        for pk, code, title, isrc, ms, licence in rows
    ]


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


def accepted_uses(track: Track, *, until: datetime.datetime | None = None) -> QuerySet[Use]:
    """Fans' videos that were checked, the latest first; with `until` those that were checked by then."""
    accepted = Use.objects.filter(track=track, state=Use.State.ACCEPTED)
    if until is not None:
        accepted = accepted.filter(decided_at__lte=until)
    return accepted.order_by("-decided_at", "code")


def uses_made_by(person: Person) -> QuerySet[Use]:
    """The videos that a fan registered, the latest first."""
    return Use.objects.filter(person=person).select_related("track").order_by("-at", "-pk")


def needs_no_person(season: Season, *, url: str, by: Person) -> bool:
    """Whether the season's rule accepts a video: its site is listed, and the fan has earned trust.

    Trust is earned in the same season by uses that people accepted, and lost with the first refused one.
    """
    needed = season.uses_trusted_after
    if not needed or video_site(url) not in season.use_sites:
        return False
    State, theirs = Use.State, Use.objects.filter(season=season, person=by)
    accepted = theirs.filter(state=State.ACCEPTED, decided_by__isnull=False)
    return accepted.count() >= needed and not theirs.filter(state=State.REFUSED).exists()
