"""What people do in the browser on the way, with a picture of each page."""

import re
import time
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from spotlight.ledger.models import Mail

WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
"""A headless browser is taken for a robot by its own name, and robots' plays never count."""
PASSWORD = "harbour-clock-eleven"
expect.set_options(timeout=90_000)


class Visitor:
    """One person's browser: walks pages and takes their pictures. Script errors and refused styles are kept."""

    def __init__(self, browser: Browser, base: str, shots: Path, *, phone: bool = False) -> None:
        self.shots, self.problems = shots, list[str]()
        self.context: BrowserContext = browser.new_context(
            base_url=base,
            viewport=PHONE if phone else WIDE,
            locale="en-US",
            reduced_motion="reduce",
            user_agent=AGENT,
        )
        self.context.set_default_timeout(90_000)
        self.context.on("weberror", lambda error: self.problems.append(str(error.error)))
        self.context.on("response", self._note)
        self.page: Page = self.context.new_page()

    def _note(self, response: object) -> None:
        status, url = getattr(response, "status", 0), getattr(response, "url", "")
        if status >= 500:
            self.problems.append(f"{status} {url}")

    def see(self, path: str, name: str = "", *, full: bool = False) -> Page:
        """Go to a page; with a name, take its picture."""
        self.page.goto(path)
        if name:
            self.shot(name, full=full)
        return self.page

    def shot(self, name: str, *, full: bool = False) -> None:
        """A picture of the page as it is."""
        self.page.wait_for_timeout(300)
        self.page.screenshot(path=self.shots / f"{name}.png", full_page=full)

    def sign_in(self, email: str, then: str = "/") -> None:
        """By the sign-in page."""
        self.page.goto(f"/accounts/login/?next={then}")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.locator("main").get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)

    def sign_up(self, email: str) -> None:
        """By the sign-up page and the mail in the outbox."""
        self.page.goto("/accounts/signup/?next=/submit/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label(re.compile("Password")).first.fill(PASSWORD)
        self.shot("01-sign-up")
        self.page.locator("main").get_by_role("button", name=re.compile("Make an account")).click()
        self.page.wait_for_url("**/confirm-email/")
        found = re.search(r"/accounts/confirm-email/[^\s]+", Mail.objects.get(to=email).text)
        assert found
        self.page.goto(found[0])
        self.page.locator("main").get_by_role("button", name="Yes, it is mine").click()
        self.page.wait_for_url("**/submit/")

    def make_artist(self, name: str) -> None:
        """The artist page."""
        self.page.get_by_role("link", name="Make an artist page").click()
        self.page.get_by_label("Name", exact=False).first.fill(name)
        self.page.get_by_label("Market").select_option("other")
        self.shot("02-artist-page")
        self.page.get_by_role("button", name="Make the page").click()

    def enter(self, sound: Path, title: str, genre: str, *, number: int) -> None:
        """Enter a track by the portal's steps, audio through the resumable upload."""
        page = self.page
        if number > 1:
            page.goto("/submit/")
        page.get_by_role("button", name="Enter a track").first.click()
        expect(page.get_by_role("heading", name="The track")).to_be_visible()
        page.locator("input[name=audio]").set_input_files(sound)
        page.get_by_label("Title", exact=True).fill(title)
        page.get_by_label("Genre").select_option(genre)
        page.get_by_label("Main language").select_option("zxx")
        expect(page.locator("#audio-state")).to_contain_text("LUFS", timeout=300_000)
        self.shot(f"03-track-{number}")
        page.get_by_role("button", name="Continue to Rights").click()
        page.get_by_label("Share of name 1").fill("100")
        page.get_by_label("No AI was used").check()
        page.get_by_label(re.compile("Fans may use")).check()
        page.get_by_label(re.compile("my own original work")).check()
        page.get_by_label(re.compile("I own or control")).check()
        self.shot(f"04-rights-{number}")
        page.get_by_role("button", name="Continue to Eligibility").click()
        page.get_by_label(re.compile("I accept the terms")).check()
        for answer in page.get_by_label("Yes", exact=True).all():
            answer.check()
        self.shot(f"05-eligibility-{number}")
        page.get_by_role("button", name="Continue to Review").click()
        expect(page.get_by_role("button", name="Send the entry")).to_be_visible()
        self.shot(f"06-review-{number}")
        page.get_by_role("button", name="Send the entry").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("is entered")
        self.shot(f"07-sent-{number}")

    def clear(self, code: str, name: str) -> None:
        """Decide on one entry at the clearance desk."""
        self.see(f"/admin/clearance/{code}/", name)
        self.page.locator("main").get_by_role("button", name=re.compile("^Clear")).click()
        self.page.wait_for_url(lambda url: code not in url)

    def hear(self, code: str, seconds: float) -> None:
        """Play a track for so long."""
        self.see(f"/tracks/{code}/", "11-track", full=True)
        self.page.locator("main").get_by_role("button", name=re.compile("Play")).first.click()
        time.sleep(seconds)
        self.shot("12-playing")

    def score(self, marks: list[str], name: str) -> None:
        """File the sheet at the desk with number keys."""
        self.see("/admin/desk/", name)
        self.page.locator("h2").first.click()
        for mark in marks:
            self.page.keyboard.type(mark)
            self.page.wait_for_timeout(150)
        self.shot(f"{name}-marked")
        before = self.page.url
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_url(lambda url: url != before)
