"""Official results of four finals, and the rules of points."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.scoring import Point, Result, compute
from judging.scoring.eurovision import points_of_ranking

from .rounds import column, recipe

DATA = Path(__file__).parent / "data"
EUROVISION = {"blend": {"method": "eurovision"}, "tie": {"chain": "popularity-first"}}


def final(year: str) -> Result:
    with (DATA / "eurovision_votes.csv").open(encoding="utf-8") as file:
        sides = {"j": "jury", "tv": "public"}
        points = [
            Point(row["country"], row["votingCountry"], sides[row["voteType"]], int(row["points"]))
            for row in csv.DictReader(file)
            if row["year"] == year
        ]
    return compute(recipe(EUROVISION), points=points)


def official() -> dict[str, dict[str, int]]:
    places: dict[str, dict[str, int]] = defaultdict(dict)
    with (DATA / "eurovision_results.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            places[row["year"]][row["code"]] = int(row["place"])
    return places


@pytest.mark.parametrize(("year", "entries"), [("2016", 26), ("2017", 26), ("2018", 26), ("2019", 26)])
def test_every_place_of_the_final(year: str, entries: int) -> None:
    places = official()[year]
    assert len(places) == entries
    assert column(final(year), "rank") == places


def test_k5_the_final_of_2016() -> None:
    rows = {row.entry: row for row in final("2016").rows()}
    points = {
        code: tuple((v or 0) // 10**6 for v in (row.panel, row.popularity, row.blend))
        for code, row in rows.items()
    }
    assert points["ua"] == (211, 323, 534)
    assert points["au"] == (320, 191, 511)
    assert points["ru"] == (130, 361, 491)
    assert points["nl"] == (114, 39, 153)
    assert points["mt"] == (137, 16, 153)
    assert (rows["nl"].rank, rows["mt"].rank, rows["nl"].tie_level) == (11, 12, 2)


@given(st.permutations([f"c{i}" for i in range(12)]), st.sampled_from([f"c{i}" for i in range(12)]))
def test_a_voter_gives_58_points_and_none_to_its_own(ranking: list[str], own: str) -> None:
    points = points_of_ranking(ranking, voter=own, side="jury", own=own)
    assert sum(point.points for point in points) == 58
    assert own not in {point.entry for point in points}
    assert [point.points for point in points] == [12, 10, 8, 7, 6, 5, 4, 3, 2, 1]


def test_the_chain_of_a_tie() -> None:
    """All points equal: public points, public voters, countback, then the draw."""
    points = [Point("a", "v1", "public", 12), Point("b", "v1", "public", 10), Point("b", "v1", "jury", 2)]
    assert compute(recipe(EUROVISION), points=points).entries == ("a", "b")
    first = recipe({**EUROVISION, "tie": {"chain": "panel-first"}})
    assert compute(first, points=points).entries == ("b", "a")
    points = [Point("a", "v1", "public", 12), Point("b", "v1", "public", 10), Point("b", "v2", "public", 2)]
    result = compute(recipe(EUROVISION), points=points)
    assert (result.entries, result.tie_level.tolist()) == (("b", "a"), [3, 3])
    points = [Point("a", "v1", "public", 8), Point("a", "v2", "public", 2)]
    points += [Point("b", "v1", "public", 7), Point("b", "v2", "public", 3)]
    result = compute(recipe(EUROVISION), points=points)
    assert (result.entries, result.tie_level.tolist()) == (("a", "b"), [4, 4])
