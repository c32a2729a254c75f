"""The check of a production database sees what would make its promises void."""

from typing import Any

import pytest
from django.db import connection

from spotlight.accounts.models import Person
from spotlight.web.checks import check_databases

pytestmark = pytest.mark.django_db


def found() -> set[str | None]:
    return {message.id for message in check_databases(None, databases=["default"])}


@pytest.fixture(autouse=True)
def _application(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """As in production; the tests' own settings let no commit wait for the disk."""
    monkeypatch.delenv("SPOTLIGHT_DATABASE_ROLE", raising=False)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")


def test_the_application_role_passes(as_app_role: None) -> None:
    assert found() == set()


def test_an_owner_as_application_is_refused() -> None:
    assert found() == {"spotlight.E002"}


def test_a_forgetful_database_is_refused(as_app_role: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    assert found() == {"spotlight.E001"}


def test_demo_accounts_are_refused_in_production(as_app_role: None, settings: Any) -> None:
    Person.objects.create(is_demo=True)
    assert found() == set()
    settings.EMBEDDED = False
    assert found() == {"spotlight.E003"}


def test_nothing_is_asked_unless_the_database_is_named() -> None:
    assert check_databases(None) == []
