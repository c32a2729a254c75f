"""The episode page in a browser: words and chapters follow the film, links seek, music gives way; nothing for axe to say."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from series import services
from series.models import Episode
from tests.accessibility import violations_in_both_schemes
from tests.series import making

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ferry(tmp_path: Path) -> Episode:
    season = making.a_season()
    film = making.write_film(tmp_path / "film.mp4", seconds=6, options={"movflags": "faststart"})
    chapters = {
        "version": "1.2.0",
        "chapters": [
            {"startTime": 0, "title": "The crossing"},
            {"startTime": 1.2, "title": "A locked piano"},
        ],
    }
    episode = making.an_episode(
        making.a_series(season), film=film, chapters=chapters, artist=making.an_artist()
    )
    clip = services.create_clip(episode, title="Forty takes", language="en", by=None)
    making.give_film(clip, film)
    return services.publish_episode(episode, by=None)


def test_words_and_chapters_follow_the_film(page: Any, ferry: Episode) -> None:
    page.goto("/offtherecord/one-piano/")
    lengths = page.locator(".chapters li").evaluate_all(
        "items => items.map(item => item.style.getPropertyValue('--len'))"
    )
    assert lengths == ["1", "1"]
    page.locator(".transcript a").nth(1).click()
    page.wait_for_function("document.querySelector('[data-episode-media]').currentTime >= 1.2")
    page.wait_for_selector(".transcript p:nth-of-type(2)[aria-current]")
    assert page.locator(".chapters [aria-current]").text_content() == "0:01A locked piano"
    assert page.url.endswith("/offtherecord/one-piano/")
    tracks = page.evaluate(
        "[...document.querySelector('[data-episode-media]').textTracks].map(track => track.kind)"
    )
    assert tracks == ["captions", "chapters"]


def test_a_film_stops_the_other_film(page: Any, ferry: Episode) -> None:
    page.goto("/offtherecord/one-piano/")
    page.evaluate("document.querySelector('[data-episode-media]').play()")
    page.evaluate(
        "() => { const clip = document.querySelector('.clip video'); clip.loop = true; return clip.play(); }"
    )
    page.wait_for_function("document.querySelector('[data-episode-media]').paused")
    assert page.evaluate("!document.querySelector('.clip video').paused")


def test_without_script_a_time_link_loads_the_page_there(browser: Browser, live: str, ferry: Episode) -> None:
    with browser.new_context(java_script_enabled=False, base_url=live) as context:
        page = context.new_page()
        page.goto("/offtherecord/one-piano/")
        page.locator(".transcript a").nth(1).click()
        assert "t=1" in page.url
        assert page.locator("video source").first.get_attribute("src").endswith(".mp4#t=1")


def test_the_pages_are_accessible_and_fit(page: Page, ferry: Episode) -> None:
    for address in (
        "/offtherecord/",
        "/offtherecord/one-piano/",
        "/offtherecord/shorts/",
        "/hashtags/offtherecord/",
        "/embed/episodes/one-piano/",
    ):
        page.goto(address)
        for width in (320, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            assert violations_in_both_schemes(page) == [], (address, width)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (address, width)
