"""Who plays in the demo: invented people, the calendar, and how large everything is. Constants and pure functions."""

import datetime
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import count, islice

from django.utils.text import slugify

from spotlight.demo import music
from spotlight.demo.names import Name, artist_names, titles

SEED = 20190405
PASSWORD = "try-spotlight"
DOMAIN = "example.test"
ZONE = "Asia/Tokyo"
DAY = datetime.timedelta(days=1)

TODAY = 112
"""The day of the running season on which a visitor arrives; its second round runs from day 101 to 122."""
EARLIER = 330
"""Days that the finished season opened before the running one."""
NEXT_OPENED = 90
"""The day of the running season on which the entries of the next one opened."""


@dataclass(frozen=True)
class Size:
    """How much of everything. `cuts` are the three rounds' sizes, the last one a range."""

    first: int = 24
    weeks: int = 8
    per_week: int = 23
    earlier: int = 24
    following: int = 12
    judges: int = 10
    cuts: tuple[tuple[int, int], ...] = ((100, 100), (18, 18), (5, 10))
    earlier_cuts: tuple[tuple[int, int], ...] = ((16, 16), (8, 8), (3, 5))
    places: tuple[int, ...] = (1, 4, 5)
    earlier_places: tuple[int, ...] = (1, 2, 2)
    episodes: int = 8
    listeners: int = 2500
    fans: int = 300
    loudness: float = 1.0

    @property
    def entrants(self) -> int:
        """Artists of the running season."""
        return self.first + self.weeks * self.per_week


FULL = Size()
SMALL = Size(
    first=4, weeks=1, per_week=2, earlier=3, following=2, judges=3, cuts=((5, 5), (4, 4), (1, 2)),
    earlier_cuts=((3, 3), (2, 2), (1, 1)), places=(1, 1), earlier_places=(1,), episodes=1, listeners=60, fans=12,
)  # fmt: skip
SIZES = {"full": FULL, "small": SMALL}


@dataclass(frozen=True)
class Role:
    """A member of staff, or somebody to try the demo as."""

    role: str
    key: str
    name: str
    language: str
    market: str = ""

    @property
    def email(self) -> str:
        """How they sign in."""
        return f"{self.key}@{DOMAIN}"


STAFF = (
    Role("organizer", "organizer", "Wren Hallqvist", "en"),
    Role("organizer2", "organizer2", "早瀬 かなで", "ja"),
    Role("chair", "chair", "Ines Vandermolen", "en"),
    Role("clearance", "clearance", "Tobiah Marrow", "en"),
    Role("clearance", "clearance2", "문가온", "ko"),
    Role("editor", "editor", "Oriel Quist", "en"),
)
JUDGES = (
    Role("judge", "judge", "Marit Solveigsdal", "en"),
    Role("judge", "judge2", "戸川 りつ", "ja"),
    Role("judge", "judge3", "남다온", "ko"),
    Role("judge", "judge4", "Caspian Oduya", "en"),
    Role("judge", "judge5", "七瀬 つむぎ", "ja"),
    Role("judge", "judge6", "하예봄", "ko"),
    Role("judge", "judge7", "Lysander Prak", "en"),
    Role("judge", "judge8", "朝比奈 ろく", "ja"),
    Role("judge", "judge9", "서느린", "ko"),
    Role("judge", "judge10", "Philippa Okonjo-Vale", "en"),
)
PARTNER = Role("partner", "partner", "Solveig Arkwright", "en")
FAN = Role("fan", "fan", "Mika Thorne", "en", "other")
MARKETS = {"ja": "jp", "ko": "kr", "en": "other"}
VISITORS_QUALITY, VISITORS_RATE = 1.6, 4.4
"""Not drawn for the track whose artist a visitor can be: it reaches the second round, so that there is much to see."""
BOUGHT_DAY, BOUGHT_TIMES = 106, 45
"""On that day of the running season somebody bought so many times the usual streams of that track; the detectors find it."""
SIGN_INS = 4
"""As many artists of the running season can be signed in as."""


@dataclass(frozen=True)
class Entrant:
    """An artist with the track they enter."""

    key: str
    number: int
    name: Name
    title: Name

    @property
    def email(self) -> str:
        """How they sign in."""
        return f"{self.key}@{DOMAIN}"

    @property
    def language(self) -> str:
        """What the account reads; the artist whom a visitor plays reads what most visitors do."""
        return "en" if self.key == "artist" else self.name.language

    @property
    def market(self) -> str:
        """Where they are from."""
        return MARKETS[self.name.language]

    @property
    def tune(self) -> int:
        """The seed of their music."""
        return SEED % 100_000 + self.number

    @property
    def genre(self) -> str:
        """What they play."""
        return music.genre_of(self.tune)

    @property
    def seconds(self) -> float:
        """How long the track is."""
        return 31.0 + self.number % 7


def entrants(size: Size) -> dict[str, list[Entrant]]:
    """The artists of the running, the earlier and the next season. The next one is Korean."""
    everybody = list(islice(_everybody(), 260))
    running = everybody[: size.entrants]
    rest = everybody[size.entrants :]
    earlier = rest[: size.earlier]
    korean = [e for e in running if e.name.language == "ko"]
    songs = titles(SEED + 1000, "ko")
    again = [
        replace(e, number=e.number + 1000, title=next(songs))
        for e in (korean[0], *reversed(korean[-size.following :]))
    ]
    return {"running": running, "earlier": earlier, "next": again[: size.following]}


@cache
def visitors_track() -> str:
    """What the running season's track of the artist whom a visitor plays is known by (`crowd.key_of`)."""
    visitor = next(entrant for entrant in _everybody() if entrant.key == "artist")
    return f"{slugify(visitor.name.romanised)}/{visitor.title.text}"


def _everybody() -> Iterator[Entrant]:
    songs = {language: _songs(language) for language in MARKETS}
    for number, name in enumerate(artist_names(SEED), 1):
        yield Entrant(
            "artist" if number == 2 else f"artist{number}", number, name, next(songs[name.language])
        )


def _songs(language: str) -> Iterator[Name]:
    """Titles without end: some songs share theirs, as songs do."""
    for turn in count():
        yield from titles(SEED + turn, language)


def chance(*parts: object) -> list[int]:
    """Numbers that seed a generator for one thing: the same for the same thing, whatever was drawn before."""
    return [SEED, zlib.crc32("/".join(map(str, parts)).encode())]
