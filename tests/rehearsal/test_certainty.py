"""How many picks the standings expect to be wrong against how many are, over simulated fields. No database."""

import numpy as np

from judging.scoring.compute import Result, compute
from judging.scoring.inputs import Readings, Sheet
from judging.scoring.recipe import Recipe
from spotlight.rehearsal.simulation.crowd import Crowd
from spotlight.rehearsal.simulation.jury import Jury, make_jury
from spotlight.rehearsal.simulation.measures import ideal
from spotlight.rehearsal.simulation.world import Floats, Parameters, Stage, World, make_world, standardized

ARTISTS, JUDGES, HEARD_BY, CUT, DAYS, SEEDS = 400, 12, 3, 40, 14, range(1, 7)
RUBRIC = {"song": 0.3, "performance": 0.3, "sound": 0.2, "originality": 0.2}
LAMBDAS = {"lambda_entry": "estimate", "lambda_judge": "estimate"}
MEASURES = {"plays": "0.6", "likes": "0.4"}
MARKETS = ("jp", "kr", "other")
CODES = [f"E{number:03d}" for number in range(ARTISTS)]
RECIPE = Recipe.from_mapping(
    {
        "panel": {"criteria": {key: str(weight) for key, weight in RUBRIC.items()}, **LAMBDAS}, "popularity": {"metrics": MEASURES},
        "blend": {"popularity": "0.5", "panel": "0.5"}, "cut": {"size": CUT}, "tie": {"seed": "certainty"},
    }
)  # fmt: skip


def readings_of(world: World) -> Readings:
    """What the crowd did in the window."""
    crowd, columns = Crowd(world), []
    for number, measure in enumerate(MEASURES):
        for age in range(DAYS):
            day = crowd.day(measure, 1000 + age, np.full(ARTISTS, age))
            artist, market = np.nonzero(day.total)
            same = np.ones(len(artist), dtype=np.int64)
            values, fans = day.total[artist, market], day.fans[artist, market]
            columns.append(np.stack([artist, market, same * number, same * (738_000 + age), values, fans]))
    artist, market, metric, date, value, fans = np.concatenate(columns, axis=1)
    return Readings(tuple(CODES), MARKETS, tuple(MEASURES), artist, market, metric, date, value, 0, fans, 0)


def sheets_of(world: World, jury: Jury) -> list[Sheet]:
    """Everybody is heard by three, dealt at random."""
    dealt = [(artist, (place + turn * 5) % JUDGES)
             for place, artist in enumerate(world.parameters.rng("deal").permutation(ARTISTS).tolist())
             for turn in range(HEARD_BY)]  # fmt: skip
    return [
        Sheet(CODES[a], f"J{j:02d}", {k: str(m) for k, m in jury.marks(j, a, 1, list(RUBRIC)).items()})
        for a, j in dealt
    ]


def wrong(result: Result, truth: Floats) -> int:
    """Those selected who are not among the best by this truth."""
    chosen = {int(code[1:]) for code in np.array(result.entries)[result.selected]}
    return len(chosen - ideal(truth, range(ARTISTS), size=CUT, groups={}))


def test_the_expected_wrong_picks_are_those_that_want_of_listening_makes() -> None:
    """Not those that are wrong for whatever reason, which no standings can know."""
    found = []
    for seed in SEEDS:
        world = make_world(
            Parameters(artists=ARTISTS, judges=JUDGES, fans=800, seed=seed),
            Stage(markets=MARKETS, criteria=tuple(RUBRIC), genres=("a", "b", "c")),
        )
        jury = make_jury(world)
        result = compute(RECIPE, sheets=sheets_of(world, jury), readings=readings_of(world))
        measured = np.zeros(ARTISTS)
        measured[[int(code[1:]) for code in result.entries]] = result.popularity / 1e6
        heard = measured + standardized(jury.opinion(RUBRIC))
        truth = world.truth(criteria=RUBRIC, popularity=0.5, panel=0.5)
        expected = float((1 - result.probability[result.selected] / 1e6).sum())
        found.append((expected, wrong(result, heard), wrong(result, truth)))
    expected, by_chance, in_truth = np.mean(found, axis=0)
    assert 0.8 * expected < by_chance < 1.1 * expected, found
    assert in_truth > 1.4 * by_chance, found
