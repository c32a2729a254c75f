import uuid
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from series.formats import feed
from series.formats.feed import Channel, Enclosure, Item, Person, TranscriptFile

NAMES = {"itunes": feed.ITUNES, "podcast": feed.PODCAST, "content": feed.CONTENT, "atom": feed.ATOM}
NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)
CHANNEL = Channel(
    title="Off the Record",
    url="https://spotlight.example/offtherecord/feed.xml",
    link="https://spotlight.example/offtherecord/",
    description="How albums came together.",
    language="en",
    image="https://spotlight.example/offtherecord/artwork.jpg",
    author="Spotlight",
    updated_at=NOON,
    medium="video",
    owner_email="editors@spotlight.example",
    persons=(Person("Mari Oshiro"),),
)
ITEM = Item(
    guid="urn:uuid:5f0f",
    title="The ferry & the <locked> piano",
    published_at=NOON,
    enclosure=Enclosure("https://spotlight.example/media/e.mp4", 123456, "video/mp4"),
    link="https://spotlight.example/offtherecord/ferry/",
    description="夜の航路で",
    html="<p>夜の航路で</p>",
    seconds=462,
    number=14,
    persons=(Person("Hana", "guest"),),
    transcripts=(
        TranscriptFile("https://spotlight.example/e.en.vtt", "en"),
        TranscriptFile("https://spotlight.example/e.ja.vtt", "ja"),
    ),
    chapters="https://spotlight.example/e.chapters.json",
)


def channel_of(*items: Any, channel: Any = CHANNEL) -> ET.Element:
    return ET.fromstring(feed.build(channel, list(items))).find("channel")


def test_the_guid_is_the_example_of_the_specification() -> None:
    """The example in podcast-namespace `docs/tags/guid.md`."""
    assert (
        feed.podcast_guid("https://mp3s.nashownotes.com/pc20rss.xml")
        == "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    )
    assert feed.podcast_guid("https://a.example/feed/") == str(
        uuid.uuid5(feed.GUID_NAMESPACE, "a.example/feed")
    )


def test_the_channel_says_what_directories_require() -> None:
    channel = channel_of(ITEM)
    texts = {
        tag: channel.findtext(tag, namespaces=NAMES) for tag in ("title", "link", "description", "language")
    }
    assert texts == {
        "title": CHANNEL.title,
        "link": CHANNEL.link,
        "description": CHANNEL.description,
        "language": "en",
    }
    assert channel.find("itunes:image", NAMES).get("href") == CHANNEL.image
    category = channel.find("itunes:category", NAMES)
    assert (category.get("text"), category[0].get("text")) == ("Music", "Music Interviews")
    assert channel.findtext("itunes:explicit", namespaces=NAMES) == "false"
    assert channel.find("atom:link", NAMES).attrib == {
        "rel": "self",
        "type": "application/rss+xml",
        "href": CHANNEL.url,
    }
    assert channel.findtext("podcast:guid", namespaces=NAMES) == feed.podcast_guid(CHANNEL.url)
    assert channel.findtext("podcast:medium", namespaces=NAMES) == "video"
    assert channel.findtext("itunes:owner/itunes:email", namespaces=NAMES) == CHANNEL.owner_email


def test_the_item_carries_its_recording_and_what_belongs_to_it() -> None:
    item = channel_of(ITEM).find("item")
    assert item.find("enclosure").attrib == {
        "url": ITEM.enclosure.url,
        "length": "123456",
        "type": "video/mp4",
    }
    assert item.find("guid").attrib == {"isPermaLink": "false"}
    assert parsedate_to_datetime(item.findtext("pubDate")) == NOON
    assert item.findtext("itunes:duration", namespaces=NAMES) == "462"
    assert [t.get("language") for t in item.findall("podcast:transcript", NAMES)] == ["en", "ja"]
    assert item.find("podcast:chapters", NAMES).get("type") == "application/json+chapters"
    assert [(p.text, p.get("role")) for p in item.findall("podcast:person", NAMES)] == [
        ("Mari Oshiro", "host"),
        ("Hana", "guest"),
    ]


def test_an_empty_feed_is_a_feed() -> None:
    assert channel_of().findall("item") == []


def test_a_long_description_is_cut_between_letters() -> None:
    text = channel_of(channel=Channel(**{**CHANNEL.__dict__, "description": "帯" * 2000})).findtext(
        "description"
    )
    assert len(text.encode()) <= 4000
    assert text.endswith("帯…")


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_left_out(bad: Any) -> None:
    item = Item(**{**ITEM.__dict__, "title": f"Lo{bad}cked", "persons": (Person(f"Ha{bad}na"),)})
    assert channel_of(item).findtext("item/title") == "Locked"


@given(st.text(), st.text())
def test_any_text_gives_a_feed_that_parses(title: str, description: Any) -> None:
    item = channel_of(Item(**{**ITEM.__dict__, "title": title, "description": description})).find("item")
    assert (item.findtext("title") or "") == feed.clean(title).replace("\r\n", "\n").replace("\r", "\n")
