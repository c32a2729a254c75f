"""Judges with leniency, spread, taste and noise; some careless, some tied to artists, some bought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .world import Floats, Places, World

ERRATIC = 0.1
"""Share of the judges whose noise is double."""
COLLUDING = 0.15
"""Share of the panel that is bought in a collusion."""
POINTS = 1.3
"""Points between artists one standard deviation apart, for a judge of usual spread."""
FAVOR = 3.0
"""Points that a bought judge adds."""
TIES = 3
"""Artists that a judge is tied to and says so."""


@dataclass(frozen=True, slots=True)
class Jury:
    """Per judge: points of leniency, spread, noise, liking of each genre; the artists they are tied to."""

    world: World
    leniency: Floats
    spread: Floats
    noise: Floats
    likes: Floats
    ties: tuple[tuple[int, ...], ...]
    bought: frozenset[int]
    friends: frozenset[int]

    def marks(self, judge: int, artist: int, stage: object, criteria: Sequence[str]) -> dict[str, float]:
        """Criterion to mark in half points, 0 to 10; `stage` names the round, so that hearing twice is two hearings."""
        rng = self.world.parameters.rng("sheet", stage, judge, artist)
        slip = self.noise[judge] * rng.normal(size=len(criteria) + 1)
        favor = FAVOR if judge in self.bought and artist in self.friends else 0.0
        genre = self.likes[judge, self.world.genre[artist]]
        base = 5.6 + self.leniency[judge] + genre + slip[-1] + favor
        heard = np.array([self.world.facets[key][artist] for key in criteria])
        raw = base + POINTS * self.spread[judge] * heard + 0.6 * slip[:-1]
        return dict(zip(criteria, np.clip(np.round(raw * 2) / 2, 0, 10).tolist(), strict=True))

    def opinion(self, criteria: Mapping[str, float]) -> Floats:
        """What the whole panel thinks of each artist, slips and leniency aside: points around 0, by weighted criteria."""
        total = sum(criteria.values())
        heard = sum(
            (weight / total * self.world.facets[key] for key, weight in criteria.items()),
            np.zeros(len(self.world.quality)),
        )
        points: Floats = POINTS * self.spread.mean() * heard + self.likes.mean(axis=0)[self.world.genre]
        points[sorted(self.friends)] += FAVOR * len(self.bought) / len(self.spread)
        return points


def make_jury(world: World) -> Jury:
    """Draw the panel."""
    parameters, count = world.parameters, world.parameters.judges
    rng = parameters.rng("judges")
    noise = rng.uniform(0.5, 1.1, size=count)
    erratic = rng.random(count) < ERRATIC
    bought: Places = np.zeros(0, dtype=np.int64)
    if parameters.attack == "collusion":
        bought = rng.choice(count, min(count, max(1, round(COLLUDING * count))), replace=False)
    return Jury(
        world=world, leniency=0.7 * rng.normal(size=count), spread=np.exp(0.2 * rng.normal(size=count)),
        noise=np.where(erratic, 2 * noise, noise), likes=0.4 * rng.normal(size=(count, max(1, len(world.stage.genres)))),
        ties=tuple(tuple(sorted(rng.choice(parameters.artists, min(TIES, parameters.artists), replace=False).tolist())) for _ in range(count)),
        bought=frozenset(bought.tolist()), friends=frozenset(world.attackers.tolist()),
    )  # fmt: skip
