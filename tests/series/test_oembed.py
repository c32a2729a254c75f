"""oEmbed of what this site has: episodes and tracks that are public, and nothing else."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from series import services
from series.models import Series
from tests.series import making

pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"


def ask(client: Client, path: str) -> Any:
    return client.get(f"/oembed?url={quote(SITE + path)}")


def test_an_episode_by_its_page_and_by_its_embed(client: Client, series: Series, film: Path) -> None:
    services.publish_episode(making.an_episode(series, film=film, artist=making.an_artist()), by=None)
    for path in ("/offtherecord/one-piano/", "/embed/episodes/one-piano/"):
        found = json.loads(ask(client, path).content)
        assert (found["type"], found["width"], found["height"]) == ("video", 640, 360)
        assert found["author_name"] == "Tangerine Ferry"
        assert f'src="{SITE}/embed/episodes/one-piano/"' in found["html"]


def test_a_track_that_may_be_heard(client: Client, db: None) -> None:
    artist = making.an_artist()
    track, hidden = making.a_track(artist), making.a_track(artist, released=False)
    found = json.loads(ask(client, f"/tracks/{track.code}/").content)
    assert (found["type"], found["title"], found["author_name"]) == ("rich", track.title, "Tangerine Ferry")
    assert ask(client, f"/embed/tracks/{track.code}/").status_code == 200
    framed = client.get(f"/embed/tracks/{track.code}/")
    assert "frame-ancestors *" in framed["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed
    assert ask(client, f"/tracks/{hidden.code}/").status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/offtherecord/", "/offtherecord/nothing/", "/tracks/", "/tracks/nothing/", "/admin/"]
)
def test_other_pages_have_none(client: Client, db: None, path: str) -> None:
    assert ask(client, path).status_code == 404
