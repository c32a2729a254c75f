"""Adaptive assignment of round one: a gate by popularity, some exploration, then waves where listens help most.

A budget of B sheets goes 30% to the most popular entries, 5% to others drawn at random, 60% to eight waves and 5% to
the last pass that brings everyone near the line to three judges. Between waves the round is scored again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .agreement import listen_values, scores_and_sds
from .assignment import Assignment, Bench, Plan, balanced_random_k, deal, draw
from .compute import Result
from .normal import Floats

WAVES = 8
MOST_SHEETS = 12
LEAST_SHEETS = 3
NEAR_THE_LINE = 25
GATE, EXPLORATION = "gate", "exploration"


@dataclass(frozen=True, slots=True)
class Budget:
    """Sheets for each step; they sum to the whole."""

    gate: int
    exploration: int
    waves: tuple[int, ...]
    last: int


def budget(sheets: int) -> Budget:
    """Split a budget of sheets over the steps."""
    gate, exploration, last = sheets * 30 // 100, sheets * 5 // 100, sheets * 5 // 100
    rest = sheets - gate - exploration - last
    waves = tuple(rest // WAVES + (number < rest % WAVES) for number in range(WAVES))
    return Budget(gate, exploration, waves, last)


def first_pass(
    by_popularity: Sequence[str], bench: Bench, *, shares: Budget, seed: str
) -> tuple[Plan, Mapping[str, str]]:
    """One judge for each gated and each explored entry, and the pool of each: gate or exploration.

    Declare the pools in the sheets: inside each of them entries were dealt at random.
    """
    gate = by_popularity[: shares.gate]
    others = sorted(by_popularity[shares.gate :], key=lambda entry: (draw(seed, "exploration", entry), entry))
    explored = others[: shares.exploration]
    pools = {**dict.fromkeys(gate, GATE), **dict.fromkeys(explored, EXPLORATION)}
    return balanced_random_k([*gate, *explored], bench, k=1, seed=f"{seed} first pass"), pools


def adaptive_gain(
    result: Result, bench: Bench, *, standing: Iterable[Assignment], size: int, seed: str, wave: int
) -> Plan:
    """One wave: one more judge for each of the `size` entries where that is worth most for the cut."""
    return _wave(result, listen_values(result), bench, standing, size, f"{seed} wave {wave}")


def adaptive_ucb(
    result: Result, bench: Bench, *, standing: Iterable[Assignment], size: int, seed: str, wave: int
) -> Plan:
    """One wave: one more judge for each of the `size` entries that could stand highest, by blend + one sd."""
    scores, sds = scores_and_sds(result)
    return _wave(result, scores + sds, bench, standing, size, f"{seed} wave {wave}")


def last_pass(result: Result, bench: Bench, *, standing: Iterable[Assignment], size: int, seed: str) -> Plan:
    """Bring the best entries, to 25 beyond the cut, to as many judges as may be selected on, at least three.

    It spends at most `size` sheets, best rank first.
    """
    least = max(LEAST_SHEETS, result.recipe.panel.minimum_sheets)
    kept = set(standing)
    have = Counter(duty.entry for duty in kept)
    wanted: dict[str, int] = {}
    for entry in result.entries[: result.recipe.cut_size + NEAR_THE_LINE]:
        need = least - have[entry]
        if 0 < need <= size:
            size -= need
            wanted[entry] = least
    return deal(wanted, bench, seed=f"{seed} last pass", standing=kept)


def _wave(
    result: Result, values: Floats, bench: Bench, standing: Iterable[Assignment], size: int, seed: str
) -> Plan:
    """Deal one more judge to the entries of highest value; equal values are settled by the draw."""
    kept = set(standing)
    have = Counter(duty.entry for duty in kept)
    barred = Counter(entry for _, entry in bench.conflicts)
    counts = np.rint(values * 10**6).astype(np.int64)
    most = {entry: min(MOST_SHEETS, len(bench.judges) - barred[entry]) for entry in result.entries}
    open_to = [i for i, entry in enumerate(result.entries) if have[entry] < most[entry]]
    open_to.sort(key=lambda i: (-int(counts[i]), draw(seed, result.entries[i])))
    chosen = [result.entries[i] for i in open_to[:size]]
    return deal({entry: have[entry] + 1 for entry in chosen}, bench, seed=seed, standing=kept)
