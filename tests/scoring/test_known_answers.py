"""Known answers K1 to K7 of the method, computed by hand or from published results."""

from fractions import Fraction

import numpy as np
import pytest

from judging.scoring import compute
from judging.scoring.blend import borda, ranks_from_top, reciprocal_rank
from judging.scoring.chance import cut_line, probabilities
from judging.scoring.design import Design
from judging.scoring.eurovision import points_of_ranking
from judging.scoring.exact import Fixed, ints
from judging.scoring.inputs import arrange
from judging.scoring.normal import cdf, inverse_of_ratio
from judging.scoring.panel import score_panel
from judging.scoring.spread import adjust_spread
from judging.scoring.window import winsorised

from .rounds import column, readings, recipe, sheets

K1 = {("e1", "A"): 8, ("e1", "B"): 6, ("e2", "A"): 7, ("e2", "B"): 5, ("e3", "B"): 8}


def exactly(fixed: Fixed, value: int, expected: Fraction) -> bool:
    return abs(Fraction(value, fixed.one) - expected) < Fraction(1, 10**60)


def test_k1_panel_by_hand() -> None:
    rules = recipe({"panel": {"spread_shrinkage": 0}})
    panel = score_panel(arrange(sheets(K1), criteria=rules.panel.criteria), rules.panel)
    assert panel.fit is not None
    thetas = [Fraction(-4, 105), Fraction(-74, 105), Fraction(26, 35)]
    assert all(exactly(panel.fixed, v, e) for v, e in zip(panel.fit.theta, thetas, strict=True))
    leniencies = [Fraction(19, 35), Fraction(-19, 35)]
    assert all(exactly(panel.fixed, v, e) for v, e in zip(panel.fit.leniency, leniencies, strict=True))
    assert exactly(panel.fixed, panel.fit.pool_effects[0], Fraction(247, 35))
    assert compute(rules, sheets=sheets(K1)).entries == ("e3", "e1", "e2")


def test_k1_variance_of_the_entry_effects_alone() -> None:
    """1/d + a' S^-1 a with a = A_i / d: the pool's own uncertainty is left out, unlike in panel_sd."""
    rules = recipe({"panel": {"spread_shrinkage": 0}})
    panel = score_panel(arrange(sheets(K1), criteria=rules.panel.criteria), rules.panel)
    assert panel.fit is not None
    fixed = panel.fixed
    counts = {"e1": [2, 1, 1], "e2": [2, 1, 1], "e3": [1, 0, 1]}
    variances = {"e1": Fraction(61, 105), "e2": Fraction(61, 105), "e3": Fraction(23, 35)}
    for entry, row in counts.items():
        d = row[0] + 1
        a = np.array([fixed.of(Fraction(n, d)) for n in row], dtype=object)
        found = fixed.of(Fraction(1, d)) + (int((a * panel.fit.system.solve(a)).sum()) >> fixed.bits)
        assert exactly(fixed, found, variances[entry])


@pytest.mark.parametrize("method", ["leniency-adjusted-slopes", "leniency-adjusted-reliability"])
def test_a_fit_that_leaves_nothing_is_made_again_with_slopes_and_weights_of_1(method: str) -> None:
    """Each pool has one mark only: nothing is left to learn from, though judges who heard both pools differ in spread."""
    pools = {"e1": "a", "e2": "a", "e3": "b", "e4": "b"}
    heard = ["e1 A", "e1 B", "e1 C", "e2 A", "e2 C", "e3 A", "e3 B", "e4 C", "e4 B"]
    marks = {(entry, judge): {"a": 3, "b": 7}[pools[entry]] for entry, judge in map(str.split, heard)}
    panel = {"spread_shrinkage": 0, "lambda_judge": "1.8"}
    result = compute(recipe({"panel": panel | {"method": method}}), sheets=sheets(marks, pools))
    assert column(result, "theta") == {"e1": -2 * 10**6, "e2": -2 * 10**6, "e3": 2 * 10**6, "e4": 2 * 10**6}
    plain = compute(recipe({"panel": panel}), sheets=sheets(marks, pools))
    assert column(result, "panel_sd") == column(plain, "panel_sd")
    assert set(column(result, "panel").values()) == {0}


def test_k2_spread_step() -> None:
    marks: dict[tuple[str, str], int | str] = {(f"e{i}", "A"): y for i, y in enumerate([2, 4, 6, 8])}
    marks |= {(f"e{i}", "B"): y for i, y in enumerate(["5", "5.5", "6", "6.5"])}
    arranged = arrange(sheets(marks), criteria=recipe().panel.criteria)
    design = Design(arranged, Fixed())
    adjusted, _ = adjust_spread(design, Fraction(20))
    found = {
        judge: [design.fixed.float(v) for v in adjusted[arranged.judge == j]] for j, judge in enumerate("AB")
    }
    assert found["A"] == pytest.approx([2.1590316937, 4.0530105646, 5.9469894354, 7.8409683063], abs=1e-10)
    assert found["B"] == pytest.approx([4.9527186730, 5.4842395577, 6.0157604423, 6.5472813270], abs=1e-10)


def test_k3_winsorised_sum_and_normal_scores() -> None:
    grid = np.array([[10, 12, 11, 400, 9, 0, 13]])
    assert winsorised(grid, np.array([7]), Fraction(3), 1) // 2 == 88
    doubled = ranks_from_top(-ints([0, 0, 5, 20, 100]))
    scores = inverse_of_ratio(4 * doubled - 3, 8 * 5 + 2)
    expected = [-0.7916386077, -0.7916386077, 0, 0.4972005707, 1.1797611176]
    assert scores.tolist() == pytest.approx(expected, abs=1e-10)


def test_k4_probability_of_the_cut() -> None:
    scores, sds = np.array([2, 1.5, 1, 0.5, 0]), np.array([0.2, 0.5, 0.5, 0.5, 1])
    line = cut_line(scores, sds, 2)
    assert line == pytest.approx(1.3456366874, abs=1e-10)
    p = cdf((scores - line) / sds)
    expected = [0.9994657056, 0.6212352558, 0.2446968803, 0.0453923014, 0.0892098569]
    assert p.tolist() == pytest.approx(expected, abs=1e-10)
    micro = probabilities(
        ints((scores * 10**6).astype(int)), ints((sds * 10**6).astype(int)), share=Fraction(1), size=2
    )
    assert micro.tolist() == [999466, 621235, 244697, 45392, 89210]


def test_k7_blends() -> None:
    panel, popularity = ints([3, 1, 2, 5, 4]), ints([10, 50, 40, 20, 30])
    rules = recipe({"blend": {"popularity": 1, "panel": 1}}).blend
    assert borda(popularity, panel, rules).tolist() == [-4_000000, -3_000000, -3_000000, -2_500000, -2_500000]
    rrf = [0.0156288156, 0.0158890290, 0.0158770161, 0.0160092213, 0.0160010241]
    assert reciprocal_rank(popularity, panel, rules).tolist() == [round(value * 10**6) for value in rrf]
    ranks = [ranks_from_top(part) for part in (popularity, panel)]
    scores = [inverse_of_ratio(4 * (12 - doubled) - 3, 42) for doubled in ranks]
    expected = [-0.5898805588, 0, 0, 0.3412802735, 0.2486002853]
    assert ((scores[0] + scores[1]) / 2).tolist() == pytest.approx(expected, abs=1e-10)


def test_k7_eurovision_points_of_two_rankings() -> None:
    panel = sorted("abcde", key=lambda e: -dict(a=3, b=1, c=2, d=5, e=4)[e])
    public = sorted("abcde", key=lambda e: -dict(a=10, b=50, c=40, d=20, e=30)[e])
    points = points_of_ranking(panel, voter="v", side="jury") + points_of_ranking(
        public, voter="v", side="public"
    )
    rules = recipe({"blend": {"method": "eurovision"}, "tie": {"chain": "popularity-first"}})
    total = column(compute(rules, points=points), "blend")
    assert {entry: value / 2_000000 for entry, value in total.items()} == dict(a=7, b=9, c=8.5, d=9.5, e=9)


def test_k3_as_a_round() -> None:
    plays = {"a": [0], "b": [0], "c": [5], "d": [20], "e": [100]}
    rules = recipe({"blend": {"popularity": 1, "panel": 0}})
    result = compute(rules, readings=readings(plays))
    z = [-0.7916386077, -0.7916386077, 0, 0.4972005707, 1.1797611176]
    sd = float(np.std(z))
    assert column(result, "popularity") == {e: round(v / sd * 10**6) for e, v in zip("abcde", z, strict=True)}
