"""What the shared components draw. Views fill these from queries; templates read nothing else of a track or an episode."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class TrackCard:
    """One track as the public sees it: rows, sleeves, play buttons and the player.

    ``duration`` in seconds, ``peaks`` 0 to 1, ``obi`` one of ``""``, ``cleared``, ``shortlist``, ``winner``; ``move`` one of ``None``,
    ``up``, ``down``, ``same``, ``new`` with ``moved_by`` places. ``src`` is the address of the streaming rendition, empty if it can't be played.
    """

    code: str
    title: str
    artist: str
    url: str = ""
    artist_url: str = ""
    src: str = ""
    artwork: str = ""
    duration: float = 0.0
    peaks: Sequence[float] = ()
    lang: str = ""
    artist_lang: str = ""
    romanized: str = ""
    obi: str = "cleared"
    verified: bool = False
    rank: int | None = None
    move: str | None = None
    moved_by: int = 0


@dataclass(frozen=True)
class EpisodeCard:
    """One episode or clip on a shelf. ``ratio`` is ``wide`` (16:9), ``portrait`` (3:4) or ``tall`` (9:14); ``duration`` in seconds."""

    title: str
    url: str
    image: str = ""
    duration: float = 0.0
    note: str = ""
    lang: str = ""
    note_lang: str = ""
    ratio: str = "wide"


@dataclass(frozen=True)
class Step:
    """A step of a wizard or of an entry's path. ``state`` is ``done``, ``current``, ``to-come`` or ``error``."""

    name: str
    state: str = "to-come"
    url: str = ""
    note: str = ""
    at: datetime | None = None
