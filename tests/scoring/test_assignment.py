"""Deals: balanced, connected, without conflicts, and the same for everyone who repeats them."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judging.scoring.assignment import (
    Assignment,
    Bench,
    Plan,
    all_hear_all,
    balanced_random_k,
    gate_k,
    join_judge,
    judge_groups,
    refill,
    replace_judge,
)

ENTRIES = [f"e{i:03}" for i in range(100)]
JUDGES = [f"j{i:02}" for i in range(24)]


def loads(plan: Plan) -> list[int]:
    return sorted(plan.loads.values())


def check(plan: Plan, bench: Bench) -> None:
    assert len(set(plan.assignments)) == len(plan.assignments)
    assert not {(duty.judge, duty.entry) for duty in plan.assignments} & set(bench.conflicts)
    for judge, limit in bench.limits.items():
        assert plan.loads.get(judge, 0) <= limit


@given(st.integers(1, 60), st.integers(1, 12), st.integers(1, 8), st.text(max_size=5))
@settings(max_examples=60, deadline=None)
def test_loads_differ_by_at_most_one_without_conflicts(entries: int, judges: int, k: int, seed: str) -> None:
    plan = balanced_random_k(ENTRIES[:entries], Bench(JUDGES[:judges]), k=k, seed=seed)
    heard = Counter(duty.entry for duty in plan.assignments)
    assert set(heard.values()) == {min(k, judges)}
    assert max(loads(plan)) - min(loads(plan)) <= 1
    if min(k, judges) >= 2 and entries * (min(k, judges) - 1) >= 2 * judges:
        assert plan.components == 1


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_conflicts_and_limits_hold_and_shortfalls_are_real(data: st.DataObject) -> None:
    entries = ENTRIES[: data.draw(st.integers(1, 10))]
    judges = JUDGES[: data.draw(st.integers(1, 5))]
    pairs = [(judge, entry) for judge in judges for entry in entries]
    conflicts = data.draw(st.sets(st.sampled_from(pairs)))
    limits = data.draw(st.dictionaries(st.sampled_from(judges), st.integers(0, 8)))
    k = data.draw(st.integers(1, 4))
    bench = Bench(judges, conflicts, limits)
    plan = balanced_random_k(entries, bench, k=k, seed="s")
    check(plan, bench)
    heard = Counter(duty.entry for duty in plan.assignments)
    assert plan.short == {entry: k - heard[entry] for entry in entries if heard[entry] < k}
    for entry in plan.short:
        for judge in judges:
            busy = plan.loads[judge] >= limits.get(judge, 10**9)
            assert busy or (judge, entry) in conflicts or Assignment(entry, judge) in plan.assignments


def test_a_busy_judge_makes_room_by_a_chain() -> None:
    """j0 alone may hear e1 but has room for one; e0 must move to j1."""
    conflicts = {("j1", "e1")}
    for seed in map(str, range(20)):
        plan = balanced_random_k(["e0", "e1"], Bench(["j0", "j1"], conflicts, {"j0": 1}), k=1, seed=seed)
        assert plan.assignments == (Assignment("e0", "j1"), Assignment("e1", "j0"))


def test_judges_are_joined_by_swaps_where_dealing_left_them_apart() -> None:
    """Alone, dealing and balancing leave these judges in two groups."""
    conflicts = {"j0": "e0", "j1": "e2 e3 e4 e5", "j2": "e5", "j3": "e0 e1", "j4": "e2", "j5": "e0 e3"}
    pairs = {(judge, entry) for judge, entries in conflicts.items() for entry in entries.split()}
    plan = balanced_random_k(
        [f"e{i}" for i in range(6)], Bench([f"j{i}" for i in range(6)], pairs), k=2, seed="0"
    )
    check(plan, Bench([], pairs))
    assert plan.components == 1
    assert set(plan.loads.values()) == {2}


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_third_of_conflicts_still_leaves_one_group(data: st.DataObject) -> None:
    entries, judges = ENTRIES[:24], JUDGES[:6]
    conflicts = {
        (j, e) for i, e in enumerate(entries) for j in data.draw(st.sets(st.sampled_from(judges), max_size=2))
    }
    plan = balanced_random_k(entries, Bench(judges, conflicts), k=2, seed="s")
    check(plan, Bench(judges, conflicts))
    assert plan.components == 1 and not plan.short


def test_the_order_of_inputs_does_not_matter_but_the_seed_does() -> None:
    shuffled = ENTRIES[:]
    random.Random(1).shuffle(shuffled)
    plan = balanced_random_k(ENTRIES, Bench(JUDGES), k=8, seed="public")
    assert balanced_random_k(shuffled, Bench(JUDGES[::-1]), k=8, seed="public") == plan
    assert balanced_random_k(ENTRIES, Bench(JUDGES), k=8, seed="other") != plan


def test_round_two_is_connected_and_well_mixed() -> None:
    plan = balanced_random_k(ENTRIES, Bench(JUDGES), k=8, seed="public")
    assert plan.components == 1
    assert plan.fewest_neighbors == 23
    assert not plan.short and not plan.removed and len(plan.added) == 800


def test_all_hear_all_leaves_out_conflicts_only() -> None:
    plan = all_hear_all(ENTRIES[:3], Bench(["a", "b"], {("a", ENTRIES[1])}, {"a": 1}))
    assert plan.assignments == (
        Assignment("e000", "a"),
        Assignment("e000", "b"),
        Assignment("e001", "b"),
        Assignment("e002", "a"),
        Assignment("e002", "b"),
    )


def test_a_recusal_goes_to_the_least_loaded_judge_without_conflict() -> None:
    standing = [Assignment("e1", "a"), Assignment("e2", "b"), Assignment("e3", "b"), Assignment("e4", "c")]
    bench = Bench(["a", "b", "c", "d"], {("d", "e1")})
    assert refill(standing, bench, recused=Assignment("e1", "a"), seed="s") == "c"
    assert refill(standing[1:], bench, recused=Assignment("e1", "a"), seed="s") == "c"
    assert refill(standing, Bench(["a"]), recused=Assignment("e1", "a"), seed="s") is None


def test_late_entries_leave_standing_assignments_alone() -> None:
    first = balanced_random_k(ENTRIES[:20], Bench(JUDGES[:6]), k=3, seed="s")
    second = balanced_random_k(ENTRIES[:24], Bench(JUDGES[:6]), k=3, seed="s", standing=first.assignments)
    assert set(first.assignments) < set(second.assignments)
    assert second.added == tuple(sorted(set(second.assignments) - set(first.assignments)))
    assert max(loads(second)) - min(loads(second)) <= 1


def test_a_judge_who_drops_out_is_replaced_and_nothing_else_moves() -> None:
    first = balanced_random_k(ENTRIES[:30], Bench(JUDGES[:6]), k=3, seed="s")
    mine = [duty for duty in first.assignments if duty.judge == "j00"]
    plan = replace_judge(first.assignments, Bench(JUDGES[:6]), leaving="j00", seed="s", finished=mine[:4])
    assert set(plan.removed) == set(mine[4:])
    assert len(plan.added) == len(plan.removed)
    assert not plan.short
    assert {duty.judge for duty in plan.added} <= set(JUDGES[1:6])
    assert Counter(duty.entry for duty in plan.assignments) == Counter(d.entry for d in first.assignments)
    others = [plan.loads[judge] for judge in JUDGES[1:6]]
    assert max(others) - min(others) <= 1


def test_a_late_judge_takes_unfinished_entries_from_the_busiest() -> None:
    first = balanced_random_k(ENTRIES[:30], Bench(JUDGES[:5]), k=3, seed="s")
    finished = first.assignments[:30]
    plan = join_judge(first.assignments, Bench(JUDGES[:6]), joining="j05", seed="s", finished=finished)
    assert plan.loads["j05"] == 15
    assert set(finished) <= set(plan.assignments)
    assert len(plan.assignments) == len(first.assignments)
    assert max(loads(plan)) - min(loads(plan)) <= 1


def test_the_gate_takes_the_most_popular() -> None:
    plan = gate_k(["pop", "rock", "folk"], Bench(["a", "b", "c"]), size=2, k=2, seed="s")
    assert Counter(duty.entry for duty in plan.assignments) == {"pop": 2, "rock": 2}


@pytest.mark.parametrize(
    ("pairs", "groups"),
    [([], []), ([("e", "a"), ("e", "b"), ("f", "c")], [["a", "b"], ["c"]])],
)
def test_judge_groups(pairs: list[tuple[str, str]], groups: list[list[str]]) -> None:
    assert judge_groups(Assignment(*pair) for pair in pairs) == groups
