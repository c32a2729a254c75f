"""Every example of docs/scoring.md, computed."""

import re
import tomllib
from decimal import Decimal

import numpy as np
import pytest

from judging.scoring import Recipe, Result, Standing, compute, detectors
from judging.scoring.agreement import listen_values, scores_and_sds
from judging.scoring.assignment import Bench, all_hear_all, balanced_random_k, gate_k
from judging.scoring.field import Field
from judging.scoring.files import micro, read_points
from judging.scoring.recipe import BLEND_METHODS, PANEL_METHODS, POPULARITY_METHODS, TIE_CHAINS

from .rounds import column
from .worked_examples import DOCS, Block, blocks, readings_of, sheets_of, varied

TEXT = DOCS.read_text(encoding="utf-8")
BLOCKS = list(blocks(TEXT))
INPUTS = {block.kind: block.text for block in BLOCKS}
EXAMPLES = [block for block in BLOCKS if block.kind == "example"]
DEALS = [block for block in BLOCKS if block.kind == "deal"]
PLAIN = ("rank", "tie_level", "selected")


def result_of(settings: dict[str, str]) -> Result:
    tables = tomllib.loads(INPUTS["recipe"], parse_float=Decimal)
    recipe = Recipe.from_mapping(varied(tables, settings))
    kind = "twins" if recipe.tie_chain == "extend-cut" else "sheets"
    return compute(
        recipe,
        sheets=sheets_of(INPUTS[kind]),
        readings=None if kind == "twins" else readings_of(INPUTS["readings"]),
        points=read_points(INPUTS["points"], name="points"),
    )


def shown(row: Standing, column: str) -> str:
    value = getattr(row, column)
    return str(int(value)) if column in PLAIN else micro(value)


def table(result: Result, columns: list[str]) -> str:
    rows = sorted(result.rows(), key=lambda row: row.entry)
    lines = [["entry", *columns], *[[row.entry, *(shown(row, column) for column in columns)] for row in rows]]
    widths = [max(len(line[k]) for line in lines) for k in range(len(columns) + 1)]
    return "".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]
        )
        + "\n"
        for line in lines
    )


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: " ".join(block.settings.values()))
def test_example(block: Block) -> None:
    columns = block.text.split("\n")[0].split()[1:]
    assert table(result_of(block.settings), columns) == block.text


def dealt(settings: dict[str, str]) -> str:
    judge, entry = settings["conflict"].split("/")
    bench = Bench(settings["judges"].split(","), {(judge, entry)})
    entries = ["aria", "bolt", "coda", "dune", "echo"]
    by_popularity = sorted(entries, key=lambda e: -column(result_of({}), "popularity")[e])
    k = int(settings.get("k", "0"))
    plan = {
        "all-hear-all": lambda: all_hear_all(entries, bench),
        "balanced-random-k": lambda: balanced_random_k(entries, bench, k=k, seed="an example"),
        "gate-k": lambda: gate_k(by_popularity, bench, size=2, k=k, seed="an example"),
    }[settings["design"]]()
    heard = {e: [duty.judge for duty in plan.assignments if duty.entry == e] for e in entries}
    return "".join(f"{e}: {', '.join(judges)}\n" for e, judges in heard.items() if judges)


@pytest.mark.parametrize("block", DEALS, ids=lambda block: block.settings["design"])
def test_deal(block: Block) -> None:
    assert dealt(block.settings) == block.text


def listens() -> str:
    result = result_of({})
    gains, (scores, sds) = listen_values(result), scores_and_sds(result)
    rows = sorted(zip(result.entries, gains.tolist(), (scores + sds).tolist(), strict=True))
    return "entry      gain      bound\n" + "".join(
        f"{e}   {gain:.6f}  {bound:9.6f}\n" for e, gain, bound in rows
    )


def test_the_next_listens() -> None:
    assert listens() == INPUTS["listens"]


def test_every_strategy_has_a_section_and_an_example() -> None:
    used = {value for block in EXAMPLES for value in block.settings.values()}
    for name in (*PANEL_METHODS, *POPULARITY_METHODS, *BLEND_METHODS, *TIE_CHAINS):
        assert f"\n### {name}" in TEXT
        assert name in used
    for name in ("all-hear-all", "balanced-random-k", "gate-k", "adaptive-gain", "adaptive-ucb"):
        assert f"\n### {name}" in TEXT


def test_every_strategy_says_what_it_is_good_for_and_where_it_fails() -> None:
    sections = dict(re.findall(r"^### ([a-z-]+)[^\n]*\n(.*?)(?=^##)", TEXT, re.M | re.S))
    designs = ("all-hear-all", "balanced-random-k", "gate-k", "adaptive-gain", "adaptive-ucb")
    for name in (*PANEL_METHODS, *POPULARITY_METHODS, *BLEND_METHODS, *TIE_CHAINS, *designs):
        assert "Good for" in sections[name] and re.search(r"Fails\s+(when|like)", sections[name]), name


def figures() -> str:
    tables = tomllib.loads(INPUTS["recipe"], parse_float=Decimal)
    field = Field.of(readings_of(INPUTS["readings"]), Recipe.from_mapping(tables).popularity)
    panel = {row.entry: (row.panel or 0) / 1e6 for row in result_of({}).rows()}
    shown = {c.detector: c.figure for c in detectors.columns(field, panel, {}) if np.isfinite(c.figure).any()}
    lines = ["entry  " + "  ".join(shown)]
    for row, member in enumerate(field.members.tolist()):
        cells = (f"{figure[row]:.2f}".rjust(len(name)) for name, figure in shown.items())
        lines.append(f"{field.readings.entries[member]:5}  " + "  ".join(cells))
    return "\n".join(lines) + "\n"


def test_the_detectors() -> None:
    assert figures() == INPUTS["figures"]
