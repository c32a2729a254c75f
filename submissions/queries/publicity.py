"""How much of what listeners do is public. A season's board decides it for every page, list, program and order.

Where the board hides the order, nothing else may tell it: neither "rising" nor the number of likes or followers. While it is frozen,
nothing that depends on later plays moves. Judging says since when, from above, by registering here.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from submissions.models import Artist, Season, Track
from submissions.queries.rules import season_zone
from submissions.queries.seasons import public_seasons

Mode = Season.BoardMode
ORDERED = (Mode.ORDER, Mode.MOVEMENT, Mode.FULL)
MOVING = (Mode.MOVEMENT, Mode.FULL)

FREEZES: list[Callable[[Season], datetime.datetime | None]] = []


def frozen_at(season: Season) -> datetime.datetime | None:
    """Since when the public numbers of a season stand still, or None while they move."""
    if not season.board_freeze_hours:
        return None
    moments = [moment for freeze in FREEZES if (moment := freeze(season)) is not None]
    return min(moments, default=None)


def shows_rising(season: Season) -> bool:
    """Whether tracks may be put in order by their listeners."""
    return season.board_mode in ORDERED


def counted_until(season: Season, now: datetime.datetime) -> datetime.date:
    """The first day, in the season's zone, whose plays no public order knows: today, or the day of the freeze."""
    return (frozen_at(season) or now).astimezone(season_zone(season)).date()


@dataclass(frozen=True)
class Publicity:
    """What a track's page may say in numbers: whether at all, and since when it stands still."""

    shows_numbers: bool
    frozen_at: datetime.datetime | None = None
    season: Season | None = None


def publicity_of(track: Track) -> Publicity:
    """The strictest of the seasons in which a track is entered."""
    return _strictest(public_seasons().filter(submissions__track=track))


def publicity_of_artist(artist: Artist) -> Publicity:
    """The strictest of the seasons in which anything of an artist was ever released."""
    released = Track.objects.filter(billing__artist=artist, released_at__isnull=False)
    return _strictest(public_seasons().filter(submissions__track__in=released))


def _strictest(entered_in: QuerySet[Season]) -> Publicity:
    seasons = list(entered_in.distinct())
    if any(season.board_mode not in ORDERED for season in seasons):
        return Publicity(shows_numbers=False)
    frozen = [(moment, season) for season in seasons if (moment := frozen_at(season)) is not None]
    if not frozen:
        return Publicity(shows_numbers=True)
    return Publicity(False, *min(frozen, key=lambda pair: pair[0]))
