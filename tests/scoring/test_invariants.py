"""What must hold for every round, whatever its numbers."""

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from judging.scoring import VERSION, Readings, Recipe, Result, compute
from judging.scoring.blend import blend
from judging.scoring.chance import cut_line, probabilities
from judging.scoring.exact import ints
from judging.scoring.inputs import arrange
from judging.scoring.normal import cdf
from judging.scoring.panel import score_panel
from judging.scoring.popularity import score_popularity
from judging.scoring.ranking import rank, select
from judging.scoring.recipe import BLEND_METHODS, PANEL_METHODS, POPULARITY_METHODS

from .rounds import column, daily, readings, recipe, sheets, windows_of

ENTRIES, JUDGES = [f"e{i}" for i in range(6)], ["A", "B", "C", "D"]
Marks = dict[tuple[str, str], int]
FIT_METHODS = [method for method in PANEL_METHODS if method.startswith("leniency")]
PART_BLENDS = [method for method in BLEND_METHODS if method != "eurovision"]

full_marks = st.fixed_dictionaries({(e, j): st.integers(1, 10) for e in ENTRIES for j in JUDGES})
some_marks = st.dictionaries(
    st.tuples(st.sampled_from(ENTRIES), st.sampled_from(JUDGES)), st.integers(1, 10), min_size=1
)
plays = st.dictionaries(
    st.sampled_from(ENTRIES), st.lists(st.integers(0, 60), min_size=3, max_size=6), min_size=1, max_size=6
)
some = settings(max_examples=40, deadline=None)


def thetas(marks: Mapping[tuple[str, str], Any], **panel: Any) -> dict[str, float]:
    """theta per entry before rounding."""
    rules = recipe({"panel": panel}).panel
    scored = score_panel(arrange(sheets(marks), criteria=rules.criteria), rules)
    assert scored.fit is not None
    return {e: scored.fixed.float(v) for e, v in zip(scored.sheets.entries, scored.fit.theta, strict=True)}


@given(
    some_marks,
    plays,
    st.randoms(),
    st.sampled_from(PANEL_METHODS),
    st.sampled_from(POPULARITY_METHODS),
    st.sampled_from(PART_BLENDS),
)
@settings(max_examples=60, deadline=None)
def test_1_row_order_does_not_matter(
    marks: Marks, values: dict[str, list[int]], random: Any, panel: str, popularity: str, method: str
) -> None:
    rules = recipe(
        {
            "panel": {"method": panel},
            "popularity": {"method": popularity},
            "blend": {"method": method, "popularity": 1},
        }
    )
    rows, lines = sheets(marks), daily(values) + daily(values, region="KR")
    from_sorted = compute(rules, sheets=rows, readings=Readings.of(lines)).to_csv()
    random.shuffle(rows)
    random.shuffle(lines)
    assert compute(rules, sheets=rows, readings=Readings.of(lines)).to_csv() == from_sorted


@given(some_marks, st.sampled_from(PANEL_METHODS))
@some
def test_2_other_names_for_entries_and_judges_permute_the_result(marks: Marks, method: str) -> None:
    rules = recipe({"panel": {"method": method}})
    renamed = {(f"x{9 - int(e[1])}", j.lower()): mark for (e, j), mark in marks.items()}
    before, after = (compute(rules, sheets=sheets(m)) for m in (marks, renamed))
    for name in ("blend", "theta", "panel_sd", "probability", "sheets"):
        moved = {f"x{9 - int(e[1])}": value for e, value in column(before, name).items()}
        assert column(after, name) == moved


@given(plays, plays, st.sampled_from(POPULARITY_METHODS))
@some
def test_2_other_names_for_entries_and_regions_permute_popularity(
    first: dict[str, list[int]], second: dict[str, list[int]], method: str
) -> None:
    rules = recipe({"popularity": {"method": method}, "blend": {"popularity": 1, "panel": 0}})

    def scores(names: Mapping[str, str], regions: tuple[str, str]) -> dict[str, Any]:
        lines = [
            *daily({names[e]: v for e, v in first.items()}, region=regions[0]),
            *daily({names[e]: v for e, v in second.items()}, region=regions[1]),
        ]
        return column(compute(rules, readings=Readings.of(lines)), "popularity")

    before = scores({e: e for e in ENTRIES}, ("JP", "KR"))
    turned = {e: f"x{9 - n}" for n, e in enumerate(ENTRIES)}
    assert scores(turned, ("z", "a")) == {turned[e]: value for e, value in before.items()}


@given(some_marks, st.integers(2, 9), st.integers(-5, 5), st.sampled_from(PANEL_METHODS))
@some
def test_3_another_scale_of_marks_scales_theta_and_keeps_the_order(
    marks: Marks, a: int, c: int, method: str
) -> None:
    rules = recipe({"panel": {"method": method}})
    other = {key: a * mark + c for key, mark in marks.items()}
    before, after = (compute(rules, sheets=sheets(m)) for m in (marks, other))
    assert column(before, "panel") == column(after, "panel")
    assert before.entries == after.entries
    if method in (*FIT_METHODS, "raw-mean", "trimmed-mean"):
        for entry, theta in column(before, "theta").items():
            assert abs(a * theta - column(after, "theta")[entry]) <= a


@given(full_marks, st.sampled_from(ENTRIES), st.sampled_from(JUDGES), st.integers(1, 5))
@some
def test_4_a_higher_mark_helps_and_nobody_overtakes(marks: Marks, entry: str, judge: str, more: int) -> None:
    before = thetas(marks, spread_shrinkage=0)
    after = thetas({**marks, (entry, judge): marks[entry, judge] + more}, spread_shrinkage=0)
    assert after[entry] > before[entry]
    for other in ENTRIES:
        if before[entry] > before[other] + 1e-9:
            assert after[entry] > after[other]


def test_4_also_with_the_spread_step_and_where_judges_heard_different_entries() -> None:
    """Not proven there, so the cases are the same each time: 120 panels of which half of the pairs are missing."""
    chance = random.Random(4)
    for _ in range(120):
        pairs = [(e, j) for e in ENTRIES for j in JUDGES if chance.random() < 0.5]
        marks = {pair: chance.randint(1, 10) for pair in pairs}
        raised = chance.choice(pairs)
        for shrinkage in (0, 20):
            before = thetas(marks, spread_shrinkage=shrinkage)
            after = thetas(marks | {raised: marks[raised] + chance.randint(1, 5)}, spread_shrinkage=shrinkage)
            assert after[raised[0]] >= before[raised[0]] - 1e-12
            led = [e for e in before if before[raised[0]] > before[e] + 1e-9]
            assert all(after[raised[0]] > after[e] for e in led)


@given(some_marks, st.sampled_from(JUDGES), st.integers(-4, 4))
@some
def test_5_a_judge_who_is_kinder_to_all_changes_little(marks: Marks, judge: str, shift: int) -> None:
    shifted = {(e, j): mark + shift * (j == judge) for (e, j), mark in marks.items()}
    free = [thetas(m, lambda_judge="0.0000000001") for m in (marks, shifted)]
    assert all(abs(free[0][e] - free[1][e]) < 1e-6 for e in free[0])
    held = [thetas(m, lambda_judge=2) for m in (marks, shifted)]
    assert all(abs(held[0][e] - held[1][e]) < abs(shift) or not shift for e in held[0])


@given(full_marks)
@some
def test_6_lambda_from_nothing_to_everything(marks: Marks) -> None:
    assert all(abs(theta) < 1e-6 for theta in thetas(marks, lambda_entry="1000000000").values())
    free = thetas(marks, lambda_entry="0.0000000001", lambda_judge="0.0000000001", spread_shrinkage=0)
    mean = sum(marks.values()) / len(marks)
    for entry, theta in free.items():
        assert theta == pytest.approx(sum(marks[entry, j] for j in JUDGES) / len(JUDGES) - mean, abs=1e-6)


@given(some_marks)
@some
def test_6_lambda_of_nothing_is_least_squares_whoever_heard_what(marks: Marks) -> None:
    """Differences of entries in one connected panel, against numpy's solution of mark = entry + judge."""
    assume(compute(recipe(), sheets=sheets(marks)).panel_part.components == 1)
    entries, judges = (sorted({pair[k] for pair in marks}) for k in (0, 1))
    rows = np.zeros((len(marks), len(entries) + len(judges)))
    for row, (entry, judge) in zip(rows, marks, strict=True):
        row[entries.index(entry)] = row[len(entries) + judges.index(judge)] = 1
    found = np.linalg.lstsq(rows, np.array(list(marks.values()), dtype=float), rcond=None)[0]
    free = thetas(marks, lambda_entry="0.0000000001", lambda_judge="0.0000000001", spread_shrinkage=0)
    for k, entry in enumerate(entries):
        assert free[entry] - free[entries[0]] == pytest.approx(found[k] - found[0], abs=1e-5)


@given(st.dictionaries(st.sampled_from(ENTRIES), st.integers(1, 50), min_size=1), st.integers(2, 40))
@some
def test_7_an_increasing_change_of_a_metric_changes_nothing(rates: dict[str, int], factor: int) -> None:
    rules = recipe({"blend": {"popularity": 1, "panel": 0}})
    before, after = (
        compute(rules, readings=readings({e: [factor**k * v ** (k + 1)] * 4 for e, v in rates.items()}))
        for k in (0, 1)
    )
    assert before.to_csv() == after.to_csv()


@given(
    st.lists(st.lists(st.integers(1, 60), min_size=5, max_size=5), min_size=2, max_size=6),
    st.integers(2, 50),
    st.sampled_from([("plays", "JP"), ("plays", "KR"), ("likes", "JP")]),
    st.sampled_from(["robust-normal-score", "hardened", "percentile-region"]),
)
@some
def test_7_a_region_or_a_metric_counted_in_other_units_changes_nothing(
    values: list[list[int]], factor: int, scaled: tuple[str, str], method: str
) -> None:
    """Medians are at least 1 before and after, so the floor of winsorising plays no part; regions weigh the same."""
    rules = recipe({"popularity": {"method": method, "metrics": {"plays": "0.7", "likes": "0.3"}}}).popularity
    cells = [("plays", "JP", 0), ("plays", "KR", 1), ("likes", "JP", 2)]

    def scores(times: int) -> list[int]:
        lines = []
        for metric, region, turn in cells:
            by = times if (metric, region) == scaled else 1
            own = {f"e{n}": [v * by for v in values[(n + turn) % len(values)]] for n in range(len(values))}
            lines += daily(own, metric=metric, region=region)
        return list(score_popularity(Readings.of(lines), rules).score.tolist())

    assert scores(factor) == scores(1)


@given(plays, st.integers(1, 1000), st.data())
@some
def test_7_more_plays_never_lower_the_score_and_a_spike_beyond_the_cap_does_nothing(
    values: dict[str, list[int]], more: int, data: st.DataObject
) -> None:
    rules = recipe().popularity
    entry = data.draw(st.sampled_from(sorted(values)))
    day = data.draw(st.integers(0, len(values[entry]) - 1))
    days = [*values[entry]]
    days[day] += more
    scored = [score_popularity(readings(v), rules) for v in (values, {**values, entry: days})]
    place = sorted(values).index(entry)
    assert scored[1].metric_z[place, 0] >= scored[0].metric_z[place, 0]
    top = 10**6
    spikes = [[*values[entry], peak, 0, 0, 0, 0, 0] for peak in (top, 5 * top)]
    first, second = (score_popularity(readings({**values, entry: v}), rules) for v in spikes)
    assert first.score.tolist() == second.score.tolist()


@given(plays, plays, plays)
@some
def test_8_one_metric_alone_lifts_no_entry_above_its_median_and_the_cap(
    first: dict[str, list[int]], second: dict[str, list[int]], third: dict[str, list[int]]
) -> None:
    rules = recipe({"popularity": {"metrics": {"plays": "0.4", "likes": "0.3", "saves": "0.3"}}}).popularity
    rest = {entry: [n + 1] * 5 for n, entry in enumerate(ENTRIES)}
    boosted = {**first, "e0": [10**7] * 5}
    likes, saves = ({**rest, **values, "e0": [0] * 5} for values in (second, third))
    lines = daily(boosted) + daily(likes, metric="likes") + daily(saves, metric="saves")
    scored = score_popularity(Readings.of(lines), rules)
    totals = scored.score / 1e6 * scored.spread
    for z, total in zip(scored.metric_z, totals.tolist(), strict=True):
        assert total <= np.median(z[~np.isnan(z)]) + 0.5 + 1e-6


@given(
    st.lists(st.tuples(st.integers(-3 * 10**6, 3 * 10**6), st.integers(1, 10**6)), min_size=2, max_size=30),
    st.data(),
)
@some
def test_9_probabilities_sum_to_the_size_of_the_cut(
    pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    scores, sds = (np.array(column) / 10**6 for column in zip(*pairs, strict=True))
    size = data.draw(st.integers(1, len(pairs) - 1))
    line = cut_line(scores, sds, size)
    assert float(cdf((scores - line) / sds).sum()) == pytest.approx(size, abs=1e-9)
    columns = ints(s for s, _ in pairs), ints(sd for _, sd in pairs)
    p = probabilities(*columns, share=Fraction(1), size=size)
    assert abs(int(p.sum()) - size * 10**6) <= len(pairs)
    for (s, sd), mine in zip(pairs, p.tolist(), strict=True):
        assert all(
            mine >= other for (t, td), other in zip(pairs, p.tolist(), strict=True) if t < s and td == sd
        )
    assert set(probabilities(*columns, share=Fraction(1), size=len(pairs)).tolist()) == {10**6}
    assert set(probabilities(*columns, share=Fraction(1), size=0).tolist()) == {0}


@given(
    some_marks,
    plays,
    st.sampled_from([method for method in PART_BLENDS if method != "panel-gate-then-popularity"]),
)
@some
def test_10_a_weight_of_zero_leaves_the_pure_order(
    marks: Marks, values: dict[str, list[int]], method: str
) -> None:
    for weights, part in (
        ({"popularity": 1, "panel": 0}, "popularity"),
        ({"popularity": 0, "panel": 1}, "panel"),
    ):
        rules = recipe({"blend": {"method": method, **weights}})
        result = compute(rules, sheets=sheets(marks), readings=readings(values))
        scores = [value or 0 for value in column(result, part).values()]
        assert scores == sorted(scores, reverse=True)


@given(some_marks, plays, st.sampled_from(PART_BLENDS), st.integers(2, 1000))
@some
def test_11_both_weights_times_the_same_number(
    marks: Marks, values: dict[str, list[int]], method: str, k: int
) -> None:
    rules = [recipe({"blend": {"method": method, "popularity": 3 * f, "panel": 2 * f}}) for f in (1, k)]
    rows, lines = sheets(marks), readings(values)
    one, other = (compute(rule, sheets=rows, readings=lines).to_csv() for rule in rules)
    assert one == other


@given(
    st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=12),
    st.sampled_from(PART_BLENDS),
    st.integers(0, 12),
    st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_12_the_better_in_both_parts_is_never_behind(
    parts: list[tuple[int, int]], method: str, size: int, cap: bool
) -> None:
    rules = recipe({"blend": {"method": method, "popularity": 1, "panel": 2, "popularity_cap": cap}}).blend
    scores = blend(
        ints(p * 10**5 for p, _ in parts), ints(j * 10**5 for _, j in parts), rules, size=size
    ).tolist()
    panel = ints(j for _, j in parts)
    order = rank(
        [str(i) for i in range(len(parts))], [(1, [ints(scores)]), (2, [panel])], seed="s"
    ).order.tolist()
    for place, i in enumerate(order):
        for j in order[:place]:
            assert not (parts[i][0] > parts[j][0] and parts[i][1] > parts[j][1]), (
                "who is better stands before"
            )


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=12), st.data())
@some
def test_13_with_frozen_parts_an_unselected_entry_changes_nothing(
    parts: list[tuple[int, int]], data: st.DataObject
) -> None:
    rules = recipe({"blend": {"popularity": 1, "panel": 1}}).blend
    size = data.draw(st.integers(1, len(parts) - 1))

    def chosen(kept: list[int]) -> list[int]:
        public, panel = (ints(parts[i][k] * 10**6 for i in kept) for k in (0, 1))
        scores = blend(public, panel, rules, size=size)
        order = rank([str(i) for i in kept], [(1, [scores]), (2, [panel])], seed="s")
        flags = select(order, np.ones(len(kept), dtype=np.bool_), size=size, extend=False)
        return [i for i, flag in zip(kept, flags, strict=True) if flag]

    everyone = list(range(len(parts)))
    out = data.draw(st.sampled_from([i for i in everyone if i not in chosen(everyone)]))
    assert chosen([i for i in everyone if i != out]) == chosen(everyone)


@given(
    some_marks,
    st.sampled_from(["panel-first", "popularity-first", "countback", "extend-cut"]),
    st.integers(1, 5),
)
@some
def test_14_every_pair_across_the_line_has_a_deciding_level(marks: Marks, chain: str, size: int) -> None:
    result = compute(recipe({"tie": {"chain": chain}}, size=size), sheets=sheets(marks))
    chosen = set(result.chosen())
    for inside in chosen:
        for outside in set(result.entries) - chosen:
            level = result.deciding_level(inside, outside)
            assert 1 <= level <= 6
            same = result.row(result.position(inside)).blend == result.row(result.position(outside)).blend
            assert (level == 1) != same


@given(full_marks, st.sampled_from(PANEL_METHODS))
@some
def test_17_equal_inputs_get_equal_scores(marks: Marks, method: str) -> None:
    twin = {**marks, **{("e1", judge): marks["e0", judge] for judge in JUDGES}}
    result = compute(recipe({"panel": {"method": method}}, size=3), sheets=sheets(twin))
    assert column(result, "blend")["e0"] == column(result, "blend")["e1"]
    assert result.deciding_level("e0", "e1") == 6


@given(plays, plays, st.sampled_from(POPULARITY_METHODS))
@some
def test_17_equally_popular_entries_get_equal_scores(
    first: dict[str, list[int]], second: dict[str, list[int]], method: str
) -> None:
    lines = []
    for region, values in (("JP", first), ("KR", second)):
        kept = {e: v for e, v in values.items() if e != "e1"}
        lines += daily(kept | ({"e1": values["e0"]} if "e0" in values else {}), region=region)
    rules = recipe({"popularity": {"method": method}, "blend": {"popularity": 1, "panel": 0}}, size=3)
    result = compute(rules, readings=Readings.of(lines))
    assume("e0" in result.entries)
    assert column(result, "popularity")["e0"] == column(result, "popularity")["e1"]
    assert result.deciding_level("e0", "e1") == 6


@given(some_marks, st.sampled_from(JUDGES))
@some
def test_18_a_withdrawn_judge_leaves_no_trace(marks: Marks, judge: str) -> None:
    kept = {key: mark for key, mark in marks.items() if key[1] != judge}
    assume(kept)
    incomplete = {(e, judge): None for e in {key[0] for key in kept}}
    without, emptied = (compute(recipe(), sheets=sheets(m)) for m in (kept, {**kept, **incomplete}))
    assert without.to_csv() == emptied.to_csv()


def test_a_region_with_zeros_only_has_no_active_entries() -> None:
    rules = recipe({"popularity": {"region_minimum_entries": 1}, "blend": {"popularity": 1, "panel": 0}})
    lines = Readings.of(daily({"a": [1], "b": [2]}) + daily({"a": [0], "b": [0]}, region="KR"))
    for given_ in (lines, windows_of(lines, 28, {"plays"})):
        part = compute(rules, readings=given_).popularity_part
        assert part is not None
        assert part.window.merged == ("KR",)
        assert part.window.regions == ("JP", "Other")


def test_everything_alike_is_decided_by_the_draw() -> None:
    marks = {(e, j): 7 for e in ENTRIES for j in JUDGES}
    result = compute(recipe(size=2), sheets=sheets(marks))
    assert set(result.blend.tolist()) == {0}
    assert set(result.tie_level.tolist()) == {6}
    assert len(result.chosen()) == 2
    longer = compute(recipe({"tie": {"chain": "extend-cut"}}, size=2), sheets=sheets(marks))
    assert len(longer.chosen()) == len(ENTRIES)


def test_rules_and_results_survive_a_round_trip() -> None:
    for method in BLEND_METHODS:
        rules = recipe({"blend": {"method": method}, "panel": {"lambda_entry": "estimate"}})
        again = Recipe.from_mapping(rules.to_mapping())
        assert again == rules
        assert again.canonical_bytes() == rules.canonical_bytes()
        assert json.loads(rules.canonical_bytes())["version"] == VERSION
    assert recipe(seed="a").digest() != recipe(seed="b").digest()
    assert replace(recipe(), cut_size=3).digest() != recipe().digest()


def test_a_gate_without_places_leaves_the_panel_order() -> None:
    rules = recipe({"blend": {"method": "panel-gate-then-popularity"}}).blend
    assert blend(ints([1, 2]), ints([2, 1]), rules, size=0).tolist() == [750000, 250000]


def test_nothing_at_all_is_a_result() -> None:
    result: Result = compute(recipe(size=3), sheets=[])
    assert len(result) == 0
    assert result.to_csv().count(b"\n") == 1
