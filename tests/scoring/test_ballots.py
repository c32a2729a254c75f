"""Points made of sheets and readings (rules 42 to 45): who gives them, in which order, and what their sum decides."""

import random
from collections import defaultdict

import pytest

from judging.scoring import Reading, Readings, Recipe, RecipeError, Result, compute
from judging.scoring.explain import as_text, explain
from tests.scoring.rounds import column, daily, recipe, sheets, windows_of

ENTRIES = [f"e{number:02}" for number in range(12)]
BOTH = {"blend": {"method": "eurovision", "popularity": "0.5", "panel": "0.5"}}
PANEL = {"blend": {"method": "eurovision", "popularity": 0, "panel": 1}}
POPULARITY = {"blend": {"method": "eurovision", "popularity": 1, "panel": 0}}
COUNTBACK = (12, 10, 8, 7, 6, 5, 4, 3, 2, 1)
MARKS = {
    (entry, judge): (place * step) % 13
    for place, entry in enumerate(ENTRIES, 1)
    for judge, step in (("ann", 1), ("ben", 5), ("cho", 8))
}
"""Every judge marks every entry, from 0 to 12, each mark once."""
LINES = daily({entry: [place, place + 3] for place, entry in enumerate(ENTRIES)}, region="JP") + daily(
    {entry: [40 - place * 2] for place, entry in enumerate(ENTRIES[2:])}, region="KR"
)


def given(result: Result) -> dict[tuple[str, str], dict[str, int]]:
    """Side and voter to entry to points."""
    assert result.tally is not None
    by_voter: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for point in result.tally.given:
        by_voter[point.side, point.voter][point.entry] = point.points
    return by_voter


def both(rules: Recipe | None = None) -> Result:
    return compute(rules or recipe(BOTH, size=3), sheets=sheets(MARKS), readings=Readings.of(LINES))


def test_each_judge_and_each_market_gives_points_to_its_ten_best() -> None:
    by_voter = given(both())
    for judge in ("ann", "ben", "cho"):
        order = sorted(ENTRIES, key=lambda entry: -MARKS[entry, judge])
        assert by_voter["jury", judge] == dict(zip(order, COUNTBACK, strict=False))
    assert by_voter["public", "JP"] == dict(zip(reversed(ENTRIES), COUNTBACK, strict=False))
    assert by_voter["public", "KR"] == dict(zip(ENTRIES[2:], COUNTBACK, strict=False))
    assert len(by_voter) == 5


def test_the_sum_decides_and_everyone_stands_in_it() -> None:
    result = both()
    total = {e: sum(points.get(e, 0) for points in given(result).values()) for e in ENTRIES}
    assert column(result, "blend") == {e: points * 10**6 for e, points in total.items()}
    assert sorted(result.entries) == ENTRIES
    assert [total[e] for e in result.entries] == sorted(total.values(), reverse=True)
    assert set(column(result, "sheets").values()) == {3}
    jury, public = column(result, "panel"), column(result, "popularity")
    assert all(jury[e] + public[e] == total[e] * 10**6 for e in ENTRIES)
    assert sum(jury.values()) == 3 * 58 * 10**6


@pytest.mark.parametrize(("rules", "sides"), [(PANEL, {"jury"}), (POPULARITY, {"public"})])
def test_a_side_without_weight_gives_nothing(rules: dict[str, dict[str, object]], sides: set[str]) -> None:
    assert {side for side, _ in given(both(recipe(rules, size=3)))} == sides


def test_who_was_not_played_in_a_market_gets_nothing_there() -> None:
    lines = daily({"a": [5], "b": [0], "c": [9]}, region="JP") + daily(
        {"a": [0], "b": [0], "c": [0]}, region="KR"
    )
    result = compute(recipe(POPULARITY), readings=Readings.of(lines))
    assert given(result) == {("public", "JP"): {"c": 12, "a": 10}}


def test_a_judge_orders_equals_by_the_weightiest_criterion_then_by_a_draw_of_their_own() -> None:
    rules = recipe({**PANEL, "panel": {"criteria": {"song": "0.6", "stage": "0.4"}, "minimum_sheets": 0}})
    marks = {"a": ("5", "5"), "b": ("7", "2")}  # 5.0 each
    filed = [sheet for judge in ("ann", "ben") for sheet in sheets({(e, judge): 0 for e in marks})]
    filed = [
        type(s)(s.entry, s.judge, dict(zip(("song", "stage"), marks[s.entry], strict=True)), "")
        for s in filed
    ]
    assert {tuple(p.items()) for p in given(compute(rules, sheets=filed)).values()} == {
        (("b", 12), ("a", 10))
    }
    draws = compute(recipe(PANEL), sheets=sheets({(e, f"judge{n}"): 5 for e in "ab" for n in range(40)}))
    first = [max(points, key=points.__getitem__) for points in given(draws).values()]
    assert 8 < first.count("a") < 32, "the draw is the voter's own: no entry wins it everywhere"


def test_markets_too_small_to_be_compared_vote_as_one() -> None:
    small = {
        "popularity": {
            "metrics": {"plays": 1},
            "minimum_days": 1,
            "region_minimum_entries": 12,
            "region_minimum_fans": 0,
        }
    }
    by_voter = given(both(recipe({**BOTH, **small}, size=3)))
    assert {voter for side, voter in by_voter if side == "public"} == {"JP", "Other"}


def test_no_result_depends_on_the_order_of_rows_or_on_how_readings_are_kept() -> None:
    rules, marks, lines = recipe(BOTH, size=3), sheets(MARKS), list(LINES)
    wanted = both(rules).to_csv()
    random.Random(4).shuffle(marks)
    random.Random(5).shuffle(lines)
    assert compute(rules, sheets=marks, readings=Readings.of(lines)).to_csv() == wanted
    windows = windows_of(Readings.of(lines), rules.popularity.window_days, {"plays"})
    assert compute(rules, sheets=marks, readings=windows).to_csv() == wanted


def test_too_few_sheets_are_not_selected() -> None:
    marks = {key: mark for key, mark in MARKS.items() if key not in {("e11", "ann"), ("e11", "cho")}}
    rules = recipe({**BOTH, "panel": {"criteria": {"song": 1}, "minimum_sheets": 2}}, size=12)
    result = compute(rules, sheets=sheets(marks), readings=Readings.of(LINES))
    assert set(ENTRIES) - set(result.chosen()) == {"e11"}


def test_the_parts_stay_for_the_panels_room_and_play_no_part_in_the_story() -> None:
    result = both()
    assert result.panel_part is not None and result.popularity_part is not None
    story = as_text(explain(result, result.entries[0]))
    assert "from juries" in story and "read as" not in story


def test_points_need_a_side() -> None:
    with pytest.raises(RecipeError):
        compute(recipe(BOTH), sheets=sheets(MARKS))
    reading = Reading("a", "JP", "plays", LINES[0].day, 1)
    with pytest.raises(RecipeError):
        compute(recipe(BOTH), readings=Readings.of([reading]))
