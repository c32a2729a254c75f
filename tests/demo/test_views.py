"""The bar's addresses: there only where a demo was made; signing in as its people and nobody else."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from spotlight.accounts.models import Person
from spotlight.demo import people
from spotlight.demo.models import Step
from spotlight.ledger.models import WorkRow
from tests.making import make_person

pytestmark = pytest.mark.django_db

ADDRESSES = ("/demo/as/fan/", "/demo/advance/", "/demo/hide/")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: Any) -> Path:
    path = tmp_path / "demo-accounts.json"
    monkeypatch.setattr(people, "accounts_file", lambda: path)
    return path


@pytest.fixture
def demo(file: Path) -> None:
    file.write_text("[]")
    person = make_person("Mika")
    person.is_demo = True
    person.save()
    assert person.user is not None
    person.user.email = "fan@example.test"
    person.user.save()


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_a_demo_there_is_nothing(client: Client, file: Path, address: str) -> None:
    assert client.post(address).status_code == 404
    assert client.get("/demo/state/").status_code == 404
    assert "demo-bar" not in client.get("/").content.decode()


def test_a_visitor_becomes_a_fan(client: Client, demo: None) -> None:
    assert "demo-bar" in client.get("/").content.decode()
    answer = client.post("/demo/as/fan/")
    assert answer.headers["Location"] == "/playlist/"
    assert client.session["_auth_user_id"]


@pytest.mark.parametrize("role", ["operator", "judge", "fan2"])
def test_nobody_else_can_be_become(client: Client, demo: None, role: str) -> None:
    assert client.post(f"/demo/as/{role}/").status_code == 404


def test_a_real_account_with_such_an_address_is_not_given_away(client: Client, demo: None) -> None:
    Person.objects.update(is_demo=False)
    assert client.post("/demo/as/fan/").status_code == 404


def test_signing_in_needs_the_forgery_token(demo: None) -> None:
    assert Client(enforce_csrf_checks=True).post("/demo/as/fan/").status_code == 403


def test_nothing_moves_while_the_demo_is_filled(client: Client, demo: None) -> None:
    Step.objects.create(name="week-1", total=4, done=1)
    page = client.get("/").content.decode()
    assert "Artists enter, week 1" in page
    assert 'hx-trigger="every 2s"' in page
    assert "Move the season on" not in page
    client.post("/demo/advance/")
    assert not WorkRow.objects.exists()


def test_the_bar_can_be_put_away(client: Client, demo: None) -> None:
    client.post("/demo/hide/")
    assert "demo-bar" not in client.get("/").content.decode()


def test_embeds_have_no_bar(client: Client, demo: None) -> None:
    assert "demo-bar" not in client.get("/embed/tracks/none/").content.decode()
