"""The roles and the settings that durability and integrity rest on."""

from contextlib import closing

import psycopg2
import pytest
from django.db import ProgrammingError, connection, transaction

from spotlight import embedded
from spotlight.ledger import clock
from spotlight.ledger.models import Clock

pytestmark = pytest.mark.django_db


def ask(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


@pytest.mark.parametrize("name", ["fsync", "synchronous_commit", "full_page_writes"])
def test_commits_are_durable(servers: embedded.Addresses, name: str) -> None:
    """For whoever connects as the product does; in the tests' own connections no commit waits for the disk."""
    with closing(psycopg2.connect(servers.database_url)) as product, product.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        assert cursor.fetchone() == ("on",)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE stray (id int)",
        "TRUNCATE ledger_event",
        "ALTER TABLE ledger_event DISABLE TRIGGER ALL",
        "DROP TABLE ledger_work",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_role_may_not(as_app_role: None, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        ask(statement)


def test_the_application_role_owns_nothing(as_app_role: None) -> None:
    assert ask("SELECT current_user") == "spotlight_app"
    assert ask("SELECT count(*) FROM pg_class WHERE relowner = 'spotlight_app'::regrole") == 0
    assert ask("SELECT count(*) FROM ledger_work") == 0


def test_japanese_has_trigrams() -> None:
    assert ask("SELECT array_length(show_trgm('夜の海'), 1)") == 4


@pytest.mark.parametrize("attempt", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_the_flush_resets_the_clock(attempt: int) -> None:
    """Twice: the second run would see what the first left behind."""
    assert Clock.objects.get().offset.total_seconds() == 0
    clock.move_to(clock.now().replace(year=2031))
    assert clock.now().year == 2031
