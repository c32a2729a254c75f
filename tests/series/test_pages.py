"""The hub's pages: what is shown, and that nothing unpublished is."""

import datetime
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from series import services
from series.models import Album, Episode, Guest, Series
from spotlight.ledger import clock
from submissions.models import Role
from tests.series import making

pytestmark = pytest.mark.django_db
LISTS = (
    "/offtherecord/",
    "/offtherecord/feed.xml",
    "/offtherecord/shorts/",
    "/hashtags/offtherecord/",
    "/sitemap.xml",
)


@pytest.fixture
def ferry(series: Series, film: Path) -> Episode:
    """A public episode with everything."""
    artist = making.an_artist(name="タンジェリンフェリー", language="ja", name_romanised="Tangerine Ferry")
    album = Album.objects.create(
        title="Harbour Lights Off", artist=artist, released_on=datetime.date(2026, 10, 2)
    )
    album.links.create(label="Bandcamp", url="https://music.example/harbour")
    chapters = {
        "version": "1.2.0",
        "chapters": [{"startTime": 0, "title": "The crossing"}, {"startTime": 2, "title": "A locked piano"}],
    }
    episode = making.an_episode(series, film=film, artist=artist, album=album, number=14, chapters=chapters)
    services.put_captions(episode, language="ja", text=making.JAPANESE, by=None)
    services.put_text(
        episode, language="ja", title="船にはピアノが一台", summary="別府への夜。#オフレコ", by=None
    )
    services.set_tracks(
        episode, [making.a_track(artist), making.a_track(artist, "Not yet out", released=False)], by=None
    )
    services.set_guests(
        episode, [Guest.objects.create(name="ハナ", language="ja", name_romanised="Hana")], by=None
    )
    clip = services.create_clip(episode, title="Forty takes of one breath", language="en", by=None)
    making.give_film(clip, film)
    return services.publish_episode(episode, by=None)


def addresses(episode: Episode) -> list[str]:
    """Everything that belongs to an episode."""
    clip = episode.clips.first()
    base = f"/offtherecord/{episode.slug}/"
    found = [
        base,
        f"{base}card.jpg",
        f"{base}artwork.jpg",
        f"{base}chapters.json",
        f"{base}chapters.vtt",
        f"{base}captions.en.vtt",
    ]
    found += [
        f"/embed/episodes/{episode.slug}/",
        f"/offtherecord/media/{episode.code}.mp4",
        f"/offtherecord/clips/{clip.code}.mp4",
    ]
    found += [f"/oembed?{urlencode({'url': 'http://127.0.0.1:8000' + base})}"]
    return found


def test_an_empty_hub_says_so(client: Client, db: None) -> None:
    response = client.get("/offtherecord/")
    assert response.status_code == 200
    assert b"No episode yet" in response.content


def test_a_series_without_episodes_has_its_pages(client: Client, series: Series) -> None:
    for address in LISTS:
        response = client.get(address)
        assert response.status_code == 200, address
    assert "#OfftheRecord" in client.get("/offtherecord/").content.decode()


def test_the_hub_leads_with_the_newest_and_lists_the_others(
    client: Client, ferry: Episode, series: Series, film: Path
) -> None:
    clock.move_by(datetime.timedelta(days=7))
    newest = services.publish_episode(
        making.an_episode(series, "coin-op", film=film, title="Coin-op hearts"), by=None
    )
    text = client.get("/offtherecord/").content.decode()
    assert "#OfftheRecord" in text
    lead = text.index('class="otr-hero"')
    assert text.index(newest.title, lead) < text.index("All episodes", lead) < text.index(ferry.title, lead)
    assert "Forty takes of one breath" in text
    assert f"/offtherecord/one-piano/#clip-{ferry.clips.get().code}" in text


def test_the_archive_is_filtered_and_wrong_values_narrow_nothing(
    client: Client, ferry: Episode, series: Series, film: Path
) -> Any:
    korean = making.an_artist("galaxy-repair", "은하수리점", language="ko")
    services.publish_episode(
        making.an_episode(
            series, "galaxy", film=film, title="은하수를 고치는 방법", language="ko", artist=korean
        ),
        by=None,
    )

    def titles(query: Any) -> set[str]:
        page = client.get("/offtherecord/" + query)
        assert page.status_code == 200
        return {card.title for card in page.context["cards"]}

    assert titles("?language=ko") == {"은하수를 고치는 방법"}
    assert titles("?artist=tangerine-ferry") == {ferry.title}
    assert titles("?language=ko&artist=tangerine-ferry") == set()
    assert titles(f"?year={ferry.published_at.year}") == {ferry.title, "은하수를 고치는 방법"}
    assert titles("?year=x&artist=nobody&language=tlh&page=99") == {ferry.title}


def test_the_hub_needs_the_same_number_of_queries_for_one_and_for_three(
    client: Client, ferry: Episode, series: Series, film: Path
) -> None:
    counts = []
    for number in range(3):
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/offtherecord/").status_code == 200
        counts.append(len(captured))
        services.publish_episode(making.an_episode(series, f"more-{number}", film=film), by=None)
    assert counts[1] == counts[2]
    assert counts[0] <= counts[1]


def test_an_episode_page_plays_it_and_says_what_is_said(client: Client, ferry: Episode) -> None:
    text = client.get("/offtherecord/one-piano/").content.decode()
    assert f'<source src="/offtherecord/media/{ferry.code}.mp4" type="video/mp4">' in text
    assert (
        '<track kind="captions" srclang="en" label="English" src="/offtherecord/one-piano/captions.en.vtt" default>'
        in text
    )
    assert '<track kind="subtitles" srclang="ja"' in text
    assert '<track kind="chapters"' in text
    assert "<strong>Hana</strong> It is eleven hours from Osaka." in text
    assert 'href="?t=0#player-of-episode"' in text
    assert "https://music.example/harbour" in text
    assert "B Flat, More or Less" in text
    assert "Not yet out" not in text
    assert "style=" not in text


def test_the_page_can_be_read_in_another_language(client: Client, ferry: Episode) -> None:
    text = client.get("/offtherecord/one-piano/?lang=ja").content.decode()
    assert '<h1 class="episode-title" lang="ja">船にはピアノが一台</h1>' in text
    assert "大阪から十一時間かかります。" in text
    assert ferry.title in client.get("/offtherecord/one-piano/?lang=ko").content.decode()


def test_a_time_in_the_address_starts_the_film_there(client: Client, ferry: Episode) -> None:
    assert f"{ferry.code}.mp4#t=72" in client.get("/offtherecord/one-piano/?t=72").content.decode()
    assert ".mp4#" not in client.get("/offtherecord/one-piano/?t=<script>").content.decode()


def test_the_page_describes_itself_to_machines(client: Client, ferry: Episode) -> None:
    text = client.get("/offtherecord/one-piano/").content.decode()
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', text)[1]
    kinds = {node["@type"] for node in json.loads(block)["@graph"]}
    assert kinds == {"PodcastSeries", "PodcastEpisode", "VideoObject", "BreadcrumbList"}
    for wanted in (
        'property="og:image:width" content="1200"',
        'name="twitter:player"',
        'type="application/json+oembed"',
        'hreflang="ja"',
    ):
        assert wanted in text


def test_the_embed_page_may_be_framed_and_sets_no_cookie(client: Client, ferry: Episode) -> None:
    response = client.get("/embed/episodes/one-piano/")
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    assert not response.cookies
    assert "frame-ancestors 'none'" in client.get("/offtherecord/one-piano/")["Content-Security-Policy"]


@pytest.mark.parametrize(
    "spelling", ["offtherecord", "OfftheRecord", "OFFTHERECORD", "＃ＯｆｆｔｈｅＲｅｃｏｒｄ"]
)
def test_every_spelling_of_the_hashtag_opens_one_page(client: Client, ferry: Episode, spelling: str) -> None:
    response = client.get(f"/hashtags/{spelling}/", follow=True)
    assert response.status_code == 200
    assert response.request["PATH_INFO"] == "/hashtags/offtherecord/"
    assert ferry.title in response.content.decode()


def test_hashtags_in_texts_have_pages_and_others_do_not(client: Client, ferry: Episode) -> None:
    assert ferry.title in client.get("/hashtags/オフレコ/").content.decode()
    assert client.get("/hashtags/nothing/").status_code == 404
    assert client.get("/hashtags/a b/").status_code == 404


def test_the_next_one_is_announced_by_its_time_alone(client: Client, series: Series, film: Path) -> None:
    episode = making.an_episode(series, film=film, title="A secret title")
    services.schedule_episode(
        episode, publish_at=clock.now() + datetime.timedelta(days=2), zone="Asia/Tokyo", by=None
    )
    text = client.get("/offtherecord/").content.decode()
    assert "The next episode comes on" in text
    assert "JST" in text
    assert "A secret title" not in text
    assert episode.slug not in text


@pytest.mark.parametrize("state", ["draft", "scheduled", "withdrawn"])
def test_nothing_unpublished_is_there_for_anybody_else(client: Client, ferry: Episode, state: Any) -> None:
    stranger = making.an_editor(making.a_season("other-season"), "other@example.test")
    ferry.state = state
    ferry.publish_at = clock.now() + datetime.timedelta(days=1)
    ferry.save()
    for user in (None, stranger, making.an_editor(ferry.series.season, "judge@example.test", Role.JUDGE)):
        client.logout()
        if user:
            client.force_login(user)
        for address in addresses(ferry):
            assert client.get(address).status_code == 404, address
        for page in LISTS:
            text = client.get(page).content.decode()
            assert ferry.title not in text
            assert ferry.code not in text
            assert "Forty takes" not in text
            assert "one-piano" not in text


def test_a_published_one_is_there_for_everybody(client: Client, ferry: Episode) -> None:
    for address in addresses(ferry):
        assert client.get(address).status_code == 200, address


def test_editors_of_the_season_see_it_before(client: Client, series: Series, film: Path) -> None:
    episode = making.an_episode(series, film=film)
    client.force_login(making.an_editor(series.season))
    response = client.get("/offtherecord/one-piano/")
    assert response.status_code == 200
    assert "Only editors see this page" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "og:title" not in response.content.decode()
    media = client.get(f"/offtherecord/media/{episode.code}.mp4")
    assert media.status_code == 200
    assert "no-store" in media["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in media
    assert client.get("/embed/episodes/one-piano/").status_code == 404


def test_a_former_editor_sees_nothing(client: Client, series: Series, film: Path) -> None:
    user = making.an_editor(series.season)
    making.an_episode(series, film=film)
    user.person.memberships.update(ended_at=clock.now())
    client.force_login(user)
    assert client.get("/offtherecord/one-piano/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_pages_only_read(client: Client, ferry: Episode, method: str) -> None:
    for address in addresses(ferry):
        assert getattr(client, method)(address).status_code == 405


def test_the_sitemap_has_the_public_pages(client: Client, ferry: Episode) -> None:
    text = client.get("/sitemap.xml").content.decode()
    for path in (
        "/",
        "/offtherecord/",
        "/offtherecord/one-piano/",
        "/offtherecord/shorts/",
        "/hashtags/offtherecord/",
    ):
        assert f"<loc>http://127.0.0.1:8000{path}</loc>" in text
        assert client.get(path).status_code == 200 or path == "/"
