"""Sound and artwork at the desk, at addresses bound to the alias. Nothing in the answer names the track."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from judging.models import Assignment
from judging.queries import desk as queries
from spotlight.accounts.models import User
from spotlight.ledger import files
from spotlight.ledger.models import StoredFile
from spotlight.web.ranges import file_response
from submissions.artwork import draw_cover


@login_required
@require_safe
def audio(request: HttpRequest, code: str, alias: str) -> HttpResponseBase:
    """The rendition of an entry on the judge's own list."""
    duty = _duty(request, code, alias)
    return send(request, duty.entry.submission.track.rendition)


@login_required
@require_safe
def artwork(request: HttpRequest, code: str, alias: str) -> HttpResponseBase:
    """The artwork, drawn from the track's code where the artist gave none; nothing in a blind round."""
    duty = _duty(request, code, alias)
    track = duty.entry.submission.track
    if not duty.round.is_blind and track.artwork is None:
        return HttpResponse(draw_cover(track.code), content_type="image/svg+xml")
    return send(request, None if duty.round.is_blind else track.artwork)


def _duty(request: HttpRequest, code: str, alias: str) -> Assignment:
    user = request.user
    duty = queries.own_duty(user, code, alias) if isinstance(user, User) else None
    if duty is None or duty.seat.membership.confidential_at is None:
        raise Http404
    return duty


def send(request: HttpRequest, stored: StoredFile | None) -> HttpResponseBase:
    """A stored file in ranges; 404 if there is none or it is not ready."""
    if stored is None or stored.state != StoredFile.State.READY:
        raise Http404
    return file_response(request, files.absolute(stored), media_type=stored.media_type, digest=stored.sha256)
