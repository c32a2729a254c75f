"""An artist on a phone: signs up, makes a page, uploads, fills the steps, sends, and sees where it stands."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from spotlight.ledger import work
from spotlight.ledger.models import Mail
from submissions.models import Artist, Submission, Track
from tests.accessibility import violations
from tests.making import PASSWORD
from tests.submissions.portal import make_draft, make_open_season, member, write_sound

pytestmark = pytest.mark.django_db(transaction=True)


def accessible(page: Page) -> None:
    """No violation that axe finds, nothing wider than the page."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def shot(page: Page, name: str) -> None:
    """A picture of the page for a person, where asked for."""
    if folder := os.environ.get("SPOTLIGHT_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def sign_in(page: Page, email: str, then: str = "/me/") -> None:
    page.goto(f"/accounts/login/?next={then}")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{then}")


def sign_up(page: Page, email: str) -> None:
    page.goto("/accounts/signup/?next=/submit/")
    page.get_by_label("Email").fill(email)
    page.get_by_label(re.compile("Password")).first.fill(PASSWORD)
    page.locator("main").get_by_role("button", name=re.compile("Make an account")).click()
    page.wait_for_url("**/confirm-email/")
    mail = Mail.objects.get(to=email)
    found = re.search(r"/accounts/confirm-email/[^\s]+", mail.text)
    assert found, mail.text
    page.goto(found[0])
    page.locator("main").get_by_role("button", name="Yes, it is mine").click()
    page.wait_for_url("**/submit/")


def test_an_artist_enters_a_track(page: Page, tmp_path: Path) -> None:
    make_open_season()
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 844})
    sign_up(page, "yonagi@ferry.example")
    page.get_by_role("link", name="Make an artist page").click()
    page.get_by_label("Name", exact=False).first.fill("夜凪")
    page.get_by_label(re.compile("^Romanized name")).fill("Yonagi")
    page.get_by_label("Market").select_option("jp")
    accessible(page)
    shot(page, "artist-390")
    page.get_by_role("button", name="Make the page").click()
    page.get_by_role("button", name="Enter a track").click()
    expect(page.get_by_role("heading", name="The track")).to_be_visible()
    page.locator("input[name=audio]").set_input_files(write_sound(tmp_path))
    expect(page.locator("#audio-state")).to_contain_text("waits to be checked")
    page.get_by_label("Title", exact=True).fill("潮どけい")
    expect(page.locator("[data-save-state]")).to_contain_text("Saved")
    assert Track.objects.get().title == "潮どけい"
    work.run_due()
    expect(page.locator("#audio-state")).to_contain_text("LUFS")
    page.get_by_label("Genre").select_option("Pop")
    page.get_by_label("Main language").select_option("ja")
    accessible(page)
    shot(page, "track-390")
    page.get_by_role("button", name="Continue to Rights").click()
    expect(page.get_by_role("heading", name="Rights")).to_be_visible()
    page.get_by_label("Share of name 1").fill("90")
    page.get_by_label("No AI was used").check()
    page.get_by_label(re.compile("Fans may use")).check()
    page.get_by_label(re.compile("my own original work")).check()
    accessible(page)
    shot(page, "rights-390")
    page.get_by_role("button", name="Continue to Eligibility").click()
    page.locator("fieldset", has_text="recording contract").get_by_label("Yes").check()
    page.locator("fieldset", has_text="play live").get_by_label("No").check()
    page.get_by_label(re.compile("I accept the terms")).check()
    accessible(page)
    page.get_by_role("button", name="Continue to Review").click()
    page.get_by_role("button", name="Send the entry").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Shares of the composition add up to 90%. Bring them to 100%.")
    shot(page, "review-390")
    summary.get_by_role("link", name=re.compile("own or control")).click()
    page.get_by_label(re.compile("I own or control")).check()
    page.get_by_label("Share of name 1").fill("100")
    page.get_by_role("button", name="Continue to Eligibility").click()
    page.get_by_role("button", name="Continue to Review").click()
    accessible(page)
    page.get_by_role("button", name="Send the entry").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("is entered")
    page.get_by_role("link", name="See where it stands").click()
    expect(page.locator(".ticket")).to_contain_text("Submitted")
    accessible(page)
    shot(page, "me-390")
    assert Submission.objects.get().state == Submission.State.SUBMITTED
    assert Artist.objects.get().slug == "yonagi"


def test_an_entry_without_script(browser: Browser, live: str, tmp_path: Path) -> None:
    submission = make_draft()
    with browser.new_context(base_url=live, java_script_enabled=False) as context:
        page = context.new_page()
        person = member(submission.artist)
        assert person.user
        sign_in(page, person.user.email)
        page.get_by_role("link", name="Go on with the draft").click()
        page.locator("input[name=audio]").set_input_files(write_sound(tmp_path, kind="mp3"))
        page.get_by_label("Title", exact=True).fill("No script")
        page.get_by_role("button", name="Continue to Rights").click()
        expect(page.get_by_role("heading", name="Rights", exact=True)).to_be_visible()
        page.get_by_role("button", name="Add a line").click()
        expect(page.get_by_label("Name 1", exact=True)).to_have_value("夜凪")
    submission.track.refresh_from_db()
    assert submission.track.title == "No script"
    assert submission.track.audio == Track.Audio.WAITING
