"""A form that is refused comes again with everything typed still in it and the error in words; so does one that came after a sign-in ended."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from judging.models import Remark
from spotlight.accounts.factors import Factor
from spotlight.ledger import clock
from spotlight.web.held import HELD, LARGEST
from submissions.models import Artist, Report
from tests.making import PASSWORD, advance, make_person
from tests.spotlight.access.world import World, build

pytestmark = pytest.mark.django_db
TYPED = "What I wrote, 手紙 & <more>"
SHOWN = "What I wrote, 手紙 &amp; &lt;more&gt;"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all forms; whatever they change is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _undone(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("spotlight.web.factors.fresh_factor", lambda request: Factor("totp", 1))
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    cache.clear()


def post(world: World, role: str, address: str, fields: dict[str, Any]) -> Any:
    """The answer to a form of a role, which must not be a redirect."""
    client = Client(headers={"cookie": world.sessions[role]})
    return client.post(address, urlencode(fields, doseq=True), content_type=FORM)


def minimum(episode: Any) -> dict[str, Any]:
    """What the form of an episode needs to be saved, but for what is tried."""
    own = {name: getattr(episode, name) for name in ("slug", "title", "number", "kind", "zone")}
    parts = {
        f"{part}-{count}_FORMS": 0
        for part in ("captions", "clips", "texts")
        for count in ("TOTAL", "INITIAL")
    }
    return {
        "series": episode.series_id,
        "plan": "keep",
        "speakers": "",
        "track_lines": "",
        "chapter_lines": "",
        **own,
        **parts,
    }


def addresses(world: World) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """What is refused: role, address, fields. Each writes a text, and something else in it is wrong or missing."""
    things, code = world.things, {name: world.things[name].code for name in ("song", "draft", "waiting")}
    dealt, report = things["dealt"], Report.objects.get()
    artist = things["artist"]
    return {
        "artist": ("owner", "/submit/artist/", {"about": TYPED}),
        "artist again": ("owner", f"/submit/artist/{artist.slug}/", {"about": TYPED, "name": ""}),
        "track": ("owner", f"/submit/{code['draft']}/track/", {"lyrics": TYPED, "title": "x" * 500}),
        "rights": ("owner", f"/submit/{code['draft']}/rights/", {"ai_note": TYPED, "ai_use": "no"}),
        "report": ("fan", f"/tracks/{things['song'].track.code}/report/", {"text": TYPED, "reason": "no"}),
        "guardian": ("fan", "/consents/a-token-of-a-guardian/", {"name": TYPED, "do": "neither"}),
        "use": ("fan", f"/tracks/{things['song'].track.code}/use/", {"url": TYPED}),
        "clearance": ("clearance", f"/admin/clearance/{code['waiting']}/", {"note": TYPED, "outcome": "refused", "seen": "x"}),
        "clearance afterwards": ("clearance", f"/admin/clearance/{code['song']}/afterwards/", {"note": TYPED}),
        "upheld report": ("clearance", "/admin/clearance/reports/", {"report": report.code, "note": TYPED, "outcome": "both"}),
        "sheet": ("judge", f"/admin/desk/alpha-3/{dealt.alias}/", {"version": "0", "mark_song": "12", "note": TYPED}),
        "sheet of another version": ("judge", f"/admin/desk/alpha-3/{dealt.alias}/", {"version": "7", "mark_song": "4", "comment": TYPED}),
        "recusal": ("judge", f"/admin/desk/alpha-3/{dealt.alias}/recuse/", {"reason": TYPED + "x" * 300}),
        "conflict": ("judge", "/admin/desk/welcome/alpha/conflict/", {"thing": f"artist:{artist.slug}", "note": TYPED + "x" * 300}),
        "replaced judge": ("chair", f"/admin/chair/alpha-3/leave/{things['seat'].code}/", {"reason": TYPED + "x" * 300}),
        "removal": ("organizer", f"/admin/entries/{dealt.code}/leave/", {"reason": TYPED, "kind": "no"}),
        "joint removal": ("organizer", f"/admin/leaving/alpha/artist/{artist.slug}/", {"reason": TYPED, "kind": "no"}),
        "amendment": ("organizer", "/admin/seasons/alpha/amend/", {"reason": TYPED, "field": "no"}),
        "invitation": ("organizer", "/admin/seasons/alpha/people/", {"email": TYPED}),
        "appeal": ("owner", f"/me/readings/{things['suspicion'].code}/", {"text": TYPED + "x" * 4000}),
        "appeal against a refusal": ("owner", f"/submit/{things['refused'].code}/appeal/", {"text": TYPED}),
        "answer to it": ("organizer", f"/admin/clearance/{things['refused'].code}/", {"reason": TYPED, "outcome": "no"}),
        "suspicion": ("organizer", f"/admin/suspicions/alpha/{things['suspicion'].code}/", {"reason": TYPED, "outcome": "no", "seen": "0"}),
        "source switched": ("organizer", "/admin/readings/alpha/sources/radio/counts/", {"reason": TYPED + "x" * 3000}),
        "season": ("organizer", "/admin/seasons/new/", {"name": TYPED}),
        "season set-up": ("organizer", f"/admin/submissions/season/{world.gamma.pk}/change/", {"name": TYPED}),
        "episode": ("editor", f"/admin/series/episode/{things['episode draft'].pk}/change/", {"summary": TYPED, "title": "", "album": "NaN", "media_file-clear": "on"}),
        "public episode": ("editor", f"/admin/series/episode/{things['episode'].pk}/change/", {"summary": TYPED, "language": "ko", **minimum(things["episode"])}),
        "album": ("editor", f"/admin/series/album/{things['album'].pk}/change/", {"title": TYPED + "x" * 500}),
    }  # fmt: skip


def locked(world: World) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """The same while round three is locked."""
    long = TYPED + "x" * 2000
    return {
        "remark": ("chair", "/admin/chair/alpha-3/discussion/", {"entry": world.things["dealt"].alias, "text": long}),
        "ruling": ("chair", "/admin/chair/alpha-3/rule/", {"outcome": "no", "reason": TYPED}),
        "note of a cut": ("organizer", "/admin/cut/alpha/2/propose/", {"note": TYPED}),
    }  # fmt: skip


def lost(world: World, forms: dict[str, tuple[str, str, dict[str, Any]]]) -> list[str]:
    """The forms whose answer is no refusal, or lacks what was typed or what is wrong with it."""
    found = []
    for name, (role, address, fields) in forms.items():
        answer = post(world, role, address, fields)
        page = answer.content.decode()
        told = any(mark in page for mark in ('class="err"', 'role="alert"', "errorlist", "errornote"))
        if answer.status_code not in (200, 400, 409, 422) or SHOWN not in page or not told:
            found.append(f"{name}: {answer.status_code}, typed {SHOWN in page}, told {told}")
    return found


def test_what_is_refused_comes_again_with_everything_typed(world: World) -> None:
    assert "\n".join(lost(world, addresses(world))) == ""


def test_so_it_does_while_a_round_is_locked(world: World) -> None:
    dealt, chair = world.things["dealt"], world.people["chair"]
    Remark.objects.create(entry=dealt, by=chair, text="Is this really in?", at=clock.now())
    advance(world.things["round 3"], "locked")
    assert "\n".join(lost(world, locked(world))) == ""


def test_a_form_sent_after_the_sign_in_ended_waits_and_is_sent_with_one_press() -> None:
    person = make_person("late")
    browser = Client()
    answer = browser.post(
        "/submit/artist/", {"name": "Late", "about": TYPED, "market": "jp", "language": "en"}
    )
    assert answer["Location"] == f"{reverse('account_login')}?next={reverse('held_form')}"
    assert person.user is not None
    assert "What you wrote is kept for an hour" in browser.get(answer["Location"]).content.decode()
    assert "kept for an hour" not in browser.get(reverse("account_login")).content.decode()
    answer = browser.post(answer["Location"], {"login": person.user.email, "password": PASSWORD}, follow=True)
    page = answer.content.decode()
    assert SHOWN in page
    assert 'action="/submit/artist/"' in page
    held = dict(browser.session[HELD]["fields"])
    assert held == {"name": "Late", "about": TYPED, "market": "jp", "language": "en"}
    assert browser.post("/submit/artist/", held).status_code == 302
    assert Artist.objects.get(name="Late").about == TYPED
    assert HELD not in browser.session
    assert browser.get(reverse("held_form"))["Location"] == reverse("start")


def test_nothing_waits_of_scripts_of_too_much_or_of_buttons_alone() -> None:
    for fields, headers in (
        ({"about": TYPED}, {"Accept": "application/json"}),
        ({"about": "x" * (LARGEST + 1)}, {}),
        ({}, {}),
    ):
        browser = Client(headers=headers)
        assert browser.post("/submit/artist/", fields)["Location"].endswith("?next=/submit/artist/")
        assert HELD not in browser.session


@pytest.mark.parametrize(
    "address", ["account_change_password", "account_reauthenticate", "admin:password_change"]
)
def test_no_password_waits(address: str) -> None:
    browser = Client()
    browser.post(reverse(address), {"oldpassword": PASSWORD, "password": PASSWORD, "old_password": PASSWORD})
    assert HELD not in browser.session


def test_what_waits_can_be_thrown_away_and_does_not_wait_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    browser, person = Client(), make_person("late")
    assert person.user is not None
    for leave in ("thrown away", "too late"):
        browser.post("/submit/artist/", {"about": TYPED})
        browser.force_login(person.user)
        assert browser.get(reverse("held_form")).status_code == 200
        if leave == "thrown away":
            browser.post(reverse("held_form"))
        else:
            monkeypatch.setattr("spotlight.web.held.KEPT", -1)
        assert browser.get(reverse("held_form"))["Location"] == reverse("start")
        browser.logout()
