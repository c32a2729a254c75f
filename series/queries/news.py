"""Episodes as news of followed artists, registered with what submissions asks."""

import datetime
from collections.abc import Iterable, Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy

from series.models import Episode
from series.queries import published_episodes
from submissions.models import Artist
from submissions.queries.following import SOURCES, News


def new_episodes(artists: Iterable[int], since: datetime.datetime) -> list[News]:
    """Episodes about or with these artists that were published after a moment and are public now."""
    wanted = set(artists)
    heard = Q(artist__in=wanted) | Q(guests__artist__in=wanted)
    episodes = published_episodes().filter(heard, published_at__gt=since).distinct()
    found = episodes.prefetch_related("appearances__guest__artist")
    return [_news(episode, who) for episode in found for who in _artists(episode) if who.pk in wanted]


def _artists(episode: Episode) -> Iterator[Artist]:
    if episode.artist:
        yield episode.artist
    yield from (a.guest.artist for a in episode.appearances.all() if a.guest.artist)


def _news(episode: Episode, artist: Artist) -> News:
    assert episode.published_at is not None
    return News(
        subject=f"episode:{episode.code}", at=episode.published_at, artist=artist, title=episode.title,
        label=gettext_lazy("Off the Record"), address=reverse("series:episode", args=[episode.slug]),
    )  # fmt: skip


SOURCES.append(new_episodes)
