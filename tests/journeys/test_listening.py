"""A listener's way in a real browser: play within two seconds, music that goes on, what counts, clips, shares, reports, search; and how every public page behaves."""

import datetime
import io
import math
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from judging.jobs import charts, counts
from judging.models import Prize
from judging.services import cuts
from spotlight.ledger import clock, files, work
from spotlight.ledger.models import StoredFile
from submissions.models import Artist, Like, Play, Report, Role, Season, Share, Submission, Track
from submissions.models.search_key import search_key
from tests.accessibility import violations
from tests.conftest import PATIENCE
from tests.judging.test_cuts import closed_round
from tests.making import (
    PASSWORD,
    make_artist,
    make_person,
    make_role,
    make_season,
    make_submission,
    open_for_good,
)
from tests.series.making import a_series, write_sound

pytestmark = pytest.mark.django_db(transaction=True)

AUDIO = "document.querySelector('#player audio')"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
LONG, SHORT = 40, 4
SOON = "() => { const later = setTimeout; window.setTimeout = (what, ms, ...rest) => later(what, ms / 50, ...rest); }"
"""What a page would do in five seconds it does in a tenth of one."""


def until(page: Page, met: str | Callable[[], Any]) -> None:
    """Wait for an expression of the page, or for something in the database."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not (met() if callable(met) else page.evaluate(met)):
        assert time.monotonic() < deadline, f"still not: {met}"
        page.wait_for_timeout(50)


def tone(seconds: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(1)
        sink.setframerate(8000)
        sink.writeframes(bytes(int(128 + 40 * math.sin(i / 6)) for i in range(8000 * seconds)))
    return out.getvalue()


def heard(
    season: Season, title: str, artist: str, *, seconds: int = LONG, language: str = "en", **extra: Any
) -> Track:
    """A released track with sound, by a public and verified artist."""
    maker = make_artist(name=artist, language=language, is_public=True, verified_at=clock.now())
    stored = files.keep_bytes(tone(seconds), kind=StoredFile.Kind.RENDITION, media_type="audio/wav")
    values: dict[str, Any] = {
        "title": title, "language": language, "rendition": stored, "duration_ms": seconds * 1000,
        "peaks": bytes(range(0, 200, 2)), "licence": "clips", "search_key": search_key(title, artist),
    }  # fmt: skip
    Artist.objects.filter(pk=maker.pk).update(search_key=search_key(artist))
    return make_submission(season, maker, **{**values, **extra}).track


@pytest.fixture
def season(transactional_db: None) -> Season:
    """At noon in Tokyo, so that no day ends while somebody listens."""
    clock.move_to((clock.now() + datetime.timedelta(days=1)).replace(hour=3))
    made = make_season("spring", hashtag="SpotlightLive")
    a_series(title="Off the Record", hashtag="OfftheRecord")
    return made


def three(season: Season) -> Track:
    """A track in each of three scripts; returns the one in Latin letters, which is the newest."""
    heard(season, "潮どけい", "夜凪", language="ja")
    heard(season, "유리 온실", "새벽 공장", language="ko", market="kr")
    return heard(season, "Harbour Lights Off", "Tangerine Ferry")


@pytest.fixture
def track(season: Season) -> Track:
    open_for_good(season)
    return three(season)


@pytest.fixture
def context(browser: Browser, live: str) -> Iterator[BrowserContext]:
    """A listener's browser, which does not call itself headless: those are never counted. Any complaint fails the test."""
    with browser.new_context(base_url=live, locale="en-US", user_agent=AGENT, accept_downloads=True) as made:
        made.set_default_timeout(PATIENCE)
        problems: list[str] = []
        made.on("weberror", lambda error: problems.append(str(error.error)))
        made.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        yield made
    assert problems == [], "the console had errors"


@pytest.fixture
def visitor(context: BrowserContext) -> Page:
    return context.new_page()


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()


FOCUSED = """() => {
    const found = document.activeElement, shown = [found, found.parentElement].map((one) => getComputedStyle(one));
    window.walked ??= [];
    if (found === document.body || window.walked.includes(found)) return null;
    const { top, bottom, width } = found.getBoundingClientRect();
    return [window.walked.push(found), shown.some((css) => css.outlineStyle !== 'none'), width > 0 && bottom > 0 && top < innerHeight];
}"""
"""How many were focused so far; whether this one shows it and can be seen. None at the end, or where focus was before."""


def test_the_playlist_is_walked_and_played_by_keyboard(visitor: Page, track: Track) -> None:
    visitor.emulate_media(reduced_motion="reduce")
    visitor.goto("/playlist/")
    visitor.keyboard.press("Tab")
    expect(visitor.get_by_role("link", name="Skip to the content")).to_be_focused()
    visitor.keyboard.press("Enter")
    visitor.keyboard.press("Tab")
    expect(visitor.get_by_role("button", name="Play all")).to_be_focused()
    visitor.keyboard.press("Enter")
    expect(visitor.locator("#player")).to_be_visible()
    opener = visitor.locator("#player").get_by_role("button", name="Queue")
    opener.press("Enter")
    expect(visitor.locator("#queue li")).to_have_count(3)
    expect(visitor.locator("#queue [aria-current] .go")).to_be_focused()
    visitor.keyboard.press("Escape")
    expect(opener).to_be_focused()
    visitor.evaluate("document.activeElement.blur(); document.querySelector('.skip').focus()")
    walked = list(iter(lambda: _walk(visitor), None))
    assert len(walked) == visitor.evaluate(
        f"[...document.querySelectorAll({REACHABLE!r})].filter((one) => one.checkVisibility()).length"
    )
    assert [step for step in walked if not (step[1] and step[2])] == []


REACHABLE = ":is(a[href], button, input, select, summary, [tabindex='0']):not(:disabled, [type=hidden])"


def _walk(page: Page) -> Any:
    """One step with Tab; what `FOCUSED` says of where one was before."""
    found = page.evaluate(FOCUSED)
    page.keyboard.press("Tab")
    return found


def test_one_hears_music_within_two_seconds_of_pressing_play(context: BrowserContext, track: Track) -> None:
    """In one of ten tries: what else the machine does at the moment is not what is measured."""
    assert any(seconds_of_silence(context.new_page()) < 2 for _ in range(10))


def seconds_of_silence(visitor: Page) -> float:
    """From pressing play on the front page until something sounds, by the page's own clock."""
    visitor.goto("/")
    visitor.evaluate(
        "() => { addEventListener('click', () => { window.pressed = performance.now(); }, { capture: true, once: true });"
        f"{AUDIO}.addEventListener('timeupdate', (e) => {{ if (e.target.currentTime > 0) window.heard ??= performance.now(); }}); }}"
    )
    visitor.locator(".hero").get_by_role("button", name="Play").click()
    until(visitor, "window.heard !== undefined")
    expect(visitor.locator("[data-now-title]")).to_have_text("Harbour Lights Off")
    waited: float = visitor.evaluate("(window.heard - window.pressed) / 1000")
    visitor.close()
    return waited


def test_music_goes_on_across_links_back_language_and_sign_in(visitor: Page, track: Track) -> None:
    fan = make_person()
    visitor.goto("/")
    visitor.locator(".hero").get_by_role("button", name="Play").click()
    until(visitor, f"{AUDIO}.currentTime > 0.2")
    visitor.evaluate(
        f"() => {{ window.first = {AUDIO}; window.first.loop = true; }}"
    )  # however long the way takes

    def goes_on() -> None:
        at = visitor.evaluate(f"{AUDIO}.currentTime")
        assert at > 0
        until(visitor, f"{AUDIO} === window.first && !{AUDIO}.paused && {AUDIO}.currentTime > {at}")

    visitor.locator("#masthead").get_by_role("link", name="Playlist").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Featured playlist")
    goes_on()
    visitor.get_by_role("link", name="潮どけい").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("潮どけい")
    goes_on()
    visitor.go_back()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Featured playlist")
    goes_on()
    visitor.locator(".langs button[lang=ko]").click()
    until(visitor, "document.documentElement.lang === 'ko'")
    goes_on()
    visitor.locator(".langs button[lang=en]").click()
    until(visitor, "document.documentElement.lang === 'en'")
    visitor.get_by_role("link", name="Sign in").click()
    sign_in(visitor, fan.user.email)
    visitor.wait_for_url("**/playlist/")
    goes_on()


def test_a_play_counts_after_three_quarters_of_a_short_track_and_once(visitor: Page, season: Season) -> None:
    track = heard(open_for_good(season), "Eleven Seconds", "Paper Turnstile", seconds=SHORT)
    visitor.goto(f"/tracks/{track.code}/")
    visitor.evaluate(SOON)
    visitor.evaluate(  # in the page itself, which is there in time however long messages to it take
        f"() => {AUDIO}.addEventListener('timeupdate', function first(e) {{ if (e.target.currentTime > 1) "
        "{ e.target.pause(); e.target.removeEventListener('timeupdate', first); } })"
    )
    with visitor.expect_response("**/plays"):
        visitor.locator("main .play").first.click()
        until(visitor, f"{AUDIO}.currentTime > 1 && {AUDIO}.paused")
    assert Play.objects.count() == 0
    for _ in range(2):
        with visitor.expect_response("**/plays"):
            visitor.locator("#player [data-toggle]").click()
            until(visitor, f"!{AUDIO}.paused")
            until(visitor, f"{AUDIO}.ended")
        assert Play.objects.filter(track=track).count() == 1


def test_the_front_pages_own_staff_never_count(context: BrowserContext, live: str, season: Season) -> None:
    track = heard(open_for_good(season), "Eleven Seconds", "Paper Turnstile", seconds=SHORT)
    client = Client()
    client.force_login(make_role(season, Role.ORGANIZER).user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live}])
    page = context.new_page()
    page.goto(f"/tracks/{track.code}/")
    page.locator("main .play").first.click()
    with page.expect_response("**/plays"):
        until(page, f"{AUDIO}.ended")
    assert not Play.objects.exists()


def test_a_fan_likes_a_track_after_signing_in(visitor: Page, track: Track) -> None:
    fan = make_person()
    visitor.goto(f"/tracks/{track.code}/")
    visitor.get_by_role("button", name="Like").click()
    sign_in(visitor, fan.user.email)
    expect(visitor.get_by_role("heading", level=1)).to_have_text(track.title)
    expect(visitor.locator("#toasts")).to_contain_text("Press Like once more")
    visitor.get_by_role("button", name="Like").click()
    expect(visitor.get_by_role("button", name="Liked")).to_have_attribute("aria-pressed", "true")
    assert Like.objects.get().person == fan


def test_a_clip_is_chosen_by_keyboard_made_and_downloaded(
    visitor: Page, season: Season, tmp_path: Path
) -> None:
    track = heard(open_for_good(season), "夏の残高", "硝子温室", language="ja")
    stored = files.keep_bytes(
        write_sound(tmp_path / "song.m4a", seconds=LONG).read_bytes(), kind=StoredFile.Kind.RENDITION, media_type="audio/mp4"
    )  # fmt: skip
    Track.objects.filter(pk=track.pk).update(rendition=stored)
    visitor.goto(f"/tracks/{track.code}/")
    visitor.get_by_role("link", name="Use this sound").click()
    start, end = visitor.locator("input[name=start]"), visitor.locator("input[name=end]")
    for _ in range(3):
        start.press("ArrowRight")
    for _ in range(10):
        end.press("ArrowLeft")
    assert (start.input_value(), end.input_value()) == ("3", "20")
    visitor.get_by_role("button", name="Make the clip").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Your clip")
    work.run_due()
    with visitor.expect_download() as coming:
        visitor.get_by_role("link", name="Download the clip").click()
    coming.value.save_as(tmp_path / "clip.m4a")
    with av.open(str(tmp_path / "clip.m4a")) as clip:
        assert clip.duration is not None
        assert 16.5 < clip.duration / 1_000_000 < 17.5
        assert (clip.metadata["title"], clip.metadata["artist"]) == ("夏の残高", "硝子温室")
        assert track.code in clip.metadata["comment"]


def test_copying_a_link_counts_as_a_share(visitor: Page, track: Track) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.goto(f"/tracks/{track.code}/")
    visitor.get_by_role("button", name="Copy link").click()
    expect(visitor.locator("#toasts")).to_contain_text("Link copied")
    until(visitor, lambda: Share.objects.filter(track=track).count() == 1)
    assert str(visitor.evaluate("navigator.clipboard.readText()")).endswith(f"/tracks/{track.code}/")


def test_a_report_reaches_clearance(visitor: Page, track: Track) -> None:
    visitor.goto(f"/tracks/{track.code}/")
    visitor.get_by_role("link", name="Report this track").click()
    visitor.get_by_label("It uses my music").check()
    visitor.get_by_label("Tell us more").fill("The chorus is mine.")
    visitor.get_by_role("button", name="Send the report").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Report sent")
    assert Report.objects.get().text == "The chorus is mine."


@pytest.mark.parametrize(
    ("asked", "found"), [("harbour", "Harbour Lights Off"), ("夜凪", "潮どけい"), ("온실", "유리 온실")]
)
def test_search_finds_in_three_scripts(visitor: Page, track: Track, asked: str, found: str) -> None:
    visitor.goto("/playlist/")
    visitor.get_by_label("Track or artist").fill(asked)
    visitor.get_by_label("Track or artist").press("Enter")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Search")
    expect(visitor.locator("ol.tracks .title > a")).to_have_text([found])


def test_the_hashtag_in_full_width_opens_the_hub(visitor: Page, track: Track) -> None:
    visitor.goto("/search")
    visitor.get_by_label("Track or artist").fill("＃OfftheRecord")
    visitor.get_by_label("Track or artist").press("Enter")
    visitor.wait_for_url("**/offtherecord/")


def test_the_playlist_keeps_its_filters(visitor: Page, track: Track) -> None:
    visitor.goto("/playlist/")
    visitor.get_by_label("Market").select_option("kr")
    visitor.get_by_label("Order").select_option("new")
    visitor.get_by_role("button", name="Show").click()
    expect(visitor.locator("ol.tracks .title > a")).to_have_text(["유리 온실"])
    expect(visitor.get_by_label("Market")).to_have_value("kr")
    assert "market=kr" in visitor.url and "sort=new" in visitor.url


def test_a_track_says_where_it_is_on_the_chart(visitor: Page, season: Season, track: Track) -> None:
    chart(season)
    visitor.goto(f"/tracks/{track.code}/")
    expect(visitor.locator("dl.stats")).to_contain_text("Chart this week")
    visitor.goto(f"/artists/{track.billing.get().artist.slug}/")
    expect(visitor.get_by_role("heading", name="In the season")).to_be_visible()


def chart(season: Season) -> None:
    """Two weeks of plays, counted and charted."""
    today = clock.now().date()
    tracks = Track.objects.filter(submissions__season=season, rendition__isnull=False)
    Play.objects.bulk_create(
        Play(track=track, day=today - datetime.timedelta(days=day), listener=f"{n}", market="jp")
        for day in range(1, 21) for place, track in enumerate(tracks) for n in range(place + day % 3 + 1)
    )  # fmt: skip
    counts.fold(season, since=today - datetime.timedelta(days=30))
    charts.compute_due_weeks(season)


@pytest.fixture
def stages(season: Season) -> dict[str, str]:
    """Every kind of public page with something on it, and the cut; the address of each."""
    track = three(season)
    chart(season)
    organizer, chair = make_role(season, Role.ORGANIZER), make_role(season, Role.CHAIR)
    first = closed_round(season, entries=5)
    cuts.approve_cut(cuts.propose_cut(first, by=organizer), by=chair)
    cuts.announce(first, by=organizer)
    closed_round(season, 2, entries=4, cut=2)
    earlier = make_season("autumn", days=400)
    Season.objects.filter(pk=earlier.pk).update(name="An earlier season")
    Prize.objects.create(season=earlier, tier=1, name="A single", places=1)
    one, two = make_role(earlier, Role.ORGANIZER, organizer), make_role(earlier, Role.CHAIR, chair)
    final = closed_round(earlier, entries=4)
    cuts.approve_cut(cuts.propose_cut(final, by=one), by=two)
    cuts.announce(final, by=one)
    open_for_good(season)
    open_for_good(earlier)
    won = final.decisions.order_by("rank")[0].entry
    return {
        "organizer": organizer.user.email, "artist": won.submission.entered_by.user.email,
        "front": "/", "playlist": "/playlist/", "nothing": "/playlist/?sort=rising", "track": f"/tracks/{track.code}/",
        "artist page": f"/artists/{track.billing.get().artist.slug}/", "search": "/search?q=harbour", "no result": "/search?q=qqzz",
        "report": f"/tracks/{track.code}/report/", "chart": "/seasons/spring/leaderboard/", "market": "/seasons/spring/leaderboard/?market=kr",
        "released": "/seasons/spring/leaderboard/1/", "so far": "/seasons/spring/results/", "results": "/seasons/autumn/results/",
        "api": "/api/v1/docs/", "embed": f"/embed/tracks/{track.code}/", "why": f"/entries/{won.code}/why/", "cut": "/admin/cut/spring/2/", "cuts": "/admin/cut/",
    }  # fmt: skip


def test_every_page_is_accessible_fits_a_phone_and_is_quiet(
    context: BrowserContext, live: str, stages: dict[str, str]
) -> None:
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    wrong: list[Any] = []
    for name, path in stages.items():
        if not path.startswith("/"):
            continue
        who = {"why": "artist", "cut": "organizer", "cuts": "organizer"}.get(name)
        if who:
            enter_as(context, live, stages[who])
        page.set_viewport_size({"width": 1280, "height": 900})
        answer = page.goto(path)
        page.wait_for_load_state("networkidle")
        if answer is None or answer.status != 200:
            wrong.append((name, answer and answer.status))
        wrong += [(name, *violation) for violation in violations(page)]
        for width in (320, 390):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append((name, "wider than", width))
    assert wrong == []


def enter_as(context: BrowserContext, live: str, email: str) -> None:
    """Have the browser signed in."""
    client = Client()
    assert client.login(email=email, password=PASSWORD)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live}])


def test_only_one_button_on_a_page_is_filled(context: BrowserContext, stages: dict[str, str]) -> None:
    page = context.new_page()
    many = {}
    for name in (
        "front",
        "playlist",
        "track",
        "artist page",
        "search",
        "no result",
        "report",
        "chart",
        "results",
    ):
        page.goto(stages[name])
        filled = page.locator("main .btn[data-kind=primary]").count()
        if filled > 1:
            many[name] = filled
    assert many == {}


def test_a_link_preview_is_a_picture(visitor: Page, track: Track) -> None:
    visitor.goto(f"/tracks/{track.code}/")
    image = visitor.locator("meta[property='og:image']").get_attribute("content")
    assert image is not None
    answer = visitor.request.get("/" + image.split("/", 3)[3])
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.body()[:2] == b"\xff\xd8"


def test_hidden_tracks_have_no_place_and_no_path(season: Season, track: Track, client: Client) -> None:
    chart(season)
    slug = track.billing.get().artist.slug
    assert client.get(f"/tracks/{track.code}/chart/").status_code == 200
    assert client.get(f"/artists/{slug}/path/").status_code == 200
    Track.objects.filter(pk=track.pk).update(hidden_at=clock.now())
    assert client.get(f"/tracks/{track.code}/chart/").status_code == 204
    assert client.get(f"/artists/{slug}/path/").status_code == 204
    Track.objects.filter(pk=track.pk).update(hidden_at=None)
    Season.objects.filter(pk=season.pk).update(board_mode=Season.BoardMode.HIDDEN)
    assert client.get(f"/tracks/{track.code}/chart/").status_code == 204
    Submission.objects.filter(track=track).update(state=Submission.State.WITHDRAWN)
    assert client.get(f"/artists/{slug}/path/").status_code == 204
