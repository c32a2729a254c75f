"""Steps that decide results need a fresh second factor; what was sent is kept until it is there."""

import datetime
import itertools
import re
import time
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from judging.models import Cut, Round
from spotlight.accounts.models import Person
from spotlight.ledger import clock
from spotlight.ledger.models import Event
from spotlight.web.factors import demo_codes
from submissions.models import Role, Season
from tests.judging.test_cuts import closed_round, signed_in
from tests.making import PASSWORD, advance, confirm, make_role, make_round, make_season

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def season() -> Season:
    return make_season()


@pytest.fixture
def organizer(season: Season) -> Person:
    cache.clear()  # allauth counts tries and used codes there
    return make_role(season, Role.ORGANIZER)


def enroll(person: Person) -> None:
    assert person.user is not None
    totp.TOTP.activate(person.user, SECRET)


def code(steps: int = 0) -> str:
    """What an authenticator shows now, or so many half minutes later."""
    return str(totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30 + steps)))


def wrong_code(right: list[str]) -> str:
    """One that is none of these."""
    return next(f"{number:06}" for number in itertools.count() if f"{number:06}" not in right)


def propose(season: Season) -> str:
    return reverse("cut_act", args=[season.slug, 1, "propose"])


def test_a_code_is_asked_for_and_nothing_is_lost(season: Season, organizer: Person) -> None:
    closed_round(season)
    enroll(organizer)
    client = Client()
    client.force_login(organizer.user)
    asked = client.post(propose(season), {"note": "A clear gap."})
    page = asked.content.decode()
    assert asked.status_code == 403 and not Cut.objects.exists()
    assert 'name="note" value="A clear gap."' in page and 'name="factor-code"' in page
    soon = [code(steps) for steps in range(-2, 20)]
    wrong = client.post(propose(season), {"note": "A clear gap.", "factor-code": wrong_code(soon)})
    assert (
        wrong.status_code == 403 and "Incorrect code" in wrong.content.decode() and not Cut.objects.exists()
    )
    done = client.post(propose(season), {"note": "A clear gap.", "factor-code": code()})
    assert done.status_code == 302 and Cut.objects.get().note == "A clear gap."
    facts = Event.objects.get(verb="cut.proposed").facts
    assert facts["factor"] == "totp" and facts["factor_age"] < 10
    assert (
        client.post(
            reverse("cut_act", args=[season.slug, 1, "withdraw"]), {"cut": Cut.objects.get().code}
        ).status_code
        == 302
    )


def test_a_factor_is_fresh_for_ten_minutes_and_for_its_account(
    season: Season, organizer: Person, monkeypatch: Any
) -> None:
    closed_round(season)
    enroll(organizer)
    client = Client()
    client.force_login(organizer.user)
    confirm(client)
    now = time.time()
    monkeypatch.setattr("spotlight.web.factors.time.time", lambda: now + 601)
    assert client.post(propose(season)).status_code == 403
    monkeypatch.setattr("spotlight.web.factors.time.time", lambda: now + 580)
    assert client.post(propose(season)).status_code == 302
    other = make_role(season, Role.CHAIR)
    session = client.session
    records = {
        key: session[key] for key in ("account_authentication_methods", "account_authentication_methods_user")
    }
    stranger = Client()
    stranger.force_login(other.user)
    stolen = stranger.session
    stolen.update(records)
    stolen.save()
    assert stranger.post(reverse("cut_act", args=[season.slug, 1, "withdraw"])).status_code == 403


@pytest.mark.parametrize("verb", ["propose", "approve", "withdraw", "announce"])
def test_no_verb_of_the_cut_goes_without(season: Season, organizer: Person, verb: str) -> None:
    closed_round(season)
    client = signed_in(organizer)
    assert client.post(reverse("cut_act", args=[season.slug, 1, verb])).status_code == 403
    assert not Event.objects.filter(verb__startswith="cut.").exists()


def test_closing_a_round_and_fixing_the_number_need_one_too(season: Season, organizer: Person) -> None:
    day, now = datetime.timedelta(days=1), clock.now()
    past: dict[str, Any] = {"opens_at": now - 3 * day, "locks_at": now - 2 * day, "closes_at": now - day}
    made = advance(make_round(season, **past), "locked")
    enroll(organizer)
    client = Client()
    client.force_login(organizer.user)
    address = reverse("chair_step", args=[made.code, "close"])
    assert client.post(address).status_code == 403
    made.refresh_from_db()
    assert made.state == Round.State.LOCKED
    closed_round(season, 2, cut=3, cut_highest=5)
    asked = client.post(reverse("cut_number", args=[season.slug, 2]), {"number": 4, "reason": "A gap"})
    assert asked.status_code == 403 and 'value="A gap"' in asked.content.decode()
    assert confirm(client).post(address).status_code == 302
    assert Event.objects.get(verb="round.closed").facts["factor"] == "totp"


def test_who_has_none_sets_one_up_and_finds_the_step_again(season: Season, organizer: Person) -> None:
    closed_round(season)
    assert organizer.user is not None
    client = Client()
    client.post(reverse("account_login"), {"login": organizer.user.email, "password": PASSWORD})
    page = client.post(propose(season), {"note": "Kept."}).content.decode()
    assert "has none yet" in page and reverse("mfa_activate_totp") in page
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    setup = client.get(reverse("mfa_activate_totp")).content.decode()
    assert reverse("held_step") in setup
    secret = re.search(r'value="([A-Z2-7]{32})"', setup)
    assert secret is not None
    step = int(time.time()) // 30
    made = client.post(
        reverse("mfa_activate_totp"), {"code": totp.format_hotp_value(totp.hotp_value(secret[1], step))}
    )
    assert made.status_code == 302 and Authenticator.objects.filter(user=organizer.user, type="totp").exists()
    waiting = client.get(reverse("held_step")).content.decode()
    assert 'value="Kept."' in waiting and f'action="{propose(season)}"' in waiting
    typed = totp.format_hotp_value(totp.hotp_value(secret[1], int(time.time()) // 30))
    assert client.post(propose(season), {"note": "Kept.", "factor-code": typed}).status_code == 302
    assert Cut.objects.get().note == "Kept."
    assert client.get(reverse("held_step")).status_code == 302, "nothing waits any more"


def test_demo_accounts_read_their_code_on_the_page_and_nobody_else_does(
    season: Season, organizer: Person
) -> None:
    closed_round(season)
    client = Client()
    client.force_login(organizer.user)
    accounts = Path(settings.STATE_DIR) / "demo-accounts.json"
    accounts.parent.mkdir(parents=True, exist_ok=True)
    accounts.write_text("[]")
    try:
        assert "Demo code" not in client.post(propose(season)).content.decode(), "not a demo account"
        Person.objects.filter(pk=organizer.pk).update(is_demo=True)
        with override_settings(DEMO_FACTOR=""):
            assert "Demo code" not in client.post(propose(season)).content.decode(), "not in production"
        page = client.post(propose(season)).content.decode()
        shown = re.search(r'id="demo-code">(\d{3} \d{3})<', page)
        assert shown is not None
        wrong = {"factor-code": wrong_code(demo_codes(organizer.user))}
        assert client.post(propose(season), wrong).status_code == 403
        assert client.post(propose(season), {"factor-code": shown[1]}).status_code == 302
        assert Event.objects.get(verb="cut.proposed").facts["factor"] == "demo"
    finally:
        accounts.unlink()
