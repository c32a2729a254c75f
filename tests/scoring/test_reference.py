"""The library against the second implementation, byte for byte, on random rounds; other methods: tests/judging/test_recompute.py."""

from contextlib import ExitStack
from decimal import Decimal, localcontext
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from judging.scoring import Readings, Recipe, chance, compute, popularity, uncertainty
from judging.scoring.files import read_readings, read_sheets

from .random_rounds import Round, default_round, random_round
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


# `make exact` tries more, and others each time.
EXAMPLES = 200 if settings.get_current_profile_name() == "others" else 80


@given(st.integers(0, 10**9))
@settings(max_examples=EXAMPLES, deadline=None)
def test_both_implementations_give_the_same_bytes(seed: int) -> None:
    case = default_round(seed)
    assert scored(case) == standings(case.recipe, case.sheets, case.readings)


@given(st.integers(0, 10**9))
@settings(max_examples=60, deadline=None)
def test_the_exact_path_gives_the_same_bytes_as_the_float_path(seed: int) -> None:
    """Every float declared doubtful, so that all numbers take the fixed-point path."""

    def everything(values: NDArray[np.float64], errors: object) -> NDArray[np.bool_]:
        return np.ones(values.shape, dtype=np.bool_)

    case = random_round(seed)
    expected = scored(case)
    with ExitStack() as stack:
        for module in (chance, popularity, uncertainty):
            stack.enter_context(patch.object(module, "doubtful", everything))
        assert scored(case) == expected


EXTREMES = {
    "lambda_entry": ["1e-12", "1e12", "1e-25", "0.000001"],
    "lambda_judge": ["1e-12", "1e25", "1e-25", "7.123456789012345678901234567890123"],
    "window_days": ["1", "1000000", "1e30"],
    "winsor": ["1e-25", "1e30", "3.000000000000000000000000000000000001"],
    "size": ["1", "2", "1e40"],
}


@given(st.integers(0, 10**9), st.fixed_dictionaries({k: st.sampled_from(v) for k, v in EXTREMES.items()}))
@settings(max_examples=40, deadline=None)
def test_extreme_rules_give_the_same_bytes(seed: int, extreme: dict[str, str]) -> None:
    case = default_round(seed)
    for table, keys in (("panel", ("lambda_entry", "lambda_judge")), ("popularity", ("winsor",))):
        case.recipe[table].update({key: Decimal(extreme[key]) for key in keys})
    case.recipe["popularity"]["window_days"] = int(Decimal(extreme["window_days"]))
    case.recipe["cut"]["size"] = int(Decimal(extreme["size"]))
    with localcontext() as context:
        context.prec = 140
        assert scored(case) == standings(case.recipe, case.sheets, case.readings)
