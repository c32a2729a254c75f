"""The two tables of docs/rehearsal.md: wrong picks over seeds, and every attack against every rule. Half a minute."""

import numpy as np
import pytest

from spotlight.rehearsal.simulation.world import ATTACKS, Parameters
from tests.rehearsal.fields import Field
from tests.rehearsal.test_certainty import ESTIMATED

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
FIELDS = ((400, 12, 800, 40, 8), (1000, 20, 1500, 50, 6), (400, 12, 800, 100, 8), (5000, 40, 3000, 100, 2))
RULES = {
    "as it is": {}, "hardened": {"popularity": {"method": "hardened"}}, "days count in full": {"popularity": {"winsor": "1000000"}},
    "one measure may carry": {"popularity": {"consistency_cap": "1000"}}, "logarithms": {"popularity": {"method": "log-sum"}},
    "plain sums": {"popularity": {"method": "raw-sum"}}, "popularity alone": {"blend": {"popularity": "1", "panel": "0"}},
}  # fmt: skip
STOPPED = frozenset(ATTACKS) - {"sybil-all", "brigade"}


def test_wrong_picks(capsys: pytest.CaptureFixture[str]) -> None:
    for artists, judges, fans, cut, seeds in FIELDS:
        rows = []
        for seed in range(1, seeds + 1):
            field = Field(Parameters(artists=artists, judges=judges, fans=fans, seed=seed), cut=cut)
            estimated = field.wrong_picks(field.score(panel=ESTIMATED))[0]
            rows.append((estimated, *field.wrong_picks(field.score())))
        with capsys.disabled():
            means = " ".join(f"{value:6.1f}" for value in np.mean(rows, axis=0))
            print(f"\n{artists} artists, cut {cut}: estimated, expected, listening, truth, however: {means}")
        estimated, expected, by_chance, *_ = np.mean(rows, axis=0)
        assert 0.8 * estimated < by_chance < 1.2 * estimated and by_chance < 1.1 * expected


def test_every_attack_against_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    for attack in ("", *ATTACKS):
        field = Field(Parameters(artists=5000, judges=40, fans=3000, seed=1, attack=attack), cut=100)
        cheats, best = set(field.world.attackers.tolist()), field.best(field.whole_truth())
        through = {name: field.chosen(field.score(**rules)) for name, rules in RULES.items()}
        counts = {name: (len(chosen & cheats), len(chosen & best)) for name, chosen in through.items()}
        with capsys.disabled():
            print(f"\n{attack or 'nobody':14}", *(f"{name} {n} ({m})," for name, (n, m) in counts.items()))
        assert counts["as it is"][0] <= (1 if attack in STOPPED else 30)
