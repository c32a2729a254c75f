"""Small random rounds as files: every kind of corner that the rules name turns up in some of them."""

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from judging.scoring.recipe import BLEND_METHODS, PANEL_METHODS, POPULARITY_METHODS, TIE_CHAINS

DEFAULTS = {"panel": "leniency-adjusted", "popularity": "robust-normal-score", "blend": "weighted-sum"}
CODES = ["t1", "t10", "t2", "é", "Z", "a,b", 'q"q', "가", "t3", "t4", "t5", "t6"]
REGIONS = ["JP", "KR", "", "Other", "HK"]


@dataclass(frozen=True)
class Round:
    """A recipe as complete tables, and the texts of its files."""

    recipe: dict[str, Any]
    sheets: str | None
    readings: str | None


def random_round(seed: int) -> Round:
    """A round of up to 12 entries, the same for the same seed."""
    rng = random.Random(seed)
    entries = rng.sample(CODES, rng.randint(1, 12))
    kind = rng.choice(["both", "both", "both", "panel", "popularity"])
    recipe = _recipe(rng, kind)
    sheets = _sheets(rng, entries) if kind != "popularity" or rng.random() < 0.3 else None
    readings = _readings(rng, entries) if kind != "panel" or rng.random() < 0.3 else None
    return Round(recipe, sheets, readings)


def default_round(seed: int) -> Round:
    """The same round, scored and blended by the default methods; countback becomes panel-first."""
    case = random_round(seed)
    for table, method in DEFAULTS.items():
        case.recipe[table]["method"] = method
    case.recipe["blend"]["popularity_cap"] = False
    if case.recipe["tie"]["chain"] == "countback":
        case.recipe["tie"]["chain"] = "panel-first"
    return case


def _recipe(rng: random.Random, kind: str) -> dict[str, Any]:
    weights = {"both": rng.choice([("0.5", "0.5"), ("0.4", "0.6"), ("1", "3"), ("0.05", "0.000001")])}
    popularity, panel = weights.get(kind, ("0", "1") if kind == "panel" else ("1", "0"))
    return {
        "panel": {
            "method": rng.choice([DEFAULTS["panel"], *PANEL_METHODS]),
            "spread_shrinkage": rng.choice([0, 5, 20, Decimal("0.5")]),
            "lambda_entry": rng.choice([1, Decimal("0.6"), "estimate", Decimal("0.01"), 20]),
            "lambda_judge": rng.choice([1, Decimal("1.8"), "estimate", Decimal("0.01"), 50]),
            "minimum_sheets": rng.randint(0, 3),
            "criteria": {"song": Decimal("0.6"), "performance": Decimal("0.4")},
        },
        "popularity": {
            "method": rng.choice([DEFAULTS["popularity"], *POPULARITY_METHODS]),
            "window_days": rng.choice([1, 3, 28]),
            "minimum_days": rng.choice([0, 1, 3]),
            "winsor": rng.choice([3, Decimal("2.5"), Decimal("0.1")]),
            "consistency_cap": rng.choice([0, Decimal("0.5")]),
            "region_minimum_entries": rng.choice([0, 2, 4]),
            "region_minimum_fans": rng.choice([0, 20]),
            "region_cap": rng.choice([0, Decimal("0.25"), Decimal("0.75")]),
            "half_life_days": rng.choice([Decimal("0.5"), 3, 10]),
            "metrics": {"plays": Decimal("0.5"), "likes": Decimal("0.3"), "saves": Decimal("0.2")},
        },
        "blend": {
            "method": rng.choice([DEFAULTS["blend"], *BLEND_METHODS]),
            "popularity": Decimal(popularity),
            "panel": Decimal(panel),
            "rank_points_top": rng.choice([1, 3, 100]),
            "rrf_k": rng.choice([Decimal("0.5"), 60]),
            "gate": rng.choice([Decimal("0.3"), 1, 2]),
            "popularity_cap": rng.random() < 0.5,
        },
        "cut": {"size": rng.randint(0, 13)},
        "tie": {
            "chain": rng.choice(TIE_CHAINS),
            "seed": str(rng.random()),
        },
    }


def _sheets(rng: random.Random, entries: list[str]) -> str:
    judges = ["ann", "ben", "cho", "dai", "eva", "f,g", "one"][: rng.randint(1, 7)]
    pool = {entry: rng.choice(["", "가요", "rock"][: rng.randint(1, 3)]) for entry in entries}
    heard = rng.choice([0.2, 0.6, 1.0])
    step = rng.choice([1, 2, 10])
    constant = rng.random() < 0.2
    rows = []
    for judge in judges:
        for entry in entries:
            if rng.random() < heard:
                marks = [
                    "5" if constant else str(Decimal(rng.randint(1, 10 * step)) / step) for _ in range(2)
                ]
                if rng.random() < 0.03:
                    marks[rng.randint(0, 1)] = ""
                rows.append([entry, judge, pool[entry], *marks])
    return _csv(rng, ["entry", "judge", "pool", "song", "performance"], rows)


def _readings(rng: random.Random, entries: list[str]) -> str:
    regions = rng.sample(REGIONS, rng.randint(1, 4))
    fans = rng.choice(["yes", "no", "some", "zero"])
    top = rng.choice([1, 5, 1000])
    rows = []
    for entry in entries:
        first = rng.randint(1, 8)
        for metric in rng.sample(["plays", "likes", "saves", "shares"], rng.randint(0, 4)):
            for region in regions:
                for day in range(first, 10):
                    if rng.random() < 0.6:
                        value = rng.randint(0, top) * rng.choice([1, 1, 1, 30])
                        count = (
                            str(rng.randint(0, 20))
                            if fans == "yes" or (fans == "some" and rng.random() < 0.5)
                            else ""
                        )
                        rows.append(
                            [
                                entry,
                                region,
                                metric,
                                f"2026-03-{day:02}",
                                str(value),
                                "0" if fans == "zero" else count,
                            ]
                        )
    return _csv(rng, ["entry", "region", "metric", "day", "value", "fans"], rows)


def _csv(rng: random.Random, header: list[str], rows: list[list[str]]) -> str:
    rng.shuffle(rows)
    lines = [header, *rows]
    return "".join(",".join(_field(cell) for cell in line) + "\n" for line in lines)


def _field(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if "," in cell or '"' in cell else cell
