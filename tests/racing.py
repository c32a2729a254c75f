"""Threads with connections of their own at the same moment, and the certainty that they really met."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

WAITING = """
SELECT count(DISTINCT waiting.pid) FROM pg_locks waiting JOIN pg_locks held USING (pid)
WHERE NOT waiting.granted AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
PATIENCE = 240
"""Seconds that only a failure ever takes."""

in_race = threading.local()


class Others:
    """Who takes part in a race, and who of them has come to a commit or to the end."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.here: set[int] = set()

    def arrive(self) -> None:
        self.here.add(threading.get_ident())

    def are_here_or_held_up(self) -> bool:
        """Whether nobody still runs towards a commit: who isn't here waits for a row that one of those holds."""
        return len(self.here) + waiting() >= self.count


def waiting() -> int:
    """How many connections to this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])


def until(met: Callable[[], bool]) -> None:
    """Look again and again."""
    give_up_at = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < give_up_at, "waited too long"
        time.sleep(0.005)


@pytest.fixture
def commits_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a race, who would commit first waits until the others would too, are done, or are held up by what it has written.

    So nobody has seen what another did, and without a lock they collide in every run instead of by luck.
    """
    real = BaseDatabaseWrapper.commit

    def commit(self: BaseDatabaseWrapper) -> None:
        others, in_race.late = getattr(in_race, "late", None), None
        if others is not None:
            others.arrive()
            until(others.are_here_or_held_up)
        real(self)

    monkeypatch.setattr(BaseDatabaseWrapper, "commit", commit)


def race(*runners: Callable[[], object]) -> None:
    """Run all at once and wait for the end of all; the first unexpected error is raised here."""
    ready, others, errors = threading.Barrier(len(runners)), Others(len(runners)), []

    def run(runner: Callable[[], object]) -> None:
        in_race.others = in_race.late = others
        try:
            ready.wait(PATIENCE)
            runner()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()
            others.arrive()

    threads = [threading.Thread(target=run, args=(runner,), daemon=True) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "a runner never came to its end"
    if errors:
        raise errors[0]
