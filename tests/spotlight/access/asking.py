"""Asking the program without a web server: one chain of middleware, a cookie for each role, and no trace of a request."""

import csv
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.core.handlers.base import BaseHandler
from django.core.signals import got_request_exception, request_finished
from django.db import close_old_connections, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict

Row = tuple[str, str, str]
"""Route, method, thing."""

ROLES = (
    "anonymous", "fan", "owner", "artist", "judge", "colleague", "guest_judge", "chair", "clearance", "editor", "partner",
    "organizer", "guest_organizer", "operator", "former",
)  # fmt: skip

TABLE = Path(__file__).parent / "access.csv"


def access_table() -> dict[Row, dict[str, str]]:
    """Row to role to outcome, as committed."""
    with TABLE.open(newline="") as file:
        lines = list(csv.DictReader(file))
    return {
        (line["route"], line["method"], line["thing"]): {role: line[role] for role in ROLES} for line in lines
    }


@dataclass(frozen=True)
class Answer:
    """What somebody got."""

    row: Row
    role: str
    address: str
    outcome: str
    headers: dict[str, str]
    body: bytes
    trouble: str = ""
    cookies: str = ""


class Asker:
    """Asks as a role; whatever a request changes is undone."""

    def __init__(self, sessions: Mapping[str, str]) -> None:
        self.sessions = sessions
        self.requests = RequestFactory()
        self.handler = BaseHandler()
        self.handler.load_middleware()

    def ask(
        self, role: str, method: str, address: str, row: Row, headers: Mapping[str, str] | None = None,
        *, query: QueryDict | None = None, form: QueryDict | None = None, body: bytes = b"", kind: str = "application/octet-stream",
    ) -> Answer:  # fmt: skip
        """What the role gets, for a query or a form that is read already or for bytes of a kind."""
        cache.clear()  # throttles count there
        given = {"cookie": self.sessions[role], **(headers or {})}
        request = self.requests.generic(method, address, body, kind, headers=given)
        if query is not None:
            request.__dict__["GET"] = query
        if form is not None:
            request._post, request._files = form, MultiValueDict()  # type: ignore[attr-defined]
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        trouble: list[str] = []
        with transaction.atomic(), _noting(trouble):
            response = self.handler.get_response(request)
            page = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
            _close(response)
            transaction.set_rollback(True)
        told = {name.lower(): value for name, value in response.headers.items()}
        outcome = _outcome(response.status_code, told)
        return Answer(row, role, address, outcome, told, page, "".join(trouble), response.cookies.output())


def nothing_here(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Instead of the page for what is not there, which takes its time."""
    return HttpResponse("nothing here", status=404, content_type="text/plain")


@contextmanager
def _noting(trouble: list[str]) -> Iterator[None]:
    """Write down what crashed."""

    def note(**_: Any) -> None:
        trouble[:] = [traceback.format_exc(limit=-4)]

    got_request_exception.connect(note, weak=False)
    try:
        yield
    finally:
        got_request_exception.disconnect(note)


def _close(response: Any) -> None:
    """Close files, and leave the connection with its transaction alone."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


def _outcome(status: int, headers: dict[str, str]) -> str:
    if status in (301, 302, 303) and headers.get("location", "").startswith("/accounts/login/?next="):
        return "in"
    return str(status)
