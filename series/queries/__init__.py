"""What may be read of the hub. Everything public goes through `published_episodes`."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import ExtractYear
from django.urls import reverse

from series import permissions
from series.formats import chapters, webvtt
from series.formats.hashtags import extract, fold, tag_key
from series.models import AlbumLink, Appearance, CaptionTrack, Clip, Episode, EpisodeTrack, Series
from spotlight.accounts.models import User
from submissions.models import Artist, Track
from submissions.models.season import LANGUAGES
from submissions.queries.cards import with_card_parts
from submissions.queries.listening import heard_by_all

LANGUAGE_NAMES = dict(LANGUAGES)
MOST_WORDS = 8


@dataclass(frozen=True)
class Wording:
    """A title and summary in the language they are written in."""

    title: str
    summary: str
    language: str


@dataclass(frozen=True)
class Filter:
    """What the archive is narrowed down to; empty members narrow nothing."""

    artist: str = ""
    year: int | None = None
    language: str = ""

    def __bool__(self) -> bool:
        return bool(self.artist or self.year or self.language)


@dataclass(frozen=True)
class Choices:
    """What the archive can be filtered by."""

    artists: list[Artist]
    years: list[int]
    languages: list[tuple[str, str]]


def published_episodes() -> QuerySet[Episode]:
    """Every public episode, newest first, with what a card shows."""
    return _with_card(Episode.objects.filter(state=Episode.State.PUBLISHED)).order_by("-published_at", "-pk")


def visible_episodes(user: User | AnonymousUser) -> QuerySet[Episode]:
    """The public episodes and those that the account edits."""
    mine = permissions.editable(user, season="series__season_id")
    if not mine:
        return _with_card(Episode.objects.all())
    return _with_card(Episode.objects.filter(Q(state=Episode.State.PUBLISHED) | mine))


def whole_episode(user: User | AnonymousUser, slug: str) -> Episode | None:
    """One episode with everything its page shows, if this account may see it."""
    parts = (
        "texts",
        "captions",
        "series__texts",
        Prefetch("clips", Clip.objects.filter(media__isnull=False).select_related("media", "poster")),
        Prefetch("appearances", Appearance.objects.select_related("guest__artist")),
        Prefetch("album__links", AlbumLink.objects.all()),
        Prefetch("track_list", _public_track_list()),
    )
    return (
        visible_episodes(user)
        .select_related("album__artwork", "album__artist")
        .filter(slug=slug)
        .prefetch_related(*parts)
        .first()
    )


def public_episode(slug: str) -> Episode | None:
    """One public episode with what a player needs."""
    return published_episodes().prefetch_related("captions").filter(slug=slug).first()


def filtered(found: Filter) -> QuerySet[Episode]:
    """The archive, narrowed down."""
    episodes = published_episodes()
    if found.artist:
        episodes = episodes.filter(artist__slug=found.artist)
    if found.year:
        episodes = episodes.filter(published_at__year=found.year)
    if found.language:
        episodes = episodes.filter(language=found.language)
    return episodes


def choices() -> Choices:
    """Artists, years and languages that occur among the public episodes."""
    public = Episode.objects.filter(state=Episode.State.PUBLISHED)
    artists = Artist.objects.filter(pk__in=public.values("artist_id"), is_public=True).order_by("name")
    years = public.annotate(year=ExtractYear("published_at")).values_list("year", flat=True).distinct()
    spoken = set(public.values_list("language", flat=True).distinct())
    return Choices(
        list(artists), sorted(years, reverse=True), [pair for pair in LANGUAGES if pair[0] in spoken]
    )


def public_clips() -> QuerySet[Clip]:
    """Clips of public episodes, newest episode first."""
    clips = Clip.objects.filter(episode__state=Episode.State.PUBLISHED, media__isnull=False)
    return clips.select_related("episode__artist", "media", "poster").order_by(
        "-episode__published_at", "order", "pk"
    )


def front_series() -> Series | None:
    """The series whose name the hub carries: that of the newest episode, else the newest series."""
    newest = published_episodes().first()
    found = Series.objects.select_related("season", "artwork").prefetch_related("texts")
    return found.filter(pk=newest.series_id).first() if newest else found.order_by("-pk").first()


def next_publication(at: datetime.datetime) -> tuple[datetime.datetime, str] | None:
    """When the next episode comes, and in which zone to say so. Nothing else of it is public."""
    waiting = Episode.objects.filter(state=Episode.State.SCHEDULED, publish_at__gt=at).order_by("publish_at")
    found = waiting.first()
    return (found.publish_at, found.zone) if found and found.publish_at else None


def neighbors(episode: Episode) -> tuple[Episode | None, Episode | None]:
    """The public episodes before and after this one, by time of publication."""
    if episode.published_at is None:
        return None, None
    others = published_episodes().exclude(pk=episode.pk)
    at, key = episode.published_at, episode.pk
    earlier = others.filter(Q(published_at__lt=at) | Q(published_at=at, pk__lt=key)).first()
    later = (
        others.filter(Q(published_at__gt=at) | Q(published_at=at, pk__gt=key))
        .order_by("published_at", "pk")
        .first()
    )
    return earlier, later


def hub_for_query(q: str) -> Series | None:
    """The series whose hashtag or title a search asks for, in any case and width; None for another search."""
    key = tag_key(q)
    if not key:
        return None
    for series in Series.objects.order_by("-pk"):
        if key == series.tag_key or key == tag_key(series.title):
            return series
    return None


def is_hub_query(q: str) -> bool:
    """Whether a search means the hub itself."""
    return hub_for_query(q) is not None


def tagged(tag: str) -> QuerySet[Episode]:
    """Public episodes under a hashtag: of its series, or that name it."""
    key = tag_key(tag)
    return published_episodes().filter(Q(series__tag_key=key) | Q(search_key__contains=f" #{key} "))


def matching(q: str) -> QuerySet[Episode]:
    """Public episodes in which every word of a search occurs (the first eight): titles, names, album, hashtags."""
    episodes = published_episodes()
    for word in fold(q).split()[:MOST_WORDS]:
        episodes = episodes.filter(search_key__contains=word)
    return episodes


def sitemap_pages() -> Iterator[tuple[str, datetime.datetime | None]]:
    """The hub's public pages for the sitemap, with when they last changed."""
    episodes = Episode.objects.filter(state=Episode.State.PUBLISHED).order_by("-published_at", "-pk")
    newest = episodes.first()
    if newest is None:
        return
    yield reverse("series:hub"), newest.updated_at
    yield reverse("series:shorts"), newest.updated_at
    for key in (
        Series.objects.filter(episodes__in=episodes.order_by()).values_list("tag_key", flat=True).distinct()
    ):
        yield reverse("series:hashtag", args=[key]), None
    for slug, changed_at in episodes.values_list("slug", "updated_at").iterator():
        yield reverse("series:episode", args=[slug]), changed_at


def search_key(episode: Episode) -> str:
    """The folded text that `matching` looks in; hashtags stand between spaces."""
    album = episode.album
    names = [episode.title, episode.summary]
    names += [value for text in episode.texts.all() for value in (text.title, text.summary)]
    names += [album.title, album.by] if album else []
    names += (
        [episode.artist.name, episode.artist.name_romanised, episode.artist.name_reading]
        if episode.artist
        else []
    )
    for guest in episode.guests.all():
        names += [guest.name, guest.name_romanised]
    tags = [f"#{tag_key(tag)}" for text in names for tag in extract(text)]
    return f" {fold(' '.join([*names, episode.series.title]))} {' '.join(dict.fromkeys([*tags, '#' + episode.series.tag_key]))} "


def wording(episode: Episode, language: str) -> Wording:
    """Title and summary in this language, or as they were written. Reads the prefetched texts."""
    for text in episode.texts.all():
        if text.language == language and text.title:
            return Wording(text.title, text.summary or episode.summary, language)
    return Wording(episode.title, episode.summary, episode.language)


def series_wording(series: Series, language: str) -> Wording:
    """Title and description of a series in this language, or as they were written."""
    for text in series.texts.all():
        if text.language == language and text.title:
            return Wording(text.title, text.about or series.about, language)
    return Wording(series.title, series.about, series.language)


def chapter_spans(episode: Episode) -> list[chapters.Span]:
    """The episode's chapters with their ends."""
    return chapters.spans(chapters.from_json(episode.chapters or {}), duration=episode.duration_ms)


def transcript(track: CaptionTrack) -> list[webvtt.Utterance]:
    """What is said, as paragraphs with speakers and times."""
    return webvtt.transcript(webvtt.parse(track.text))


def chosen_captions(episode: Episode, language: str) -> CaptionTrack | None:
    """The captions in this language, else in the language spoken, else any."""
    tracks = {track.language: track for track in episode.captions.all()}
    return tracks.get(language) or tracks.get(episode.language) or next(iter(tracks.values()), None)


def _with_card(episodes: QuerySet[Episode]) -> QuerySet[Episode]:
    return episodes.select_related("series", "artist", "album", "media", "poster").prefetch_related("texts")


def _public_track_list() -> QuerySet[EpisodeTrack]:
    """Only tracks that may be heard: released and not taken down."""
    tracks = with_card_parts(Track.objects.all())
    listed = EpisodeTrack.objects.filter(track__in=heard_by_all())
    return listed.prefetch_related(Prefetch("track", tracks))
