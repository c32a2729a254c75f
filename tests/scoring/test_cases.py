"""The twelve cases of the scoring rules, byte for byte, through the program."""

from pathlib import Path

import pytest

from judging.scoring.__main__ import main

CASES = sorted((Path(__file__).parent / "cases").iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_is_byte_equal(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "standings.csv"
    arguments = [str(case / "recipe.toml"), "--out", str(out)]
    for kind in ("sheets", "popularity", "points"):
        if (case / f"{kind}.csv").exists():
            arguments += [f"--{kind}", str(case / f"{kind}.csv")]
    assert main(arguments) == 0
    assert out.read_bytes() == (case / "expected.csv").read_bytes()
