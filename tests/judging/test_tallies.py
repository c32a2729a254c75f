"""Running aggregates: whatever happens in whatever order, they say what the readings say."""

import datetime
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from judging.jobs import blocks, inputs, running, sheets, standings, tallies
from judging.models import (
    Assignment,
    Entry,
    Reading,
    Round,
    Score,
    ScoreSheet,
    SheetBlock,
    Source,
    StaleTrack,
    TallyBlock,
)
from judging.queries.recipes import recipe_of
from spotlight.ledger import clock
from submissions.models import Submission
from tests.making import (
    advance,
    make_entry,
    make_readings,
    make_round,
    make_season,
    make_seat,
    make_sheet,
    make_submission,
)

pytestmark = pytest.mark.django_db

OPTIONS: list[dict[str, object]] = [
    {
        "popularity": {
            "window_days": 5,
            "minimum_days": 2,
            "region_minimum_entries": 0,
            "region_minimum_fans": 0,
        }
    },
    {
        "popularity": {
            "window_days": 9,
            "minimum_days": 1,
            "region_minimum_entries": 4,
            "region_minimum_fans": 300,
        }
    },
    {
        "popularity": {
            "method": "hardened",
            "window_days": 28,
            "region_minimum_entries": 3,
            "region_minimum_fans": 0,
        }
    },
    {"popularity": {"method": "log-sum", "window_days": 6, "minimum_days": 1, "winsor": "2.5"}},
]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (blocks, tallies, sheets):
        monkeypatch.setattr(module, "SIZE", 4)


def a_round(options: dict[str, object]) -> Round:
    now, day = clock.now(), datetime.timedelta(days=1)
    made = make_round(
        make_season(),
        options=options,
        opens_at=now - 90 * day,
        locks_at=now - 6 * day,
        closes_at=now + 90 * day,
    )
    made.metrics.create(source="radio", measure="spins", weight="0.4")
    made.metrics.filter(measure="plays").update(weight="0.3")
    advance(made, "open")
    seats = [make_seat(made) for _ in range(2)]
    for number in range(9):
        entry = make_entry(made, make_submission(made.season, market=["jp", "kr"][number % 2]))
        if number % 3:
            for seat in seats:
                make_sheet(entry, seat, number % 7, 9 - number)
    for slug in ("spotlight", "radio"):
        Source.objects.get_or_create(season=made.season, slug=slug, defaults={"name": slug})
    return Round.objects.get(pk=made.pk)


def add(made: Round, dice: random.Random) -> None:
    source = Source.objects.get(season=made.season, slug=dice.choice(["spotlight", "radio"]))
    entry = one_of(made.entries, dice)
    for _ in range(dice.randint(1, 6)):
        Reading.objects.update_or_create(
            day=entry.counts_from + datetime.timedelta(days=dice.randint(-3, 18)), source=source, market=dice.choice(["jp", "kr", "", "fr"]),
            track=entry.submission.track, measure="spins" if source.slug == "radio" else dice.choice(["plays", "likes", "other"]),
            defaults={"value": dice.choice([0, 1, 5, 90, 300, 70_000]), "fans": dice.choice([None, 0, 3, 50])},
        )  # fmt: skip


def one_of(rows: Any, dice: random.Random) -> Any:
    return dice.choice(list(rows.order_by("pk")))


def readings_of(made: Round, dice: random.Random) -> list[Reading]:
    rows = list(Reading.objects.order_by("day", "pk"))
    return dice.sample(rows, min(4, len(rows)))


def put_aside(made: Round, dice: random.Random) -> None:
    for row in readings_of(made, dice):
        Reading.objects.filter(pk=row.pk).update(set_aside=not row.set_aside)


def take_out(made: Round, dice: random.Random) -> None:
    for row in readings_of(made, dice):
        Reading.objects.filter(pk=row.pk).delete()


def switch_source(made: Round, dice: random.Random) -> None:
    radio = Source.objects.get(season=made.season, slug="radio")
    Source.objects.filter(pk=radio.pk).update(is_active=not radio.is_active)


def withdraw_or_return(made: Round, dice: random.Random) -> None:
    entry = one_of(made.entries, dice)
    Entry.objects.filter(pk=entry.pk).update(state="withdrawn" if entry.state == "in" else "in")


def join_late(made: Round, dice: random.Random) -> None:
    make_entry(made, counts_from=clock.now().date() - datetime.timedelta(days=dice.randint(-80, 320)))


def move_home(made: Round, dice: random.Random) -> None:
    entry, market = one_of(made.entries, dice), one_of(made.season.markets, dice)
    Submission.objects.filter(pk=entry.submission_id).update(market=market)


def count_longer(made: Round, dice: random.Random) -> None:
    Round.objects.filter(pk=made.pk).update(
        locks_at=made.locks_at - datetime.timedelta(days=dice.randint(-5, 5))
    )


def mark_again(made: Round, dice: random.Random) -> None:
    sheet = one_of(made.sheets, dice)
    sheet.scores.update(value=dice.choice(["0", "7.5", "3.25", "10"]))


def take_back(made: Round, dice: random.Random) -> None:
    assignment = one_of(made.assignments, dice)
    Assignment.objects.filter(pk=assignment.pk).update(
        state="taken-back" if assignment.state == "open" else "open"
    )


def unfile(made: Round, dice: random.Random) -> None:
    sheet = one_of(made.sheets, dice)
    ScoreSheet.objects.filter(pk=sheet.pk).update(state="draft" if sheet.state == "filed" else "filed")


def leave_a_mark_out(made: Round, dice: random.Random) -> None:
    sheet = one_of(made.sheets.filter(scores__isnull=False), dice)
    Score.objects.filter(pk=sheet.scores.order_by("pk")[0].pk).delete()


def hear(made: Round, dice: random.Random) -> None:
    unheard = made.entries.filter(assignments__isnull=True).order_by("pk").first() or make_entry(made)
    make_sheet(unheard, one_of(made.seats, dice), dice.randint(0, 10), 5)


def move_pool(made: Round, dice: random.Random) -> None:
    entry = one_of(made.entries, dice)
    entry.assignments.update(pool=dice.choice(["", "a", "b"]))


CHANGES: list[Callable[[Round, random.Random], None]] = [
    add, add, add, put_aside, take_out, switch_source, withdraw_or_return, join_late, move_home, count_longer,
    mark_again, mark_again, take_back, unfile, leave_a_mark_out, hear, move_pool,
]  # fmt: skip


def contents(made: Round, kept_in: type[TallyBlock | SheetBlock] = TallyBlock) -> list[tuple[object, ...]]:
    rows = kept_in.objects.filter(round=made).order_by("number")
    return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in rows.values_list()]


def scored(given: inputs.Inputs | running.Running) -> tuple[bytes, tuple[str, ...]]:
    result = given.score()
    return result.to_csv(), result.warnings


@pytest.mark.parametrize("seed", range(4))
def test_brought_up_to_date_is_made_from_scratch(small_blocks: None, seed: int) -> None:
    dice = random.Random(seed)
    made = a_round(OPTIONS[seed])
    for _ in range(24):
        dice.choice(CHANGES)(made, dice)
        made = Round.objects.get(pk=made.pk)
        kept = running.load(made)
        read = inputs.load(made)
        assert scored(kept) == scored(read)
        assert kept.every_sheet() == read.every_sheet()
        before = contents(made), contents(made, SheetBlock)
        tallies.forget(made)
        sheets.forget(made)
        again = running.load(made)
        assert (contents(made), contents(made, SheetBlock), again.digest()) == (*before, kept.digest())


def test_only_what_changed_is_read_again(small_blocks: None) -> None:
    made = a_round(OPTIONS[0])
    entries = list(made.entries.order_by("index"))
    make_readings(entries[0], 5, 6, 7)
    standings.compute(made)
    before = contents(made)
    make_readings(entries[6], 9, 9)
    assert set(StaleTrack.objects.values_list("track", flat=True)) == {entries[6].submission.track_id}
    # what nobody noted is not looked at: the change of this reading goes unseen until its track is stale
    Reading.objects.filter(track=entries[0].submission.track).update(value=1000)
    StaleTrack.objects.filter(track=entries[0].submission.track).delete()
    standings.compute(made)
    assert [a == b for a, b in zip(contents(made), before, strict=True)] == [True, False, True]
    assert not StaleTrack.objects.exists()


def test_a_refused_change_leaves_no_note() -> None:
    made = a_round({})
    standings.compute(made)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_readings(made.entries.all()[0], 5)
        raise ZeroDivisionError
    assert not StaleTrack.objects.exists()


def test_readings_of_a_round_that_is_over_are_not_noted() -> None:
    made = a_round({})
    advance(made, "closed")
    make_readings(made.entries.all()[0], 5)
    assert not StaleTrack.objects.exists()


def test_counts_beyond_63_bits_are_scored_from_their_days() -> None:
    made = a_round({"popularity": {"winsor": "2.0000001", "window_days": 28}})
    for number, entry in enumerate(made.entries.all()):
        make_readings(entry, *[10**15 + number, 10**15] * 7)
    kept = running.load(made)
    assert any(cell.tally is None for cell in (kept.readings.cells if kept.readings else []))
    assert kept.score().to_csv() == inputs.load(made).score().to_csv()


def test_a_round_without_a_rubric_ranks_who_has_readings() -> None:
    made = make_round(make_season(), criteria=False, panel_weight=0, popularity_weight=1)
    made.metrics.all().delete()
    made.metrics.create(source="radio", measure="spins", weight="1")
    advance(made, "open")
    for number in range(4):
        entry = make_entry(made)
        if number:
            make_readings(entry, *[number] * 9, source="radio", measure="spins")
    kept = running.load(Round.objects.get(pk=made.pk))
    assert kept.score().to_csv() == inputs.load(made).score().to_csv()
    found = standings.compute(made)
    assert found is not None
    assert found.size == 3
    assert recipe_of(made).blend.panel == 0
