"""What other machines read of the hub: feed, linked data, oEmbed, share cards. Every address is absolute and stable."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from html import escape
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from series import queries
from series.formats import cards, feed, linked_data
from series.formats.durations import clock
from series.models import Album, Episode, Series
from series.queries.cards import media_path, poster_path
from spotlight.ledger import files
from spotlight.web.oembed import Embed, Thumbnail
from submissions.models import Artist, Track

ITEMS = 300
WEEK = 7 * 86400
BRAND = (242, 181, 29)
LATIN = tuple(
    settings.BASE_DIR / "static" / "fonts" / f"archivo-{part}.woff2" for part in ("latin", "latin-ext")
)
CJK = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc",
    "/System/Library/Fonts/ヒラギノ角ゴシック W6.ttc",
)
NEEDS_CJK = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]")


def absolute(path: str) -> str:
    """The address of a path on this site."""
    return f"{settings.SITE_URL}{path}"


def episode_url(episode: Episode) -> str:
    return absolute(reverse("series:episode", args=[episode.slug]))


# ---- RSS ----


def feed_of(series: Series, episodes: Iterable[Episode]) -> bytes:
    """The feed of public episodes, newest first."""
    listed = list(episodes)
    newest = max([episode.updated_at for episode in listed], default=series.created_at)
    url = absolute(reverse("series:feed"))
    channel = feed.Channel(
        title=series.title,
        url=url,
        link=absolute(reverse("series:hub")),
        description=series.about or series.title,
        language=series.language,
        image=absolute(reverse("series:artwork")),
        author=series.author or str(settings.SITE_NAME),
        updated_at=newest,
        medium="video" if any(episode.has_video for episode in listed) else "podcast",
        explicit=series.is_explicit,
        owner=series.author,
        owner_email=series.owner_email,
        persons=(feed.Person(series.host),) if series.host else (),
    )
    return feed.build(channel, [_item(episode) for episode in listed if episode.media])


def feed_episodes() -> list[Episode]:
    """The public episodes of the feed with everything an item says."""
    parts = ("captions", "appearances__guest", "album__links")
    return list(queries.published_episodes().select_related("album__artist").prefetch_related(*parts)[:ITEMS])


def _item(episode: Episode) -> feed.Item:
    media = episode.media
    assert media is not None and episode.published_at is not None
    return feed.Item(
        guid=f"urn:spotlight:episode:{episode.code}",
        title=episode.title,
        published_at=episode.published_at,
        enclosure=feed.Enclosure(absolute(media_path(episode)), media.size, media.media_type),
        link=episode_url(episode),
        description=episode.summary,
        html=_notes(episode),
        seconds=episode.seconds,
        number=episode.number,
        kind=episode.kind,
        explicit=episode.is_explicit,
        image=absolute(reverse("series:episode_artwork", args=[episode.slug])),
        persons=_feed_persons(episode),
        transcripts=tuple(
            feed.TranscriptFile(
                absolute(reverse("series:captions", args=[episode.slug, track.language])), track.language
            )
            for track in episode.captions.all()
        ),
        chapters=absolute(reverse("series:chapters", args=[episode.slug])) if episode.chapters else "",
    )


def _feed_persons(episode: Episode) -> tuple[feed.Person, ...]:
    appearing = [
        feed.Person(item.guest.name, item.role, item.guest.url) for item in episode.appearances.all()
    ]
    if not appearing and episode.artist:
        appearing = [feed.Person(episode.artist.name, "guest", _artist_url(episode.artist))]
    return tuple(appearing)


def _notes(episode: Episode) -> str:
    """Show notes in the few elements that podcast programs keep."""
    parts = [f"<p>{escape(paragraph)}</p>" for paragraph in episode.summary.splitlines() if paragraph.strip()]
    if episode.album:
        links = ", ".join(
            f'<a href="{escape(link.url)}">{escape(link.label)}</a>' for link in episode.album.links.all()
        )
        parts.append(
            f"<p>{escape(episode.album.title)}, {escape(episode.album.by)}{': ' + links if links else ''}</p>"
        )
    spans = queries.chapter_spans(episode)
    if spans:
        lines = "".join(
            f"<li>{clock(span.chapter.start / 1000)} {escape(span.chapter.title)}</li>" for span in spans
        )
        parts.append(f"<ul>{lines}</ul>")
    return "".join(parts)


# ---- schema.org ----


def linked_episode(episode: Episode, language: str) -> str:
    """The episode page's JSON-LD."""
    return linked_data.script(
        linked_data.episode(_episode_page(episode, language), _series_page(episode.series))
    )


def linked_hub(series: Series, episodes: Iterable[Episode], *, language: str, page: str = "") -> str:
    """The JSON-LD of a page that lists episodes."""
    pages = [_episode_page(episode, language, whole=False) for episode in episodes if episode.media]
    return linked_data.script(linked_data.hub(_series_page(series), pages, page=page))


def _series_page(series: Series) -> linked_data.SeriesPage:
    hub = absolute(reverse("series:hub"))
    return linked_data.SeriesPage(
        series.title, hub, absolute(reverse("series:feed")), series.about, series.language
    )


def _episode_page(episode: Episode, language: str, *, whole: bool = True) -> linked_data.EpisodePage:
    words = queries.wording(episode, language)
    media = episode.media
    assert media is not None
    captions = queries.chosen_captions(episode, language) if whole else None
    return linked_data.EpisodePage(
        name=words.title,
        url=episode_url(episode),
        embed=absolute(reverse("series:embed", args=[episode.slug])),
        media=absolute(media_path(episode)),
        media_type=media.media_type,
        poster=absolute(poster_path(episode) or reverse("series:card", args=[episode.slug])),
        published_at=episode.published_at or episode.created_at,
        language=episode.language,
        seconds=episode.seconds,
        number=episode.number,
        description=words.summary,
        transcript=" ".join(said.text for said in queries.transcript(captions)) if captions else "",
        persons=(_artist_page(episode.artist),) if episode.artist else (),
        chapters=tuple(queries.chapter_spans(episode)) if whole else (),
        album=_album_card(episode.album, [item.track for item in episode.track_list.all()])
        if whole and episode.album
        else None,
    )


def _album_card(album: Album, tracks: list[Track]) -> linked_data.AlbumCard:
    artist = _artist_page(album.artist) if album.artist else linked_data.ArtistPage(album.artist_name)
    links = tuple(link.url for link in album.links.all())
    return linked_data.AlbumCard(
        album.title, artist, album.released_on, links, tuple(_track_page(track) for track in tracks)
    )


def _track_page(track: Track) -> linked_data.TrackPage:
    artists = tuple(_artist_page(billed.artist) for billed in track.billing.all())
    return linked_data.TrackPage(
        track.title, absolute(f"/tracks/{track.code}/"), artists, (track.duration_ms or 0) / 1000, track.isrc
    )


def _artist_page(artist: Artist) -> linked_data.ArtistPage:
    others = tuple(filter(None, (artist.name_romanised, artist.name_reading)))
    return linked_data.ArtistPage(artist.name, _artist_url(artist), others)


def _artist_url(artist: Artist) -> str:
    return absolute(f"/artists/{artist.slug}/") if artist.is_public else ""


# ---- oEmbed ----


def embed_of(episode: Episode) -> Embed:
    """How an episode is embedded elsewhere."""
    poster = None
    if episode.has_video and episode.poster_id:
        poster = Thumbnail(absolute(reverse("series:card", args=[episode.slug])), *cards.CARD_SIZE)
    return Embed(
        kind="video" if episode.has_video else "rich",
        url=absolute(reverse("series:embed", args=[episode.slug])),
        title=episode.title,
        author=episode.artist.name if episode.artist else episode.series.title,
        author_url=_artist_url(episode.artist) if episode.artist else absolute(reverse("series:hub")),
        width=640,
        height=360 if episode.has_video else 200,
        thumbnail=poster,
        fixed_height=not episode.has_video,
    )


def embed_at(path: str) -> Embed | None:
    """The public episode whose page or embed page has this path."""
    match = re.fullmatch(r"/(?:offtherecord|embed/episodes)/([-\w]+)/?", path)
    if match is None:
        return None
    episode = queries.visible_episodes(AnonymousUser()).filter(slug=match[1], media__isnull=False).first()
    return embed_of(episode) if episode else None


# ---- pictures ----


def share_card(episode: Episode, language: str) -> bytes:
    """The picture that other sites show beside a link to the episode."""
    words = queries.wording(episode, language)
    poster = files.absolute(episode.poster) if episode.poster else None
    card = _card(episode.series, words.title, episode.artist.name if episode.artist else "", _label(episode))
    digest = episode.poster.sha256 if episode.poster else ""
    return _drawn(card, words.language, poster, digest, cards.share_card)


def episode_artwork(episode: Episode) -> bytes:
    """A square picture for podcast programs."""
    card = _card(
        episode.series, episode.title, episode.artist.name if episode.artist else "", _label(episode)
    )
    return _drawn(card, episode.language, None, "square", cards.artwork)


def series_artwork(series: Series) -> bytes:
    """The square picture of the series: the editor's own, else drawn."""
    if series.artwork:
        return files.absolute(series.artwork).read_bytes()
    card = _card(series, series.title, f"#{series.hashtag}", series.author or str(settings.SITE_NAME))
    return _drawn(card, series.language, None, "square", cards.artwork)


def _label(episode: Episode) -> str:
    if episode.number is None:
        return episode.series.title
    return _("%(series)s No. %(number)d") % {"series": episode.series.title, "number": episode.number}


def _card(series: Series, title: str, line: str, label: str) -> cards.Card:
    color = series.season.brand_color if series.season else ""
    brand = (int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)) if color else BRAND
    return cards.Card(title, line, label, brand)


def _drawn(
    card: cards.Card, language: str, poster: Path | None, digest: str, draw: Callable[..., bytes]
) -> bytes:
    """The picture from the cache, or drawn now."""
    key = hashlib.sha256(repr((card, language, digest, draw.__name__)).encode()).hexdigest()
    found: bytes | None = _remembered(key)
    if found is None:
        faces = _faces(language)
        title, line, label = (_writable(text, faces) for text in (card.title, card.line, card.label))
        whole = cards.Card(title, line, label, card.brand, poster.read_bytes() if poster else None)
        found = draw(whole, faces)
        _remember(key, found)
    return found


def _remembered(key: str) -> bytes | None:
    """What was drawn before. Without Redis it is drawn again."""
    with suppress(RedisError):
        found: bytes | None = cache.get(f"card:{key}")
        return found
    return None


def _remember(key: str, picture: bytes) -> None:
    with suppress(RedisError):
        cache.set(f"card:{key}", picture, WEEK)


def _faces(language: str) -> tuple[cards.Face, ...]:
    latin = [cards.Face(str(path), weight=700, width=80) for path in LATIN if path.exists()]
    cjk = [
        cards.Face(path, index=1 if language == "ko" and "Noto" in path else 0)
        for path in CJK
        if Path(path).exists()
    ]
    return (*latin, *cjk[:1])


def _writable(text: str, faces: tuple[cards.Face, ...]) -> str:
    """Nothing rather than empty boxes, where no font with Japanese and Korean letters is installed."""
    return "" if NEEDS_CJK.search(text) and not any(face.path in CJK for face in faces) else text
