"""Which standings of a running round go, and that none goes which anything rests on."""

import datetime
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from judging.jobs import pruning, standings
from judging.models import Reading, Release, Round, Standing, Standings
from judging.services import rounds
from spotlight.accounts.models import Person
from spotlight.ledger import clock
from spotlight.ledger.models import Event
from tests.judging.conftest import at, file_all
from tests.making import make_readings

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(open_round: Callable[..., Round], monkeypatch: pytest.MonkeyPatch) -> Round:
    """A round with standings 1 to 4 of one day and 5 to 8 of the next."""
    monkeypatch.setattr(pruning, "KEEP_NEWEST", 2)
    monkeypatch.setattr(pruning, "AT_ONCE", 3)
    made = open_round()
    make_readings(made.entries.all()[0], 5)
    clock.move_to(made.opens_at.replace(hour=3) + datetime.timedelta(days=1))
    for number in range(8):
        if number == 4:
            clock.move_by(datetime.timedelta(days=1))
        Reading.objects.update(value=10 * number)
        standings.compute(made)
    return made


def numbers(made: Round) -> list[int]:
    return list(made.standings.order_by("number").values_list("number", flat=True))


def test_the_newest_and_the_first_of_each_day_stay(running: Round) -> None:
    assert numbers(running) == [1, 2, 3, 4, 5, 6, 7, 8]
    before = list(Standings.objects.filter(number__in=[1, 5, 7, 8]).order_by("number").values_list())
    assert pruning.prune(running) == 4
    assert numbers(running) == [1, 5, 7, 8]
    assert list(Standings.objects.order_by("number").values_list()) == before
    assert set(Standing.objects.values_list("standings__number", flat=True)) == {1, 5, 7, 8}
    assert Event.objects.get(verb="standings.pruned").facts == {"removed": 4}
    assert pruning.prune(running) == 0
    Reading.objects.update(value=777)
    again = standings.compute(running)
    assert again is not None
    assert again.number == 9


def test_what_a_release_names_stays(running: Round) -> None:
    Release.objects.create(round=running, standings=running.standings.get(number=3), at=clock.now())
    assert pruning.prune(running) == 3
    assert numbers(running) == [1, 3, 5, 7, 8]


def test_of_a_closed_round_nothing_goes(running: Round, organizer: Person) -> None:
    file_all(running)
    at(running, "locks_at")
    rounds.lock_round(running, by=organizer)
    at(running, "closes_at")
    rounds.close_round(running, by=organizer)
    closing = running.standings.get(is_closing=True).number
    kept = numbers(running)
    assert kept == [*range(1, 9), closing]
    assert pruning.prune(Round.objects.get(pk=running.pk)) == 0
    for table, where in (
        ("standing", "standings_id IN (SELECT id FROM judging_standings WHERE number = 2)"),
        ("standings", "number = 2"),
    ):
        with (
            pytest.raises(DatabaseError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM judging_{table} WHERE {where}")
    assert numbers(running) == kept
