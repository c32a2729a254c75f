"""Published component scores of figure skating by the trimmed mean."""

import csv
import gzip
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from judging.scoring import Sheet
from judging.scoring.inputs import arrange
from judging.scoring.panel import score_panel

from .rounds import recipe

DATA = Path(__file__).parent / "data" / "skating_components.csv.gz"


def half_up(micro: int) -> Decimal:
    return (Decimal(micro) / 10**6).quantize(Decimal("0.01"), ROUND_HALF_UP)


def trimmed(marks: list[str]) -> Decimal:
    rules = recipe({"panel": {"method": "trimmed-mean"}}).panel
    panel = score_panel(
        arrange([Sheet("e", str(i), {"song": m}) for i, m in enumerate(marks)], criteria=rules.criteria),
        rules,
    )
    assert panel.means is not None
    return half_up(int(panel.means[0]))


def test_k6() -> None:
    assert trimmed(["8.25", "8.5", "8.0", "9.5", "8.25", "8.5", "7.0", "8.75", "8.25"]) == Decimal("8.36")


def test_below_five_marks_nothing_is_dropped() -> None:
    assert trimmed(["1", "2", "3", "10"]) == Decimal("4.00")
    assert trimmed(["1", "2", "3", "4", "10"]) == Decimal("3.00")


def test_every_published_component_score() -> None:
    segments: dict[tuple[str, ...], list[Sheet]] = defaultdict(list)
    official: dict[tuple[str, ...], Decimal] = {}
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            segment = (row["competition"], row["program"], row["component"])
            entry = row["entry"] + "|" + row["nation"]
            segments[segment].append(Sheet(entry, row["judge"], {"song": row["score"]}))
            official[(*segment, entry)] = Decimal(row["panel_score"])
    rules = recipe({"panel": {"method": "trimmed-mean"}}).panel
    found: dict[tuple[str, ...], Decimal] = {}
    for played, marks in segments.items():
        panel = score_panel(arrange(marks, criteria=rules.criteria), rules)
        assert panel.means is not None
        for entry, mean in zip(panel.sheets.entries, panel.means.tolist(), strict=True):
            found[(*played, entry)] = half_up(mean)
    assert len(official) == 4755
    assert found == {key: score.quantize(Decimal("0.01")) for key, score in official.items()}
