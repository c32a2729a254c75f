"""Statistics of the chair's room on a simulated panel whose truth is known."""

import math

import numpy as np
import pytest

from judging.scoring import Result, Sheet, compute
from judging.scoring.agreement import (
    affinities,
    benjamini_hochberg,
    disagreements,
    judge_agreement,
    line_zone,
    listen_values,
    next_listens,
    rank_interval,
)
from judging.scoring.assignment import Bench, balanced_random_k
from judging.scoring.whatif import without_each_judge

from .rounds import recipe, sheets

ENTRIES, JUDGES = [f"e{i:03}" for i in range(300)], [f"j{i:02}" for i in range(20)]
LABEL = {entry: f"label {i % 12}" for i, entry in enumerate(ENTRIES)}


def simulated(seed: int, *, favor: float = 0.0) -> list[Sheet]:
    """300 entries, 6 of 20 judges each; judge j02 favors label 3."""
    rng = np.random.default_rng(seed)
    quality = dict(zip(ENTRIES, rng.normal(0, 1, 300), strict=True))
    leniency = {judge: 0.1 * (i - 10) for i, judge in enumerate(JUDGES)}
    plan = balanced_random_k(ENTRIES, Bench(JUDGES), k=6, seed=str(seed))
    rows = []
    for entry, judge in plan.assignments:
        extra = favor if judge == "j02" and LABEL[entry] == "label 3" else 0.0
        mark = 5.5 + quality[entry] + leniency[judge] + rng.normal(0, 0.8) + extra
        rows.append(Sheet(entry, judge, {"song": f"{mark:.1f}"}))
    return rows


@pytest.fixture(scope="module")
def result() -> Result:
    return compute(
        recipe({"panel": {"lambda_entry": "0.6", "lambda_judge": "1.8"}}, size=30), sheets=simulated(1)
    )


def test_leniency_intervals_hold_the_truth(result: Result) -> None:
    assert result.panel_part is not None
    rows = judge_agreement(result.panel_part)
    inside = 0
    for i, row in enumerate(rows):
        assert (
            row.leniency is not None and row.leniency_interval is not None and row.spread_interval is not None
        )
        low, high = row.leniency_interval
        inside += low <= 0.1 * (i - 10) - (-0.05) <= high
        assert low < row.leniency < high
        assert row.spread_interval[0] < 1.2 and row.spread_interval[1] > 0.8
        assert row.noise == pytest.approx(0.8, abs=0.35)
    assert inside >= 17


def test_a_large_favor_is_found_and_an_honest_panel_is_not_accused() -> None:
    rules = recipe({"panel": {"lambda_entry": "0.6", "lambda_judge": "1.8", "spread_shrinkage": 0}}, size=30)
    guilty = compute(rules, sheets=simulated(2, favor=2.5)).panel_part
    assert guilty is not None
    found = [(a.judge, a.group) for a in affinities(guilty, LABEL) if a.flagged]
    assert found == [("j02", "label 3")]
    for seed in (3, 4):
        honest = compute(rules, sheets=simulated(seed)).panel_part
        assert honest is not None
        assert not [a for a in affinities(honest, LABEL) if a.flagged]


def test_benjamini_hochberg() -> None:
    values = [0.01, 0.02, 0.03, 0.5]
    assert benjamini_hochberg(values, rate=0.05) == 0.03
    assert benjamini_hochberg([0.5, 0.6], rate=0.05) < 0
    assert benjamini_hochberg([], rate=0.05) < 0


def test_the_widest_disagreement_comes_first() -> None:
    marks = {("a", "x"): 5, ("a", "y"): 5, ("b", "x"): 2, ("b", "y"): 9, ("c", "x"): 5}
    rules = recipe({"panel": {"spread_shrinkage": 0}})
    panel = compute(rules, sheets=sheets(marks)).panel_part
    assert panel is not None
    rows = disagreements(panel)
    assert [row.entry for row in rows] == ["b", "a"]
    leniency = {judge.code: judge.leniency / 10**6 for judge in panel.judges}
    gap = (9 - leniency["y"]) - (2 - leniency["x"])
    assert rows[0].highest - rows[0].lowest == pytest.approx(gap, abs=2e-6)
    assert rows[0].deviation == pytest.approx(gap / math.sqrt(2), abs=2e-6)


def test_the_line_zone_counts_what_may_be_wrong(result: Result) -> None:
    zone = line_zone(result)
    assert zone.clearly_in + len(zone.entries) + zone.clearly_out == 300
    p = {row.entry: row.probability / 10**6 for row in result.rows()}
    assert all(0.02 < p[entry] < 0.98 for entry in zone.entries)
    assert zone.expected_wrong_picks == pytest.approx(sum(1 - p[entry] for entry in result.chosen()))
    assert 0 < zone.expected_wrong_picks < 15


def test_more_listens_help_at_the_line(result: Result) -> None:
    best = next_listens(result, count=10)
    assert len({listen.entry for listen in best}) == 10
    assert [listen.value for listen in best] == sorted((listen.value for listen in best), reverse=True)
    positions = [result.position(listen.entry) for listen in best]
    assert all(10 <= position <= 60 for position in positions)
    assert next_listens(result, count=10, most=6) == []
    assert listen_values(compute(recipe(size=300), sheets=simulated(1))).tolist() == [0.0] * 300


def test_an_interval_of_ranks(result: Result) -> None:
    for entry in (result.entries[0], result.entries[150], result.entries[299]):
        best, worst = rank_interval(result, entry)
        assert best <= result.position(entry) + 1 <= worst
    best, worst = rank_interval(result, result.entries[150])
    assert worst - best > 20


def test_the_influence_of_one_judge() -> None:
    marks = {
        (e, j): m
        for j, row in {"x": "123", "y": "123", "z": "931"}.items()
        for e, m in zip("abc", row, strict=True)
    }
    changes = without_each_judge(recipe(size=1), sheets=sheets(marks))
    assert {judge: (c.entered, c.left) for judge, c in changes.items() if c.entered or c.left} == {
        "z": (("c",), ("a",)),
    }
