"""Alive, ready, metrics."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from spotlight.ledger import work
from spotlight.web import health


def test_alive_touches_nothing(client: Client) -> None:
    """No database is allowed here."""
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"alive\n")
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert response.json() == {"ready": True, "database": True, "migrations": True, "redis": True}
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_not_ready_without_redis(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "unix:///nowhere.sock?db=0"
    response = client.get("/readyz")
    assert (response.status_code, response.json()["redis"], response.json()["database"]) == (503, False, True)


@pytest.mark.django_db
def test_not_ready_before_a_migration_ran(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'ledger'")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["migrations"]) == (503, False)


def test_not_ready_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health.CHECKS, "database", lambda: False)
    monkeypatch.setitem(health.CHECKS, "migrations", lambda: False)
    assert client.get("/readyz").status_code == 503


@pytest.mark.django_db
def test_metrics_are_for_operators_and_the_token(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401
    settings.METRICS_TOKEN = "long-token"
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer long-token"}).status_code == 200
    accounts = get_user_model().objects
    client.force_login(accounts.create_user("fan@example.org"))
    assert client.get("/metrics").status_code == 404
    client.force_login(accounts.create_superuser("operator@example.org"))
    assert client.get("/metrics").status_code == 200


@pytest.mark.django_db
def test_metrics_count_what_waits(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "long-token"
    work.enqueue("mail.send", "7")
    lines = (
        client.get("/metrics", headers={"Authorization": "Bearer long-token"}).content.decode().splitlines()
    )
    assert 'spotlight_work{kind="mail.send",state="waiting"} 1' in lines
    assert "# TYPE spotlight_mail gauge" in lines
