"""Running totals: whatever the order in which they arrive, the readings are those of the totals in order."""

import datetime
import itertools
import random
from pathlib import Path

import pytest

from judging.models import ImportBatch, Reading, Source, Total
from judging.services import popularity
from submissions.models import Submission
from tests.making import make_season, make_submission

pytestmark = pytest.mark.django_db
FIRST = datetime.date(2026, 3, 1)
Totals = dict[int, int]


@pytest.fixture
def entered() -> Submission:
    return make_submission(make_season())


@pytest.fixture
def source(entered: Submission) -> Source:
    return Source.objects.create(season=entered.season, slug="radio", name="Radio", kind=Source.Kind.TOTALS)


def send(source: Source, folder: Path, code: str, totals: list[tuple[int, int]]) -> ImportBatch:
    path = folder / "totals.csv"
    lines = [f"{code},plays,{FIRST + datetime.timedelta(days=day)},{value},jp" for day, value in totals]
    path.write_text("\n".join(["track,metric,day,value,market", *lines]))
    return popularity.import_readings_now(source, path=path, by=None)


def follow(totals: Totals) -> dict[int, int]:
    """The daily counts of these totals, said day by day."""
    counts: dict[int, int] = {}
    days = sorted(totals)
    for before, day in itertools.pairwise(days):
        gained = totals[day] if totals[day] < totals[before] else totals[day] - totals[before]
        span = list(range(before + 1, day + 1))[-31:]
        for place, one in enumerate(reversed(span)):
            counts[one] = gained // len(span) + (place < gained % len(span))
    return counts


def counted(source: Source) -> dict[int, int]:
    rows = Reading.objects.filter(source=source).values_list("day", "value")
    return {(day - FIRST).days: value for day, value in rows}


def test_differences_gaps_and_resets(entered: Submission, source: Source, tmp_path: Path) -> None:
    code = entered.track.code
    batch = send(source, tmp_path, code, [(0, 1000), (1, 1010), (4, 1021), (5, 7), (6, 7)])
    assert (batch.accepted, batch.changed, batch.resets) == (5, 5, 1)
    assert counted(source) == {1: 10, 2: 3, 3: 4, 4: 4, 5: 7, 6: 0}
    assert batch.reset_list == [
        {"track": code, "metric": "plays", "market": "jp", "day": "2026-03-06", "before": 1021, "after": 7}
    ]
    again = send(source, tmp_path, code, [(0, 1000), (1, 1010), (4, 1021), (5, 7), (6, 7)])
    assert (again.changed, again.resets) == (0, 0)
    assert list(source.days.order_by("day").values_list("rows", flat=True)) == [1, 1, 1, 1, 1]
    Reading.objects.filter(day=FIRST + datetime.timedelta(days=4)).update(set_aside=True)
    late = send(source, tmp_path, code, [(3, 1021)])  # a day that was missing
    assert late.changed == 1
    assert counted(source) == {1: 10, 2: 5, 3: 6, 4: 0, 5: 7, 6: 0}
    assert Reading.objects.get(day=FIRST + datetime.timedelta(days=4)).set_aside
    send(source, tmp_path, code, [(5, 1031)])  # the reset was a slip, and is corrected
    assert counted(source) == {1: 10, 2: 5, 3: 6, 4: 0, 5: 10, 6: 7}
    send(source, tmp_path, code, [(-100, 900)])
    assert sum(counted(source).values()) == 100 + 10 + 11 + 10 + 7
    assert min(counted(source)) == -30


@pytest.mark.parametrize("turns", [4, pytest.param(24, marks=pytest.mark.chaos)])
def test_the_order_of_arrival_does_not_matter(
    entered: Submission, source: Source, tmp_path: Path, turns: int
) -> None:
    dice = random.Random(7)
    codes = [entered.track.code, make_submission(entered.season).track.code]
    for turn in range(turns):
        Reading.objects.all().delete()
        Total.objects.all().delete()
        code = codes[turn % 2]
        days = dice.sample(range(60), dice.randint(1, 12))
        wrong = [(day, dice.randint(0, 99)) for day in dice.sample(days, len(days) // 3)]
        right = [(day, dice.randint(0, 99)) for day in days]
        messages = [[one] for one in wrong]
        dice.shuffle(right)
        while right:
            size = dice.randint(1, 4)
            messages.append(right[:size])
            right = right[size:]
        totals: Totals = {}
        for message in messages:
            send(source, tmp_path, code, message)
            totals |= dict(message)
            assert counted(source) == follow(totals)
