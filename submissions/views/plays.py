"""The player's reports: sessions and beacons, as JSON."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from spotlight.accounts.people import person_of
from spotlight.errors import InvalidInput, NotFound, SpotlightError
from spotlight.web.answers import refused
from submissions.queries.listening import public_track
from submissions.services import listening, plays
from submissions.services.plays import Heard, Visitor

LARGEST = 16_384
MOST_SECONDS = 86_400


def visitor_of(request: HttpRequest) -> Visitor:
    """Who asks, for counting only. The address is that of `spotlight.web.proxies`."""
    return Visitor(
        person=person_of(request.user),
        address=request.META.get("REMOTE_ADDR", ""),
        agent=request.headers.get("User-Agent", "")[:400],
        language=request.headers.get("Accept-Language", "")[:20],
    )


def _own_page_only(request: HttpRequest) -> None:
    """A beacon can't carry a CSRF token, so it must come from a page of ours."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    foreign = site not in (None, "same-origin") or (
        origin is not None and origin.partition("://")[2] != request.get_host()
    )
    if foreign:
        raise InvalidInput("Reports of listening come from our own pages only.")


def _body(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > LARGEST:
        raise InvalidInput("The request is too large.")
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError):
        raise InvalidInput("The request is not JSON.") from None
    if not isinstance(given, dict):
        raise InvalidInput("The request is not a JSON object.")
    return given


@csrf_exempt
@require_POST
def open_session(request: HttpRequest) -> HttpResponse:
    """`{"track": code}` to `{"session": code}`."""
    try:
        _own_page_only(request)
        track = public_track(str(_body(request).get("track", ""))[:32])
        if track is None:
            raise NotFound("No such track.")
    except SpotlightError as refusal:
        return refused(refusal)
    return JsonResponse({"session": plays.open_session(track, visitor_of(request)).code}, status=201)


@csrf_exempt
@require_POST
def record(request: HttpRequest) -> HttpResponse:
    """`{"events": [{"session", "listened"} …]}`, at most 20; answers when they are safe."""
    try:
        _own_page_only(request)
        plays.record(_events(_body(request)))
    except SpotlightError as refusal:
        return refused(refusal)
    return HttpResponse(status=204)


def _events(body: dict[str, Any]) -> list[Heard]:
    given = body.get("events")
    if not isinstance(given, list):
        raise InvalidInput("events must be a list.", field="events")
    heard = []
    for event in given:
        listened = event.get("listened") if isinstance(event, dict) else None
        if isinstance(listened, bool) or not isinstance(listened, int | float) or listened != listened:
            raise InvalidInput("Each event needs session and listened (seconds).", field="events")
        # A float last: JSON has whole numbers that no float holds.
        seconds = float(min(max(listened, 0), MOST_SECONDS))
        heard.append(Heard(str(event.get("session", ""))[:32].replace("\0", ""), seconds))
    return heard


@require_POST
def shared(request: HttpRequest, code: str) -> HttpResponse:
    """A link or embed code was copied."""
    track = public_track(code)
    if track is not None:
        listening.share(track, visitor_of(request))
    return HttpResponse(status=204)
