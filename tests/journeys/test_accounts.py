"""Signing up, in and out in a real browser, with music playing; the second factor; all pages accessible."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

from tests.accessibility import violations

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "harbour-clock-eleven"


@pytest.fixture
def hana(transactional_db: None) -> str:
    user = get_user_model().objects.create_user(email="hana@ferry.example", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return str(user.email)


def accessible(page: Page) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()


def test_music_goes_on_while_one_signs_in_and_out(page: Page, hana: str) -> None:
    page.goto("/kit/")
    page.evaluate("window.sameDocument = true")
    page.locator(".tracks li:nth-child(1) .play").click()
    page.get_by_role("link", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert page.url.endswith("/accounts/login/?next=/kit/")
    sign_in(page, hana)
    page.wait_for_url("**/kit/")
    expect(page.locator("#masthead")).to_contain_text("hana@ferry.example")
    page.locator("#masthead summary", has_text="hana").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert page.evaluate("!document.querySelector('#player audio').paused")
    assert page.evaluate("window.sameDocument")


def test_a_wrong_password_is_said_at_the_form(page: Page, hana: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(hana)
    page.get_by_label("Password").fill("something-else")
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.locator(".error-summary")).to_be_focused()
    accessible(page)


@pytest.mark.parametrize(
    "path",
    [
        "login/",
        "signup/",
        "password/reset/",
        "password/reset/done/",
        "confirm-email/",
        "confirm-email/no-such-key/",
    ],
)
def test_the_entrance_is_accessible(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(f"/accounts/{path}")
    accessible(page)


def test_a_second_factor_is_set_up_with_a_code(page: Page, hana: str) -> None:
    page.emulate_media(reduced_motion="reduce")  # contrast is measured, so nothing may be fading in
    page.goto("/accounts/login/?next=/accounts/2fa/")
    sign_in(page, hana)
    page.wait_for_url("**/accounts/2fa/")
    accessible(page)
    page.set_viewport_size({"width": 320, "height": 800})
    accessible(page)
    page.get_by_role("link", name="Activate").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("img.qr")).to_be_visible()
    assert re.match(r"[A-Z2-7]{16,}", page.locator("#authenticator_secret").input_value())
    accessible(page)
    for path in ["email/", "password/change/"]:
        page.goto(f"/accounts/{path}")
        accessible(page)


def test_a_page_with_another_shell_is_loaded_anew(page: Page, hana: str) -> None:
    get_user_model().objects.filter(email=hana).update(is_staff=True, is_superuser=True)
    page.goto("/accounts/login/?next=/admin/password_change/")
    page.evaluate("window.sameDocument = true")
    sign_in(page, hana)
    expect(page.locator("body[data-shell]")).to_have_count(0)
    assert "/admin/password_change/" in page.url
    assert page.evaluate("window.sameDocument === undefined")
