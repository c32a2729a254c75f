"""What players and podcast programs fetch."""

import io
import json
import uuid
import xml.etree.ElementTree as ET
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from series import services
from series.formats import feed, webvtt
from series.models import Episode, Series
from spotlight.ledger import files
from tests.series import making

pytestmark = pytest.mark.django_db
NAMES = {"itunes": feed.ITUNES, "podcast": feed.PODCAST, "atom": feed.ATOM}
SITE = "http://127.0.0.1:8000"


@pytest.fixture
def ferry(series: Series, film: Path) -> Episode:
    chapters = {
        "version": "1.2.0",
        "chapters": [{"startTime": 0, "title": "The crossing"}, {"startTime": 2, "title": "A locked piano"}],
    }
    episode = making.an_episode(series, film=film, number=14, artist=making.an_artist(), chapters=chapters)
    services.put_captions(episode, language="ja", text=making.JAPANESE, by=None)
    return services.publish_episode(episode, by=None)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_the_feed_has_the_episode_with_its_true_length(client: Client, ferry: Episode) -> None:
    response = client.get("/offtherecord/feed.xml")
    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    channel = ET.fromstring(response.content).find("channel")
    assert channel.findtext("podcast:medium", namespaces=NAMES) == "video"
    assert uuid.UUID(channel.findtext("podcast:guid", namespaces=NAMES)).version == 5
    item = channel.find("item")
    enclosure = item.find("enclosure")
    media = client.get(enclosure.get("url").removeprefix(SITE))
    assert media.status_code == 200
    assert len(body(media)) == int(enclosure.get("length")) == files.absolute(ferry.media).stat().st_size
    assert media["Content-Type"] == enclosure.get("type") == "video/mp4"
    assert abs(parsedate_to_datetime(item.findtext("pubDate")) - ferry.published_at).total_seconds() < 1
    assert [person.text for person in item.findall("podcast:person", NAMES)] == [
        "Mari Oshiro",
        "Tangerine Ferry",
    ]


def test_every_address_in_the_feed_answers_as_it_says(client: Client, ferry: Episode) -> None:
    channel = ET.fromstring(client.get("/offtherecord/feed.xml").content).find("channel")
    item = channel.find("item")
    for transcript in item.findall("podcast:transcript", NAMES):
        response = client.get(transcript.get("url").removeprefix(SITE))
        assert response["Content-Type"] == "text/vtt; charset=utf-8"
        assert response["Access-Control-Allow-Origin"] == "*"
        assert webvtt.parse(response.content.decode()).cues
    found = client.get(item.find("podcast:chapters", NAMES).get("url").removeprefix(SITE))
    assert found["Content-Type"] == "application/json+chapters"
    assert [chapter["startTime"] for chapter in json.loads(found.content)["chapters"]] == [0, 2]
    for image in (channel.find("itunes:image", NAMES), item.find("itunes:image", NAMES)):
        response = client.get(image.get("href").removeprefix(SITE))
        assert Image.open(io.BytesIO(response.content)).size == (1400, 1400)
    assert client.get(item.findtext("link").removeprefix(SITE)).status_code == 200


def test_a_feed_that_did_not_change_is_not_sent_again(client: Client, ferry: Episode) -> None:
    first = client.get("/offtherecord/feed.xml")
    again = client.get("/offtherecord/feed.xml", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    services.update_episode(ferry, by=None, title="Another title")
    assert client.get("/offtherecord/feed.xml", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_head_tells_the_length_and_sends_nothing(client: Client, ferry: Episode) -> None:
    for address in (
        "/offtherecord/feed.xml",
        f"/offtherecord/media/{ferry.code}.mp4",
        "/offtherecord/artwork.jpg",
    ):
        whole, head = client.get(address), client.head(address)
        assert head.status_code == 200
        assert body(head) == b""
        assert int(head["Content-Length"]) == len(body(whole))


def test_the_feed_without_a_series_is_not_there(client: Client) -> None:
    assert client.get("/offtherecord/feed.xml").status_code == 404
    assert client.get("/offtherecord/artwork.jpg").status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=0-99", 206, (0, 100)),
        ("bytes=0-0", 206, (0, 1)),
        ("bytes=-50", 206, (-50, None)),
        ("bytes=100-", 206, (100, None)),
        ("bytes=99999999-", 416, None),
    ],
)
def test_media_come_in_ranges(client: Client, ferry: Episode, asked: str, status: int, span: Any) -> None:
    data = files.absolute(ferry.media).read_bytes()
    response = client.get(f"/offtherecord/media/{ferry.code}.mp4", headers={"range": asked})
    assert response.status_code == status
    if span:
        assert body(response) == data[span[0] : span[1]]
        assert response["Content-Range"].endswith(f"/{len(data)}")


def test_the_share_card_is_1200_by_630_in_either_language(client: Client, ferry: Episode) -> None:
    services.put_text(ferry, language="ja", title="船にはピアノが一台", summary="", by=None)
    english = client.get("/offtherecord/one-piano/card.jpg").content
    japanese = client.get("/offtherecord/one-piano/card.jpg?lang=ja").content
    assert Image.open(io.BytesIO(japanese)).size == (1200, 630)
    assert english != japanese


@pytest.mark.parametrize("address", ["captions.ko.vtt", "captions.xx.vtt", "nothing.json"])
def test_what_is_not_there_is_404(client: Client, ferry: Episode, address: str) -> None:
    assert client.get(f"/offtherecord/one-piano/{address}").status_code == 404
