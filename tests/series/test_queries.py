"""Search: the hashtag in every spelling, and episodes in every script; episodes as news."""

import datetime
from pathlib import Path

import pytest

from series import queries, services
from series.models import Appearance, Episode, Guest, Series
from series.queries.news import new_episodes
from spotlight.ledger import clock
from submissions.models import Follow
from submissions.queries.following import untold
from tests.making import make_person
from tests.series import making

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "q",
    [
        "#OfftheRecord",
        "#offtherecord",
        "＃ＯｆｆｔｈｅＲｅｃｏｒｄ",
        "OFFTHERECORD",
        "off the record",
        " #OfftheRecord ",
    ],
)
def test_a_search_for_the_hashtag_means_the_hub(series: Series, q: str) -> None:
    assert queries.is_hub_query(q)
    assert queries.hub_for_query(q) == series


@pytest.mark.parametrize("q", ["", "#", "record", "#OfftheRecords", "offtherecord piano"])
def test_another_search_does_not(series: Series, q: str) -> None:
    assert not queries.is_hub_query(q)


@pytest.fixture
def galaxy(series: Series, film: Path) -> Episode:
    artist = making.an_artist("galaxy", "은하수리점", language="ko", name_romanised="Eunha Repair Shop")
    episode = making.an_episode(
        series,
        film=film,
        title="은하수를 고치는 방법",
        language="ko",
        artist=artist,
        summary="별 이야기. #고장난별",
    )
    services.put_text(episode, language="ja", title="ｷﾞﾝｶﾞ銀河の直し方", summary="", by=None)
    return services.publish_episode(episode, by=None)


@pytest.mark.parametrize(
    "q", ["은하수", "EUNHA repair", "ＥＵＮＨＡ", "銀河", "ギンガ", "#고장난별", "Off the Record"]
)
def test_episodes_are_found_in_every_script(galaxy: Episode, q: str) -> None:
    assert list(queries.matching(q)) == [galaxy]


@pytest.mark.parametrize("q", ["nothing", "은하수 nothing", "銀座"])
def test_every_word_must_occur(galaxy: Episode, q: str) -> None:
    assert not queries.matching(q).exists()


def test_only_public_ones_are_found(galaxy: Episode) -> None:
    services.withdraw_episode(galaxy, reason="x", by=None)
    assert not queries.matching("은하수").exists()
    assert not queries.tagged("고장난별").exists()


def test_neighbors_follow_the_time_of_publication(series: Series, film: Path) -> None:
    three = [
        services.publish_episode(making.an_episode(series, f"number-{n}", film=film), by=None)
        for n in range(3)
    ]
    assert queries.neighbors(three[1]) == (three[0], three[2])
    assert queries.neighbors(three[0]) == (None, three[1])
    assert queries.neighbors(making.an_episode(series, "draft")) == (None, None)


def test_a_public_episode_is_news_of_whoever_is_heard_in_it(galaxy: Episode) -> None:
    guest = making.an_artist("minato", "みなと")
    spoken = Guest.objects.create(name="ミナト", artist=guest)
    Appearance.objects.create(episode=galaxy, guest=spoken)
    stranger = making.an_artist("stranger", "Stranger")
    before = clock.now() - datetime.timedelta(days=1)
    asked = [galaxy.artist_id, guest.pk, stranger.pk]
    told = new_episodes(asked, before)
    assert {news.artist.slug for news in told} == {"galaxy", "minato"}
    assert {(news.subject, news.address) for news in told} == {
        (f"episode:{galaxy.code}", f"/offtherecord/{galaxy.slug}/")
    }
    assert new_episodes(asked, clock.now()) == []
    fan = make_person()
    for artist in (galaxy.artist, guest):
        Follow.objects.create(artist=artist, person=fan, at=before)
    assert [news.subject for news in untold(fan, clock.now())] == [f"episode:{galaxy.code}"], (
        "once, not twice"
    )
    services.withdraw_episode(galaxy, reason="A mistake.", by=None)
    assert new_episodes(asked, before) == [] == untold(fan, clock.now())
