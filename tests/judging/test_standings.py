"""Standings: computed from what counts, numbered, never changed."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction
from django.template.loader import render_to_string

from judging.jobs import inputs, proof, standings
from judging.jobs.running import load as load_running
from judging.models import Entry, Round, Score, Standing, Standings
from judging.queries import chair
from tests.making import (
    advance,
    make_entry,
    make_readings,
    make_round,
    make_season,
    make_seat,
    make_sheet,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Round:
    return running_round()


def running_round(**rules: Any) -> Round:
    """An open round: eight entries, three judges who heard all, plays for each."""
    made = advance(make_round(make_season(), **rules), "open")
    seats = [make_seat(made) for _ in range(3)]
    chance = random.Random(7)
    for number in range(8):
        entry = make_entry(made)
        for seat in seats:
            make_sheet(entry, seat, chance.randint(2, 9), chance.randint(2, 9))
        make_readings(entry, *[chance.randint(0, 40) + 5 * number for _ in range(14)])
    return made


def ranking(found: Standings) -> list[str]:
    return list(found.rows.order_by("rank").values_list("entry__code", flat=True))


def test_every_entry_gets_one_place(running: Round) -> None:
    found = standings.compute(running)
    assert found is not None
    assert list(found.rows.values_list("rank", flat=True)) == list(range(1, 9))
    assert set(ranking(found)) == set(running.entries.values_list("code", flat=True))
    assert found.rows.filter(is_selected=True).count() == 3


@pytest.mark.parametrize("method", Round.Panel.values)
def test_every_panel_method_gives_standings(running: Round, method: str) -> None:
    Round.objects.filter(pk=running.pk).update(panel_method=method)
    running.refresh_from_db()
    found = standings.compute(running)
    assert found is not None
    assert found.size == 8
    assert (found.figures["pull"] is not None) == method.startswith("leniency-adjusted")


def test_same_inputs_same_standings(running: Round) -> None:
    first = standings.compute(running)
    again = standings.compute(running)
    assert first == again
    assert running.standings.count() == 1


def test_no_plan_of_the_database_changes_a_byte(running: Round) -> None:
    """Other joins, sorts and groupings, and rows that lie in another order: the same inputs and the same standings."""
    switches = ("hashagg", "hashjoin", "mergejoin", "nestloop", "seqscan", "indexscan", "bitmapscan", "sort")
    seen = set()
    for off in ((), switches[:2], switches[2:4], switches[4:5], switches[5:]):
        with connection.cursor() as cursor:
            for switch in switches:
                cursor.execute(f"SET LOCAL enable_{switch} = {'off' if switch in off else 'on'}")
        for row in Score.objects.order_by("-pk")[:20]:
            row.save()
        given = inputs.load(running)
        seen.add((given.digest(), given.score().to_csv(), load_running(running).score().to_csv()))
    assert len(seen) == 1


def test_a_changed_mark_makes_new_standings_and_keeps_the_old(running: Round) -> None:
    first = standings.compute(running)
    assert first is not None
    before = ranking(first)
    sheet = running.sheets.first()
    assert sheet is not None
    sheet.scores.update(value=10)
    second = standings.compute(running)
    assert second is not None
    assert second.number == 2
    assert second.inputs_sha256 != first.inputs_sha256
    assert ranking(first) == before


def test_undoing_a_change_makes_the_latest_standings_true_again(running: Round) -> None:
    first = standings.compute(running)
    sheet = running.sheets.first()
    assert first is not None and sheet is not None
    score = sheet.scores.first()
    assert score is not None
    old, score.value = score.value, 10
    score.save()
    standings.compute(running)
    score.value = old
    score.save()
    third = standings.compute(running)
    assert third is not None
    assert third.number == 3
    assert third.inputs_sha256 == first.inputs_sha256


def test_standings_can_not_be_changed(running: Round) -> None:
    found = standings.compute(running)
    assert found is not None
    changes: list[Callable[[], int]] = [
        lambda: Standings.objects.filter(pk=found.pk).update(number=9),
        lambda: Standing.objects.filter(standings=found).update(rank=99),
    ]
    for change in changes:
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()


def test_an_entry_nobody_heard_or_played_is_in_the_field(running: Round) -> None:
    silent = make_entry(running)
    found = standings.compute(running)
    assert found is not None
    row = found.rows.get(entry=silent)
    assert (row.sheets, row.theta, row.panel) == (0, 0, 0)
    assert not row.is_selected
    assert row.popularity is not None, "counted here, so zero is a measurement"


def test_drafts_and_recused_sheets_do_not_count(running: Round) -> None:
    before = inputs.load(running)
    entry = running.entries.first()
    assert entry is not None
    make_sheet(entry, make_seat(running), 10, 10, filed=False)
    assert inputs.load(running).digest() == before.digest()
    sheet = running.sheets.filter(state="filed").first()
    assert sheet is not None
    sheet.assignment.state = "recused"
    sheet.assignment.save()
    assert len(inputs.load(running).sheets) == len(before.sheets) - 1


def test_a_withdrawn_entry_leaves_the_field(running: Round) -> None:
    gone = running.entries.first()
    assert gone is not None
    Entry.objects.filter(pk=gone.pk).update(state="withdrawn")
    found = standings.compute(running)
    assert found is not None
    assert found.size == 7
    assert gone.code not in ranking(found)


def test_readings_before_the_first_counting_day_or_set_aside_do_not_count(running: Round) -> None:
    given = inputs.load(running)
    assert given.readings is not None
    total = int(given.readings.value.sum())
    entry = running.entries.first()
    assert entry is not None
    readings = entry.submission.track.readings.order_by("day")
    last = readings.last()
    assert last is not None
    type(last).objects.filter(day=last.day, track=last.track_id).update(set_aside=True)
    less = inputs.load(running).readings
    assert less is not None
    assert int(less.value.sum()) == total - last.value


def test_the_compact_arrays_say_the_same_as_the_rows(running: Round) -> None:
    found = standings.compute(running)
    assert found is not None
    ranks = np.frombuffer(found.ranks, dtype="<i4")
    blends = np.frombuffer(found.blends, dtype="<i4")
    for row in found.rows.select_related("entry"):
        assert (ranks[row.entry.index], blends[row.entry.index]) == (row.rank, row.blend)


def test_the_close_copies_what_the_round_used(running: Round) -> None:
    advance(running, "locked")
    given = inputs.load(running)
    found = standings.compute(running, closing=True)
    assert found is not None and found.is_closing
    assert running.closing_sheets.count() == 24
    assert running.closing_readings.count() == len(list(given.reading_lines()))
    assert running.closing_rules.sheets_sha256 == given.sheets_digest()
    row = found.rows.select_related("entry").first()
    assert row is not None
    assert len(row.parts["marks"]) == 3
    assert set(row.parts["metrics"]) == {"plays", "likes"}


def test_a_round_without_a_rubric_ranks_by_popularity_alone() -> None:
    made = make_round(make_season(), criteria=False, popularity_weight=1, panel_weight=0)
    advance(made, "open")
    for plays in (3, 9, 6):
        make_readings(make_entry(made), *[plays] * 14)
    advance(made, "locked")
    found = standings.compute(made, closing=True)
    assert found is not None
    assert list(found.rows.values_list("entry__index", flat=True)) == [1, 2, 0]
    assert {row.panel for row in found.rows.all()} == {None}
    assert proof.closing_inputs(made).readings_digest() == made.closing_rules.readings_sha256
    assert proof.closing_inputs(made).sheets_digest() == made.closing_rules.sheets_sha256


@pytest.mark.parametrize("blend", ["weighted-sum", "borda"])
def test_the_chair_reads_what_the_expected_wrong_picks_count_and_no_number_where_nothing_is_known(
    blend: str,
) -> None:
    """Ranks know no spread: there the probabilities are 1 and 0, which would read as "nobody is in doubt"."""
    made = running_round(cut=3, blend_method=blend)
    expected = standings.compute(made).figures["expected_wrong"]
    found = chair.findings(made)
    assert found is not None and found.expected_wrong == expected
    page = render_to_string("judging/chair/_line.html", {"found": found, "round": made})
    assert ("popularity is taken as measured" in page) is (blend == "weighted-sum")
    assert ("how sure a place at the line is" in page) is (blend == "borda")
    if blend == "borda":
        assert expected is None and "Nobody is in doubt" not in page
    else:
        assert 0 < expected < 3
