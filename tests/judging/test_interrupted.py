"""A process that imports and is killed: what it had copied is gone, and its import says what happened."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from judging.jobs import interrupted
from judging.models import ImportBatch, Reading, Source, SourceDay
from judging.queries.reasons import PLAIN
from judging.services import popularity
from spotlight.ledger.models import Event
from submissions.models import Submission
from tests.making import make_season, make_submission

pytestmark = pytest.mark.django_db(transaction=True)

WAITS = "SELECT count(*) FROM pg_locks WHERE relation = 'judging_sourceday'::regclass AND NOT granted"
PATIENCE = 120.0


@pytest.fixture
def entered() -> Submission:
    return make_submission(make_season())


@contextmanager
def nobody_counts_days() -> Iterator[None]:
    """Whoever imports comes as far as counting its days, all rows copied, and waits there."""
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("LOCK TABLE judging_sourceday IN SHARE MODE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


def until(answer: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not answer():
        assert time.monotonic() < end
        time.sleep(0.05)


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(WAITS)
        return int(cursor.fetchone()[0])


def importing(path: Path, season: str) -> subprocess.Popen[bytes]:
    """The command in a process of its own, on the database of this test."""
    words = [
        sys.executable,
        "manage.py",
        "import_readings",
        str(path),
        "--source",
        "radio",
        "--season",
        season,
    ]
    database = {"SPOTLIGHT_TEST_TEMPLATE": str(connection.settings_dict["NAME"])}
    environment = os.environ | database | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    return subprocess.Popen(words, cwd=settings.BASE_DIR, env=environment)


def test_a_killed_import_says_so_and_leaves_nothing(entered: Submission, tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text(f"track,metric,day,value\n{entered.track.code},plays,2026-05-01,12\n")
    with nobody_counts_days():
        process = importing(path, entered.season.slug)
        try:
            until(lambda: waiting() or process.poll() is not None)
            assert process.poll() is None
            assert ImportBatch.objects.get().state == "running"
            assert interrupted.end_interrupted() == 0  # it is being read
        finally:
            process.kill()
            process.wait()
    until(interrupted.end_interrupted)
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.problem, batch.changed) == ("failed", interrupted.PROBLEM, 0)
    assert batch.finished_at is not None
    assert batch.problem in PLAIN
    assert not Reading.objects.exists()
    assert not SourceDay.objects.exists()
    assert Event.objects.filter(verb="readings.interrupted").count() == 1
    assert interrupted.end_interrupted() == 0
    again = popularity.import_readings_now(Source.objects.get(slug="radio"), path=path, by=None)
    assert (again.state, again.changed, Reading.objects.count()) == ("done", 1, 1)


def test_the_next_import_ends_one_that_was_interrupted(entered: Submission, tmp_path: Path) -> None:
    source = Source.objects.create(season=entered.season, slug="radio", name="Radio")
    before = ImportBatch.objects.create(source=source, state="running", at=entered.season.created_at)
    path = tmp_path / "readings.csv"
    path.write_text(f"track,metric,day,value\n{entered.track.code},plays,2026-05-01,12\n")
    assert popularity.import_readings_now(source, path=path, by=None).state == "done"
    before.refresh_from_db()
    assert (before.state, before.problem) == ("failed", interrupted.PROBLEM)
