"""An RSS 2.0 feed with the itunes, podcast, content and atom namespaces.

Sources: rssboard.org/rss-specification; Apple "A Podcaster's Guide to RSS"; podcast-namespace `docs/1.0.md`.
Times must carry a zone. Text is cleaned of what XML 1.0 cannot hold.
"""

from __future__ import annotations

import re
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
ATOM = "http://www.w3.org/2005/Atom"
for _prefix, _address in (("itunes", ITUNES), ("podcast", PODCAST), ("content", CONTENT), ("atom", ATOM)):
    ET.register_namespace(_prefix, _address)

MEDIA_TYPE = "application/rss+xml; charset=utf-8"
GUID_NAMESPACE = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
LONGEST_DESCRIPTION = 4000
LONGEST_PERSON = 128
UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Person:
    name: str
    role: str = "host"
    href: str = ""
    img: str = ""


@dataclass(frozen=True)
class TranscriptFile:
    url: str
    language: str
    media_type: str = "text/vtt"


@dataclass(frozen=True)
class Enclosure:
    """`length` is the true number of bytes, `media_type` the type the address is served with."""

    url: str
    length: int
    media_type: str


@dataclass(frozen=True)
class Item:
    guid: str
    title: str
    published_at: datetime
    enclosure: Enclosure
    link: str
    description: str = ""
    html: str = ""
    seconds: int = 0
    number: int | None = None
    season: int | None = None
    kind: str = "full"
    explicit: bool = False
    image: str = ""
    persons: tuple[Person, ...] = ()
    transcripts: tuple[TranscriptFile, ...] = ()
    chapters: str = ""
    license: str = ""


@dataclass(frozen=True)
class Channel:
    title: str
    url: str
    link: str
    description: str
    language: str
    image: str
    author: str
    updated_at: datetime
    medium: str = "podcast"
    category: tuple[str, ...] = ("Music", "Music Interviews")
    explicit: bool = False
    kind: str = "episodic"
    owner: str = ""
    owner_email: str = ""
    copyright: str = ""
    generator: str = "Spotlight"
    persons: tuple[Person, ...] = ()


def build(channel: Channel, items: list[Item]) -> bytes:
    """The feed as UTF-8 XML, items in the order given."""
    rss = ET.Element("rss", {"version": "2.0"})
    node = ET.SubElement(rss, "channel")
    _describe_channel(node, channel)
    for item in items:
        _add_item(ET.SubElement(node, "item"), item, channel)
    body: bytes = ET.tostring(rss, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body


def podcast_guid(feed_url: str) -> str:
    """The feed's identity for life: UUIDv5 of its first address without scheme and trailing slashes."""
    return str(uuid.uuid5(GUID_NAMESPACE, re.sub(r"^[a-z]+://", "", feed_url).rstrip("/")))


def clean(text: str) -> str:
    """Text without the characters that XML 1.0 has no way to write."""
    return UNPRINTABLE.sub("", text)


def shorten(text: str, *, most: int = LONGEST_DESCRIPTION) -> str:
    """At most `most` bytes of UTF-8, cut between characters."""
    data = text.encode()
    return text if len(data) <= most else data[: most - 3].decode(errors="ignore").rstrip() + "…"


def _describe_channel(node: ET.Element, channel: Channel) -> None:
    _text(node, "title", channel.title)
    _text(node, "link", channel.link)
    _text(node, "description", shorten(clean(channel.description)))
    _text(node, "language", channel.language)
    _text(node, "copyright", channel.copyright)
    _text(node, "lastBuildDate", format_datetime(channel.updated_at))
    _text(node, "generator", channel.generator)
    ET.SubElement(
        node, f"{{{ATOM}}}link", {"rel": "self", "type": "application/rss+xml", "href": channel.url}
    )
    _channel_image(node, channel)
    _channel_itunes(node, channel)
    _text(node, f"{{{PODCAST}}}guid", podcast_guid(channel.url))
    _text(node, f"{{{PODCAST}}}medium", channel.medium)
    locked = {"owner": channel.owner_email} if channel.owner_email else {}
    ET.SubElement(node, f"{{{PODCAST}}}locked", locked).text = "no"
    _persons(node, channel.persons)


def _channel_image(node: ET.Element, channel: Channel) -> None:
    image = ET.SubElement(node, "image")
    for name, value in (("url", channel.image), ("title", channel.title), ("link", channel.link)):
        _text(image, name, value)
    ET.SubElement(node, f"{{{ITUNES}}}image", {"href": channel.image})


def _channel_itunes(node: ET.Element, channel: Channel) -> None:
    parent = node
    for name in channel.category:
        parent = ET.SubElement(parent, f"{{{ITUNES}}}category", {"text": name})
    _text(node, f"{{{ITUNES}}}explicit", _truth(channel.explicit))
    _text(node, f"{{{ITUNES}}}author", channel.author)
    _text(node, f"{{{ITUNES}}}type", channel.kind)
    if channel.owner_email:
        owner = ET.SubElement(node, f"{{{ITUNES}}}owner")
        _text(owner, f"{{{ITUNES}}}name", channel.owner or channel.author)
        _text(owner, f"{{{ITUNES}}}email", channel.owner_email)


def _add_item(node: ET.Element, item: Item, channel: Channel) -> None:
    _text(node, "title", item.title)
    _text(node, "link", item.link)
    _text(node, "description", shorten(clean(item.description)))
    _text(node, f"{{{CONTENT}}}encoded", item.html)
    ET.SubElement(node, "guid", {"isPermaLink": "false"}).text = clean(item.guid)
    _text(node, "pubDate", format_datetime(item.published_at))
    enclosure = item.enclosure
    attributes = {"url": enclosure.url, "length": str(enclosure.length), "type": enclosure.media_type}
    ET.SubElement(node, "enclosure", attributes)
    _item_itunes(node, item)
    _item_podcast(node, item, channel)


def _item_itunes(node: ET.Element, item: Item) -> None:
    _text(node, f"{{{ITUNES}}}duration", str(item.seconds) if item.seconds else "")
    _text(node, f"{{{ITUNES}}}explicit", _truth(item.explicit))
    _text(node, f"{{{ITUNES}}}episodeType", item.kind)
    _text(node, f"{{{ITUNES}}}episode", str(item.number) if item.number else "")
    _text(node, f"{{{ITUNES}}}season", str(item.season) if item.season else "")
    if item.image:
        ET.SubElement(node, f"{{{ITUNES}}}image", {"href": item.image})


def _item_podcast(node: ET.Element, item: Item, channel: Channel) -> None:
    for file in item.transcripts:
        attributes = {"url": file.url, "type": file.media_type, "language": file.language, "rel": "captions"}
        ET.SubElement(node, f"{{{PODCAST}}}transcript", attributes)
    if item.chapters:
        ET.SubElement(
            node, f"{{{PODCAST}}}chapters", {"url": item.chapters, "type": "application/json+chapters"}
        )
    # An item's persons replace the channel's, so the host is named again.
    if item.persons:
        _persons(node, channel.persons + item.persons)
    _text(node, f"{{{PODCAST}}}license", item.license)


def _persons(node: ET.Element, persons: tuple[Person, ...]) -> None:
    for person in persons:
        attributes = {"role": person.role, "href": person.href, "img": person.img}
        element = ET.SubElement(
            node, f"{{{PODCAST}}}person", {name: clean(v) for name, v in attributes.items() if v}
        )
        element.text = clean(person.name)[:LONGEST_PERSON]


def _text(parent: ET.Element, name: str, value: str) -> None:
    """An element with text; none at all for an empty one."""
    if value:
        ET.SubElement(parent, name).text = clean(value)


def _truth(value: bool) -> str:
    return "true" if value else "false"
