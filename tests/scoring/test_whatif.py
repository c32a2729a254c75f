"""What-if and the derivation of a rank, through the library and the program."""

from decimal import Decimal
from pathlib import Path

import pytest

from judging.scoring import ScoringError, compute
from judging.scoring.__main__ import main
from judging.scoring.explain import as_text, explain
from judging.scoring.whatif import parse, vary

from .rounds import readings, recipe, sheets

MARKS = {
    (entry, judge): mark
    for judge, row in {"A": "8762", "B": "7653"}.items()
    for entry, mark in zip("abcd", row, strict=True)
}
PLAYS = {"a": [1], "b": [2], "c": [3], "d": [9]}
RULES = recipe({"blend": {"popularity": "0.5", "panel": "0.5"}}, size=1)
CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize(
    ("request_", "name", "values"),
    [
        ("popularity=0.4:0.6:0.1", "popularity", ["0.4", "0.5", "0.6"]),
        ("size=3", "size", ["3"]),
        ("panel.lambda_entry=1,2", "panel.lambda_entry", ["1", "2"]),
    ],
)
def test_requests(request_: str, name: str, values: list[str]) -> None:
    assert parse(request_) == (name, [Decimal(value) for value in values])


@pytest.mark.parametrize(
    "request_",
    [
        "",
        "popularity",
        "popularity=",
        "popularity=a",
        "x=1",
        "popularity=2",
        "popularity=0:1",
        "popularity=1:0:1",
        "popularity=0:1:0",
        "popularity=0:1:0.00001",
        "popularity=nan",
        "panel.criteria=1",
        "size=1.5",
        "tie.seed=1",
    ],
)
def test_requests_that_make_no_sense_are_refused(request_: str) -> None:
    with pytest.raises(ScoringError):
        vary(RULES, request_, sheets=sheets(MARKS), readings=readings(PLAYS))


def test_other_weights_change_who_is_in() -> None:
    changes = vary(RULES, "popularity=0:1:0.5", sheets=sheets(MARKS), readings=readings(PLAYS))
    assert [change.label for change in changes] == [
        "popularity=0 panel=1.0",
        "popularity=0.5 panel=0.5",
        "popularity=1.0 panel=0.0",
    ]
    chosen = compute(RULES, sheets=sheets(MARKS), readings=readings(PLAYS)).chosen()
    assert changes[1].entered == changes[1].left == ()
    outcomes = [(set(chosen) | set(change.entered)) - set(change.left) for change in changes]
    assert (outcomes[0], outcomes[2]) == ({"a"}, {"d"})


def test_each_variation_is_what_a_whole_computation_gives() -> None:
    for request_ in ("popularity=0.1,0.9", "size=0,2,9", "panel.lambda_entry=0.1,9", "popularity.winsor=1"):
        base = compute(RULES, sheets=sheets(MARKS), readings=readings(PLAYS)).chosen()
        for change in vary(RULES, request_, sheets=sheets(MARKS), readings=readings(PLAYS)):
            tables = RULES.to_mapping()
            for pair in change.label.split():
                key, _, value = pair.partition("=")
                table, _, key = (
                    key.rpartition(".") if "." in key else ("cut" if key == "size" else "blend", "", key)
                )
                tables[table][key] = value
            after = compute(
                type(RULES).from_mapping(tables), sheets=sheets(MARKS), readings=readings(PLAYS)
            ).chosen()
            assert (set(base) | set(change.entered)) - set(change.left) == set(after)


def test_a_derivation_adds_up() -> None:
    result = compute(RULES, sheets=sheets(MARKS), readings=readings(PLAYS))
    for row in result.rows():
        story = explain(result, row.entry)
        assert story.panel is not None and story.popularity is not None
        for mark in story.panel.marks:
            assert abs(mark.adjusted - mark.leniency - mark.read) <= 2
        shares = [metric.share for metric in story.popularity.metrics]
        assert sum(shares) == pytest.approx(1)
        z = sum(metric.share * metric.counted for metric in story.popularity.metrics)
        assert row.popularity == pytest.approx(z / story.popularity.spread * 10**6, abs=1)
    with pytest.raises(KeyError):
        explain(result, "nobody")


def test_the_words() -> None:
    text = as_text(explain(compute(RULES, sheets=sheets(MARKS), readings=readings(PLAYS)), "a"))
    assert "a is number" in text
    assert (
        "A is 0.31 points more generous than the panel" in text
        or "points more generous than the panel" in text
    )
    assert "With 2 listens we pull it 33% toward the average; with one more it would be 25%." in text
    assert "Popularity (robust-normal-score): 1 live days." in text


def test_the_program_explains_and_varies(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    case = CASES / "02-three-regions-one-merged"
    arguments = [
        str(case / "recipe.toml"),
        "--sheets",
        str(case / "sheets.csv"),
        "--popularity",
        str(case / "popularity.csv"),
    ]
    assert main([*arguments, "--explain", "t013", "--what-if", "popularity=0.2:0.5:0.3"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("t013 is number 1 of 14 and is selected.\n")
    assert "dai is 0.29 points stricter than the panel, so 6.30 is read as 6.64." in told
    assert told.endswith(
        "popularity=0.2 panel=0.8: in t011; out t003\npopularity=0.5 panel=0.5: in t001; out t009\n"
    )
    out = tmp_path / "out.csv"
    for wrong in (["--explain", "nobody"], ["--what-if", "x=1"]):
        assert main([*arguments, "--out", str(out), *wrong]) == 2
        assert not out.exists()


def test_points_are_explained_as_points(capsys: pytest.CaptureFixture[str]) -> None:
    case = CASES / "12-eurovision-tie"
    assert main([str(case / "recipe.toml"), "--points", str(case / "points.csv"), "--explain", "be"]) == 0
    told = capsys.readouterr().out
    assert "Points: 22.00 from juries and 23.00 from the public, together 45.00." in told
    assert "Another entry has the same blend; public points decided (step 2)." in told
