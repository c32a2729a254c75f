"""A simulated field scored by the library alone: the people of a rehearsal without the services around them."""

from functools import cached_property
from typing import Any

import numpy as np

from judging.scoring.compute import Result, compute
from judging.scoring.inputs import Readings, Sheet
from judging.scoring.recipe import Recipe
from spotlight.rehearsal.simulation.crowd import Crowd
from spotlight.rehearsal.simulation.jury import make_jury
from spotlight.rehearsal.simulation.measures import ideal
from spotlight.rehearsal.simulation.world import Floats, Parameters, Stage, make_world, standardized

RUBRIC = {"song": 0.3, "performance": 0.3, "sound": 0.2, "originality": 0.2}
MEASURES = {"plays": "0.4", "likes": "0.2", "shares": "0.15", "uses": "0.25"}
MARKETS = ("jp", "kr", "tw", "other")
HEARD_BY = 3
FIRST_DAY = 738_000


class Field:
    """Everybody heard by three judges at random, and `days` days of listening; half the blend is the panel's."""

    def __init__(self, parameters: Parameters, *, cut: int, days: int = 28) -> None:
        self.cut, self.days, self.size = cut, days, parameters.artists
        stage = Stage(markets=MARKETS, criteria=tuple(RUBRIC), genres=("a", "b", "c", "d", "e"))
        self.world = make_world(parameters, stage)
        self.jury = make_jury(self.world)
        self.codes = tuple(f"E{number:05d}" for number in range(self.size))

    @cached_property
    def readings(self) -> Readings:
        """What the crowd did, day by day."""
        crowd, columns = Crowd(self.world), []
        for number, measure in enumerate(MEASURES):
            for age in range(self.days):
                day = crowd.day(measure, 1000 + age, np.full(self.size, age))
                artist, market = np.nonzero(day.total)
                same = np.ones(len(artist), dtype=np.int64)
                counted = (day.total[artist, market], day.fans[artist, market])
                columns.append(np.stack([artist, market, same * number, same * (FIRST_DAY + age), *counted]))
        artist, market, metric, date, value, fans = np.concatenate(columns, axis=1)
        return Readings(self.codes, MARKETS, tuple(MEASURES), artist, market, metric, date, value, 0, fans, 0)

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The panel's marks."""
        judges, criteria = self.world.parameters.judges, list(RUBRIC)
        order = self.world.parameters.rng("deal").permutation(self.size).tolist()
        dealt = [(artist, (at + 7 * turn) % judges) for at, artist in enumerate(order) for turn in range(HEARD_BY)]  # fmt: skip
        return [
            Sheet(self.codes[a], f"J{j:02d}", {k: str(m) for k, m in self.jury.marks(j, a, 1, criteria).items()})
            for a, j in dealt
        ]  # fmt: skip

    def score(self, **tables: dict[str, Any]) -> Result:
        """Standings under the default rules, or with some of them replaced."""
        rules: dict[str, dict[str, Any]] = {
            "panel": {"criteria": {key: str(weight) for key, weight in RUBRIC.items()}}, "popularity": {"metrics": MEASURES},
            "blend": {"popularity": "0.5", "panel": "0.5"}, "cut": {"size": self.cut}, "tie": {"seed": "field"},
        }  # fmt: skip
        for name, values in tables.items():
            rules[name].update(values)
        return compute(Recipe.from_mapping(rules), sheets=self.sheets, readings=self.readings)

    def chosen(self, result: Result) -> set[int]:
        """Rows of those selected."""
        return {int(code[1:]) for code in np.array(result.entries)[result.selected]}

    def best(self, truth: Floats) -> set[int]:
        """Rows of those who should be selected."""
        return ideal(truth, range(self.size), size=self.cut, groups={})

    def whole_truth(self) -> Floats:
        """Appeal and quality."""
        return self.world.truth(criteria=RUBRIC, popularity=0.5, panel=0.5)

    def heard_by_all(self, result: Result) -> Floats:
        """The blend if every judge had heard every entry, with popularity as measured."""
        measured = np.zeros(self.size)
        measured[[int(code[1:]) for code in result.entries]] = result.popularity / 1e6
        heard: Floats = measured + standardized(self.jury.opinion(RUBRIC))
        return heard

    def wrong_picks(self, result: Result) -> tuple[float, int, int, int]:
        """Expected by the standings; for want of listening; by the whole truth; however much one listens."""
        chosen, heard, best = (
            self.chosen(result),
            self.best(self.heard_by_all(result)),
            self.best(self.whole_truth()),
        )
        expected = float((1 - result.probability[result.selected] / 1e6).sum())
        return expected, len(chosen - heard), len(chosen - best), len(heard - best)
