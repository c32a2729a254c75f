"""Addresses of files: each request is checked anew; unknown and forbidden are both 404."""

from pathlib import PurePosixPath

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from spotlight.ledger import files
from spotlight.ledger.models import StoredFile
from spotlight.web import ranges
from spotlight.web.answers import one_of
from submissions.artwork import draw_cover, raster_cover
from submissions.models import Track
from submissions.queries.media import artists_seen, audible_tracks, is_released, originals_for

PUBLIC_SECONDS = 60
PREVIEW_PIXELS = 800


@require_safe
def track(request: HttpRequest, code: str) -> HttpResponseBase:
    """The streaming rendition of a track."""
    found = one_of(audible_tracks(request.user).select_related("rendition"), code=code)
    public = PUBLIC_SECONDS if is_released(found) else 0
    return _send(request, found.rendition, name=f"{found.code}.m4a", public_seconds=public)


@require_safe
def original(request: HttpRequest, code: str) -> HttpResponseBase:
    """The file as the artist sent it, by the code of the entry; always for saving."""
    found = one_of(originals_for(request.user), code=code)
    stored = found.track.original
    suffix = PurePosixPath(stored.path).suffix if stored else ""
    return _send(request, stored, name=f"{found.code}{suffix}", attachment=True)


@require_safe
def artwork(request: HttpRequest, code: str) -> HttpResponseBase:
    """A track's picture: the artist's own, else one drawn from the code."""
    found = one_of(audible_tracks(request.user).select_related("artwork"), code=code)
    if found.artwork is None:
        return _drawn(found)
    public = PUBLIC_SECONDS if is_released(found) else 0
    return _send(request, found.artwork, name=f"{found.code}.jpg", public_seconds=public)


@require_safe
def artwork_jpeg(request: HttpRequest, code: str) -> HttpResponseBase:
    """The picture as a JPEG, which link previews ask for: a drawn one is painted."""
    found = one_of(audible_tracks(request.user).select_related("artwork"), code=code)
    if found.artwork is not None:
        return artwork(request, code)
    picture = HttpResponse(raster_cover(found.code, size=PREVIEW_PIXELS), content_type="image/jpeg")
    return _kept_a_while(picture, found)


@require_safe
def photo(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The photo of an artist."""
    found = one_of(artists_seen(request.user).select_related("photo"), slug=slug)
    public = PUBLIC_SECONDS if found.is_public else 0
    return _send(request, found.photo, name=f"{found.slug}.jpg", public_seconds=public)


def _drawn(track: Track) -> HttpResponse:
    return _kept_a_while(HttpResponse(draw_cover(track.code), content_type="image/svg+xml"), track)


def _kept_a_while(answer: HttpResponse, track: Track) -> HttpResponse:
    """Browsers keep a drawn picture as long as any other public file."""
    if is_released(track):
        answer["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}"
    return answer


def _send(
    request: HttpRequest,
    stored: StoredFile | None,
    *,
    name: str,
    attachment: bool = False,
    public_seconds: int = 0,
) -> HttpResponseBase:
    if stored is None or stored.state != StoredFile.State.READY:
        raise Http404
    return ranges.file_response(
        request,
        files.absolute(stored),
        media_type=stored.media_type,
        digest=stored.sha256,
        name=name,
        attachment=attachment,
        public_seconds=public_seconds,
    )
