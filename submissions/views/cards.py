"""Cards for those who may hear a track before everybody else."""

from dataclasses import replace

from spotlight.web.cards import TrackCard
from submissions.models import Track
from submissions.queries.cards import card_of


def own_card(track: Track, *, obi: str = "") -> TrackCard:
    """The card of a track with its address of listening as soon as there is a rendition."""
    card = card_of(track, obi=obi)
    return replace(card, src=f"/media/tracks/{track.code}.m4a" if track.rendition_id else "")
