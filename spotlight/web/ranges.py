"""Files with HTTP Range, so that players start at once and seek (RFC 9110, sections 13 and 14).

One range per request is answered; a request for several, or one that can't be read, gets the whole file, as the RFC
allows. The entity tag is keyed and bound to the address: a blind address reveals nothing about the public one.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac
from django.utils.csp import CSP
from django.utils.http import content_disposition_header, parse_etags

log = logging.getLogger(__name__)

BLOCK = 64 * 1024
ONE_RANGE = re.compile(r"bytes\s*=\s*(\d*)-(\d*)\s*", re.IGNORECASE | re.ASCII)
SHOWN = re.compile(r"(audio|video)/[a-z0-9.+-]+|image/(png|jpeg|webp|gif|avif)|text/vtt")
NO_DOCUMENT = {"default-src": [CSP.NONE], "sandbox": True}


@dataclass(frozen=True)
class Span:
    """Bytes `start` to before `end`."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class NotSatisfiable(Exception):
    """The range lies outside of the file."""


def file_response(
    request: HttpRequest,
    path: Path,
    *,
    media_type: str,
    digest: str,
    name: str = "",
    attachment: bool = False,
    public_seconds: int = 0,
) -> HttpResponseBase:
    """Answer GET or HEAD with a file, whole or in part; 304, 412 and 416 as the conditions in the request ask.

    `digest` is the SHA-256 of the file, `name` what a browser may save it as. A type that a browser could run as a page
    is always offered for saving. Caches may keep the answer for `public_seconds`; with 0 nobody keeps it.
    Raises Http404 when the file is gone from the disk.
    """
    try:
        size = path.stat().st_size
    except OSError:
        log.error("stored file is missing: %s", path.name)
        raise Http404 from None
    etag = f'"{salted_hmac("spotlight.ranges", f"{request.path} {digest}", algorithm="sha256").hexdigest()[:32]}"'
    response = _answer(request, path, size, etag)
    response.headers["ETag"] = etag
    if "X-Accel-Redirect" not in response.headers:  # nginx says so itself
        response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = _kept(public_seconds)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response._csp_config = NO_DOCUMENT  # type: ignore[attr-defined]  # read by Django's middleware
    if response.status_code in (200, 206):
        response.headers["Content-Type"] = media_type
        saved = attachment or not SHOWN.fullmatch(media_type)
        response.headers["Content-Disposition"] = content_disposition_header(saved, name) or "inline"
    return response


def _kept(seconds: int) -> str:
    return f"public, max-age={seconds}" if seconds else "private, no-store"


def _answer(request: HttpRequest, path: Path, size: int, etag: str) -> HttpResponseBase:
    """Status and body, in the order of precedence of RFC 9110, 13.2.2."""
    if (wanted := request.headers.get("If-Match")) and not _matches(wanted, etag, strong=True):
        return HttpResponse(status=412)
    if (known := request.headers.get("If-None-Match")) and _matches(known, etag, strong=False):
        return HttpResponse(status=304)
    if accelerated := _accelerated(path):
        return accelerated
    try:
        span = (
            requested_span(request.headers.get("Range", ""), size) if _range_counts(request, etag) else None
        )
    except NotSatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    return _body(request, path, span, size)


def _matches(header: str, etag: str, *, strong: bool) -> bool:
    tags = parse_etags(header)
    if not strong:
        tags = [tag.removeprefix("W/") for tag in tags]
    return "*" in tags or etag in tags


def _range_counts(request: HttpRequest, etag: str) -> bool:
    """Range belongs to GET alone, and If-Range asks for the part only of the very same file."""
    condition = request.headers.get("If-Range")
    return request.method == "GET" and (condition is None or condition.strip() == etag)


def requested_span(header: str, size: int) -> Span | None:
    """The part that a Range header asks for; None for the whole. Raises NotSatisfiable."""
    found = ONE_RANGE.fullmatch(header)
    if found is None or found.groups() == ("", ""):
        return None
    first, last = (int(text[:19]) if text else None for text in found.groups())
    if first is None:
        first, last = max(size - (last or 0), 0), size - 1
    if last is not None and last < first and found[1]:
        return None
    if first >= size:
        raise NotSatisfiable
    return Span(first, min(size if last is None else last + 1, size))


def _body(request: HttpRequest, path: Path, span: Span | None, size: int) -> HttpResponseBase:
    part = span or Span(0, size)
    headers = {"Content-Length": str(part.length)}
    if span:
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{size}"
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    return StreamingHttpResponse(Blocks(path, part), status=206 if span else 200, headers=headers)


class Blocks:
    """The bytes of a span, block by block; the file is open only while somebody reads."""

    def __init__(self, path: Path, span: Span) -> None:
        self._path, self._span = path, span
        self._file: BinaryIO | None = None

    def __iter__(self) -> Iterator[bytes]:
        left = self._span.length
        with self._path.open("rb") as self._file:
            self._file.seek(self._span.start)
            while left > 0 and (block := self._file.read(min(BLOCK, left))):
                left -= len(block)
                yield block

    def close(self) -> None:
        """Called by Django at the end of the answer, and when the listener goes away."""
        if self._file is not None:
            self._file.close()


def _accelerated(path: Path) -> HttpResponse | None:
    """With nginx in front: it sends the file and cuts the ranges itself."""
    if not settings.MEDIA_ACCEL_PREFIX:
        return None
    try:
        relative = path.resolve().relative_to(Path(settings.MEDIA_ROOT).resolve())
    except ValueError:
        return None
    return HttpResponse(headers={"X-Accel-Redirect": settings.MEDIA_ACCEL_PREFIX + quote(str(relative))})
