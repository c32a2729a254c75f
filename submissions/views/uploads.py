"""Audio in pieces: create, ask how much is there, send on, give up; and where its check stands."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock
from spotlight.ledger.models import Upload
from spotlight.web.answers import one_of, person_behind, refused, whole
from submissions.queries.entries import may_change, own_entries
from submissions.queries.processing import audio_state
from submissions.queries.uploads import own_uploads, submission_of
from submissions.services.uploads import begin_upload, cancel_upload, receive

CONTENT_TYPE = "application/offset+octet-stream"


@login_required
@require_POST
def create(request: HttpRequest, code: str) -> HttpResponse:
    """Open an upload for an entry: {name, size} in, 201 {"url", "offset"} out."""
    person = person_behind(request)
    submission = one_of(own_entries(person), code=code)
    try:
        upload = begin_upload(
            submission, by=person, name=request.POST.get("name", ""), size=_number(request.POST.get("size"))
        )
    except SpotlightError as refusal:
        return refused(refusal)
    return JsonResponse(
        {"url": reverse("submit_upload", args=[upload.code]), "offset": upload.offset}, status=201
    )


@login_required
@require_http_methods(["HEAD", "PATCH", "DELETE"])
def upload(request: HttpRequest, code: str) -> HttpResponse:
    """One upload of one's own: HEAD tells the offset, PATCH adds bytes there, DELETE gives it up."""
    found = one_of(own_uploads(person_behind(request)), code=code)
    if request.method == "HEAD":
        return _offset(HttpResponse(), found)
    try:
        if request.method == "DELETE":
            cancel_upload(found)
            return HttpResponse(status=204)
        return _patch(request, found)
    except SpotlightError as refusal:
        return _offset(refused(refusal), found)


def _patch(request: HttpRequest, found: Upload) -> HttpResponse:
    if request.body and request.content_type != CONTENT_TYPE:
        raise InvalidInput(_("Send bytes as %(type)s.") % {"type": CONTENT_TYPE})
    person = person_behind(request)
    offset = _number(request.headers.get("Upload-Offset"))
    found = receive(found, offset=offset, chunk=request.body, by=person)
    return _offset(HttpResponse(status=204), found)


def _offset(response: HttpResponse, found: Upload) -> HttpResponse:
    response["Upload-Offset"] = str(found.offset)
    response["Upload-Length"] = str(found.size)
    submission = submission_of(found) if found.file_id else None
    if submission is not None:
        response["Upload-Done"] = reverse("submit_audio", args=[submission.code])
    return response


def _number(text: str | None) -> int:
    number = whole(text or "", digits=15)
    if number is None:
        raise InvalidInput(_("A whole number is missing here."))
    return number


@login_required
@require_GET
def audio(request: HttpRequest, code: str) -> HttpResponse:
    """The fragment that shows an entry's audio; it asks again by itself while the check runs."""
    submission = one_of(own_entries(person_behind(request)), code=code)
    context = {
        "submission": submission,
        "track": submission.track,
        "season": submission.season,
        "audio": audio_state(submission.track),
        "may_change": may_change(submission, clock.now()),
        "upload_limit": submission.season.largest_mb * 1_000_000,
    }
    part = "_audio_short.html" if request.GET.get("short") else "_audio.html"
    return render(request, f"submissions/portal/{part}", context)
