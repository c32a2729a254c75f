"""An evening at the judging desk in a real browser: keys, touch, drafts, two windows, a lost connection, stepping back."""

import io
import math
import re
import wave
from decimal import Decimal

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from judging.models import Assignment, CalibrationTrack, Remark, Round, ScoreSheet, Seat
from judging.services import desk, rounds
from spotlight.ledger import clock, files
from spotlight.ledger.models import StoredFile
from submissions.models import Artist, Role
from tests.accessibility import violations, violations_in_both_schemes
from tests.journeys.test_kit import AT_ONCE, until
from tests.judging.conftest import at, draft, file_all, judge_of
from tests.making import make_role, make_round, make_season, make_submission, open_for_good

pytestmark = pytest.mark.django_db(transaction=True)


AUDIO = "document.querySelector('[data-deck] audio')"


def tone(seconds: int = 6) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(1)
        sink.setframerate(8000)
        sink.writeframes(bytes(int(128 + 40 * math.sin(i / 6)) for i in range(8000 * seconds)))
    return out.getvalue()


@pytest.fixture
def opened(transactional_db: None, request: pytest.FixtureRequest) -> Round:
    """A blind, open round: four entries with sound, two judges who hear all of them."""
    season = make_season()
    sound = files.keep_bytes(tone(), kind=StoredFile.Kind.RENDITION, media_type="audio/wav")
    for number in range(4):
        make_submission(
            season, title=f"Secret {number}", rendition=sound, duration_ms=6000, peaks=bytes(range(0, 200, 2))
        )
    for _ in range(2):
        make_role(season, Role.JUDGE)
    organizer = make_role(season, Role.ORGANIZER)
    made = make_round(season, is_blind=True, **getattr(request, "param", {}))
    make_round(season, 2)
    open_for_good(season)
    return rounds.open_round(made, by=organizer)


@pytest.fixture
def seat(opened: Round) -> Seat:
    found = opened.seats.select_related("membership__person__user").first()
    assert found is not None
    return found


@pytest.fixture
def judging(page: Page, seat: Seat, live: str) -> Page:
    """The judge, signed in, at the first entry."""
    client = Client()
    client.force_login(seat.membership.person.user)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live}])
    page.goto("/admin/desk/")
    return page


def sheets(seat: Seat) -> list[ScoreSheet]:
    return list(ScoreSheet.objects.filter(assignment__seat=seat).order_by("assignment__position"))


def saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")


def test_a_whole_list_without_touching_the_mouse(judging: Page, seat: Seat) -> None:
    judging.evaluate("window.sameDocument = true")
    judging.evaluate(AT_ONCE)
    for number in range(1, 5):
        expect(judging.get_by_text(f"Entry {number}.")).to_be_visible()
        judging.keyboard.press("7")
        judging.keyboard.press("h")
        judging.keyboard.press("1")
        judging.keyboard.press("0")
        judging.keyboard.press("n")
        judging.keyboard.type("Bridge lifts 5")
        judging.keyboard.press("Control+Enter")
    expect(judging.get_by_role("heading", name="My list")).to_be_visible()
    assert judging.evaluate("window.sameDocument"), "no page flash"
    assert [(desk.marks_of(s), s.state, s.note) for s in sheets(seat)] == [
        ({"song": "7.5", "performance": "10"}, "filed", "Bridge lifts 5")
    ] * 4


def test_drafts_save_themselves_and_are_there_after_a_reload(judging: Page, seat: Seat) -> None:
    judging.get_by_label("Song: 6", exact=True).check(force=True)
    saved(judging)
    judging.get_by_label("Comment for the artist").fill("The second verse is yours.")
    saved(judging)
    judging.reload()
    expect(judging.locator("[data-total]")).to_have_text("6.0")
    expect(judging.get_by_label("Comment for the artist")).to_have_value("The second verse is yours.")
    assert sheets(seat)[0].state == "draft"


def test_filing_without_every_mark_says_which_is_missing(judging: Page) -> None:
    judging.keyboard.press("5")
    judging.keyboard.press("Control+Enter")
    expect(judging.locator("[data-field=mark_performance] .err")).to_contain_text("no mark yet")
    expect(judging.get_by_label("Song: 5", exact=True)).to_be_checked()


def test_two_windows_lose_nothing(judging: Page, seat: Seat) -> None:
    other = judging.context.new_page()
    other.goto(judging.url)
    judging.keyboard.press("3")
    saved(judging)
    judging.keyboard.press("4")
    saved(judging)
    other.get_by_label("Notes").fill("from the other window")
    expect(other.get_by_role("heading", name="Two versions of one sheet")).to_be_visible()
    expect(other.locator("main")).to_contain_text("from the other window")
    assert violations(other) == []
    other.get_by_role("link", name="Keep what was saved").click()
    expect(other.get_by_label("Song: 3", exact=True)).to_be_checked()
    assert desk.marks_of(sheets(seat)[0]) == {"song": "3", "performance": "4"}


def test_a_lost_connection_keeps_the_sheet_and_sends_it_later(judging: Page, seat: Seat) -> None:
    judging.context.set_offline(True)
    judging.keyboard.press("8")
    expect(judging.locator("[data-save-state]")).to_have_attribute("data-state", "offline")
    assert sheets(seat) == []
    judging.context.set_offline(False)
    saved(judging)
    assert desk.marks_of(sheets(seat)[0]) == {"song": "8"}


def test_what_was_heard_is_measured(judging: Page, seat: Seat) -> None:
    judging.keyboard.press("Space")
    until(judging, f"{AUDIO}.currentTime > 1")
    judging.keyboard.press("Space")
    until(judging, f"{AUDIO}.paused")
    position = judging.evaluate(f"{AUDIO}.currentTime")
    judging.keyboard.press("5")
    saved(judging)
    assert sheets(seat)[0].heard_ms == pytest.approx(1000 * position, abs=300)


@pytest.mark.parametrize("opened", [{"heard_share": Decimal("0.80")}], indirect=True)
def test_only_what_was_really_played_counts_as_heard(judging: Page, seat: Seat) -> None:
    """Jumping to the end does not count, nor hearing the same part again; what is missing is said and played on demand."""
    play = (
        f"async (from) => {{ const a = {AUDIO}; a.currentTime = from; await a.play();"
        " while (a.currentTime < from + 0.8) await new Promise(r => setTimeout(r, 20));"
        " a.pause(); return a.currentTime; }"
    )
    first, again, last = (judging.evaluate(play, start) for start in (0, 0, 5))
    judging.keyboard.press("7")
    judging.keyboard.press("6")
    judging.keyboard.press("Control+Enter")
    expect(judging.locator("[role=alert]").first).to_contain_text("more seconds")
    own = sheets(seat)[0]
    once = 1000 * (max(first, again) + last - 5)
    assert own.state == "draft" and own.heard_ms == pytest.approx(once, abs=300), (
        "the first second once, and the last"
    )
    assert len(own.heard) == 2
    expect(judging.locator(".heard-strip path")).to_have_attribute("d", re.compile(r"^M.*M"))
    judging.locator("[role=alert] [data-unheard]").click()
    until(judging, f"{AUDIO}.currentTime > 5.1")
    judging.keyboard.press("Control+Enter")
    expect(judging.get_by_text("Entry 2.")).to_be_visible()
    assert sheets(seat)[0].state == "filed"


def test_without_a_connection_the_sheet_waits_and_is_filed_once(judging: Page, seat: Seat) -> None:
    expect(judging.locator("form[data-judge]")).to_have_attribute("data-ready", "")
    judging.wait_for_load_state("networkidle")
    judging.context.set_offline(True)
    judging.keyboard.press("8")
    judging.keyboard.press("Control+Enter")
    expect(judging.locator("[data-field=mark_performance] .err")).to_contain_text("no mark yet")
    judging.keyboard.press("9")
    judging.keyboard.press("Control+Enter")
    expect(judging.get_by_text("Entry 2.")).to_be_visible()
    expect(judging.locator("[data-outbox]")).to_have_text("Sheets waiting for the connection: 1")
    assert sheets(seat) == []
    judging.context.set_offline(False)
    expect(judging.locator("#toasts")).to_contain_text("Filed now that the connection is back: 1")
    expect(judging.locator("[data-progress]")).to_contain_text("1 of 4 filed")
    judging.reload()
    own = sheets(seat)
    assert [(desk.marks_of(s), s.state, s.version) for s in own] == [
        ({"song": "8", "performance": "9"}, "filed", 1)
    ]


def test_signed_out_meanwhile_the_sheet_waits_for_the_sign_in(judging: Page, seat: Seat) -> None:
    expect(judging.locator("form[data-judge]")).to_have_attribute("data-ready", "")
    cookies = judging.context.cookies()
    judging.context.clear_cookies(name="sessionid")
    judging.keyboard.press("8")
    expect(judging.locator("[data-save-state]")).to_contain_text("You were signed out")
    judging.keyboard.press("9")
    judging.keyboard.press("Control+Enter")
    expect(judging.locator("#toasts")).to_contain_text("You were signed out")
    assert sheets(seat) == []
    judging.get_by_role("button", name="Sign in").click()
    judging.wait_for_url("**/accounts/login/?next=**")
    judging.context.add_cookies(cookies)  # type: ignore[arg-type]  # as the browser gave them
    judging.goto("/admin/desk/")
    expect(judging.locator("#toasts")).to_contain_text("Filed now that the connection is back: 1")
    assert [(desk.marks_of(s), s.state) for s in sheets(seat)] == [
        ({"song": "8", "performance": "9"}, "filed")
    ]


def test_what_waited_meets_a_newer_sheet(judging: Page, seat: Seat) -> None:
    """Filed without a connection, changed elsewhere meanwhile: both versions are shown, neither is lost."""
    duty = seat.assignments.order_by("position").first()
    assert duty is not None
    judging.wait_for_load_state("networkidle")
    judging.context.set_offline(True)
    judging.keyboard.press("8")
    judging.keyboard.press("9")
    judging.keyboard.press("Control+Enter")
    expect(judging.get_by_text("Entry 2.")).to_be_visible()
    desk.file_sheet(duty, draft(song=2, performance=2), version=0, by=judge_of(duty))
    desk.save_sheet(duty, draft(song=3, performance=2), version=1, by=judge_of(duty))
    judging.context.set_offline(False)
    judging.get_by_role("button", name="Open the entry").click()
    expect(judging.get_by_role("heading", name="Two versions of one sheet")).to_be_visible()
    assert desk.marks_of(sheets(seat)[0]) == {"song": "3", "performance": "2"}
    judging.get_by_role("button", name="Keep what is in this window").click()
    expect(judging.get_by_label("Song: 8", exact=True)).to_be_checked()
    assert desk.marks_of(sheets(seat)[0]) == {"song": "8", "performance": "9"}


def test_i_know_this_artist(judging: Page, seat: Seat, opened: Round) -> None:
    judging.get_by_role("link", name="I know this artist").click()
    judging.get_by_label("In a few words").fill("She taught me the drums.")
    judging.get_by_role("button", name="Step back").click()
    expect(judging.get_by_text("Entry 2.")).to_be_visible()
    gone = Assignment.objects.get(seat=seat, position=1)
    assert (gone.state, gone.reason) == ("recused", "She taught me the drums.")


def test_the_next_sound_is_there_before_its_page(judging: Page) -> None:
    ahead = judging.locator("form[data-judge]").get_attribute("data-next-src")
    assert ahead
    judging.get_by_role("link", name="Next").click()
    expect(judging.get_by_text("Entry 2.")).to_be_visible()
    expect(judging.locator("[data-deck] audio").first).to_have_attribute("src", re.compile("^blob:"))
    judging.keyboard.press("Space")
    expect(judging.locator("[data-deck] [data-toggle]")).to_have_attribute("aria-pressed", "true")
    expect(judging.locator("[data-deck] [data-time]")).not_to_have_text("0:00")


def test_shortcuts_can_be_turned_off(judging: Page, seat: Seat) -> None:
    judging.get_by_role("button", name="Keyboard scoring is on").click()
    judging.locator("body").press("7")
    judging.wait_for_timeout(400)
    assert sheets(seat) == []


def test_in_the_discussion_a_change_needs_a_reason(judging: Page, seat: Seat, opened: Round) -> None:
    file_all(opened)
    rounds.lock_round(opened, by=judge_of(seat.assignments.first()))
    judging.goto(f"/admin/desk/{opened.code}/")
    judging.locator("tbody a").first.click()
    judging.get_by_label("Song: 9", exact=True).check(force=True)
    judging.get_by_label("What changed your mind").fill("Heard it on speakers.")
    judging.get_by_role("button", name="Change with reason").click()
    expect(judging.locator("#toasts")).to_contain_text("Both versions")
    assert sheets(seat)[0].versions.get().reason == "Heard it on speakers."


def test_every_page_is_accessible_and_fits_a_phone(judging: Page, seat: Seat, opened: Round) -> None:
    desk.file_sheet(seat.assignments.first(), draft(), version=0, by=seat.membership.person)
    own = seat.assignments.select_related("entry").order_by("position").last()
    assert own is not None
    code, alias = opened.code, own.entry.alias
    welcome = f"/admin/desk/welcome/{opened.season.slug}/?q=Artist"
    Artist.objects.update(is_public=True)
    calibrated = CalibrationTrack.objects.create(
        round=opened.season.rounds.get(number=2),
        track=make_submission(make_season()).track,
        position=1,
    )
    for path in (
        "/admin/desk/?all",
        welcome,
        f"/admin/desk/{code}/",
        f"/admin/desk/{code}/{alias}/",
        f"/admin/desk/{code}/{alias}/recuse/",
        f"/admin/desk/{calibrated.round.code}/calibration/",
        f"/admin/desk/{calibrated.round.code}/calibration/{calibrated.alias}/",
    ):
        judging.goto(path)
        assert violations_in_both_schemes(judging) == [], path
        for width in (320, 390, 1440):
            judging.set_viewport_size({"width": width, "height": 844})
            assert judging.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_the_chairs_room_is_accessible_and_fits_a_phone(page: Page, opened: Round, live: str) -> None:
    client = Client()
    client.force_login(make_role(opened.season, Role.CHAIR).user)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live}])
    file_all(opened, but=2)
    at(opened, "locks_at")
    seat = opened.seats.first()
    assert seat is not None
    paths = [
        "/admin/chair/?all",
        f"/admin/chair/{opened.code}/",
        f"/admin/chair/{opened.code}/lock/",
        f"/admin/chair/{opened.code}/leave/{seat.code}/",
    ]
    for path in paths:
        page.goto(path)
        assert violations_in_both_schemes(page) == [], path
        for width in (320, 390, 1440):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
    Round.objects.filter(pk=opened.pk).update(state="locked")
    Remark.objects.create(
        entry=opened.entries.first(),
        by=seat.membership.person,
        text="Listen to the bridge again. " * 9,
        at=clock.now(),
    )
    planned = opened.season.rounds.get(number=2)
    for path in (
        f"/admin/chair/{opened.code}/", f"/admin/chair/{opened.code}/discussion/",
        f"/admin/chair/{planned.code}/", f"/admin/chair/{planned.code}/calibration/",
    ):  # fmt: skip
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(path)
        assert violations_in_both_schemes(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
