"""The adaptive design on a simulated round: budget, waves, and the last pass."""

from collections import Counter
from collections.abc import Callable

import numpy as np

from judging.scoring import Result, Sheet, compute
from judging.scoring.assignment import Bench, Plan
from judging.scoring.waves import adaptive_gain, adaptive_ucb, budget, first_pass, last_pass

from .rounds import recipe

ENTRIES = [f"e{i:04}" for i in range(400)]
JUDGES = [f"j{i:02}" for i in range(12)]
BENCH = Bench(JUDGES, {("j00", entry) for entry in ENTRIES[:50]})
RULES = recipe({"panel": {"minimum_sheets": 3, "lambda_entry": "0.6", "lambda_judge": "1.8"}}, size=20)


def test_the_budget_is_spent_whole() -> None:
    for sheets in (0, 1, 99, 1000, 5003):
        shares = budget(sheets)
        assert shares.gate + shares.exploration + sum(shares.waves) + shares.last == sheets
    assert budget(1000).gate == 300


def listened(plan: Plan, pools: dict[str, str]) -> list[Sheet]:
    """What the judges say, the same for the same plan: better entries have lower numbers."""
    rows = []
    for entry, judge in plan.assignments:
        noise = np.random.default_rng([int(entry[1:]), int(judge[1:])]).normal(0, 0.8)
        rows.append(Sheet(entry, judge, {"song": f"{8 - int(entry[1:]) / 100 + noise:.1f}"}, pools[entry]))
    return rows


def season(seed: str, wave_rule: Callable[..., Plan] = adaptive_gain) -> tuple[Plan, Result]:
    shares = budget(600)
    by_popularity = sorted(
        ENTRIES, key=lambda e: int(e[1:]) + 200 * np.random.default_rng(int(e[1:])).random()
    )
    plan, found = first_pass(by_popularity, BENCH, shares=shares, seed=seed)
    pools = {**dict.fromkeys(ENTRIES, "gate"), **found}
    result = compute(RULES, sheets=listened(plan, pools))
    for wave, size in enumerate(shares.waves):
        plan = wave_rule(result, BENCH, standing=plan.assignments, size=size, seed=seed, wave=wave)
        assert len(plan.added) == size and not plan.removed and not plan.short
        result = compute(RULES, sheets=listened(plan, pools))
    plan = last_pass(result, BENCH, standing=plan.assignments, size=shares.last, seed=seed)
    assert len(plan.added) <= shares.last
    return plan, compute(RULES, sheets=listened(plan, pools))


def test_waves_find_the_best_and_keep_the_judges_connected() -> None:
    plan, result = season("seed")
    assert plan.components == 1
    assert not {(duty.judge, duty.entry) for duty in plan.assignments} & set(BENCH.conflicts)
    assert len(set(plan.assignments)) == len(plan.assignments) <= 600
    assert max(plan.loads.values()) - min(plan.loads.values()) <= 3
    places = [int(entry[1:]) for entry in result.chosen()]
    assert sum(places) / len(places) < 25
    counts = {entry: sum(duty.entry == entry for duty in plan.assignments) for entry in ENTRIES}
    assert max(counts.values()) <= 12
    assert sum(counts[entry] for entry in ENTRIES[:60]) > sum(counts[entry] for entry in ENTRIES[200:])


def test_the_same_seed_gives_the_same_season() -> None:
    first, second, other = (season(seed, adaptive_ucb)[0] for seed in ("seed", "seed", "other"))
    assert first == second
    assert first != other


def test_the_last_pass_brings_the_best_to_three_judges_within_its_size() -> None:
    plan, pools = first_pass(ENTRIES, BENCH, shares=budget(600), seed="s")
    result = compute(RULES, sheets=listened(plan, {**dict.fromkeys(ENTRIES, "gate"), **pools}))
    after = last_pass(result, BENCH, standing=plan.assignments, size=9, seed="s")
    assert len(after.added) in (8, 9)
    assert set(plan.assignments) < set(after.assignments)
    touched = {duty.entry for duty in after.added}
    assert touched <= set(result.entries[:45])
    counts = {entry: sum(duty.entry == entry for duty in after.assignments) for entry in touched}
    assert set(counts.values()) == {3}
    five = recipe({"panel": {"minimum_sheets": 5}}, size=20)
    strict = compute(five, sheets=listened(plan, {**dict.fromkeys(ENTRIES, "gate"), **pools}))
    after = last_pass(strict, BENCH, standing=plan.assignments, size=9, seed="s")
    loads = Counter(duty.entry for duty in after.assignments)
    assert {loads[duty.entry] for duty in after.added} == {5}, "fewer would not let anybody in"
