"""The people of a rehearsal: the same for the same seed, and as the models say. No database."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from spotlight.rehearsal.simulation.crowd import SHARES, Crowd, measures_of, picked
from spotlight.rehearsal.simulation.jury import FAVOR, make_jury
from spotlight.rehearsal.simulation.measures import hit, ideal
from spotlight.rehearsal.simulation.world import ATTACKS, CORRELATION, Parameters, Stage, World, make_world

BASE = Parameters(artists=2000, judges=30, fans=1500, seed=7)
STAGE = Stage(markets=("jp", "kr", "other"), criteria=("song", "sound"), genres=("a", "b", "c"))
WEIGHTS = {"song": 0.6, "sound": 0.4}


def world_of(attack: str = "", **changes: Any) -> World:
    return make_world(replace(BASE, attack=attack, **changes), STAGE)


def test_the_same_seed_draws_the_same_people_and_another_seed_others() -> None:
    one, same, other = world_of(), world_of(), world_of(seed=8)
    ages = np.zeros(2000, dtype=np.int64)
    assert np.array_equal(one.quality, same.quality) and not np.array_equal(one.quality, other.quality)
    assert np.array_equal(Crowd(one).day("plays", 5, ages).total, Crowd(same).day("plays", 5, ages).total)
    assert make_jury(one).marks(3, 9, 1, STAGE.criteria) == make_jury(same).marks(3, 9, 1, STAGE.criteria)
    # an attack changes nothing about the artists themselves
    assert np.array_equal(one.appeal, world_of("farm").appeal)


def test_quality_and_appeal_go_together_a_little_and_the_truth_weighs_both() -> None:
    world = world_of()
    assert abs(np.corrcoef(world.quality, world.appeal)[0, 1] - CORRELATION) < 0.05
    popular = world.truth(criteria=WEIGHTS, popularity=1.0, panel=0.0)
    judged = world.truth(criteria=WEIGHTS, popularity=0.0, panel=1.0)
    both = world.truth(criteria=WEIGHTS, popularity=0.5, panel=0.5)
    assert np.allclose(both, (popular + judged) / 2)
    assert np.corrcoef(judged, world.quality)[0, 1] > 0.8
    assert np.array_equal(np.argsort(popular), np.argsort(world.appeal))


def test_fans_play_what_appeals_and_markets_have_their_sizes() -> None:
    world = world_of()
    day = Crowd(world).day("plays", 1, np.full(2000, 10))
    plays = day.total.sum(axis=1)
    assert np.corrcoef(np.argsort(np.argsort(plays)), np.argsort(np.argsort(world.appeal)))[0, 1] > 0.4
    assert 0.5 < plays.sum() / (6 * BASE.fans) < 1.5
    assert list(np.argsort(-day.total.sum(axis=0))) == [0, 1, 2]
    nothing = Crowd(world).day("plays", 1, np.full(2000, -1))
    assert nothing.total.sum() == 0


@pytest.mark.parametrize("attack", ATTACKS)
def test_attackers_are_weak_and_buy_what_their_attack_says(attack: str) -> None:
    world = world_of(attack)
    crowd, rows = Crowd(world), world.attackers
    strength = world.quality + world.appeal
    assert len(rows) == 40 and (strength[rows] <= np.median(strength)).all()
    days = {m: [crowd.day(m, n, np.full(2000, n)).fake for n in range(28)] for m in ("plays", "likes")}
    plays, likes = (np.sum(days[m], axis=0) for m in ("plays", "likes"))
    others = np.setdiff1d(np.arange(2000), rows)
    assert plays[others].sum() == 0
    real = np.sum([crowd.day("plays", n, np.full(2000, n)).count for n in range(28)], axis=0).sum(axis=1)
    expected = {
        "collusion": plays.sum() == 0,
        "farm": likes.sum() == 0 and 0 < plays[rows].sum(axis=1).max() <= 28 * 7,
        "burst": likes.sum() == 0 and sum(bool(d.sum()) for d in days["plays"]) == 1,
        "sybil-plays": likes.sum() == 0 and (plays[rows] > 0).all(),
        "sybil-metrics": all(np.count_nonzero(plays[row]) == 1 and likes[row].sum() for row in rows),
        "small-region": plays[rows][:, :2].sum() == 0 and likes[rows][:, 2].all(),
        "sybil-all": (plays[rows] > 0).all() and (likes[rows][:, 0] > 0).all(),
        "brigade": (plays[rows] > 0).all() and days["plays"][20].sum() == 0,
    }
    assert expected[attack]
    if attack not in ("collusion", "farm"):
        assert plays[rows].sum(axis=1).min() > np.quantile(real, 0.95)


def test_judges_are_lenient_noisy_and_may_be_bought() -> None:
    jury = make_jury(world_of("collusion"))
    assert len(jury.bought) == 4 and all(len(tied) == 3 for tied in jury.ties)
    judge, friend = min(jury.bought), int(jury.world.attackers[0])
    honest = replace(jury, bought=frozenset())
    given, fair = (j.marks(judge, friend, 1, STAGE.criteria) for j in (jury, honest))
    assert all(given[key] == min(10, fair[key] + FAVOR) for key in STAGE.criteria)
    all_marks = np.array(
        [[list(honest.marks(j, a, 1, STAGE.criteria).values()) for a in range(300)] for j in range(30)]
    )
    assert np.corrcoef(all_marks.mean(axis=(1, 2)), honest.leniency)[0, 1] > 0.9
    # what the panel thinks is what all of its marks say together
    everybody = (all_marks * list(WEIGHTS.values())).sum(axis=2).mean(axis=0)
    opinion = honest.opinion(WEIGHTS)
    assert np.corrcoef(everybody, opinion[:300])[0, 1] > 0.97
    assert np.isclose(jury.opinion(WEIGHTS)[friend] - opinion[friend], FAVOR * 4 / 30)
    marks = honest.marks(0, 0, 1, STAGE.criteria)
    assert marks != honest.marks(0, 0, 2, STAGE.criteria) and all(m * 2 == int(m * 2) for m in marks.values())


def test_picked_members_are_distinct_and_from_their_market() -> None:
    counts = np.array([[3, 0], [2, 2]])
    artist, market, member = picked(counts, np.array([4, 2]), np.array([[3, 0], [1, 1]]))
    assert artist.tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert market.tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert member.tolist() == [3, 0, 1, 1, 2, 1, 0]


def test_measures_are_told_apart_by_source() -> None:
    pairs = [("spotlight", "plays"), ("spotlight", "likes"), ("kikoe", "streams"), ("kikoe", "saves")]
    assert measures_of(pairs) == (["likes", "plays"], {"kikoe": ["saves", "streams"]})
    assert set(SHARES) == {"plays", "likes", "shares", "uses", "saves"}


def test_precision_and_value_against_the_best_choice() -> None:
    truth = np.array([3.0, 2.0, 1.0, 0.0, -1.0, -5.0])
    field, groups = range(6), {n: "ab"[n % 2] for n in range(6)}
    assert ideal(truth, field, size=2, groups={}) == {0, 1}
    assert ideal(truth, field, size=1, groups=groups) == {0, 1}
    assert ideal(truth, [3, 4, 5], size=1, groups={}) == {3}
    assert hit(truth, field, {0, 1}, {0, 1}).to_mapping() == {
        "chosen": 2,
        "right": 2,
        "precision": 1.0,
        "value": 1.0,
    }
    half = hit(truth, field, {0, 2}, {0, 1})
    assert (half.right, half.precision, half.value) == (1, 0.5, 0.8)
    assert hit(truth, field, set(), {0}).precision == 0
