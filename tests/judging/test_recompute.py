"""The outsider's arithmetic against the cases of the rules and against the library, byte for byte."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judging.proof import recompute
from judging.scoring import Recipe
from tests.scoring.random_rounds import random_round
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
@settings(max_examples=300, deadline=None)
def test_random_rounds_of_all_methods_are_byte_equal(seed: int) -> None:
    case = random_round(seed)
    rows, _draws = recompute.standings(
        Recipe.from_mapping(case.recipe).to_mapping(), case.sheets, case.readings
    )
    assert recompute.as_csv(recompute.HEADER, rows) == scored(case)


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
