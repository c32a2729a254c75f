"""schema.org descriptions as JSON-LD, one `@graph` a page, every address absolute.

Source: schema.org types VideoObject, AudioObject, Clip, PodcastSeries, PodcastEpisode, MusicAlbum, MusicRecording,
CollectionPage; required members after Google's "Video (VideoObject, Clip)".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from series.formats.chapters import Span
from series.formats.durations import iso8601

Node = dict[str, Any]


@dataclass(frozen=True)
class SeriesPage:
    name: str
    url: str
    feed: str
    description: str = ""
    language: str = ""


@dataclass(frozen=True)
class ArtistPage:
    name: str
    url: str = ""
    alternate_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrackPage:
    name: str
    url: str
    artists: tuple[ArtistPage, ...]
    seconds: float = 0
    isrc: str = ""


@dataclass(frozen=True)
class AlbumCard:
    name: str
    artist: ArtistPage
    released_on: date | None = None
    links: tuple[str, ...] = ()
    tracks: tuple[TrackPage, ...] = ()


@dataclass(frozen=True)
class EpisodePage:
    name: str
    url: str
    embed: str
    media: str
    media_type: str
    poster: str
    published_at: datetime
    language: str
    seconds: float = 0
    number: int | None = None
    description: str = ""
    transcript: str = ""
    persons: tuple[ArtistPage, ...] = ()
    chapters: tuple[Span, ...] = ()
    album: AlbumCard | None = None


def hub(series: SeriesPage, episodes: list[EpisodePage], *, page: str = "") -> Node:
    """A collection page with its episodes in order."""
    items = [
        {"@type": "ListItem", "position": position, "url": episode.url, "name": episode.name}
        for position, episode in enumerate(episodes, start=1)
    ]
    listing = {"@type": "ItemList", "numberOfItems": len(items), "itemListElement": items}
    collection = {
        "@type": "CollectionPage",
        "@id": page or series.url,
        "url": page or series.url,
        "name": series.name,
        "mainEntity": listing,
    }
    return _graph(_series(series), collection)


def episode(page: EpisodePage, series: SeriesPage) -> Node:
    """The episode, its recording with chapters as clips, its album with tracks, and the way to it."""
    media = _media(page)
    node = _compact(
        {
            "@type": "PodcastEpisode",
            "@id": f"{page.url}#episode",
            "url": page.url,
            "name": page.name,
            "description": page.description,
            "episodeNumber": page.number,
            "datePublished": page.published_at.isoformat(),
            "inLanguage": page.language,
            "partOfSeries": {"@id": f"{series.url}#series"},
            "associatedMedia": {"@id": media["@id"]},
            "actor": [_artist(person) for person in page.persons],
            "about": _album(page.album) if page.album else None,
        }
    )
    return _graph(_series(series), node, media, _crumbs((series.name, series.url), (page.name, page.url)))


def script(node: Node) -> str:
    """JSON that may stand inside a `<script>`: nothing in it can close the element."""
    text = json.dumps(node, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _graph(*nodes: Node) -> Node:
    return {"@context": "https://schema.org", "@graph": list(nodes)}


def _series(series: SeriesPage) -> Node:
    return _compact(
        {
            "@type": "PodcastSeries",
            "@id": f"{series.url}#series",
            "name": series.name,
            "url": series.url,
            "webFeed": series.feed,
            "description": series.description,
            "inLanguage": series.language,
        }
    )


def _media(page: EpisodePage) -> Node:
    video = page.media_type.startswith("video/")
    return _compact(
        {
            "@type": "VideoObject" if video else "AudioObject",
            "@id": f"{page.url}#media",
            "name": page.name,
            "description": page.description or page.name,
            "thumbnailUrl": page.poster,
            "uploadDate": page.published_at.isoformat(),
            "duration": iso8601(page.seconds) if page.seconds else None,
            "contentUrl": page.media,
            "encodingFormat": page.media_type,
            "embedUrl": page.embed,
            "inLanguage": page.language,
            "transcript": page.transcript,
            "hasPart": [_clip(span, page.url) for span in page.chapters],
        }
    )


def _clip(span: Span, url: str) -> Node:
    start = span.chapter.start // 1000
    return {
        "@type": "Clip",
        "name": span.chapter.title,
        "startOffset": start,
        "endOffset": span.end // 1000,
        "url": f"{url}?t={start}",
    }


def _album(album: AlbumCard) -> Node:
    return _compact(
        {
            "@type": "MusicAlbum",
            "name": album.name,
            "byArtist": _artist(album.artist),
            "datePublished": album.released_on.isoformat() if album.released_on else None,
            "sameAs": list(album.links),
            "numTracks": len(album.tracks) or None,
            "track": [recording(track) for track in album.tracks],
        }
    )


def recording(track: TrackPage) -> Node:
    return _compact(
        {
            "@type": "MusicRecording",
            "name": track.name,
            "url": track.url,
            "byArtist": [_artist(artist) for artist in track.artists],
            "duration": iso8601(track.seconds) if track.seconds else None,
            "isrcCode": track.isrc,
        }
    )


def _artist(artist: ArtistPage) -> Node:
    return _compact(
        {
            "@type": "MusicGroup",
            "name": artist.name,
            "url": artist.url,
            "alternateName": list(artist.alternate_names),
        }
    )


def _crumbs(*steps: tuple[str, str]) -> Node:
    items = [
        {"@type": "ListItem", "position": n, "name": name, "item": url}
        for n, (name, url) in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _compact(node: Node) -> Node:
    return {name: value for name, value in node.items() if value not in (None, "", [])}
