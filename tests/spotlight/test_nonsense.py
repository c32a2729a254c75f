"""Nonsense for whatever an address reads: never a crash, for pages, panel and API alike.

`make test` sends each form once, by a role that may send it, with other nonsense in each field, and asks each page once
with nonsense in its address. `make chaos` tries each field and each parameter by itself, and bodies that are none.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction

from spotlight.accounts.factors import Factor
from tests.spotlight.access.asking import ROLES, Asker, access_table, nothing_here
from tests.spotlight.access.nonsense import BODIES, LONG, NONSENSE, PARAMETERS, Noting, as_json, mixed
from tests.spotlight.access.routes import Route, routes, things_for
from tests.spotlight.access.world import World, build

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(7200)]
SHUT = {"in", "401", "404", "405"}
# Who tries addresses that the table knows no form of: some answer an empty one like something that is not there.
STAFF = ("owner", "judge", "chair", "organizer", "clearance")
HEADERS = (
    {"X-Autosave": "file"},
    {"X-Autosave": "x"},
    {"Accept": "application/json"},
    {"HX-Request": "true"},
)
ROW = ("", "", "")


@dataclass
class Sender:
    """Sends as a role; notes what crashed and which fields were read."""

    asker: Asker
    crashed: list[str] = field(default_factory=list)

    def get(self, role: str, address: str, query: str) -> None:
        """A page with a query."""
        self._note(self.asker.ask(role, "GET", f"{address}?{query}", ROW), f"GET {address}?{query}")

    def read(self, role: str, address: str) -> list[str]:
        """The names that a page looks for in its query."""
        query = Noting("", encoding="utf-8")
        self._note(self.asker.ask(role, "GET", address, ROW, query=query), f"GET {address}")
        return list(query.asked)

    def post(
        self, role: str, address: str, pairs: str, headers: dict[str, str] | None = None
    ) -> tuple[str, list[str]]:
        """A form. What came of it, and the names that were looked for in it."""
        form = Noting(pairs, encoding="utf-8")
        answer = self.asker.ask(role, "POST", address, ROW, headers, form=form)
        self._note(answer, f"POST {address} {pairs} {headers}")
        return answer.outcome, [name for name in form.asked if name != "csrfmiddlewaretoken"]

    def bytes(self, role: str, address: str, body: bytes, kind: str) -> None:
        """Bytes of a kind."""
        answer = self.asker.ask(role, "POST", address, ROW, body=body, kind=kind)
        self._note(answer, f"POST {address} {body[:60]!r} {kind}")

    def _note(self, answer: Any, what: str) -> None:
        if answer.outcome[0] == "5" or answer.trouble:
            self.crashed.append(f"{what[:300]} as {answer.role}: {answer.outcome}\n{answer.trouble}")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One of everything; who is asked for a second factor has just shown it."""
    logging.disable(logging.CRITICAL)
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr("spotlight.urls.handler404", nothing_here, raising=False)
        patch.setattr("spotlight.web.factors.fresh_factor", lambda request: Factor("totp", 1))
        yield build()
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


def test_forms_of_nonsense_are_refused(world: World) -> None:
    sender, sent = Sender(Asker(world.sessions)), 0
    for route, address, roles in _forms(world, labels=1):
        if route.name.startswith("admin:") and not route.name.endswith("_change"):
            continue  # the form that adds is the same
        outcome, names = sender.post(roles[0], address, "")
        if outcome != "405":
            sender.post(roles[0], address, mixed(names, sent))
            sender.bytes(roles[0], address, *BODIES[sent % len(BODIES)])
            sent += 1
    assert sent > 70
    assert sender.crashed == [], "\n".join(sender.crashed)


def test_addresses_of_nonsense_are_refused(world: World) -> None:
    sender = Sender(Asker(world.sessions))
    for number, (_route, address, roles) in enumerate(_pages(world, labels=1)):
        sender.get(roles[0], address, mixed([name for name in PARAMETERS if name != "as"], number))
    assert sender.crashed == [], "\n".join(sender.crashed)


def test_scripts_that_send_nonsense_are_refused(world: World) -> None:
    sender = Sender(Asker(world.sessions))
    names = ("events", "session", "track", "listened", "text", "note", "kind", "at")
    appeal = f"/api/v1/me/set-aside/{world.things['suspicion'].code}/appeal/"
    for address in (appeal, "/plays", "/plays/sessions"):
        bodies = [*as_json(names), *as_events(as_json(names))]
        for body, kind in [*BODIES, *((body, "application/json") for body in bodies)]:
            sender.bytes("owner", address, body, kind)
    assert sender.crashed == [], "\n".join(sender.crashed)


def as_events(bodies: Sequence[bytes]) -> list[bytes]:
    """The same objects as events of a listening session."""
    return [b'{"session": "x", "events": [%b]}' % body for body in bodies]


@pytest.mark.chaos
def test_each_field_and_each_parameter_by_itself(world: World) -> None:
    sender = Sender(Asker(world.sessions))
    for _route, address, roles in _forms(world):
        _each_field(sender, roles[-1], address)
    for _route, address, roles in _pages(world):
        for name in sender.read(roles[-1], address):
            for value in NONSENSE:
                sender.get(roles[-1], address, urlencode({name: value}))
            sender.get(roles[-1], address, urlencode([(name, "1"), (name, "2")]))
    assert sender.crashed == [], "\n".join(sender.crashed)


def _each_field(sender: Sender, role: str, address: str) -> None:
    outcome, names = sender.post(role, address, "")
    if outcome == "405":
        return
    names += sender.post(role, address, urlencode(dict.fromkeys(names, "1")))[1]
    for shift in range(len(NONSENSE)):
        sender.post(role, address, mixed(dict.fromkeys(names), shift), HEADERS[shift % len(HEADERS)])
    for name in dict.fromkeys(names):
        for value in (*NONSENSE, LONG):
            sender.post(role, address, urlencode({**dict.fromkeys(names, "1"), name: value}))
    for body, kind in BODIES:
        sender.bytes(role, address, body, kind)


def _forms(world: World, *, labels: int | None = None) -> Iterator[tuple[Route, str, list[str]]]:
    """Addresses that may take a form, and who may send it."""
    table = access_table()
    for route in routes():
        for label, given in _things(route, world)[:labels]:
            known, shown = (
                table.get((route.pattern, "POST", label)),
                table.get((route.pattern, "GET", label), {}),
            )
            able = [role for role in ROLES if known[role] not in SHUT] if known else []
            if roles := able or [role for role in STAFF if shown.get(role) in ("200", "405")]:
                yield route, route.address(given), roles


def _pages(world: World, *, labels: int | None = None) -> Iterator[tuple[Route, str, list[str]]]:
    """Addresses that can be looked at, and who may."""
    table = access_table()
    for route in routes():
        for label, given in _things(route, world)[:labels]:
            shown = table.get((route.pattern, "GET", label), {})
            if roles := [role for role in ROLES if shown.get(role) == "200"]:
                yield route, route.address(given), roles


def _things(route: Route, world: World) -> list[tuple[str, dict[str, Any]]]:
    return [(label, given) for label, given in things_for(route, world).items() if label != "unknown"]
