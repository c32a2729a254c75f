"""Detectors: each attack planted in a simulated honest field is found, and the honest field is left alone."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from judging.scoring import detectors
from judging.scoring.field import Finding
from judging.scoring.inputs import Readings
from judging.scoring.recipe import Recipe

FIRST = date(2026, 5, 1)
DAYS = 28
REGIONS = {"jp": 1.0, "kr": 0.5, "tw": 0.1}
METRICS = {"plays": (0.4, 1.0), "likes": (0.2, 0.12), "shares": (0.2, 0.05), "uses": (0.2, 0.02)}
Days = NDArray[Any]
Cube = dict[tuple[str, str, str], tuple[Days, Days]]
Attack = Callable[[Cube], None]


def recipe() -> Recipe:
    metrics = {name: str(weight) for name, (weight, _) in METRICS.items()}
    return Recipe.from_mapping(
        {
            "popularity": {"metrics": metrics, "region_minimum_entries": 5, "region_minimum_fans": 0},
            "panel": {"criteria": {"song": "1"}},
            "blend": {"popularity": "0.5", "panel": "0.5"},
            "cut": {"size": 5},
            "tie": {"seed": "x"},
        }
    )


def field(size: int, seed: int, *, busy: float = 40) -> Cube:
    """Honest tracks: appeal, a home region, taste by region and metric, a release that fades, weekends, plays per fan."""
    random = np.random.default_rng(seed)
    made: Cube = {}
    week = np.tile([1, 1, 1, 1.1, 1.5, 1.8, 1.4], 4)
    for number in range(size):
        appeal, home = random.normal(), random.choice(["jp", "kr"], p=[0.6, 0.4])
        fade = 1 + 3 * np.exp(-np.arange(DAYS) / random.uniform(2, 9))
        for region, share in REGIONS.items():
            taste = random.normal(0, 0.5) + (0.8 if region == home else -0.4)
            for metric, (_, part) in METRICS.items():
                level = busy * share * part * np.exp(appeal + taste + random.normal(0, 0.5))
                noise = np.exp(random.normal(0, 0.3, DAYS))
                value = random.poisson(level * fade * week * noise)
                each = 1 + random.gamma(2, 0.4) if metric == "plays" else 1
                made[f"e{number:03}", region, metric] = (value, np.ceil(value / each).astype(int))
    return made


def readings(cube: Cube) -> Readings:
    names = [sorted({key[part] for key in cube}) for part in range(3)]
    place = [{name: index for index, name in enumerate(found)} for found in names]
    keys = np.repeat(np.array([[place[n][key[n]] for n in range(3)] for key in cube]), DAYS, axis=0)
    value, fans = (np.concatenate([pair[part] for pair in cube.values()]).astype(np.int64) for part in (0, 1))
    days = np.tile(FIRST.toordinal() + np.arange(DAYS), len(cube))
    entries, regions, metrics = (tuple(found) for found in names)
    return Readings(entries, regions, metrics, keys[:, 0], keys[:, 1], keys[:, 2], days, value, 0, fans, 0)


def find(cube: Cube, panel: dict[str, float] | None = None) -> list[Finding]:
    homes: dict[str, dict[str, int]] = defaultdict(dict)
    for (entry, region, metric), (value, _) in cube.items():
        if metric == "plays" and region != "tw":
            homes[entry][region] = int(value.sum())
    places = {entry: max(found, key=lambda name: found[name]) for entry, found in homes.items()}
    return detectors.find(readings(cube), recipe().popularity, panel=panel, homes=places)


def add(cube: Cube, entry: str, region: str, metric: str, units: Days, fans: Days) -> None:
    value, listeners = cube[entry, region, metric]
    cube[entry, region, metric] = value + units.astype(int), listeners + fans.astype(int)


# What `scoring.md` plants: entry e003 is attacked.


def loop_farm(cube: Cube) -> None:
    """Twenty accounts loop the track."""
    add(cube, "e003", "jp", "plays", np.full(DAYS, 2000), np.full(DAYS, 20))


def one_day(cube: Cube) -> None:
    add(cube, "e003", "kr", "plays", 60_000 * (np.arange(DAYS) == 17), 30_000 * (np.arange(DAYS) == 17))


def bought_likes(cube: Cube) -> None:
    """Many false accounts, one metric."""
    add(cube, "e003", "jp", "likes", np.arange(DAYS) % 7 * 100 + 300, np.arange(DAYS) % 7 * 100 + 300)


def small_region(cube: Cube) -> None:
    """False accounts in the smallest region, over all metrics."""
    for metric, (_, part) in METRICS.items():
        units = (np.arange(DAYS) % 5 + 3) * 100 * part
        add(cube, "e003", "tw", metric, units, units)


def false_audience(cube: Cube) -> None:
    """A whole audience: all metrics, all regions, in proportion."""
    for region, share in REGIONS.items():
        for metric, (_, part) in METRICS.items():
            units = (np.arange(DAYS) % 6 + 4) * 150 * share * part
            add(cube, "e003", region, metric, units, units / 1.8)


def viral(cube: Cube) -> None:
    """Honest: found on day 15, thirty times as much from then on, slowly less."""
    rise = np.where(np.arange(DAYS) < 15, 1, 1 + 29 * np.exp(-(np.arange(DAYS) - 15) / 8))
    random = np.random.default_rng(1)
    for key in [key for key in cube if key[0] == "e003"]:
        value = random.poisson(np.convolve(cube[key][0], np.ones(7) / 7, mode="same") * rise)
        cube[key] = (value, np.ceil(value / 1.5).astype(int))


ATTACKS: list[tuple[Attack, str, set[str]]] = [
    (loop_farm, detectors.PER_FAN, {detectors.METRIC, detectors.SMOOTH}),
    (one_day, detectors.BURST, set()),
    (bought_likes, detectors.METRIC, set()),
    (small_region, detectors.REGION, set()),
]
SEEDS = range(6)


def test_an_honest_field_is_left_alone() -> None:
    flagged = [finding for seed in range(10) for finding in find(field(60, seed))]
    assert len(flagged) <= 1, flagged  # one track in ten fields of 60


@pytest.mark.parametrize(
    ("attack", "detector", "also"), ATTACKS, ids=lambda part: getattr(part, "__name__", "")
)
def test_each_attack_is_found_and_nobody_else(attack: Attack, detector: str, also: set[str]) -> None:
    found = 0
    for seed in SEEDS:
        cube = field(60, seed)
        attack(cube)
        flagged = {(finding.entry, finding.detector) for finding in find(cube)}
        assert flagged <= {("e003", name) for name in also | {detector}}
        found += ("e003", detector) in flagged
    assert found >= 5


def test_what_is_named_is_what_was_planted() -> None:
    cube = field(60, 1)
    one_day(cube)
    (burst,) = find(cube)
    assert (burst.metrics, burst.regions) == (("plays",), ("kr",))
    assert [date.fromordinal(day) for day in burst.days] == [FIRST + timedelta(days=17)]
    assert burst.facts["peak"] >= 60_000
    cube = field(60, 1)
    small_region(cube)
    (foreign,) = find(cube)
    assert (set(foreign.metrics), foreign.regions, len(foreign.days)) == (set(METRICS), ("tw",), DAYS)


def test_a_track_that_is_discovered_is_left_alone() -> None:
    for seed in SEEDS:
        cube = field(60, seed)
        viral(cube)
        assert find(cube) == []


def test_only_the_panel_sees_a_whole_false_audience() -> None:
    cube, random = field(300, 2), np.random.default_rng(2)
    panel = {f"e{number:03}": float(random.normal(0, 0.7)) for number in range(300)}
    false_audience(cube)
    assert find(cube) == []
    for _ in range(5):
        false_audience(cube)
    found = find(cube, panel | {"e003": -1.5})
    assert {finding.detector for finding in found} == {detectors.PANEL}
    assert "e003" in {finding.entry for finding in found}
    assert len(found) <= 3  # the top 1 %: judges and listeners may differ, which is no fraud
    assert {len(finding.metrics) for finding in found} == {len(METRICS)}


def test_many_attackers_do_not_hide_each_other() -> None:
    cube = field(60, 3)
    for number in range(12):
        add(cube, f"e{number:03}", "kr", "plays", 60_000 * (np.arange(DAYS) == 17), np.zeros(DAYS))
    assert len({finding.entry for finding in find(cube) if finding.detector == detectors.BURST}) == 12


def test_few_entries_are_no_field_and_order_does_not_matter() -> None:
    small = {key: value for key, value in field(60, 0).items() if key[0] < "e019"}
    one_day(small)
    assert find(small) == []
    cube = field(60, 1)
    loop_farm(cube)
    turned = dict(reversed(cube.items()))
    assert find(cube) == find(turned) != []
