import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from judging.models import Prize, Round
from judging.queries import home
from judging.queries.rules import rounds_of
from spotlight.ledger import clock
from spotlight.ledger.models import Mail
from submissions.models import Season
from submissions.services import amendments, roles
from submissions.services.seasons import finish_season
from tests.submissions.making import a_season, organizer_of, with_role

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def season() -> Season:
    return a_season(opened=True)


def step(season: Season) -> Any:
    return home.next_step(Season.objects.get(pk=season.pk), clock.now())


def test_before_and_during_entries(season: Season) -> None:
    assert step(season).page == ("people", season.slug)
    clock.move_to(season.entries_open_at)
    assert step(season).page == ("clearance",)


def test_a_round_from_its_panel_to_its_cut(season: Season) -> None:
    first = rounds_of(season)[0]
    clock.move_to(first.opens_at - DAY)
    assert "no panel" in step(season).title
    seat = with_role(season, "judge").memberships.get()
    first.seats.create(membership=seat)
    assert "is next" in step(season).title
    clock.move_to(first.opens_at)
    assert "due to open" in step(season).title
    said = {"open": "is running", "locked": "no more sheets", "closed": "is closed", "announced": "Round two"}
    for state, words in said.items():
        Round.objects.filter(pk=first.pk).update(state=state)
        assert words in step(season).title, state


def test_a_finished_season(season: Season) -> None:
    finish_season(season, by=None)
    assert step(season).page == ("results", season.slug)


def test_queues_count_and_say_since_when(season: Season) -> None:
    waiting = {queue.name: queue for queue in home.queues(season)}
    assert {queue.count for queue in waiting.values()} == {0}
    roles.invite(season, email="x@example.com", role="judge", by=organizer_of(season))
    amendments.propose_amendment(
        season, field="results_at", after=season.results_at + DAY, reason="The hall.", by=organizer_of(season)
    )
    Mail.objects.create(
        to="a@example.com",
        subject="x",
        text="x",
        season=season.slug,
        state="held",
        created_at=clock.now() - 3 * DAY,
    )
    waiting = {queue.name: queue for queue in home.queues(season) if queue.count}
    assert set(waiting) == {"Invitations not answered", "Changes of windows to approve", "Mails held back"}
    assert waiting["Mails held back"].is_late(clock.now())
    assert not waiting["Invitations not answered"].is_late(clock.now())


def test_the_page_through_the_season(client: Client, season: Season) -> None:
    client.force_login(organizer_of(season).user)
    assert "only organizer" in client.get(reverse("home")).content.decode()
    with_role(season, "organizer")
    first = rounds_of(season)[0]
    clock.move_to(first.opens_at)
    for state in ("open", "locked", "closed", "announced"):
        Round.objects.filter(pk=first.pk).update(state=state)
        answer = client.get(reverse("home"), {"season": season.slug})
        assert answer.status_code == 200 and "only organizer" not in answer.content.decode()
        assert ("Coverage of Round one" in answer.content.decode()) is (state in ("open", "locked"))


def test_prizes_are_followed_after_the_last_round(season: Season) -> None:
    assert Prize.objects.filter(season=season).exists()
    for round_ in rounds_of(season):
        for state in ("open", "locked", "closed", "announced"):
            Round.objects.filter(pk=round_.pk).update(state=state)
    clock.move_to(season.results_at)
    assert step(season).page == ("cut_round", season.slug, "3")
