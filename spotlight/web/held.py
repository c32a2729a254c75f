"""A form that was sent after the sign-in had ended: held in the session, shown again after signing in, sent with one press.

What scripts send is not held: they keep a copy of their own (see static/js/reach.js).
"""

import datetime
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from spotlight.web.answers import wants_json
from spotlight.web.limits import is_within

Handler = Callable[[HttpRequest], HttpResponseBase]

HELD = "held_form"
LARGEST = 200_000
"""Characters of all fields together; more than any form of ours takes."""
KEPT = 3600
"""Seconds for which a form is held: somebody else may sit down at the machine."""
A_DAY = 100
"""Forms held for one address; each is a row of a session."""


class HeldFormMiddleware:
    """Keeps what a visitor sent where the answer is to sign in first, and forgets it once it was sent again."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method != "POST":
            return response
        if request.user.is_authenticated:
            if _held(request).get("action") == request.get_full_path() and response.status_code not in (
                403,
                500,
            ):
                request.session.pop(HELD, None)
        elif _asks_to_sign_in(response) and (fields := _fields(request)) and _is_allowed(request):
            names = sorted(request.FILES)
            request.session[HELD] = {
                "action": request.get_full_path(),
                "fields": fields,
                "files": names,
                "at": time.time(),
            }
            return redirect_to_login(reverse("held_form"))
        return response


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def held_form(request: HttpRequest) -> HttpResponse:
    """What waited for the sign-in, to be sent or (by a POST) thrown away."""
    held = _held(request)
    if request.method == "POST" or not held:
        request.session.pop(HELD, None)
        return redirect("start")
    texts = [value for _name, value in held["fields"] if _is_text(value)]
    return render(request, "account/held_form.html", {"held": held, "texts": texts})


def _held(request: HttpRequest) -> dict[str, Any]:
    held: dict[str, Any] = request.session.get(HELD) or {}
    return held if 0 <= time.time() - held.get("at", 0) < KEPT else {}


def _asks_to_sign_in(response: HttpResponseBase) -> bool:
    doors = {resolve_url("account_login"), reverse("admin:login")}
    return response.status_code == 302 and urlsplit(response.headers["Location"]).path in doors


def _fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed or chosen, but for the token; nothing of scripts, of forms with a password, or of too much."""
    if (
        wants_json(request)
        or "X-Autosave" in request.headers
        or any("password" in name for name in request.POST)
    ):
        return []
    names = [name for name in request.POST if name != "csrfmiddlewaretoken"]
    pairs = [(name, value) for name in names for value in request.POST.getlist(name)]
    size = sum(len(name) + len(value) for name, value in pairs)
    return pairs if size <= LARGEST and not any("\0" in value for _name, value in pairs) else []


def _is_allowed(request: HttpRequest) -> bool:
    today = datetime.datetime.fromtimestamp(time.time(), datetime.UTC).date()
    return is_within(request, "held", on=today, a_day=A_DAY)


def _is_text(value: str) -> bool:
    """Whether a person may have written it, so that it is worth reading again: codes and numbers are not."""
    return " " in value.strip() or not value.isascii() or len(value) > 30
