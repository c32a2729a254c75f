"""Tracks as other sites embed them, for oEmbed."""

import re

from django.conf import settings

from spotlight.web.oembed import Embed
from submissions.queries.cards import card_of, with_card_parts
from submissions.queries.listening import heard_by_all

WIDTH, HEIGHT = 480, 160


def embed_at(path: str) -> Embed | None:
    """The track whose page or embed page has this path, if anybody may hear it."""
    match = re.fullmatch(r"/(?:embed/)?tracks/([a-z0-9]+)/?", path)
    track = with_card_parts(heard_by_all()).filter(code=match[1]).first() if match else None
    if track is None:
        return None
    card = card_of(track)
    return Embed(
        kind="rich",
        url=f"{settings.SITE_URL}/embed/tracks/{track.code}/",
        title=track.title,
        author=card.artist,
        author_url=f"{settings.SITE_URL}{card.artist_url}" if card.artist_url else "",
        width=WIDTH,
        height=HEIGHT,
        fixed_height=True,
    )
