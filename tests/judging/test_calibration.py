"""The calibration set: chosen outside the field, scored on the desk before own entries, never counted; the spread has no names."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from judging.jobs import rounds as life
from judging.jobs import standings
from judging.models import CalibrationSheet, CalibrationTrack, Round, Standing
from judging.queries import calibration as queries
from judging.services import calibration, desk, panel, rounds
from judging.services.calibration import SIZE
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import files
from spotlight.ledger.models import StoredFile
from submissions.models import Membership, Role, Season, Track
from tests.judging.conftest import draft, judge_of
from tests.making import make_role, make_round, make_season, make_submission, open_for_good

pytestmark = pytest.mark.django_db


@pytest.fixture
def chair(season: Season) -> Person:
    return make_role(season, Role.CHAIR)


@pytest.fixture
def outside(season: Season) -> list[Track]:
    """Six playable tracks of an earlier season."""
    earlier = make_season()
    sound = files.keep_bytes(b"\0" * 500, kind=StoredFile.Kind.RENDITION, media_type="audio/mp4")
    return [make_submission(earlier, rendition=sound, title=f"Outside {n}").track for n in range(SIZE + 1)]


@pytest.fixture
def planned(season: Season, outside: list[Track], chair: Person) -> Round:
    made = make_round(season, heard_share=Decimal("0.50"))
    calibration.choose_set(made, [track.code for track in outside[:SIZE]], by=chair)
    return made


def judges(season: Season) -> list[Membership]:
    return list(season.memberships.filter(role=Role.JUDGE).order_by("pk"))


def score_all(made: Round, judge: Membership, song: float) -> None:
    for track, _sheet in queries.own_set(judge, made):
        calibration.score(track, draft(song=song, heard=[(0, 90_000)]), by=judge, version=0, filed=True)


def test_only_five_tracks_from_outside_and_only_before_the_round(
    season: Season, planned: Round, outside: list[Track], chair: Person
) -> None:
    inside = season.submissions.first()
    assert inside is not None
    for codes in (
        [],
        [t.code for t in outside[:4]],
        [outside[0].code] * 5,
        [inside.track.code, *(t.code for t in outside[:4])],
    ):
        with pytest.raises(InvalidInput, match="five tracks"):
            calibration.choose_set(planned, codes, by=chair)
    own = make_submission(make_season(), inside.artist, rendition=outside[0].rendition).track
    assert own not in queries.candidates(planned), "nobody of the field, not even with another song"
    assert [row.track for row in queries.set_of(planned)] == outside[:SIZE]
    calibration.score(queries.set_of(planned)[0], draft(), by=judges(season)[0], version=0)
    with pytest.raises(InvalidInput, match="begun"):
        calibration.draw_set(planned, by=chair)
    open_for_good(season)
    opened = rounds.open_round(planned, by=chair)
    with pytest.raises(life.WrongStage):
        calibration.take_set_away(opened, by=chair)


def test_a_drawn_set_follows_from_the_seed_and_spans_the_places_of_earlier_seasons(
    planned: Round, outside: list[Track], chair: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranks = dict(zip([t.pk for t in outside], [1, 2, 30, 40, 50, 60], strict=True))
    monkeypatch.setattr(queries, "candidate_ranks", lambda _round: [(t, ranks[t.pk]) for t in outside])
    drawn = [row.track for row in calibration.draw_set(planned, by=chair)]
    assert drawn == [row.track for row in calibration.draw_set(planned, by=chair)]
    assert {outside[0], *outside[1:5:2]} & set(drawn) and len(set(drawn)) == SIZE
    assert {t.pk for t in drawn} >= {outside[0].pk}


def test_the_set_comes_before_own_entries_and_never_counts(
    season: Season, planned: Round, chair: Person, client: Client
) -> None:
    open_for_good(season)
    made = rounds.open_round(planned, by=chair)
    duty = made.assignments.select_related("seat__membership__person__user", "entry", "round").first()
    assert duty is not None
    own, by = duty.seat.membership, judge_of(duty)
    client.force_login(by.user)
    mine, first = f"/admin/desk/{made.code}/{duty.entry.alias}/", f"/admin/desk/{made.code}/calibration/"
    assert client.get(mine)["Location"] == first
    with pytest.raises(desk.CalibrationFirst):
        desk.file_sheet(duty, draft(heard=[(0, 180_000)]), version=0, by=by)
    track = queries.waiting(own, made)
    assert track is not None
    page = client.get(f"{first}{track.alias}/").content.decode()
    assert "does not count" in page and track.track.title not in page and track.track.code not in page
    marks = {"version": 0, "mark_song": 7, "mark_performance": 6, "heard": "0-10000,170000-180000"}
    refused = client.post(f"{first}{track.alias}/", marks, headers={"X-Autosave": "file"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_heard_enough")
    filed = client.post(
        f"{first}{track.alias}/", {**marks, "heard": "0-95000"}, headers={"X-Autosave": "file"}
    )
    following = queries.waiting(own, made)
    assert following is not None and filed.json()["next"] == f"{first}{following.alias}/"
    assert client.post(f"{first}{track.alias}/", {**marks, "mark_song": 1}).status_code == 409, (
        "it stays as given"
    )
    score_all(made, own, 7)
    assert client.get(mine).status_code == 200
    before = standings.compute(made)
    for judge in judges(season):
        score_all(made, judge, 7 if judge == own else 9)
    assert (standings.compute(made), Standing.objects.filter(sheets__gt=0).count()) == (before, 0)


def test_the_spread_shows_everybody_and_nobody(
    season: Season, planned: Round, chair: Person, client: Client
) -> None:
    everyone = judges(season)
    tied = CalibrationTrack.objects.get(round=planned, position=5).track.billing.get().artist
    panel.declare_conflict(season, by=everyone[3].person, artist=tied)
    assert len(queries.own_set(everyone[3], planned)) == SIZE - 1, "what a judge is tied to is left out"
    for judge, song in zip(everyone[:2], (2, 5), strict=True):
        score_all(planned, judge, song)
    client.force_login(everyone[0].person.user)
    address = f"/admin/desk/{planned.code}/calibration/"
    assert "once 3 judges" in client.get(address).content.decode(), (
        "with two, one would know the other's mark"
    )
    score_all(planned, everyone[2], 8)
    page = client.get(address)
    spread = page.context["spreads"][0][1]
    assert (spread.values, spread.own, spread.median) == ([3.6, 5.4, 7.2], 3.6, 5.4)
    text = page.content.decode()
    assert not any(other.person.name in text for other in everyone[1:])
    client.force_login(everyone[3].person.user)
    assert "spreads" not in client.get(address).context, "only after one's own"
    client.force_login(chair.user)
    room = client.get(f"/admin/chair/{planned.code}/calibration/")
    assert room.context["done"] == (3, 4)
    assert not any(judge.person.name in room.content.decode() for judge in everyone)


def test_two_windows_lose_nothing_here_either(season: Season, planned: Round, client: Client) -> None:
    judge = judges(season)[0]
    track = queries.set_of(planned)[0]
    client.force_login(judge.person.user)
    address = f"/admin/desk/{planned.code}/calibration/{track.alias}/"
    marks = {"version": 0, "mark_song": 7, "mark_performance": 6}
    client.post(address, marks, headers={"X-Autosave": "1"})
    client.post(address, {**marks, "version": 1, "mark_song": 3}, headers={"X-Autosave": "1"})
    clash = client.post(address, {**marks, "version": 1, "mark_song": 9})
    assert clash.status_code == 409 and CalibrationSheet.objects.get().marks["song"] == "3"
    assert client.post(address, clash.context["fields"]).status_code == 302
    assert CalibrationSheet.objects.get().marks["song"] == "9"


def test_nobody_else_finds_the_set(planned: Round, chair: Person, client: Client) -> None:
    track = queries.set_of(planned)[0]
    pages = [
        f"/admin/desk/{planned.code}/calibration/",
        f"/admin/desk/{planned.code}/calibration/{track.alias}/audio",
    ]
    for person in (chair, make_role(make_season(), Role.JUDGE)):
        client.force_login(person.user)
        assert [client.get(page).status_code for page in pages] == [404, 404]


@pytest.mark.parametrize("act", ["draw", "clear", "choose"])
def test_the_chair_chooses_on_the_page(
    planned: Round, outside: list[Track], chair: Person, client: Client, act: str
) -> None:
    client.force_login(chair.user)
    address = f"/admin/chair/{planned.code}/calibration/"
    assert client.get(address, {"q": "Outside 5"}).context["candidates"] == [outside[5]]
    sent: dict[str, object] = {"act": act, "track": [t.code for t in outside[1:]]}
    client.post(address, sent)
    kept = {row.track for row in queries.set_of(planned)}
    assert kept == set(outside[1:]) if act == "choose" else len(kept) == (SIZE if act == "draw" else 0)


def test_open_round_without_a_set_asks_for_none(open_round: Callable[..., Round]) -> None:
    duty = open_round().assignments.first()
    assert duty is not None
    assert desk.file_sheet(duty, draft(), version=0, by=judge_of(duty)).state == "filed"
