"""The component kit in a real browser: accessibility, reflow, both schemes, the player across pages, and what the scripts do."""

import json
import time
from collections.abc import Callable, Iterator

import pytest
from django.utils.translation import trans_real
from playwright.sync_api import Browser, Page, Request, Route, expect

from spotlight import catalogs
from tests.accessibility import violations, violations_in_both_schemes
from tests.conftest import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

NOW_PLAYING = "document.querySelector('#player audio')"


@pytest.fixture
def kit(page: Page) -> Iterator[Page]:
    page.route("**/plays/sessions", lambda route: route.fulfill(json={"session": "s1"}))
    page.route("**/plays", lambda route: route.fulfill(status=204))
    page.goto("/kit/")
    yield page


def until(page: Page, met: str | Callable[[], bool]) -> None:
    """Wait for a condition. Playwright's own wait_for_function evaluates a string in the page, which the policy forbids."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not (met() if callable(met) else page.evaluate(met)):
        assert time.monotonic() < deadline, f"still not: {met}"
        page.wait_for_timeout(50)


@pytest.mark.parametrize("path", ["/kit/", "/kit/desk/", "/nowhere/"])
def test_no_accessibility_violation(page: Page, path: str) -> None:
    page.goto(path)
    assert violations_in_both_schemes(page) == []


@pytest.mark.parametrize("path", ["/kit/", "/kit/desk/"])
def test_nothing_is_wider_than_the_screen(page: Page, path: str) -> None:
    page.goto(path)
    for width in [320, 390, 768, 1024, 1600]:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_touch_targets_are_large_enough(kit: Page) -> None:
    small = kit.evaluate(
        """[...document.querySelectorAll('button, .btn, input[type=range], summary')].filter((el) => el.checkVisibility())
        .map((el) => [el.outerHTML.slice(0, 80), el.getBoundingClientRect()]).filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
    )
    assert small == []


def playing(page: Page) -> bool:
    return bool(page.evaluate(f"!{NOW_PLAYING}.paused"))


def test_music_goes_on_across_links_back_and_language(kit: Page) -> None:
    kit.evaluate("window.sameDocument = true")
    kit.locator(".tracks li:nth-child(2) .play").click()
    expect(kit.locator("[data-now-title]")).to_have_text("유리 온실")
    until(kit, f"{NOW_PLAYING}.currentTime > 0.3")
    kit.get_by_role("link", name="The same page again").click()
    kit.wait_for_url("**/kit/?second")
    assert playing(kit)
    kit.go_back()
    kit.wait_for_url("**/kit/")
    assert playing(kit)
    kit.locator(".langs button[lang=ja]").click()
    until(kit, "document.documentElement.lang === 'ja'")
    assert playing(kit)
    assert kit.evaluate("window.sameDocument")
    expect(kit.locator(".tracks li:nth-child(2) .play")).to_have_attribute("aria-pressed", "true")


def test_the_player_speaks_the_new_language(kit: Page) -> None:
    catalogs.compile_all()
    trans_real._translations.clear()  # type: ignore[attr-defined]  # the stubs leave it out
    kit.locator(".tracks li:nth-child(2) .play").click()
    kit.locator(".langs button[lang=ja]").click()
    expect(kit.locator("#player")).to_have_attribute("aria-label", "プレーヤー")
    expect(kit.locator("#player [data-toggle]")).to_have_attribute("aria-label", "一時停止")
    expect(kit.locator("[data-volume]")).to_have_attribute("aria-label", "音量")
    expect(kit.locator(".skip")).to_have_text("本文へ移動")
    expect(kit.locator(".tracks li:nth-child(2) .play")).to_have_attribute(
        "aria-label", "새벽공장「유리 온실」を一時停止"
    )


def test_a_new_page_is_announced_and_starts_at_its_heading(kit: Page) -> None:
    kit.evaluate("scrollTo(0, 2000)")
    kit.get_by_role("link", name="The same page again").evaluate("el => el.click()")
    kit.wait_for_url("**/kit/?second")
    until(kit, "document.activeElement.tagName === 'H1'")
    assert kit.evaluate("scrollY") == 0
    expect(kit.locator("#announcer")).to_contain_text("Component kit")


def test_a_missing_page_is_shown_in_place(kit: Page) -> None:
    kit.evaluate(
        "const a = Object.assign(document.createElement('a'), { href: '/nowhere/', id: 'gone', textContent: 'x' }); document.querySelector('main').append(a); htmx.process(a)"
    )
    kit.evaluate("window.sameDocument = true")
    kit.locator("#gone").evaluate("el => el.click()")
    expect(kit.get_by_role("heading", level=1)).to_have_text("This groove is empty")
    assert kit.evaluate("window.sameDocument")


def test_the_desk_has_a_shell_of_its_own(kit: Page) -> None:
    kit.get_by_role("link", name="The desk").click()
    kit.wait_for_url("**/kit/desk/")
    expect(kit.locator("#masthead")).to_have_count(0)
    until(kit, "document.documentElement.classList.contains('js')")


def test_the_player_remembers_its_place_after_a_hard_load(kit: Page) -> None:
    kit.locator(".tracks li:nth-child(3) .play").click()
    until(kit, f"{NOW_PLAYING}.currentTime > 0.3")
    kit.reload()
    expect(kit.locator("[data-now-title]")).to_have_text("Harbour Lights Off")
    assert not playing(kit)
    kit.get_by_role("button", name="Go on").click()
    until(kit, f"!{NOW_PLAYING}.paused && {NOW_PLAYING}.currentTime > 0.3")
    assert kit.evaluate("JSON.parse(sessionStorage['spotlight-player']).queue.length") == 6


def test_seeking_by_keyboard_says_where_it_is(kit: Page) -> None:
    kit.locator(".tracks li:nth-child(1) .play").click()
    slider = kit.get_by_label("Seek in the current track")
    until(kit, f"{NOW_PLAYING}.duration > 0")
    kit.locator("#player [data-toggle]").click()
    slider.focus()
    before = kit.evaluate(f"{NOW_PLAYING}.currentTime")
    for _ in range(5):
        slider.press("ArrowRight")
    assert kit.evaluate(f"{NOW_PLAYING}.currentTime") > before + 3
    expect(slider).to_have_attribute("aria-valuetext", "0 min 5 s of 0 min 30 s")


def test_listened_seconds_are_reported_honestly(kit: Page) -> None:
    sent: list[dict[str, object]] = []

    def take(route: Route, request: Request) -> None:
        sent.extend(json.loads(request.post_data or "{}")["events"])
        route.fulfill(status=204)

    kit.unroute("**/plays")
    kit.route("**/plays", take)
    kit.locator(".tracks li:nth-child(1) .play").click()
    until(kit, f"{NOW_PLAYING}.currentTime > 1.2")
    kit.evaluate(f"{NOW_PLAYING}.currentTime = 20")
    until(kit, f"{NOW_PLAYING}.currentTime > 20.8")
    kit.locator("#player [data-toggle]").click()
    until(kit, lambda: bool(sent) and float(str(sent[-1]["position"])) > 20)
    last = sent[-1]
    assert last["session"] == "s1" and last["track"] == "KIT0"
    position, listened = float(str(last["position"])), float(str(last["listened"]))
    assert 20 < position <= 30
    assert 1 < listened < position - 10  # what was jumped over is not counted, however slow the machine is


def test_a_draft_saves_itself_and_errors_stand_at_the_field(kit: Page) -> None:
    state = kit.locator("#kit-form [data-save-state]")
    kit.locator("#id_stage_name").fill("x")
    expect(state).to_have_attribute("data-state", "error")
    expect(kit.locator("#id_stage_name_error")).to_have_text("Write at least two letters.")
    kit.locator("#id_stage_name").fill("夜凪")
    expect(state).to_have_attribute("data-state", "saved")
    expect(kit.locator("#id_stage_name_error")).to_be_hidden()
    assert kit.locator("#kit-form [name=version]").input_value() == "2"


def test_a_draft_waits_for_the_connection(kit: Page) -> None:
    state = kit.locator("#kit-form [data-save-state]")
    kit.context.set_offline(True)
    kit.locator("#id_stage_name").fill("夜凪")
    expect(state).to_have_attribute("data-state", "offline")
    kit.context.set_offline(False)
    expect(state).to_have_attribute("data-state", "saved")
    assert kit.evaluate("localStorage.length") == 0


def test_an_outdated_draft_is_not_forced_on_others(kit: Page) -> None:
    kit.locator("#kit-form [name=version]").evaluate("el => { el.value = '0'; }")
    kit.locator("#id_stage_name").fill("夜凪")
    expect(kit.locator("#kit-form [data-save-state]")).to_have_attribute("data-state", "conflict")


def test_what_destroys_asks_first(kit: Page) -> None:
    posts: list[str] = []
    kit.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    kit.get_by_role("button", name="Withdraw the track").click()
    dialog = kit.get_by_role("dialog")
    expect(dialog).to_contain_text("It can't be entered again.")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert posts == []


def test_a_clip_is_chosen_without_dragging(kit: Page) -> None:
    start, end = kit.locator("input[name=start]"), kit.locator("input[name=end]")
    start.press("ArrowRight")
    assert (start.input_value(), end.input_value()) == ("41", "70")
    start.press("End")
    assert (start.input_value(), end.input_value()) == ("172", "187")
    start.press("Home")
    assert (start.input_value(), end.input_value()) == ("0", "60")


AT_ONCE = "() => { performance.now = () => 0; }"
"""Keys are pressed at one moment for the page, however slow the machine: "1" and "0" within 600 ms are ten."""


def scores(page: Page) -> list[str]:
    return page.locator(".criterion output").all_text_contents()


def test_scoring_by_number_keys(page: Page) -> None:
    page.goto("/kit/desk/")
    until(page, "document.querySelector('[data-judge][data-ready]')")
    page.evaluate(AT_ONCE)
    for key in "8105":
        page.keyboard.press(key)
    assert scores(page) == ["8", "10", "5", "–"]
    expect(page.locator("[data-total]")).to_have_text("8.0")
    page.keyboard.press("n")
    page.keyboard.type("9 lives")
    assert scores(page) == ["8", "10", "5", "–"]
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Digit3")
    assert scores(page) == ["8", "10", "3", "–"]
    page.get_by_role("button", name="Keyboard scoring is on").click()
    page.keyboard.press("Digit7")
    assert scores(page) == ["8", "10", "3", "–"]
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")


def test_without_script_forms_and_links_remain(browser: Browser, live: str) -> None:
    with browser.new_context(base_url=live, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/kit/")
        expect(page.get_by_role("link", name="The same page again")).to_be_visible()
        expect(page.locator("#player")).to_be_hidden()
        expect(page.locator("input[type=file]").first).to_be_visible()
        page.locator(".langs button[lang=ko]").click()
        assert page.locator("html").get_attribute("lang") == "ko"


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1440, "dark")])
def test_the_player_fits_and_is_accessible(kit: Page, width: int, scheme: str) -> None:
    kit.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    kit.set_viewport_size({"width": width, "height": 800})
    kit.locator(".tracks li:nth-child(2) .play").click()
    expect(kit.locator("#player")).to_be_visible()
    kit.locator(".extra [data-queue-toggle]").click()
    expect(kit.locator("#queue li")).to_have_count(6)
    assert kit.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(kit) == []


def test_the_player_never_hides_what_has_the_focus(kit: Page) -> None:
    kit.set_viewport_size({"width": 390, "height": 700})
    kit.locator(".tracks li:nth-child(1) .play").click()
    for button in kit.locator(".tracks .play").all():
        button.focus()
        assert button.evaluate(
            "el => el.getBoundingClientRect().bottom <= document.getElementById('player').getBoundingClientRect().top"
        )


def test_the_scheme_is_kept_without_flashing(kit: Page) -> None:
    kit.locator("[data-menu] summary").first.click()
    kit.get_by_role("button", name="Dark").click()
    assert 'data-theme="dark"' in kit.request.get("/kit/").text()[:200]
    kit.locator("[data-theme-set='']").evaluate("el => el.click()")
    assert "data-theme=" not in kit.request.get("/kit/").text()[:200]
