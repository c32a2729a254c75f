"""What fans do with the tracks, day by day, and what somebody buys on top of it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .world import Floats, Places, World

Counts = NDArray[np.int64]

LISTENS = 6.0
"""Plays of a fan on a day, all tracks together."""
SHARES = {"plays": 1.0, "likes": 0.08, "shares": 0.04, "uses": 0.03, "saves": 0.05}
"""How often a play leads to something else; measures of other services are like streams there."""
ELSEWHERE = 12.0
PER_LISTENER = 1.6
"""Plays of one listener on one day where every play is told."""
FARMED = 40
"""Plays of one farmed account on one day."""
ATTACK_DAYS = 28


@dataclass(frozen=True, slots=True)
class Day:
    """What happened to each artist's track in each market on one day; `fake` is the part that somebody bought.

    `fans` are unique listeners, never more than `count`.
    """

    count: Counts
    fake: Counts
    fans: Counts

    @property
    def total(self) -> Counts:
        """Real and bought."""
        return self.count + self.fake


class Crowd:
    """The audience of a world. The same day asked twice gives the same answer."""

    def __init__(self, world: World) -> None:
        self.world = world
        draw = 0.75 * world.appeal + 0.75 * world.reach
        rate = np.exp(draw[:, None] + world.taste) * world.sizes
        rate[np.arange(len(draw)), world.market] *= 1.6  # at home one is known better
        self.rate: Floats = rate * LISTENS * world.parameters.fans / rate.sum()
        self.strength = 6.0 * float(np.quantile(self.rate.sum(axis=1), 0.99)) + 3.0
        self.fans: Counts = np.maximum(1, np.floor(world.sizes * world.parameters.fans)).astype(np.int64)

    def day(self, measure: str, number: int, ages: Places, *, loudness: float = 1.0) -> Day:
        """One measure on one day: `number` names the day, `ages` says for how many days each track counts (negative: not).

        `loudness` multiplies what real fans do, as when a track is featured.
        """
        parameters = self.world.parameters
        rng = parameters.rng("day", measure, number)
        on = (ages >= 0)[:, None]
        wave = (1 + 1.5 * np.exp(-np.maximum(ages, 0) / 6)) / 1.35
        noise = np.exp(0.25 * rng.normal(size=len(ages)) - 0.03)
        liked = np.exp(0.35 * parameters.rng("measure", measure).normal(size=len(ages)) - 0.06)
        expected = self.rate * (loudness * wave * noise * liked * _factor(measure))[:, None] * on
        count = rng.poisson(expected)
        fake = self._fake(measure, ages)
        if measure in SHARES:
            count = np.minimum(count, self.fans)
            return Day(count, fake, count + fake)
        fans = np.minimum(np.ceil(count / PER_LISTENER), self.fans).astype(np.int64)
        return Day(count, fake, fans + self._fake_accounts(fake))

    def _fake(self, measure: str, ages: Places) -> Counts:
        """What is bought for each attacker on the days of their attack."""
        fake = np.zeros((len(ages), len(self.world.sizes)), dtype=np.int64)
        attack = self.world.parameters.attack
        rows = self.world.attackers
        rows = rows[(ages[rows] >= 0) & (ages[rows] < ATTACK_DAYS)]
        daily = self.strength * _factor(measure)
        for row in rows.tolist():
            fake[row] = np.round(daily * self._plan(attack, measure, row, int(ages[row])))
        return fake

    def _plan(self, attack: str, measure: str, row: int, age: int) -> Floats:
        """Share of the daily strength per market; scoring.md §2.2 and §3.1."""
        sizes, home, small = (
            self.world.sizes,
            np.zeros(len(self.world.sizes)),
            np.zeros(len(self.world.sizes)),
        )
        home[self.world.market[row]], small[-1] = 1.0, 1.0
        plays = _is_plays(measure)
        match attack:
            case "farm":  # a few accounts in a loop: one play an account, day and track counts here, all of them elsewhere
                accounts = max(5, self.world.parameters.fans // 200)
                told = accounts if measure in SHARES else accounts * FARMED
                return home * (told / (self.strength * _factor(measure)) if plays else 0.0)
            case "burst":
                return sizes * (ATTACK_DAYS / 4 if plays and age == 3 else 0.0)
            case "sybil-plays":
                return sizes * float(plays)
            case "sybil-metrics":
                return home
            case "small-region":
                return small
            case "sybil-all":
                return sizes
            case "brigade":  # real people, called together for two weeks
                return (0.7 * home + 0.3 * sizes) * (2.0 if age < 14 else 0.0)
        return np.zeros(len(sizes))

    def _fake_accounts(self, fake: Counts) -> Counts:
        per = FARMED if self.world.parameters.attack == "farm" else PER_LISTENER
        return np.ceil(fake / per).astype(np.int64)


def _factor(measure: str) -> float:
    return SHARES.get(measure, ELSEWHERE)


def _is_plays(measure: str) -> bool:
    return measure == "plays" or measure not in SHARES


def picked(counts: Counts, pools: Counts, starts: Counts) -> tuple[Places, Places, Places]:
    """Distinct members of each market's pool for each count: columns artist, market and member.

    `counts`, `starts`: artist x market; each cell takes `count` members in a row from `start`, round and round.
    """
    rows, markets = np.nonzero(counts)
    each = counts[rows, markets]
    artist, market = np.repeat(rows, each), np.repeat(markets, each)
    step = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
    return artist, market, (starts[artist, market] + step) % pools[market]


def measures_of(metrics: Iterable[tuple[str, str]]) -> tuple[list[str], dict[str, list[str]]]:
    """Measures counted here, and those of each other source, from (source, measure) pairs."""
    own: set[str] = set()
    others: dict[str, set[str]] = {}
    for source, measure in metrics:
        if source == "spotlight":
            own.add(measure)
        else:
            others.setdefault(source, set()).add(measure)
    return sorted(own & SHARES.keys()), {source: sorted(found) for source, found in sorted(others.items())}
