"""Work rows: written with their cause, done once they are due, leased by one worker, re-issued until done."""

import datetime
import threading
import time
from functools import partial
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from spotlight.ledger import clock, work
from spotlight.ledger.models import WorkRow
from tests.racing import in_race, race, until, waiting

PAST = datetime.timedelta(minutes=5)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A kind of work, `test.note`, that only notes its key."""
    keys: list[str] = []
    monkeypatch.setitem(
        work.KINDS, "test.note", work.Kind(run=lambda key, report: keys.append(key), queue="default")
    )
    return keys


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What would be handed to the broker."""
    rows: list[int] = []
    monkeypatch.setattr(work, "send", lambda pk, kind, delay=0: rows.append(pk))
    return rows


def only() -> WorkRow:
    return WorkRow.objects.get()


@pytest.mark.django_db
def test_work_is_gone_with_its_cause(done: list[str]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        work.enqueue("test.note", "a")
        raise RuntimeError
    assert not WorkRow.objects.exists()


@pytest.mark.django_db
def test_the_same_work_waits_once_and_the_earlier_time_wins(done: list[str]) -> None:
    now = clock.now()
    work.enqueue("test.note", "a", due_at=now + datetime.timedelta(hours=2))
    work.enqueue("test.note", "a", due_at=now + datetime.timedelta(hours=1))
    work.enqueue("test.note", "a", due_at=now + datetime.timedelta(hours=3))
    assert only().due_at == now + datetime.timedelta(hours=1)


@pytest.mark.django_db
def test_nothing_is_done_before_it_is_due(done: list[str]) -> None:
    work.enqueue("test.note", "a", due_at=clock.now() + datetime.timedelta(hours=1))
    work.carry(only().pk)
    assert work.run_due() == 0
    clock.move_by(datetime.timedelta(hours=2))
    assert work.run_due() == 1
    assert done == ["a"]
    assert only().state == "done"


@pytest.mark.django_db
def test_done_work_is_not_done_again(done: list[str]) -> None:
    work.enqueue("test.note", "a")
    for _ in range(3):
        work.carry(only().pk)
    assert done == ["a"]


@pytest.mark.django_db
def test_a_leased_row_is_left_alone_until_the_lease_runs_out(done: list[str], sent: list[int]) -> None:
    work.enqueue("test.note", "a")
    taken = work.lease(only().pk)
    assert taken is not None
    work.carry(taken.pk)
    assert (done, work.sweep()) == ([], 0)
    clock.move_by(datetime.timedelta(days=30))
    assert work.sweep() == 0, "moving the one clock must not end leases"
    WorkRow.objects.update(leased_until=datetime.datetime.now(datetime.UTC) - PAST)
    assert work.sweep() == 1
    work.carry(taken.pk)
    assert done == ["a"]


@pytest.mark.django_db
def test_a_failure_is_kept_and_tried_again_later(monkeypatch: pytest.MonkeyPatch, sent: list[int]) -> None:
    tries = []

    def run(key: str, report: work.Report) -> None:
        tries.append(key)
        raise ValueError("the disk is full")

    monkeypatch.setitem(work.KINDS, "test.fails", work.Kind(run=run, queue="default"))
    work.enqueue("test.fails", "a")
    before = clock.now()
    work.carry(only().pk)
    assert (only().state, only().error, only().attempts) == ("waiting", "ValueError: the disk is full", 1)
    assert only().due_at >= before + datetime.timedelta(seconds=2)
    for _ in range(work.ATTEMPTS):
        clock.move_by(datetime.timedelta(hours=1))
        work.carry(only().pk)
    assert (only().state, len(tries)) == ("failed", work.ATTEMPTS)


@pytest.mark.django_db
def test_without_a_broker_the_row_stays_for_the_sweep(
    monkeypatch: pytest.MonkeyPatch, done: list[str]
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OSError("connection refused")

    monkeypatch.setattr("spotlight.ledger.work.current_app.send_task", refuse)
    work.enqueue("test.note", "a")
    work.send(only().pk, "test.note")
    assert only().state == "waiting"
    carried: list[list[int]] = []
    monkeypatch.setattr(
        "spotlight.ledger.work.current_app.send_task", lambda name, *, args, **more: carried.append(args)
    )
    assert work.sweep() == 1
    assert carried == [[only().pk]]
    assert work.run_due() == 1


@pytest.mark.django_db
def test_finished_rows_are_forgotten_and_failed_ones_kept(done: list[str]) -> None:
    for state in ("done", "failed", "waiting"):
        WorkRow.objects.create(
            kind="k",
            key=state,
            state=state,
            due_at=clock.now(),
            created_at=clock.now(),
            finished_at=clock.now(),
        )
    clock.move_by(datetime.timedelta(days=20))
    assert work.forget_finished() == 1
    assert set(WorkRow.objects.values_list("state", flat=True)) == {"failed", "waiting"}


@pytest.mark.django_db(transaction=True)
def test_two_rows_of_the_same_work_never_run_at_once(
    monkeypatch: pytest.MonkeyPatch, sent: list[int]
) -> None:
    running, most, lock = [0], [0], threading.Lock()

    def run(key: str, report: work.Report) -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        until(lambda: running[0] + waiting() + len(in_race.others.here) >= 4)
        with lock:
            running[0] -= 1

    monkeypatch.setitem(work.KINDS, "test.slow", work.Kind(run=run, queue="default"))
    rows = [
        WorkRow.objects.create(
            kind="test.slow", key="a", state="running" if n else "waiting", due_at=clock.now(), created_at=clock.now(),
            leased_until=datetime.datetime.now(datetime.UTC) - PAST,
        ).pk
        for n in range(4)
    ]  # fmt: skip

    race(*(partial(work.carry, pk) for pk in rows))
    assert most[0] == 1


def test_nobody_waits_for_a_broker_that_is_away() -> None:
    app = Celery(broker="redis+socket:///nowhere/redis.sock")
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    began = time.monotonic()
    with app.producer_or_acquire() as producer, pytest.raises((OperationalError, OSError)):
        producer.publish({}, routing_key="default", retry=False)
    assert time.monotonic() - began < 30
