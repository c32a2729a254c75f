"""A reviewer at the desk: takes the next entry, listens, decides by keys, and the artist hears of it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from spotlight.ledger.models import Mail
from submissions.models import ClearanceClaim, Submission
from tests.journeys.test_portal import accessible, shot, sign_in
from tests.making import make_role
from tests.submissions.portal import make_open_season, make_own_artist, make_sent, write_sound

pytestmark = pytest.mark.django_db(transaction=True)


def states() -> list[str]:
    return list(Submission.objects.order_by("pk").values_list("state", flat=True))


def test_a_reviewer_works_through_the_queue(page: Page, tmp_path: Path) -> None:
    season = make_open_season(quota=5)
    artist = make_own_artist(about="Songs of the sea.")
    for number in range(3):
        make_sent(
            season, artist, sound=write_sound(tmp_path, seconds=12), isrc="JPA122600001" if number else ""
        )
    reviewer = make_role(season, "clearance")
    assert reviewer.user
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, reviewer.user.email, "/admin/clearance/")
    expect(page.locator("main")).to_contain_text("3 entries wait for a decision")
    accessible(page)
    shot(page, "queue-1440")
    page.get_by_role("button", name="Take the next one").click()
    expect(page.locator("#claim")).to_contain_text("Open at your desk until")
    accessible(page)
    expect(page.locator("#sounds-like [data-deck]")).to_have_count(2)
    own = page.locator("[data-deck]:not(#sounds-like *) [data-toggle]")
    page.keyboard.press("Space")
    expect(own).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Space")
    expect(own).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("c")
    expect(page.locator("#toasts")).to_contain_text("cleared")
    assert states() == ["cleared", "submitted", "submitted"]
    expect(page.locator("#alike")).to_contain_text("The very same file")
    shot(page, "clear-1440")
    page.get_by_label("Note to the artist").fill("cac")
    assert states() == ["cleared", "submitted", "submitted"]
    page.get_by_role("button", name="Ask for changes").click()
    expect(page.locator(".error-summary")).to_contain_text("Choose at least one reason")
    accessible(page)
    page.get_by_role("heading", name="Decide").click()
    page.keyboard.press("4")
    expect(page.get_by_label("Credits or shares are incomplete")).to_be_checked()
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_contain_text("changes asked")
    assert states() == ["cleared", "changes", "submitted"]
    page.set_viewport_size({"width": 390, "height": 844})
    accessible(page)
    shot(page, "clear-390")
    page.get_by_role("button", name="Refuse").click()
    expect(page.locator(".error-summary")).to_contain_text("can’t be undone")
    page.get_by_role("link", name="Clearance", exact=True).click()
    expect(page.locator("main")).to_contain_text("One entry waits for a decision")
    assert not ClearanceClaim.objects.exists()
    assert Mail.objects.filter(template__startswith="clearance_").count() == 2
    page.get_by_role("link", name="潮どけい, 夜凪").first.click()
    expect(page.get_by_role("heading", name="Decide")).to_be_visible()
    accessible(page)
