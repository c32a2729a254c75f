"""The artists of a rehearsal and the truth about them, drawn once from the seed."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

CORRELATION = 0.35
"""Between quality (what judges try to hear) and appeal (what fans go for); scoring.md §3.1."""
ATTACKING = 0.02
"""Share of the artists, all from the weaker half, for whom somebody cheats."""
FAME = 0.6
"""Spread of reach that has nothing to do with appeal: who happens to be known already."""
REGIONAL = 0.4
"""Spread of taste between markets."""

POPULARITY_ATTACKS = (
    "farm", "burst", "sybil-plays", "sybil-metrics", "small-region", "sybil-all", "brigade",
)  # fmt: skip
PANEL_ATTACKS = ("collusion",)
ATTACKS = POPULARITY_ATTACKS + PANEL_ATTACKS


@dataclass(frozen=True, slots=True)
class Parameters:
    """What is asked of a rehearsal. `attack` is one of ATTACKS or empty.

    `singly` is how many sheets of a round, and for every eighth one an artist, go through each service one by one.
    """

    artists: int
    judges: int
    fans: int
    seed: int
    attack: str = ""
    singly: int = 320

    def __post_init__(self) -> None:
        if self.attack and self.attack not in ATTACKS:
            raise ValueError(f"attack must be one of {', '.join(ATTACKS)}")
        if min(self.artists, self.judges, self.fans) < 1:
            raise ValueError("a rehearsal needs at least one artist, judge and fan")

    def rng(self, *parts: object) -> Generator:
        """A generator for one thing: the same for the same thing, whatever was drawn before."""
        return default_rng([self.seed, zlib.crc32("/".join(map(str, parts)).encode())])


@dataclass(frozen=True, slots=True)
class Stage:
    """What a season's rules say of those who enter: codes of markets and divisions, genres, criteria, lengths."""

    markets: Sequence[str]
    criteria: Sequence[str]
    divisions: Sequence[str] = ()
    genres: Sequence[str] = ("",)
    seconds: tuple[int, int] = (60, 480)


@dataclass(frozen=True, slots=True)
class World:
    """Per artist (row): standard normal `quality`, `appeal` and `reach`; `facets` per criterion; places of codes.

    `attackers` are the rows for whom somebody cheats; empty without an attack.
    """

    parameters: Parameters
    stage: Stage
    quality: Floats
    appeal: Floats
    reach: Floats
    taste: Floats
    facets: Mapping[str, Floats]
    market: Places
    division: Places
    genre: Places
    seconds: Places
    attackers: Places

    @property
    def sizes(self) -> Floats:
        """Share of the fans in each market: each has 0.35 of the one before it, the smallest 0.03 of the first."""
        raw: Floats = np.maximum(0.35 ** np.arange(len(self.stage.markets)), 0.03)
        return raw / raw.sum()

    def truth(self, *, criteria: Mapping[str, float], popularity: float, panel: float) -> Floats:
        """What a round with these weights should reward, per artist: appeal and judged quality, both standardized."""
        judged = sum(
            (weight * self.facets[key] for key, weight in criteria.items()), np.zeros(len(self.appeal))
        )
        return popularity * standardized(self.appeal) + panel * standardized(judged)


def standardized(values: Floats) -> Floats:
    """Mean 0 and spread 1; zeros where nothing differs."""
    spread = values.std()
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)


def make_world(parameters: Parameters, stage: Stage) -> World:
    """Draw everybody."""
    n = parameters.artists
    people = parameters.rng("artists")
    quality = people.normal(size=n)
    appeal = CORRELATION * quality + np.sqrt(1 - CORRELATION**2) * people.normal(size=n)
    facets = {
        key: 0.86 * quality + 0.5 * parameters.rng("facet", key).normal(size=n) for key in stage.criteria
    }
    markets = max(1, len(stage.markets))
    return World(
        parameters=parameters, stage=stage, quality=quality, appeal=appeal, facets=facets,
        reach=FAME * people.normal(size=n), taste=REGIONAL * people.normal(size=(n, markets)),
        market=people.choice(markets, n, p=_shares(markets)), division=people.integers(max(1, len(stage.divisions)), size=n),
        genre=people.integers(max(1, len(stage.genres)), size=n), seconds=_seconds(people, n, stage.seconds),
        attackers=_attackers(parameters, quality + appeal),
    )  # fmt: skip


def _shares(markets: int) -> Floats:
    raw = 0.6 ** np.arange(markets)
    return raw / raw.sum()


def _seconds(people: Generator, count: int, limits: tuple[int, int]) -> Places:
    drawn = np.exp(people.normal(np.log(205), 0.25, size=count))
    return np.clip(drawn, *limits).astype(np.int64)


def _attackers(parameters: Parameters, strength: Floats) -> Places:
    if not parameters.attack:
        return np.zeros(0, dtype=np.int64)
    weaker = np.flatnonzero(strength <= np.median(strength))
    count = min(len(weaker), max(1, round(ATTACKING * parameters.artists)))
    return np.sort(parameters.rng("attackers").choice(weaker, count, replace=False))
