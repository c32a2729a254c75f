"""Tracks as cards: what rows, sleeves, play buttons and the player need, in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import QuerySet

from spotlight.web.cards import TrackCard
from submissions.models import Track


def with_card_parts(tracks: QuerySet[Track]) -> QuerySet[Track]:
    """Fetch what `card_of` reads along with the tracks."""
    return tracks.select_related("artwork").prefetch_related("billing__artist")


def card_of(track: Track, *, obi: str = "cleared", rank: int | None = None) -> TrackCard:
    """The public card of a track whose billing is fetched. Names are in the artist's own script."""
    billing = list(track.billing.all())
    artist = billing[0].artist if billing else None
    playable = track.rendition_id is not None and track.released_at is not None and track.hidden_at is None
    return TrackCard(
        code=track.code,
        title=track.title,
        artist=", ".join(b.artist.name for b in billing),
        url=f"/tracks/{track.code}/",
        artist_url=f"/artists/{artist.slug}/" if artist and artist.is_public else "",
        src=f"/media/tracks/{track.code}.m4a" if playable else "",
        artwork=f"/media/artwork/{track.code}",
        duration=(track.duration_ms or 0) / 1000,
        peaks=[byte / 255 for byte in bytes(track.peaks or b"")],
        lang=track.language,
        artist_lang=artist.language if artist else "",
        romanized=artist.name_romanised if artist else "",
        obi=obi,
        verified=bool(artist and artist.is_verified),
        rank=rank,
    )


def cards_of(tracks: Iterable[Track], *, obi: str = "cleared") -> list[TrackCard]:
    """Cards of many tracks."""
    return [card_of(track, obi=obi) for track in tracks]


def moved(card: TrackCard, *, rank: int, previous: int | None, is_new: bool) -> TrackCard:
    """The card with its place and how it moved since the week before."""
    if previous is None:
        return replace(card, rank=rank, move="new" if is_new else None)
    direction = "same" if previous == rank else "up" if previous > rank else "down"
    return replace(card, rank=rank, move=direction, moved_by=abs(previous - rank))
