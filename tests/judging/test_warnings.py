"""What the arithmetic warns of is said in the reader's language, with names instead of codes."""

import pytest
from django.utils.translation import override

from judging.models import Round
from judging.queries.warnings import in_words
from judging.scoring import Recipe, Sheet, compute
from tests.making import make_round, make_season, make_seat

pytestmark = pytest.mark.django_db


def test_every_warning_of_a_round_has_its_words() -> None:
    """Two judges who share no entry, one of them with one mark for all, and an entry that nobody heard."""
    made: Round = make_round(make_season())
    kind, other = (make_seat(made) for _ in range(2))
    marks = {("a", kind): 7, ("b", kind): 7, ("c", other): 3, ("d", other): 8}
    sheets = [Sheet(entry, seat.code, {"song": mark}) for (entry, seat), mark in marks.items()]
    warned: set[str] = set()
    for panel in ({"method": "judge-percentile"}, {"lambda_entry": "estimate"}):
        tables = {
            "panel": {"criteria": [["song", "1"]], **panel}, "cut": {"size": 1}, "tie": {"seed": "s"},
            "blend": {"popularity": "0", "panel": "1"},
        }  # fmt: skip
        warned |= {*compute(Recipe.from_mapping(tables), sheets=[*sheets, Sheet("e", "-", {})]).warnings}
    assert len(warned) == 5
    said = in_words(made, sorted(warned))
    assert not set(said) & warned
    assert any(str(kind.membership.person) in words and kind.code not in words for words in said)
    assert any("Nobody heard 1 entry" in words for words in said)
    with override("ja"):
        assert not set(in_words(made, sorted(warned))) & set(said)
    assert in_words(made, ["something new"]) == ["something new"]
