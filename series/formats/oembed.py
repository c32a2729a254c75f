"""oEmbed 1.0 answers as JSON and XML. Source: oembed.com, sections 2.3.4."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from html import escape

from series.formats.feed import clean


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
        ET.SubElement(root, name).text = clean(str(value))
    return b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n' + ET.tostring(root, encoding="utf-8")


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
