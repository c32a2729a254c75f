"""`/sitemap.xml` and `/robots.txt`. Source: sitemaps.org/protocol.html.

An app offers a function that gives its public pages as (path, last change or None); the address map names them:
`path("sitemap.xml", sitemaps.sitemap, {"sources": ["series.queries.sitemap_pages", …]})`.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain, islice

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

Page = tuple[str, datetime | None]
MOST = 50_000
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
PRIVATE = ("/admin/", "/accounts/", "/me/", "/submit/", "/partners/", "/api/", "/search", "/oembed")


@require_safe
def sitemap(request: HttpRequest, sources: list[str]) -> HttpResponse:
    """Every public page, at most 50,000."""
    root = ET.Element("urlset", {"xmlns": NAMESPACE})
    for path, changed_at in islice(_pages(sources), MOST):
        url = ET.SubElement(root, "url")
        ET.SubElement(url, "loc").text = f"{settings.SITE_URL}{path}"
        if changed_at:
            ET.SubElement(url, "lastmod").text = changed_at.isoformat(timespec="seconds")
    body = b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="utf-8")
    return HttpResponse(
        body, content_type="application/xml; charset=utf-8", headers={"Cache-Control": "public, max-age=3600"}
    )


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may look at."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in PRIVATE),
        "",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def _pages(sources: list[str]) -> Iterator[Page]:
    given: list[Callable[[], Iterable[Page]]] = [import_string(source) for source in sources]
    return chain([("/", None)], chain.from_iterable(source() for source in given))
