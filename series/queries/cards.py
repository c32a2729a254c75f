"""Episodes and clips as cards: what a shelf shows, and where a recording and its still are found."""

from __future__ import annotations

from django.urls import reverse

from series.models import Clip, Episode, Recording
from series.queries import wording
from spotlight.ledger.models import StoredFile
from spotlight.web.cards import EpisodeCard


def episode_card(episode: Episode, language: str) -> EpisodeCard:
    """An episode on a shelf, in the reader's language where it is translated."""
    words = wording(episode, language)
    return EpisodeCard(
        title=words.title,
        url=reverse("series:episode", args=[episode.slug]),
        image=poster_path(episode) or reverse("series:card", args=[episode.slug]),
        duration=episode.seconds,
        note=_by_line(episode),
        lang=words.language,
        note_lang=episode.artist.language if episode.artist else "",
    )


def clip_card(clip: Clip) -> EpisodeCard:
    """A short on a shelf; it leads to its place on the episode's page."""
    artist = clip.episode.artist
    return EpisodeCard(
        title=clip.title,
        url=f"{reverse('series:episode', args=[clip.episode.slug])}#clip-{clip.code}",
        image=poster_path(clip),
        duration=clip.seconds,
        note=artist.name if artist else clip.episode.series.title,
        lang=clip.language,
        note_lang=artist.language if artist else "",
        ratio="tall",
    )


def _by_line(episode: Episode) -> str:
    parts = [episode.artist.name if episode.artist else "", episode.album.title if episode.album else ""]
    return ", ".join(filter(None, parts))


def media_path(recording: Recording) -> str:
    """Where the recording plays from: the same for ever, whatever file is behind it."""
    if recording.media is None:
        return ""
    name = "series:clip_media" if isinstance(recording, Clip) else "series:media"
    return reverse(name, args=[recording.code, suffix(recording.media)])  # type: ignore[attr-defined]


def poster_path(recording: Recording) -> str:
    if recording.poster_id is None:
        return ""
    name = "series:clip_poster" if isinstance(recording, Clip) else "series:poster"
    return reverse(name, args=[recording.code])  # type: ignore[attr-defined]


def suffix(stored: StoredFile) -> str:
    """`mp4`, `webm`, `mp3`, `m4a` or `ogg`, by the type it is served as."""
    known = {"video/mp4": "mp4", "audio/mp4": "m4a", "audio/mpeg": "mp3", "audio/ogg": "ogg"}
    return known.get(stored.media_type, "webm")
