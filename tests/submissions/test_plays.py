"""What counts as a play, rule by rule."""

import datetime
from typing import Any

import pytest

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import clock
from submissions.jobs.salts import forget_salts, forget_sessions
from submissions.models import ListenerSalt, Play, PlaySession, Role, Share, Track
from submissions.services import listening, plays
from tests.making import make_person, make_role, make_season, make_submission

pytestmark = pytest.mark.django_db
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


def visitor(
    person: Person | None = None, *, address: str = "192.0.2.1", agent: str = AGENT, language: str = "ja"
) -> plays.Visitor:
    return plays.Visitor(person, address, agent, language)


def listen(track: Track, who: plays.Visitor, seconds: float, *, pass_time: float | None = None) -> int:
    session = plays.open_session(track, who)
    clock.move_by(datetime.timedelta(seconds=seconds if pass_time is None else pass_time))
    return plays.record([plays.Heard(session.code, seconds)])


@pytest.fixture
def track() -> Track:
    """A track at noon in Tokyo, so that no day ends in the middle of a test."""
    clock.move_to((clock.now() + datetime.timedelta(days=1)).replace(hour=3))
    return make_submission(make_season()).track


@pytest.mark.parametrize(("seconds", "counted"), [(29.9, 0), (30, 1), (200, 1)])
def test_after_thirty_seconds(track: Track, seconds: float, counted: int) -> None:
    assert listen(track, visitor(), seconds) == counted
    assert Play.objects.count() == counted


@pytest.mark.parametrize(("seconds", "counted"), [(14.9, 0), (15, 1)])
def test_after_three_quarters_of_a_shorter_track(seconds: float, counted: int) -> None:
    short = make_submission(make_season(), duration_ms=20_000).track
    assert listen(short, visitor(), seconds) == counted


def test_once_per_listener_track_and_day(track: Track) -> None:
    assert [listen(track, visitor(), 40) for _ in range(3)] == [1, 0, 0]
    assert listen(track, visitor(address="192.0.2.2"), 40) == 1
    clock.move_by(datetime.timedelta(days=1))
    assert listen(track, visitor(), 40) == 1


def test_the_day_is_that_of_the_season(track: Track) -> None:
    """UTC's midnight is nine in the morning in Tokyo: the same day, and so the same listener."""
    midnight = (clock.now() + datetime.timedelta(days=1)).replace(hour=0, minute=0)
    clock.move_to(midnight - datetime.timedelta(minutes=10))
    assert (listen(track, visitor(), 40), listening.share(track, visitor())) == (1, True)
    clock.move_to(midnight + datetime.timedelta(minutes=10))
    assert forget_salts() == 0
    assert (listen(track, visitor(), 40), listening.share(track, visitor())) == (0, False)
    assert Play.objects.get().day == Share.objects.get().day == midnight.date()


def test_nobody_is_credited_with_more_than_the_time_that_passed(track: Track) -> None:
    assert listen(track, visitor(), 3000, pass_time=5) == 0
    session = PlaySession.objects.get()
    passed = (clock.now() - session.opened_at).total_seconds()
    assert 6 <= session.listened_ms / 1000 <= passed + 1


def test_a_report_never_takes_seconds_back(track: Track) -> None:
    session = plays.open_session(track, visitor())
    clock.move_by(datetime.timedelta(seconds=60))
    assert (
        plays.record(
            [plays.Heard(session.code, 31), plays.Heard(session.code, 2), plays.Heard("unknown", 99)]
        )
        == 1
    )
    plays.record([plays.Heard(session.code, 1)])
    session.refresh_from_db()
    assert session.listened_ms == 31_000


def test_own_staff_judge_and_partner_plays_never_count(track: Track) -> None:
    submission = track.submissions.get()
    own = submission.artist.members.get().person
    others = [make_role(submission.season, role) for role in Role]
    operator = make_person(is_staff=True)
    assert [listen(track, visitor(person), 60) for person in (own, operator, *others)] == [0] * 8
    assert listen(track, visitor(make_person()), 60) == 1


@pytest.mark.parametrize("agent", ["", "curl/8.4", "Googlebot/2.1", "python-requests/2", "HeadlessChrome"])
def test_known_bots_never_count(track: Track, agent: str) -> None:
    assert listen(track, visitor(agent=agent), 60) == 0


def test_no_address_is_stored_and_the_salt_is_thrown_away(track: Track) -> None:
    listen(track, visitor(), 60)
    first = Play.objects.get().listener
    assert "192.0.2.1" not in first
    clock.move_by(datetime.timedelta(days=2))
    listen(track, visitor(), 60)
    assert Play.objects.exclude(listener=first).exists(), "another day's hash is another"
    assert (forget_salts(), forget_sessions()) == (1, 1)
    assert PlaySession.objects.count() == 1 and Play.objects.count() == 2, "what counted stays"
    assert ListenerSalt.objects.get().day == Play.objects.exclude(listener=first).get().day


def test_a_salt_is_kept_until_its_day_is_over_everywhere() -> None:
    noon = (clock.now() + datetime.timedelta(days=2)).replace(hour=12)
    ListenerSalt.objects.create(day=noon.date() - datetime.timedelta(days=1), salt=b"s")
    clock.move_to(noon - datetime.timedelta(hours=1))
    assert forget_salts() == 0, "it is still that day west of Greenwich"
    clock.move_to(noon + datetime.timedelta(hours=1))
    assert forget_salts() == 1


@pytest.mark.parametrize(("language", "market"), [("ja-JP", "jp"), ("ko", "kr"), ("de", "")])
def test_the_market_of_a_listener(track: Track, language: str, market: str) -> None:
    assert plays.open_session(track, visitor(language=language)).market == market


def test_one_statement_for_a_beacon_of_twenty(track: Track, django_assert_num_queries: Any) -> None:
    sessions = [plays.open_session(track, visitor(address=f"192.0.2.{n}")) for n in range(20)]
    clock.move_by(datetime.timedelta(seconds=60))
    with django_assert_num_queries(1):
        assert plays.record([plays.Heard(session.code, 45) for session in sessions]) == 20
    with pytest.raises(InvalidInput):
        plays.record([plays.Heard("x", 1)] * 21)
