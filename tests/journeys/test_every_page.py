"""Every page of ours in a browser, against the world of the access table: nothing for axe to say, nothing wider than its window.

The addresses come from the URL resolver and who looks from `tests/spotlight/access/access.csv`, so that a new page is
looked at here without anybody thinking of it. No web server runs: a page is asked for in this process, and its body
swapped into one window, as boosted links do. Scripts do not run here; what they do has journeys of its own.
With SHOTS set to a folder, pictures of every page are left in it, in both themes at phone and desktop width.
"""

import logging
import mimetypes
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.db import transaction
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views.csrf import csrf_failure
from django.views.defaults import server_error
from playwright.sync_api import Browser, Page
from playwright.sync_api import Route as Request

from spotlight.accounts.models import User
from tests.making import PASSWORD, confirm
from tests.spotlight.access.asking import Answer, Asker, access_table
from tests.spotlight.access.routes import Route, routes, things_for
from tests.spotlight.access.world import World, build

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]
BACKEND = "django.contrib.auth.backends.ModelBackend"
SITE, SHOTS = "http://site.example", os.environ.get("SHOTS", "")
# Who looks at a page, of those the table lets in: somebody with something of their own there comes first.
VIEWERS = (
    "owner",
    "judge",
    "chair",
    "clearance",
    "editor",
    "partner",
    "organizer",
    "guest_organizer",
    "operator",
    "anonymous",
)
# Forms that were refused are pages too; one that is shown again as it was is the same page.
REFUSALS = {"400", "403", "409", "422"}
ELSEWHERE = {"admin/jsi18n/": "a script", "api/": "for machines; their documents are Swagger's page"}
"""Beginnings of addresses that lead to no page of ours. Pages of the panel's package are known by their style sheet."""
ONLY_LEAD_ON = {
    "start/", "partners/", "i18n/setlang/", "submit/<slug:code>/", "tracks/<slug:code>/like/", "tracks/<slug:code>/save/",
    "artists/<slug:slug>/follow/",
    "admin/seasons/<slug:season>/rounds/<int:number>/", "accounts/password/set/", "accounts/login/code/confirm/",
}  # fmt: skip
SEEN_ELSEWHERE = {
    "tracks/<slug:code>/chart/": "204: a part of the track's page that has nothing to show",
    "oembed": "404: asked without an address",
    "demo/state/": "404: not a demo",
}
FILES = {
    "accounts/2fa/recovery-codes/download/", "seasons/<slug:season>/proof/<int:number>.zip", "admin/proof/<slug:season>.zip",
    "admin/desk/<slug:code>/<slug:alias>/artwork", "admin/desk/<slug:code>/calibration/<slug:alias>/audio",
}  # fmt: skip
"""The three: addresses that show nobody a page in this world, and why."""

SWAP = """html => {
    const made = new DOMParser().parseFromString(html, "text/html");
    document.documentElement.lang = made.documentElement.lang;
    document.title = made.title;
    document.body.replaceWith(document.importNode(made.body, true));
    scrollTo(0, 0);
}"""
LOOK = """async ([where, rules]) => {
    const found = await axe.run(where, {resultTypes: ["violations"], elementRef: false, preload: false, ...rules});
    return found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`));
}"""
CONTRAST = {"runOnly": ["color-contrast"]}
ALL_BUT_CONTRAST = {"rules": {"color-contrast": {"enabled": False}}}
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [
    `wider than ${innerWidth}`, ...[...document.querySelectorAll("main *")].filter(
        it => it.getBoundingClientRect().right > innerWidth + 1 && !it.closest(".table-wrap, .shorts")
    ).slice(0, 3).map(it => it.outerHTML.slice(0, 120))]"""


@pytest.fixture(scope="module")
def answers(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Answer]]:
    """Each page once for each thing it shows, as somebody who may see it, and each refusal of a form."""
    logging.disable(logging.WARNING)
    with django_db_blocker.unblock(), transaction.atomic():
        world = build()
        asker = Asker(world.sessions)
        yield [
            *_listed(world, asker),
            *_confirmed(world, asker),
            *_half_way(world, asker),
            *_errors(asker),
        ]
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)
    cache.clear()


def _ours() -> Iterator[Route]:
    for route in routes():
        if not route.name.startswith("admin:") and not route.pattern.startswith(tuple(ELSEWHERE)):
            yield route


def _listed(world: World, asker: Asker) -> Iterator[Answer]:
    table = access_table()
    for route in _ours():
        for label, given in things_for(route, world).items():
            for method, wanted in (("GET", {"200"}), ("POST", REFUSALS)):
                row = (route.pattern, method, label)
                role = next((role for role in VIEWERS if table.get(row, {}).get(role) in wanted), "")
                if role:
                    yield asker.ask(role, method, route.address(given), row)


def _confirmed(world: World, asker: Asker) -> Iterator[Answer]:
    """The pages of the second factor, for somebody who has just given it."""
    user = _user(world, "editor")
    factors = (
        "accounts/2fa/totp/deactivate/",
        "accounts/2fa/recovery-codes/",
        "accounts/2fa/recovery-codes/generate/",
    )
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    client = Client()
    client.force_login(user, backend=BACKEND)
    asker.sessions = {**asker.sessions, "editor": _cookie(_holding(confirm(client)))}
    for path in ("accounts/second-factor/", "accounts/2fa/", *factors):
        yield asker.ask("editor", "GET", f"/{path}", (path, "GET", "confirmed"))


def _half_way(world: World, asker: Asker) -> Iterator[Answer]:
    """The pages of the second factor on the way: setting one up, signing in with it, showing it once more."""
    setting_up, signing_in, once_more = Client(), Client(), Client()
    setting_up.force_login(_user(world, "judge"), backend=BACKEND)
    signing_in.post("/accounts/login/", {"login": _user(world, "editor").email, "password": PASSWORD})
    once_more.force_login(_user(world, "editor"), backend=BACKEND)
    ways = {
        "accounts/2fa/totp/activate/": confirm(setting_up),
        "accounts/2fa/authenticate/": signing_in,
        "accounts/2fa/reauthenticate/": _holding(once_more),
        "accounts/second-factor/": once_more,
        "accounts/held/": once_more,
    }
    for path, client in ways.items():
        asker.sessions = {**asker.sessions, path: _cookie(client)}
        yield asker.ask(path, "GET", f"/{path}", (path, "GET", "on the way"))


def _errors(asker: Asker) -> Iterator[Answer]:
    """What nobody wants to see: nothing there, an address that can't be read, a form without its token, our mistake."""
    yield asker.ask("fan", "GET", "/nothing/", ("", "GET", "nothing"))
    yield asker.ask("fan", "GET", "/playlist/?q=%00", ("", "GET", "damaged"))
    for thing, answer in (("forged", csrf_failure), ("broken", server_error)):
        body = answer(RequestFactory().get("/")).content
        yield Answer(("", "GET", thing), "fan", f"/{thing}/", thing, {"content-type": "text/html"}, body)


def _user(world: World, role: str) -> User:
    user = world.people[role].user
    assert user is not None
    return user


def _holding(client: Client) -> Client:
    """The same client, a step of which waits for a second factor, and a form for the sign-in."""
    session = client.session
    session["held_step"] = {"action": "/admin/cut/alpha/1/propose/", "fields": [], "doing": "Propose the cut"}
    form = {"action": "/me/", "fields": [("note", "A clear gap.")], "files": ["cover"], "at": time.time()}
    session["held_form"] = form
    session.save()
    return client


def _cookie(client: Client) -> str:
    return f"sessionid={client.cookies['sessionid'].value}"


def _is_html(answer: Answer) -> bool:
    html = answer.headers.get("content-type", "").startswith("text/html")
    return html and bool(answer.body.strip()) and b"/static/unfold/" not in answer.body


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    """A window with our style sheets and axe in it, and nothing else."""
    empty = render_to_string("base.html")
    with browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce") as context:
        context.add_init_script(Axe().axe_script)
        page = context.new_page()
        page.route("**/*", lambda request: _serve(request, empty))
        page.goto(SITE)
        page.evaluate("document.documentElement.className = 'js'")
        page.add_style_tag(content="* { transition: none !important }")
        yield page


def _serve(request: Request, empty: str) -> None:
    path = request.request.url.removeprefix(SITE)
    if path == "/":
        request.fulfill(body=empty, content_type="text/html")
    elif path.endswith((".css", ".woff2")) and (found := finders.find(path.removeprefix("/static/"))):
        request.fulfill(path=str(found), content_type=mimetypes.guess_type(path)[0])
    else:
        request.abort()


def test_every_page_is_accessible_and_fits(window: Page, answers: list[Answer]) -> None:
    pages = [answer for answer in answers if _is_html(answer)]
    problems = {f"{answer.row} as {answer.role}": _look(window, answer) for answer in pages}
    problems["the shell"] = _contrast(window, "body")
    assert {page: found for page, found in problems.items() if found} == {}
    assert len(pages) > 100


def _look(window: Page, answer: Answer) -> list[str]:
    """Every rule, on a desk; contrast in both themes, on a phone and of what is the page's own; both ends of the widths."""
    window.evaluate(SWAP, _whole(answer.body.decode()))
    found: list[str] = window.evaluate(LOOK, ["html", ALL_BUT_CONTRAST])
    for width in (1600, 320):
        window.set_viewport_size({"width": width, "height": 900})
        found += window.evaluate(TOO_WIDE)
    if answer.row[1] == "GET":  # a refused form wears the same colors
        found += _contrast(window, "main")
    if SHOTS:
        _shoot(window, answer)
    window.set_viewport_size({"width": 1440, "height": 900})
    return found


def _contrast(window: Page, where: str) -> list[str]:
    """What is hard to read there: the rule that takes longest by far, so the shell is asked for once."""
    found: list[str] = window.evaluate(LOOK, [where, CONTRAST])
    window.emulate_media(color_scheme="dark")
    found += window.evaluate(LOOK, [where, CONTRAST])
    window.emulate_media(color_scheme="light")
    return found


def _whole(html: str) -> str:
    """A part of a page as a page."""
    if html.lstrip().startswith("<!doctype"):
        return html
    return f'<!doctype html><html lang="en"><title>A part</title><main><h1>A</h1><h2>Part</h2>{html}</main>'


def _shoot(window: Page, answer: Answer) -> None:
    name = re.sub("[^A-Za-z0-9_]+", "-", f"{answer.role}_{answer.address}_{answer.row[1]}")[:120]
    for width in (390, 1440):
        window.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            window.emulate_media(color_scheme=scheme)
            window.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)
    window.emulate_media(color_scheme="light")


def test_no_page_is_left_out(answers: list[Answer]) -> None:
    """An address either shows somebody a page here, or gives a file, or only takes something, or stands in the list above."""
    shown = {answer.row[0] for answer in answers if answer.outcome != "302"}
    table = access_table()
    silent = {
        route.pattern for route in _ours() if route.pattern not in shown and not _only_takes(route, table)
    }
    assert silent == {*ONLY_LEAD_ON, *SEEN_ELSEWHERE, *FILES}


def _only_takes(route: Route, table: Any) -> bool:
    """Asked with GET it refuses the method, whoever asks."""
    told = {
        cell for row, cells in table.items() if row[:2] == (route.pattern, "GET") for cell in cells.values()
    }
    return "405" in told and told <= {"405", "404", "in"}
