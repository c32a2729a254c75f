"""oEmbed 1.0 for the pages of every app. Source: oembed.com, section 2.3.

An app offers a function from a path of its own to an `Embed` (None for what is not public); the address map names
them: `path("oembed", oembed.answer_request, {"finders": ["series.jobs.feeds.embed_at", …]})`.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from spotlight.web.answers import whole

UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Thumbnail:
    url: str
    width: int
    height: int


@dataclass(frozen=True)
class Embed:
    """What can be embedded: the address of its bare page and that page's natural size in pixels.

    With `fixed_height` (a row of audio) only the width shrinks, otherwise both in proportion.
    """

    kind: str  # "video" or "rich"
    url: str
    title: str
    author: str
    author_url: str
    width: int
    height: int
    thumbnail: Thumbnail | None = None
    fixed_height: bool = False


@dataclass(frozen=True)
class Provider:
    name: str
    url: str


@require_safe
def answer_request(request: HttpRequest, finders: list[str]) -> HttpResponse:
    """`/oembed?url=…`: 400 for a wrong size, 404 for what is foreign or not public, 501 for another format."""
    form = request.GET.get("format", "json")
    if form not in ("json", "xml"):
        return HttpResponse(status=501)
    try:
        limits = {name: _limit(request.GET.get(name)) for name in ("maxwidth", "maxheight")}
    except ValueError:
        return HttpResponse(status=400)
    embed = _find(request.GET.get("url", ""), finders)
    if embed is None:
        return HttpResponse(status=404)
    provider = Provider(str(settings.SITE_NAME), f"{settings.SITE_URL}/")
    members = answer(embed, provider=provider, max_width=limits["maxwidth"], max_height=limits["maxheight"])
    if form == "xml":
        return _open_to_all(HttpResponse(to_xml(members), content_type="text/xml; charset=utf-8"))
    return _open_to_all(HttpResponse(to_json(members), content_type="application/json; charset=utf-8"))


def answer(
    embed: Embed, *, provider: Provider, max_width: int | None = None, max_height: int | None = None
) -> dict[str, str | int]:
    """The members of an answer. A thumbnail beyond the limits is left out, as the specification asks."""
    width, height = fit(embed, max_width=max_width, max_height=max_height)
    members: dict[str, str | int] = {
        "type": embed.kind,
        "version": "1.0",
        "title": embed.title,
        "author_name": embed.author,
        "author_url": embed.author_url,
        "provider_name": provider.name,
        "provider_url": provider.url,
        "cache_age": 3600,
        "html": iframe(embed, width=width, height=height),
        "width": width,
        "height": height,
    }
    return {name: value for name, value in members.items() if value != ""} | _thumbnail(
        embed.thumbnail, max_width, max_height
    )


def fit(embed: Embed, *, max_width: int | None, max_height: int | None) -> tuple[int, int]:
    """Width and height within the limits, in the embed's proportion; never larger than its natural size."""
    if embed.fixed_height:
        return min(embed.width, max_width or embed.width), min(embed.height, max_height or embed.height)
    scale = min(1.0, (max_width or embed.width) / embed.width, (max_height or embed.height) / embed.height)
    return max(1, int(embed.width * scale)), max(1, int(embed.height * scale))


def iframe(embed: Embed, *, width: int, height: int) -> str:
    """The code to paste: titled, lazy, allowed to go full screen."""
    return (
        f'<iframe src="{escape(embed.url)}" width="{width}" height="{height}" title="{escape(embed.title)}"'
        ' loading="lazy" allow="fullscreen; encrypted-media" frameborder="0"></iframe>'
    )


def to_json(members: dict[str, str | int]) -> str:
    return json.dumps(members, ensure_ascii=False)


def to_xml(members: dict[str, str | int]) -> bytes:
    root = ET.Element("oembed")
    for name, value in members.items():
        ET.SubElement(root, name).text = UNPRINTABLE.sub("", str(value))
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n' + body


def _thumbnail(
    thumbnail: Thumbnail | None, max_width: int | None, max_height: int | None
) -> dict[str, str | int]:
    if (
        thumbnail is None
        or thumbnail.width > (max_width or thumbnail.width)
        or thumbnail.height > (max_height or thumbnail.height)
    ):
        return {}
    return {
        "thumbnail_url": thumbnail.url,
        "thumbnail_width": thumbnail.width,
        "thumbnail_height": thumbnail.height,
    }


def _find(url: str, finders: list[str]) -> Embed | None:
    """The embed behind an address of this site; foreign hosts are refused."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.netloc != urlsplit(settings.SITE_URL).netloc:
            return None
    except ValueError:
        return None
    found = (import_string(finder)(parts.path) for finder in finders)
    return next((embed for embed in found if embed is not None), None)


def _limit(text: str | None) -> int | None:
    """A positive number of pixels; ValueError for anything else."""
    if not text:
        return None
    if not (limit := whole(text, digits=5)):
        raise ValueError(text)
    return limit


def _open_to_all(response: HttpResponse) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=300"
    return response
