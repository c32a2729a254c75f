"""Sound and artwork at the desk, at addresses bound to the alias. Nothing in the answer names the track."""

import hashlib

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from judging.models import Assignment
from judging.queries import desk as queries
from spotlight.accounts.models import User
from spotlight.ledger import files
from spotlight.ledger.models import StoredFile


@login_required
@require_safe
def audio(request: HttpRequest, code: str, alias: str) -> HttpResponseBase:
    """The rendition of an entry on the judge's own list."""
    duty = _duty(request, code, alias)
    return _send(request, duty.entry.submission.track.rendition, duty)


@login_required
@require_safe
def artwork(request: HttpRequest, code: str, alias: str) -> HttpResponseBase:
    """The artwork, where the round is not blind."""
    duty = _duty(request, code, alias)
    return _send(request, None if duty.round.is_blind else duty.entry.submission.track.artwork, duty)


def _duty(request: HttpRequest, code: str, alias: str) -> Assignment:
    user = request.user
    duty = queries.own_duty(user, code, alias) if isinstance(user, User) else None
    if duty is None or duty.seat.membership.confidential_at is None:
        raise Http404
    return duty


def _send(request: HttpRequest, stored: StoredFile | None, duty: Assignment) -> HttpResponseBase:
    if stored is None or stored.state != StoredFile.State.READY or not files.absolute(stored).exists():
        raise Http404
    size = stored.size
    span = _span(request.headers.get("Range", ""), size)
    if span is None:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end, is_part = span
    with files.absolute(stored).open("rb") as stream:
        stream.seek(start)
        content = stream.read(end - start + 1)
    response = HttpResponse(content, content_type=stored.media_type, status=206 if is_part else 200)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = (
        f'"{hashlib.sha256(f"{duty.entry.alias}:{stored.sha256}:{duty.round_id}".encode()).hexdigest()[:32]}"'
    )
    if is_part:
        response["Content-Range"] = f"bytes {start}-{end}/{size}"
    return response


def _span(header: str, size: int) -> tuple[int, int, bool] | None:
    unit, _eq, spec = header.partition("=")
    first, dash, last = spec.partition("-")
    if unit.strip() != "bytes" or not dash or "," in spec or not (first + last).isdigit():
        return 0, size - 1, False
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    return (start, end, True) if start <= end and start < size else None
