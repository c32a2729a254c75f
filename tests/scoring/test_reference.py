"""The library against the second implementation, byte for byte, on random rounds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from judging.scoring import Readings, Recipe, compute
from judging.scoring.files import read_readings, read_sheets

from .random_rounds import Round, random_round
from .reference import standings


def scored(case: Round) -> bytes:
    recipe = Recipe.from_mapping(case.recipe)
    criteria = [name for name, _ in recipe.panel.criteria]
    result = compute(
        recipe,
        sheets=None if case.sheets is None else read_sheets(case.sheets, criteria=criteria, name="s"),
        readings=None if case.readings is None else Readings.of(read_readings(case.readings, name="r")),
    )
    return result.to_csv()


@given(st.integers(0, 10**9))
@settings(max_examples=300, deadline=None)
def test_both_implementations_give_the_same_bytes(seed: int) -> None:
    case = random_round(seed)
    assert scored(case) == standings(case.recipe, case.sheets, case.readings)
