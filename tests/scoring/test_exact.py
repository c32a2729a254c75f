"""Fixed point, guarded rounding, the normal distribution and exact solutions, each against another way."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judging.scoring.chance import probabilities
from judging.scoring.exact import (
    Fixed,
    compact,
    doubtful,
    half_even,
    half_even_all,
    ints,
    publish_ratio,
    sum_by,
)
from judging.scoring.linear import System
from judging.scoring.normal import (
    EXACT,
    FAR,
    INVERSE_ERROR,
    TAIL_ERROR,
    TAIL_FLOOR,
    cdf,
    exact_cdf,
    exact_inverse,
    exact_tail,
    inverse_of_ratio,
    upper_tail,
)

from .reference import phi, phi_inverse

FIXED = Fixed()


@given(st.integers(-(10**9), 10**9), st.integers(1, 1000))
def test_half_even(numerator: int, denominator: int) -> None:
    expected = round(Fraction(numerator, denominator))
    assert half_even(numerator, denominator) == expected
    assert half_even_all(ints([numerator]), denominator).tolist() == [expected]
    assert half_even_all(np.array([numerator], dtype=object), denominator).tolist() == [expected]


@pytest.mark.parametrize(
    ("beyond", "expected"),
    [(Fraction(0), 0), (Fraction(1, 10**21), 0), (Fraction(1, 10**19), 1), (Fraction(-1, 10**19), 0)],
)
def test_near_the_middle_counts_as_the_middle(beyond: Fraction, expected: int) -> None:
    value = Fraction(1, 2 * 10**6) + beyond
    assert FIXED.publish(FIXED.of(value)) == expected
    assert publish_ratio(value) == expected
    assert FIXED.publish_all(np.array([FIXED.of(value)], dtype=object)).tolist() == [expected]
    odd = value + Fraction(1, 10**6)
    assert FIXED.publish(FIXED.of(odd)) == (1 if beyond < -Fraction(1, 10**20) else 2)


def test_a_float_near_the_middle_is_doubtful() -> None:
    values = np.array([0.0000005, 1.2345675, 1.2345674, -2.0000015, 0.0, 3.0])
    assert doubtful(values, 1e-13).tolist() == [True, True, False, True, False, False]
    assert doubtful(np.array([1.2345675 + 1e-9]), 1e-13).tolist() == [False]
    assert doubtful(np.array([1.2345675 + 1e-9]), 1e-8).tolist() == [True]


@given(st.integers(1, 10**7), st.data())
@settings(max_examples=60, deadline=None)
def test_the_inverse_is_within_its_bound(n: int, data: st.DataObject) -> None:
    m = data.draw(st.integers(2, 2 * n))
    numerator, denominator = 4 * m - 3, 8 * n + 2
    exact = exact_inverse(ints([numerator]), denominator)
    found = inverse_of_ratio(ints([numerator]), denominator)
    if abs(found[0]) <= 4:
        assert abs(found[0] - EXACT.float(exact[0])) < INVERSE_ERROR
        expected = phi_inverse(Fraction(numerator, denominator))
        assert abs(Decimal(int(exact[0])) / EXACT.one - expected) < Decimal("1e-30")


@given(st.integers(-13 * 2**45, 13 * 2**45))
@settings(max_examples=60, deadline=None)
def test_the_distribution_is_within_its_bound(scaled: int) -> None:
    x = scaled / 2**45
    exact = exact_cdf(np.array([scaled << (EXACT.bits - 45)], dtype=object))
    expected = phi(Decimal(scaled) / 2**45)
    assert abs(Decimal(int(exact[0])) / EXACT.one - expected) < Decimal("1e-40")
    tail = phi(-abs(Decimal(scaled) / 2**45))
    found = Decimal(float(upper_tail(np.array([abs(x)]))[0]))
    assert abs(found - tail) <= tail * Decimal(TAIL_ERROR) + Decimal(TAIL_FLOOR)
    assert abs(Decimal(float(cdf(np.array([x]))[0])) - expected) < Decimal("3e-16")


def test_far_out_there_is_nothing() -> None:
    assert upper_tail(np.array([FAR + 1])).tolist() == [0.0]
    assert exact_tail(np.array([(int(FAR) + 1) << EXACT.bits], dtype=object))[0].tolist() == [0]


@pytest.mark.parametrize("tiny", [Fraction(1), Fraction(1, 10**9), Fraction(1, 10**25)])
def test_a_system_is_solved_exactly_even_where_floats_fail(tiny: Fraction) -> None:
    """Two nearly equal rows: with 1e-25 a float inverse knows nothing, elimination does."""
    rows = [[1 + tiny, Fraction(1)], [Fraction(1), 1 + tiny]]
    right = [Fraction(3), Fraction(1)]
    matrix = np.array([[FIXED.of(v) for v in row] for row in rows], dtype=object)
    x = System(matrix, FIXED).solve(np.array([FIXED.of(v) for v in right], dtype=object))
    determinant = (1 + tiny) ** 2 - 1
    expected = [((1 + tiny) * 3 - 1) / determinant, ((1 + tiny) - 3) / determinant]
    for found, value in zip(x, expected, strict=True):
        assert abs(Fraction(int(found), FIXED.one) - value) < abs(value) / 10**20


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-(10**30), 10**30))))
def test_sums_by_group(rows: list[tuple[int, int]]) -> None:
    values = ints(value for _, value in rows)
    found = sum_by(np.array([group for group, _ in rows], dtype=np.int64), values.astype(object), 6)
    assert found.tolist() == [sum(value for group, value in rows if group == k) for k in range(6)]


def test_integers_that_fit_are_machine_integers() -> None:
    assert ints([1, -5]).dtype == np.int64
    assert ints([2**70]).dtype == object
    assert compact(np.array([1, 2], dtype=object)).dtype == np.int64


def test_very_small_spreads_are_settled_exactly() -> None:
    """Floats lose the difference of the scores against so small a deviation; the published p are still exact."""
    scores, sds = ints([2_000000, 2_000001, 1_999999]), ints([1, 1, 1])
    p = probabilities(scores, sds, share=Fraction(1, 10**6), size=1)
    assert p.tolist() == [0, 10**6, 0]
    p = probabilities(ints([7, 7, 7]), sds, share=Fraction(1, 10**6), size=2)
    assert p.tolist() == [666667] * 3
