"""The outsider's arithmetic against the cases of the rules and against the library, byte for byte."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from judging.proof import recompute
from judging.scoring import Readings, Recipe, compute
from judging.scoring.evidence import compute_without
from judging.scoring.files import read_readings, read_sheets
from tests.scoring.random_rounds import CODES, random_round
from tests.scoring.test_reference import scored

CASES = [
    path
    for path in sorted((Path(__file__).parent.parent / "scoring" / "cases").iterdir())
    if not (path / "points.csv").exists()
]


def text(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_is_byte_equal(case: Path) -> None:
    recipe = Recipe.from_toml((case / "recipe.toml").read_text()).to_mapping()
    rows, _draws = recompute.standings(recipe, text(case / "sheets.csv"), text(case / "popularity.csv"))
    assert recompute.as_csv(recompute.HEADER, rows) == (case / "expected.csv").read_bytes()


@given(st.integers(0, 10**9))
@settings(max_examples=220, deadline=None)
def test_random_rounds_of_all_methods_are_byte_equal(seed: int) -> None:
    case = random_round(seed)
    rows, _draws = recompute.standings(
        Recipe.from_mapping(case.recipe).to_mapping(), case.sheets, case.readings
    )
    assert recompute.as_csv(recompute.HEADER, rows) == scored(case)


@given(st.integers(0, 10**9), st.sets(st.sampled_from(CODES[:8]), min_size=1))
@settings(max_examples=60, deadline=None)
def test_random_rounds_that_some_left_are_byte_equal(seed: int, left: set[str]) -> None:
    """Their sheets say how judges mark, and nothing else [65]."""
    case = random_round(seed)
    assume(case.sheets is not None)
    recipe = Recipe.from_mapping(case.recipe)
    sheets = read_sheets(case.sheets or "", criteria=["song", "performance"], name="s")
    readings = None if case.readings is None else list(read_readings(case.readings, name="r"))
    made = compute_without(
        recipe,
        sheets=[sheet for sheet in sheets if sheet.entry not in left],
        evidence=[sheet for sheet in sheets if sheet.entry in left],
        readings=None if readings is None else Readings.of(r for r in readings if r.entry not in left),
    ).to_csv()
    rows, _draws = recompute.standings(recipe.to_mapping(), case.sheets, case.readings, left=left)
    assert recompute.as_csv(recompute.HEADER, rows) == made


def both(tables: dict[str, Any], sheets: str) -> list[bytes]:
    """What library and outsider make of a panel alone."""
    base: dict[str, Any] = {
        "panel": {"minimum_sheets": 0, "criteria": {"song": 1}}, "blend": {"popularity": 0, "panel": 1},
        "cut": {"size": 1}, "tie": {"seed": "x"},
    }  # fmt: skip
    recipe = Recipe.from_mapping({name: {**rules, **tables.get(name, {})} for name, rules in base.items()})
    made = compute(recipe, sheets=read_sheets(sheets, criteria=["song"], name="s")).to_csv()
    rows, _draws = recompute.standings(recipe.to_mapping(), sheets)
    return [made, recompute.as_csv(recompute.HEADER, rows)]


@pytest.mark.parametrize("method", ["leniency-adjusted-slopes", "leniency-adjusted-reliability"])
def test_judges_beyond_the_limits_of_slopes_and_weights_are_byte_equal(method: str) -> None:
    """Some mark as the songs are, one the other way round, one by chance, one in a far narrower range."""
    chance = random.Random(1)
    lines = ["entry,judge,pool,song"]
    for song in range(40):
        good = song / 4
        marks = {f"fair{n}": good for n in range(9)}
        marks |= {
            "against": 10 - good,
            "dice": chance.randint(0, 10),
            "narrow": 5 + good / 20,
            "wide": good * 6,
        }
        lines += [f"e{song:02},{judge},,{mark}" for judge, mark in marks.items()]
    made, computed = both({"panel": {"method": method, "spread_shrinkage": 0}}, "\n".join(lines) + "\n")
    assert computed == made


def test_points_of_more_voters_go_before_points_of_one() -> None:
    """Three have 12 points: two from a single judge, b 10 and 2."""
    heard = {"one": ["a"], "two": ["x", "b"], "ten": [*"cdefghix", "b"]}
    sheets = "entry,judge,pool,song\n" + "".join(
        f"{entry},{judge},,{20 - place}\n"
        for judge, songs in heard.items()
        for place, entry in enumerate(songs)
    )
    made, computed = both({"blend": {"method": "eurovision"}, "tie": {"chain": "panel-first"}}, sheets)
    assert computed == made
    second = computed.decode().split("\n")[2].split(",")
    assert (second[1], second[2], second[9]) == ("b", "12.000000", "3")


def test_without_the_seed_the_published_order_of_last_resort_is_taken() -> None:
    recipe = Recipe.from_mapping(
        {"panel": {"minimum_sheets": 0, "criteria": {"song": 1}}, "blend": {"popularity": 0, "panel": 1}, "cut": {"size": 1}, "tie": {"seed": "x"}}
    ).to_mapping()  # fmt: skip
    sheets = "entry,judge,pool,song\na,j,,5\nb,j,,5\n"
    for order in ("ab", "ba"):
        drawn = {entry: rank for rank, entry in enumerate(order, 1)}
        rows, _draws = recompute.standings(recipe, sheets, drawn=drawn)
        assert [row[1] for row in rows] == list(order)
        assert [row[9] for row in rows] == ["6", "6"]
