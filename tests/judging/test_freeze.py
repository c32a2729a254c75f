"""The public board stands still before a cut; chair and organizer see it live."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import formats, timezone

from judging.jobs import charts, counts
from judging.models import Round
from spotlight.accounts.models import Person
from spotlight.ledger import clock
from submissions.models import Like, Play, Role, Season, Track, Use
from submissions.queries.publicity import frozen_at
from tests.making import (
    advance,
    make_person,
    make_playable,
    make_role,
    make_round,
    make_season,
    make_submission,
    open_for_good,
)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def season() -> Season:
    """Three tracks, heard in the order in which they were entered; a round that closes in nine days; 48 hours of freeze."""
    made = make_season("spring", board_freeze_hours=48, board_mode="full", zone="Asia/Seoul")
    for place in range(3):
        track = make_playable(make_submission(made, title=f"Song {place}").track)
        listen(track, 8 - 2 * place, first=clock.now().date() - 20 * DAY, days=27)
    counted(made)
    advance(make_round(made), "open")
    return open_for_good(made)


def listen(track: Track, listeners: int, *, first: datetime.date, days: int) -> None:
    Play.objects.bulk_create(
        Play(track=track, day=first + day * DAY, listener=f"{day}-{n}", market="jp")
        for day in range(days)
        for n in range(listeners)
    )


def counted(season: Season) -> None:
    counts.fold(season, since=clock.now().date() - 90 * DAY)
    charts.compute_due_weeks(season)


def turn_around(season: Season) -> Person:
    """What listeners do in two weeks of freeze: the last becomes the first, is liked, and used."""
    last, fan = Track.objects.get(title="Song 2"), make_person()
    listen(last, 30, first=clock.now().date(), days=14)
    Like.objects.create(track=last, person=fan, at=clock.now())
    Use.objects.create(
        season=season, track=last, person=fan, url="https://video.example/late", at=clock.now(), state="accepted",
        decided_at=clock.now() + DAY,
    )  # fmt: skip
    clock.move_by(15 * DAY)
    counted(season)
    return fan


def seen(client: Client) -> dict[str, Any]:
    """What the public pages say of the order and of numbers."""
    track = Track.objects.get(title="Song 2")
    page = client.get(f"/tracks/{track.code}/")
    return {
        "chart": [(card.rank, card.title) for card, _, _ in client.get("/seasons/spring/leaderboard/").context["rows"]],
        "weeks": len(client.get("/seasons/spring/leaderboard/").context["weeks"]),
        "program": client.get("/api/v1/seasons/spring/chart/").json(),
        "place": client.get(f"/tracks/{track.code}/chart/").content,
        "front": [card.code for card in client.get("/").context["cards"]],
        "rising": [card.title for card in client.get("/playlist/?sort=rising").context["cards"]],
        "uses": [use.url for use in page.context["uses"]],
        "numbers": page.context["likes"],
    }  # fmt: skip


def test_everything_public_stands_still_until_the_announcement(season: Season, client: Client) -> None:
    running = season.rounds.get()
    clock.move_to(running.closes_at - 2 * DAY)
    counted(season)
    at_the_freeze = seen(client)
    assert at_the_freeze["chart"][0] == (1, "Song 0")
    assert at_the_freeze["rising"]
    turn_around(season)
    assert seen(client) == at_the_freeze
    newest = season.chart_weeks.first()
    assert newest is not None
    assert client.get(f"/seasons/spring/leaderboard/?week={newest.number}").status_code == 404
    assert client.get(f"/api/v1/seasons/spring/chart/?week={newest.number}").status_code == 404
    advance(running, "announced")
    after = seen(client)
    assert after["chart"][0] == (1, "Song 2")
    assert after["numbers"] == 1
    assert after["uses"] == ["https://video.example/late"]


def test_pages_and_programs_say_since_when_in_the_seasons_zone(season: Season, client: Client) -> None:
    moment = season.rounds.get().closes_at - 2 * DAY
    clock.move_to(moment - datetime.timedelta(minutes=1))
    assert client.get("/api/v1/seasons/spring/").json()["chart_frozen_at"] is None
    assert "stands as it was" not in client.get("/seasons/spring/leaderboard/").content.decode()
    clock.move_to(moment + datetime.timedelta(minutes=1))
    counted(season)
    said = client.get("/api/v1/seasons/spring/").json()["chart_frozen_at"]
    assert datetime.datetime.fromisoformat(said) == moment
    words = (
        f"{formats.date_format(timezone.localtime(moment, ZoneInfo('Asia/Seoul')), 'DATETIME_FORMAT')} KST"
    )
    track = Track.objects.get(title="Song 0")
    for address in ("/seasons/spring/leaderboard/", "/", "/playlist/?sort=rising", f"/tracks/{track.code}/"):
        assert words in client.get(address).content.decode(), address


@pytest.mark.parametrize(("role", "live"), [(Role.CHAIR, True), (Role.ORGANIZER, True), (Role.JUDGE, False)])
def test_chair_and_organizer_see_it_live(season: Season, client: Client, role: Role, live: bool) -> None:
    clock.move_to(season.rounds.get().closes_at - 2 * DAY)
    counted(season)
    before = len(client.get("/seasons/spring/leaderboard/").context["weeks"])
    turn_around(season)
    user = make_role(season, role).user
    assert user is not None
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert len(client.get("/seasons/spring/leaderboard/").context["weeks"]) == before
    page = client.get("/seasons/spring/leaderboard/?view=live")
    assert (len(page.context["weeks"]) > before) == live
    assert ("See it as the public does" in page.content.decode()) == live


def test_a_round_that_closes_early_freezes_at_once(season: Season) -> None:
    running = season.rounds.get()
    Round.objects.filter(pk=running.pk).update(state="locked")
    Round.objects.filter(pk=running.pk).update(state="closed", closed_at=clock.now())
    assert frozen_at(season) is not None
    Season.objects.filter(pk=season.pk).update(board_freeze_hours=0)
    assert frozen_at(Season.objects.get(pk=season.pk)) is None
