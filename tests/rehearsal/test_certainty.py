"""How many picks the standings expect to be wrong against how many are, over simulated fields. No database."""

import numpy as np

from spotlight.rehearsal.simulation.world import Parameters
from tests.rehearsal.fields import Field

ESTIMATED = {"lambda_entry": "estimate", "lambda_judge": "estimate"}


def test_the_expected_wrong_picks_are_those_that_want_of_listening_makes() -> None:
    """Not those that are wrong for whatever reason, which no standings can know."""
    found = []
    for seed in range(1, 7):
        field = Field(Parameters(artists=400, judges=12, fans=800, seed=seed), cut=40, days=14)
        found.append(field.wrong_picks(field.score(panel=ESTIMATED)))
    expected, by_chance, in_truth, _ = np.mean(found, axis=0)
    assert 0.85 * expected < by_chance < 1.15 * expected, found
    assert in_truth > 1.2 * by_chance, found
