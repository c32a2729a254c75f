"""The living demo: filled, resumed after a kill, tried as everybody, and driven to its winners in a browser."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from judging.models import Award, Decision, Round
from series.models import Episode
from spotlight.demo import entering, people, seeding
from spotlight.demo.models import Step
from spotlight.demo.studio import Studio
from spotlight.ledger import clock, work
from spotlight.ledger.models import Event, WorkRow
from submissions.models import Season, Submission, Track

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]


class Killed(Exception):
    """What ends a seeding in the middle."""


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: Any) -> Path:
    """A small demo, whose seeding was killed once on the way and called twice afterwards."""
    accounts = tmp_path / "demo-accounts.json"
    monkeypatch.setattr(people, "accounts_file", lambda: accounts)
    # Being nice would hold for every test that comes after it in this process.
    monkeypatch.setattr(seeding, "os", SimpleNamespace(nice=lambda by: None))
    monkeypatch.setattr(seeding, "Studio", lambda kindly=False: Studio())
    real, calls = entering._send_audio, iter(range(100))

    def die(*args: Any) -> Any:
        if next(calls) == 3:
            raise Killed
        return real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(entering, "_send_audio", die)
        with pytest.raises(Killed):
            call_command("seed_demo", "--size", "small")
    assert Submission.objects.filter(track__original__isnull=False).count() == 3
    call_command("seed_demo", "--size", "small")
    events = Event.objects.count()
    call_command("seed_demo", "--size", "small")
    assert Event.objects.count() == events
    return accounts


def test_a_visitor_takes_the_season_to_its_winners(page: Page, filled: Path) -> None:
    _is_whole(filled)
    for role, heading in [
        ("fan", ""), ("artist", "Your entries"), ("clearance", "Decide"), ("judge", ""), ("chair", "Judging progress"),
        ("organizer", "What needs you today"), ("partner", "Scouting"),
    ]:  # fmt: skip
        page.goto("/")
        page.locator("#demo-bar summary").click()
        page.locator(f"#demo-bar form[action$='/{role}/'] button").click()
        page.wait_for_url(re.compile("/(playlist|me|admin|partners)/"))
        if heading:
            expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        if role == "judge":
            expect(page).to_have_url(re.compile(r"/admin/desk/spotlight-\d+-2/"))
    moves = 0
    while (button := page.get_by_role("button", name="Move the season on")).is_visible():
        button.click()
        expect(page.locator("#demo-state progress")).to_be_visible()
        assert WorkRow.objects.filter(kind="demo.advance", state="waiting").count() == 1
        work.run_due()
        expect(page.locator("#demo-state progress")).to_have_count(0)
        moves += 1
    assert moves == 8
    expect(page.locator("#demo-state")).to_contain_text("This season is over")
    page.get_by_role("link", name="See the winners").click()
    page.wait_for_url("**/results/")
    season = Season.objects.get(slug=re.findall(r"/seasons/([\w-]+)/", page.url)[0])
    assert season.state == "finished"
    winners = Decision.objects.filter(round__season=season, round__number=3, outcome="in")
    assert winners.count() == 2
    assert set(Award.objects.filter(prize__season=season).values_list("state", flat=True)) == {"accepted"}
    for winner in winners:
        expect(page.locator("main")).to_contain_text(winner.entry.submission.track.title)


def _is_whole(accounts: Path) -> None:
    """What the seeding has to leave behind."""
    roles = [row["role"] for row in json.loads(accounts.read_text())]
    assert {
        "organizer",
        "organizer2",
        "chair",
        "clearance",
        "editor",
        "judge",
        "artist",
        "partner",
        "fan",
    } == set(roles)
    assert roles.count("judge") > 1
    assert roles.count("artist") > 1
    assert Step.objects.filter(finished_at=None).count() == 0
    assert set(Track.objects.values_list("audio", flat=True)) == {"ready"}
    running = Season.objects.get(state="open", rounds__state="open")
    assert list(running.rounds.order_by("number").values_list("state", flat=True)) == [
        "announced",
        "open",
        "planned",
    ]
    earlier = Season.objects.get(state="finished")
    assert set(Round.objects.filter(season=earlier).values_list("state", flat=True)) == {"announced"}
    assert Award.objects.filter(prize__season=earlier, state="delivered").exists()
    assert Episode.objects.filter(state="published", captions__isnull=False).distinct().count() == 1
    assert running.chart_weeks.count() > 10
    assert abs((clock.now() - timezone.now()).total_seconds()) < 60
    work.run_due()  # what is put off by seconds may be due by now; a worker would have done it
    assert not WorkRow.objects.filter(state__in=["waiting", "failed"], due_at__lte=clock.now()).exists()
