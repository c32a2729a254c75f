"""Episodes in the API: the public ones, found as on the pages."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from series import services
from series.models import Episode, Series
from tests.series import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def ferry(series: Series, film: Path) -> Episode:
    return services.publish_episode(
        making.an_episode(series, film=film, artist=making.an_artist(), number=14), by=None
    )


def test_an_episode_says_where_it_plays(client: Client, ferry: Episode) -> None:
    found = client.get("/api/v1/episodes/one-piano/").json()
    assert (found["slug"], found["series"], found["artist"], found["seconds"]) == (
        "one-piano",
        "off-the-record",
        "tangerine-ferry",
        3,
    )
    assert found["media_type"] == "video/mp4"
    assert client.get(found["media"]).status_code == 200
    assert client.get(found["url"]).status_code == 200


def test_the_list_has_public_ones_alone(client: Client, ferry: Episode, series: Series, film: Path) -> None:
    making.an_episode(series, "draft", film=film, title="A secret title")
    assert [row["slug"] for row in client.get("/api/v1/episodes/").json()["results"]] == ["one-piano"]
    assert client.get("/api/v1/episodes/draft/").status_code == 404
    client.force_login(making.an_editor(series.season))
    assert client.get("/api/v1/episodes/draft/").status_code == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [("q=ferry", 1), ("q=nothing", 0), ("language=en", 1), ("language=ko", 0)],
)
def test_the_list_is_narrowed_down(client: Client, ferry: Episode, query: Any, count: Any) -> None:
    assert len(client.get(f"/api/v1/episodes/?{query}").json()["results"]) == count


def test_a_nul_is_refused(client: Client, ferry: Episode) -> None:
    assert client.get("/api/v1/episodes/?q=%00").status_code == 400


def test_unknown_parameters_are_refused(client: Client, ferry: Episode) -> None:
    assert client.get("/api/v1/episodes/?colour=red").status_code == 400
