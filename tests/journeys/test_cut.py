"""The cut in a browser: a step asks for a code on the way, keeps what was typed, and goes on."""

import os
import time
from pathlib import Path

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from playwright.sync_api import Page, expect

from judging.models import Cut, Prize
from judging.services import cuts, removals
from spotlight.accounts.models import Person
from submissions.models import Role, Season
from tests.accessibility import violations
from tests.journeys.test_listening import enter_as
from tests.judging.test_cuts import closed_round
from tests.judging.test_removals import entry_at
from tests.making import make_role, make_season, open_for_good

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SHOTS = os.environ.get("SHOTS", "")


@pytest.fixture
def two() -> tuple[Season, Person, Person]:
    cache.clear()
    season = make_season("autumn", days=200)
    return season, make_role(season, Role.ORGANIZER), make_role(season, Role.CHAIR)


def shoot(page: Page, name: str) -> None:
    """Accessible, as narrow as a phone; with SHOTS set, pictures in both themes at phone and desktop width."""
    assert violations(page) == []
    for width in (390, 1440) if SHOTS else (390,):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for scheme in ("light", "dark") if SHOTS else ():
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}-{scheme}.png"), full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_proposal_asks_for_a_code_and_keeps_its_note(
    page: Page, live: str, two: tuple[Season, Person, Person]
) -> None:
    season, organizer, _chair = two
    closed_round(season, entries=6)
    assert organizer.user is not None
    enter_as(page.context, live, organizer.user.email)
    page.goto(f"{live}/admin/cut/autumn/1/")
    expect(page.get_by_text("your account has none yet")).to_be_visible()
    page.get_by_label("Note").fill("A clear gap.")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_role("link", name="Set up a second factor")).to_be_visible()
    shoot(page, "no-factor")
    totp.TOTP.activate(organizer.user, SECRET)
    page.goto(f"{live}/accounts/second-factor/")
    page.get_by_label("Code").fill(totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30)))
    shoot(page, "factor")
    page.get_by_role("button", name="Confirm and go on").click()
    expect(page.get_by_text("Proposed. Another person has to approve it.")).to_be_visible()
    assert Cut.objects.get().note == "A clear gap."


def test_who_leaves_stands_in_the_results(page: Page, live: str, two: tuple[Season, Person, Person]) -> None:
    season, organizer, chair = two
    Prize.objects.create(season=season, tier=1, name="A single", places=2)
    final = closed_round(season, entries=6)
    cuts.approve_cut(cuts.propose_cut(final, by=organizer), by=chair)
    cuts.announce(final, by=organizer)
    open_for_good(season)
    reason = "The song was released before."
    for rank, approved in ((1, True), (2, False)):
        made = removals.propose_removal(
            entry_at(final, rank).submission, kind="disqualified", reason=reason, by=organizer
        )
        if approved:
            removals.approve_removal(made, by=chair)
    assert chair.user is not None
    enter_as(page.context, live, chair.user.email)
    page.goto(f"{live}/seasons/autumn/results/")
    expect(page.get_by_role("heading", name="Changes since the close")).to_be_visible()
    shoot(page, "results")
    page.goto(f"{live}/admin/cut/autumn/1/")
    expect(page.get_by_text("waits for a second person")).to_be_visible()
    shoot(page, "cut")
    page.goto(f"{live}/admin/entries/{entry_at(final, 3).code}/leave/")
    expect(page.get_by_text("another person has to approve")).to_be_visible()
    shoot(page, "leave")
