"""Every address × every role, against the committed table `access/access.csv`; secrets; headers. Deny by default.

A cell says what a role gets: a status, or `in` for the way to the sign-in page. An address that is not in the table
fails. After a change on purpose: `WRITE_ACCESS_TABLE=1 .venv/bin/pytest tests/spotlight/test_access.py` writes the table
as the program is, and the difference is to be read line by line.
"""

import csv
import logging
import os
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction

from tests.spotlight.access.asking import ROLES, TABLE, Answer, Asker, Row, access_table, nothing_here
from tests.spotlight.access.routes import Route, routes, things_for
from tests.spotlight.access.world import NAMES, SECRETS, World, build

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1200)]
HEAD = ("route", "method", "thing")
REFUSED = {"in", "401", "404", "405"}
# Who tries whether an address that takes no POST really takes none.
PROBES = ("anonymous", "owner", "judge", "organizer", "operator")
# Pages of Django and allauth answer any method like GET or POST; these of them change something.
CHANGING = ("add/", "change/", "delete/")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")

# Lists of installed packages in the panel, for the operator alone.
PACKAGES = ("admin/auth/", "admin/account/", "admin/mfa/")
CONFIRMED = {
    "admin/cut/<slug:season>/<int:number>/<slug:verb>/",
    "admin/removals/<slug:code>/<slug:verb>/",
    "admin/joint-removals/<slug:code>/<slug:verb>/",
}
"""What decides a result asks for a second factor."""
# Kept in the database only; no page shows them to anybody yet.
UNSEEN: set[str] = set()

# Searches must find nothing that the searcher may not see.
SEARCHES = (
    "/search?q=zqv", "/playlist/?q=zqv", "/api/v1/tracks/?q=zqv", "/api/v1/artists/?q=zqv", "/api/v1/episodes/?q=zqv",
    "/admin/search/?s=zqv", "/admin/search/?s=zqvowner", "/admin/desk/welcome/alpha/?q=zqv", "/admin/ledger/mail/?q=zqv",
    "/admin/ledger/event/?q=zqv", "/admin/submissions/invitation/?q=zqv", "/admin/submissions/membership/?q=zqv",
    "/admin/series/episode/?q=zqv", "/admin/series/guest/?q=zqv", "/admin/seasons/alpha/outbox/?q=zqv", "/offtherecord/?artist=zqv",
    "/admin/autocomplete/?app_label=series&model_name=episode&field_name=artist&term=zqv",
    "/admin/autocomplete/?app_label=submissions&model_name=membership&field_name=person&term=zqv",
)  # fmt: skip


@dataclass
class Visit:
    """Everything that everybody got."""

    answers: list[Answer] = field(default_factory=list)
    unknown: list[Answer] = field(default_factory=list)
    searches: list[Answer] = field(default_factory=list)

    def cells(self) -> dict[Row, dict[str, str]]:
        """Row to role to outcome."""
        found: dict[Row, dict[str, str]] = defaultdict(dict)
        for answer in self.answers:
            found[answer.row][answer.role] = answer.outcome
        return found


@pytest.fixture(scope="module")
def visit(django_db_setup: None, django_db_blocker: Any) -> Visit:
    """One world, every address asked by every role; whatever a request changes is undone."""
    logging.disable(logging.CRITICAL)  # thousands of refusals, each worth a warning
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr(
        "spotlight.urls.handler404", nothing_here, raising=False
    )  # the page itself takes its time
    with django_db_blocker.unblock(), transaction.atomic():
        seen = _visit(build(), access_table())
        transaction.set_rollback(True)
    monkeypatch.undo()
    logging.disable(logging.NOTSET)
    return seen


def _visit(world: World, table: dict[Row, dict[str, str]]) -> Visit:
    asker, seen = Asker(world.sessions), Visit()
    for route in routes():
        things = things_for(route, world)
        unknown = things.pop("unknown", None)
        methods = ["GET", *(m for m in UNSAFE if _takes(asker, m, route, things, table))]
        for label, given in things.items():
            for method in methods:
                row = (route.pattern, method, label)
                seen.answers += [asker.ask(role, method, route.address(given), row) for role in ROLES]
        if unknown:
            row = (route.pattern, "GET", "unknown")
            seen.unknown += [asker.ask(role, "GET", route.address(unknown), row) for role in PROBES]
    for address in SEARCHES:
        seen.searches += [asker.ask(role, "GET", address, (address, "GET", "search")) for role in ROLES]
    return seen


def _takes(
    asker: Asker, method: str, route: Route, things: dict[str, Any], table: dict[Row, dict[str, str]]
) -> bool:
    """Whether an address takes the method: the table says so, or somebody gets through."""
    if any((route.pattern, method, label) in table for label in things):
        return True
    if route.name.startswith("admin:") or route.pattern.startswith("accounts/"):
        return method == "POST" and route.pattern.endswith(CHANGING)
    address = route.address(next(iter(things.values())))
    probes = PROBES if method == "POST" else PROBES[1:2]
    return any(asker.ask(role, method, address, ("", "", "")).outcome not in REFUSED for role in probes)


def test_everybody_gets_what_the_table_says(visit: Visit) -> None:
    cells = visit.cells()
    if os.environ.get("WRITE_ACCESS_TABLE"):
        _write(cells)
        pytest.fail("The table is written. Read the difference.")
    table = access_table()
    known = {route for route, _, _ in table}
    unlisted = sorted({route for route, _, _ in cells} - known)
    assert not unlisted, f"not in {TABLE.name}: {unlisted}"
    assert set(table) == set(cells)
    wrong = [
        f"{row} as {role}: {got}, the table says {table[row][role]}"
        for row, by_role in cells.items()
        for role, got in by_role.items()
        if got != table[row][role]
    ]
    assert not wrong, "\n".join(wrong)


def _write(cells: dict[Row, dict[str, str]]) -> None:
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*HEAD, *ROLES])
        writer.writerows([*row, *(cells[row][role] for role in ROLES)] for row in cells)


def test_nothing_crashes(visit: Visit) -> None:
    broken = {
        f"{a.row} {a.address} as {a.role}: {a.outcome}\n{a.trouble}"
        for a in _all(visit)
        if a.outcome[0] == "5"
    }
    assert not broken, "\n".join(sorted(broken))


def _all(visit: Visit) -> list[Answer]:
    return visit.answers + visit.unknown + visit.searches


def test_unknown_looks_like_forbidden(visit: Visit) -> None:
    wrong = [
        f"{a.row} as {a.role}: {a.outcome}"
        for a in visit.unknown
        if a.outcome not in (REFUSED if a.role == "anonymous" else {"404", "405"})
        and (a.outcome, a.body) != ("204", b"")  # a part of a page that has nothing to show
        and not a.row[0].endswith("<path:object_id>/")  # leads to the form, which is 404
        and not a.row[0].startswith(("accounts/", *PACKAGES))
    ]
    assert wrong == []


def test_only_a_forged_request_and_a_missing_second_factor_are_403(visit: Visit) -> None:
    wrong = [a for a in _all(visit) if a.outcome == "403" and a.row[0] not in CONFIRMED]
    assert [f"{a.row} as {a.role}" for a in wrong] == []


def test_the_panel_is_closed_to_whoever_has_no_role(visit: Visit) -> None:
    outside = ("anonymous", "fan", "owner", "artist", "partner", "former")
    inside = [a for a in visit.answers if a.role in outside and a.row[0].startswith("admin/")]
    open_to_them = {"admin/login/", "admin/logout/"}
    assert [
        f"{a.row} as {a.role}: {a.outcome}"
        for a in inside
        if a.outcome not in REFUSED and a.row[0] not in open_to_them
    ] == []


def test_a_role_that_ended_is_no_role(visit: Visit) -> None:
    assert [row for row, by_role in visit.cells().items() if by_role["former"] != by_role["fan"]] == []


def test_nothing_of_a_signed_in_person_is_kept(visit: Visit) -> None:
    kept = [
        a
        for a in visit.answers
        if a.role != "anonymous" and "no-store" not in a.headers.get("cache-control", "")
    ]
    for_all = {a.row for a in visit.answers if a.role == "anonymous" and a.outcome == "200"}
    assert kept
    assert [
        f"{a.row} as {a.role}"
        for a in kept
        if "public" not in a.headers.get("cache-control", "") or a.row not in for_all
    ] == []


def test_our_pages_allow_nothing_inline(visit: Visit) -> None:
    pages = [a for a in _all(visit) if b"/static/unfold/" not in a.body and "admin/search/" not in a.row[0]]
    loose = [a for a in pages if "unsafe" in a.headers.get("content-security-policy", "unsafe")]
    assert [f"{a.row} as {a.role}" for a in loose] == []
    html = [a for a in pages if a.headers.get("content-type", "").startswith("text/html")]
    assert {a.row for a in html if b' style="' in a.body or b"onclick=" in a.body} == set()


def _told(answer: Answer, secret: str) -> bool:
    """Whether who asked said it, or holds the link of the mail that says it."""
    return secret in answer.address or answer.row[0].startswith("invitations/")


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_kept(visit: Visit, secret: str) -> None:
    may = {*SECRETS[secret], "operator"}
    seen = [
        a
        for a in _all(visit)
        if secret.encode() in a.body or any(secret in value for value in a.headers.values())
    ]
    leaks = {f"{a.row} {a.address} as {a.role}" for a in seen if a.role not in may and not _told(a, secret)}
    assert leaks == set()
    assert seen or secret in UNSEEN, "nobody sees it: the check would never fail"


def test_the_blind_desk_names_nobody(visit: Visit) -> None:
    desk = [a for a in visit.answers if a.row[0].startswith("admin/desk/") and "alpha-3" in a.address]
    assert {a.outcome for a in desk} > {"200", "404"}
    told = [
        (a.row, a.role, name)
        for a in desk
        for name in NAMES
        if name.encode() in a.body + str(a.headers).encode()
    ]
    assert told == []
