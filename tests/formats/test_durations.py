from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from series.formats import durations


@pytest.mark.parametrize(
    ("seconds", "clock", "iso"),
    [
        (0, "0:00", "PT0S"),
        (59.4, "0:59", "PT59S"),
        (462, "7:42", "PT7M42S"),
        (3600, "1:00:00", "PT1H"),
        (3723, "1:02:03", "PT1H2M3S"),
    ],
)
def test_lengths_are_written(seconds: float, clock: Any, iso: str) -> None:
    assert durations.clock(seconds) == clock
    assert durations.iso8601(seconds) == iso


@pytest.mark.parametrize("text", ["", "12", "1:60", "1:2", "1:60:00", "-1:00", "１：００x"])
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        durations.parse_clock(text)


@given(st.integers(0, 99 * 3600 * 1000))
def test_a_written_time_reads_back_the_same(milliseconds: Any) -> None:
    assert durations.parse_clock(durations.precise_clock(milliseconds)) == milliseconds
