import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.test import RequestFactory

from spotlight.web import oembed
from spotlight.web.oembed import Embed, Provider, Thumbnail

FILM = Embed(
    "video",
    "https://s.example/embed/episodes/ferry/",
    'A "locked" piano',
    "Tangerine Ferry",
    "https://s.example/artists/tf/",
    640,
    360,
    Thumbnail("https://s.example/p.jpg", 480, 270),
)
ROW = Embed("rich", "https://s.example/embed/tracks/abc/", "Track", "Artist", "", 640, 180, fixed_height=True)
PROVIDER = Provider("Spotlight", "https://s.example/")


@pytest.mark.parametrize(
    ("embed", "width", "height", "size"),
    [
        (FILM, None, None, (640, 360)),
        (FILM, 320, None, (320, 180)),
        (FILM, 9999, 90, (160, 90)),
        (FILM, 1, 1, (1, 1)),
        (ROW, 300, None, (300, 180)),
        (ROW, None, 100, (640, 100)),
    ],
)
def test_the_limits_are_kept(embed: Any, width: int, height: int, size: Any) -> None:
    assert oembed.fit(embed, max_width=width, max_height=height) == size


def test_an_answer_has_all_it_must() -> None:
    members = oembed.answer(FILM, provider=PROVIDER)
    assert members["version"] == "1.0"
    assert members["type"] == "video"
    assert (members["width"], members["height"]) == (640, 360)
    assert members["thumbnail_url"] == "https://s.example/p.jpg"
    assert "A &quot;locked&quot; piano" in str(members["html"])
    assert 'loading="lazy"' in str(members["html"])


def test_a_thumbnail_beyond_the_limits_is_left_out_whole() -> None:
    members = oembed.answer(FILM, provider=PROVIDER, max_width=479)
    assert not [name for name in members if name.startswith("thumbnail")]


def test_both_forms_say_the_same() -> None:
    members = oembed.answer(FILM, provider=PROVIDER)
    assert json.loads(oembed.to_json(members)) == members
    xml = ET.fromstring(oembed.to_xml(members))
    assert {child.tag: child.text for child in xml} == {name: str(value) for name, value in members.items()}


@pytest.fixture
def film_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """One embed of this site, at /film/."""
    monkeypatch.setattr(oembed, "import_string", lambda name: lambda path: FILM if path == "/film/" else None)


def asked(rf: RequestFactory, **query: Any) -> Any:
    return oembed.answer_request(rf.get("/oembed", query), finders=["one"])


def test_the_address_decides(rf: RequestFactory, film_at: None, settings: Any) -> None:
    settings.SITE_URL = "https://s.example"
    assert json.loads(asked(rf, url="https://s.example/film/").content)["title"] == FILM.title
    xml = asked(rf, url="https://s.example/film/", format="xml", maxwidth="320")
    assert xml["Content-Type"] == "text/xml; charset=utf-8"
    assert ET.fromstring(xml.content).findtext("width") == "320"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 404),
        ({"url": "https://s.example/other/"}, 404),
        ({"url": "https://evil.example/film/"}, 404),
        ({"url": "https://s.example.evil/film/"}, 404),
        ({"url": "javascript:alert(1)"}, 404),
        ({"url": "https://[broken"}, 404),
        ({"url": "https://s.example/film/", "format": "yaml"}, 501),
        ({"url": "https://s.example/film/", "maxwidth": "-1"}, 400),
        ({"url": "https://s.example/film/", "maxheight": "x"}, 400),
    ],
)
def test_what_cannot_be_answered_is_refused(
    rf: RequestFactory, film_at: None, settings: Any, query: Any, status: int
) -> None:
    settings.SITE_URL = "https://s.example"
    assert asked(rf, **query).status_code == status
