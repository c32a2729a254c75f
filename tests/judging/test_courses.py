"""Rank history: what each role may see of how places changed."""

import datetime
import itertools
import re
from collections.abc import Sequence

import pytest
from django.test import Client

from judging.jobs import standings
from judging.models import ChartRow, ChartWeek, Release, Round
from judging.queries import courses
from judging.queries.boards import public_board
from spotlight.ledger import clock
from spotlight.web import plots
from submissions.models import Role, Season, Submission
from tests.making import (
    advance,
    make_entry,
    make_readings,
    make_role,
    make_round,
    make_season,
    make_seat,
    make_sheet,
    make_submission,
    open_for_good,
)

pytestmark = pytest.mark.django_db


def chart(season: Season, *weeks: Sequence[Submission]) -> None:
    """Archived weeks; each names its tracks from the first place on."""
    now = clock.now()
    for number, order in enumerate(weeks, 1):
        start = now.date() - datetime.timedelta(days=7 * (len(weeks) - number + 1))
        week = ChartWeek.objects.create(
            season=season, number=number, starts_on=start, ends_on=start + datetime.timedelta(days=6), computed_at=now, inputs_sha256="x"
        )  # fmt: skip
        for rank, entry in enumerate(order, 1):
            ChartRow.objects.create(week=week, track=entry.track, rank=rank, peak=rank, weeks=number)


@pytest.fixture
def season() -> Season:
    return open_for_good(make_season("spring", board_mode="movement", board_size=3))


def test_a_track_shows_its_weeks_on_the_board_and_nothing_below_it(season: Season, client: Client) -> None:
    a, b, c, d = (make_submission(season) for _ in range(4))
    chart(season, [a, b, c, d], [b, a, d, c], [d, b, a, c])
    found = courses.track_course(c.track.code)
    assert found is not None
    assert found.courses[0].ranks == (3, None, None)
    page = client.get(f"/tracks/{d.track.code}/chart/weeks/").content.decode()
    assert page.count('<td class="r">3</td>') == 1
    assert page.count('<td class="r">–</td>') == 1
    assert '<td class="r">4</td>' not in page
    assert "<polyline" in page


@pytest.mark.parametrize(("mode", "places", "moves"), [("hidden", 0, 0), ("top", 0, 0), ("order", 1, 0), ("movement", 1, 1), ("full", 1, 1)])  # fmt: skip
def test_the_boards_mode_decides(client: Client, mode: str, places: int, moves: int) -> None:
    modes = {value: value for value in Season.BoardMode.values}
    wanted = modes.get(mode) or Season.BoardMode.TOP_UNORDERED
    season = open_for_good(make_season("spring", board_mode=wanted, board_size=5))
    a, b = make_submission(season), make_submission(season)
    chart(season, [a, b], [b, a])
    answer = client.get(f"/tracks/{a.track.code}/chart/weeks/")
    assert (answer.status_code == 200) == bool(places)
    board = client.get("/seasons/spring/leaderboard/").content.decode()
    assert ("<polyline" in board) == bool(moves)


def test_a_hidden_track_is_on_no_course(season: Season) -> None:
    a, b = make_submission(season), make_submission(season)
    chart(season, [a, b], [b, a])
    a.track.hidden_at = clock.now()
    a.track.save(update_fields=["hidden_at"])
    assert courses.track_course(a.track.code) is None
    week = season.chart_weeks.order_by("-number").first()
    found = courses.movement(public_board(season), week)
    assert found is not None
    assert [course.track for course in found.courses] == [b.track]


def a_round(season: Season) -> Round:
    made = advance(make_round(season), "open")
    seats = [make_seat(made) for _ in range(2)]
    for number in range(4):
        entry = make_entry(made, make_submission(season))
        for seat in seats:
            make_sheet(entry, seat, 9 - 2 * number, 9 - 2 * number)
        make_readings(entry, *[40 - 9 * number] * 10)
    return Round.objects.get(pk=made.pk)


def test_standings_remember_an_entrys_ranks_for_chair_and_organizer_alone(client: Client) -> None:
    season = make_season("spring")
    made = a_round(season)
    standings.compute(made)
    first = made.entries.get(index=0)
    for sheet in made.sheets.filter(assignment__entry=first):
        sheet.scores.update(value=1)
    make_readings(made.entries.get(index=3), *[900] * 10, measure="likes")
    standings.compute(made)
    places = courses.places_of(first)
    assert [(p.number, p.rank) for p in places] == [(1, 1), (2, standing_of(made, 2, first.pk))]
    assert places[1].rank > 1
    address = f"/admin/chair/{made.code}/entries/{first.code}/"
    client.force_login(make_role(season, Role.CHAIR).user)
    answer = client.get(address)
    assert answer.status_code == 200
    assert "<polyline" in answer.content.decode()
    artist = first.submission.artist.members.get().person
    client.force_login(artist.user)
    assert client.get(address).status_code == 404
    assert client.get(f"/tracks/{first.submission.track.code}/chart/weeks/").status_code == 204


def standing_of(made: Round, number: int, entry: int) -> int:
    rank: int = made.standings.get(number=number).rows.get(entry=entry).rank
    return rank


def test_the_artist_sees_released_ranks_and_nobody_else_does(client: Client) -> None:
    season = make_season("spring", board_mode="hidden")
    made = a_round(season)
    found = standings.compute(made)
    assert found is not None
    advance(made, "closed")
    entry = made.entries.get(index=2)
    address = f"/tracks/{entry.submission.track.code}/chart/weeks/"
    artist = entry.submission.artist.members.get().person.user
    client.force_login(artist)
    assert client.get(address).status_code == 204
    advance(made, "announced")
    Release.objects.create(round=made, standings=found, at=clock.now())
    assert f"/entries/{entry.code}/why/" in client.get(address).content.decode()
    client.force_login(make_role(season, Role.JUDGE).user)
    assert client.get(address).status_code == 204


def test_a_course_breaks_where_there_was_no_place_and_keeps_to_its_margin() -> None:
    drawn = plots.courses(
        [plots.Course("一二三四五六七八九十" * 2, (1, 2, None, 4, 60))],
        columns=["1", "", "3", "", "5"],
        lowest=5,
        title="t",
    )
    assert drawn.count("<polyline") == 2
    assert drawn.count("<circle") == 4
    assert "一二三四五六七八九十" in drawn and "一二三四五六七八九十" * 2 not in drawn and "…" in drawn


def test_after_a_week_the_history_of_a_rank_goes_day_by_day() -> None:
    made = make_round(make_season())
    advance(made, "open")
    entry = make_entry(made)
    for number in range(8):
        for more in (1, 2):
            made.standings.create(
                number=2 * number + more,
                computed_at=clock.now(),
                recipe={},
                size=1,
                ranks=b"\1\0\0\0",
                blends=b"\1\0\0\0",
            )
        clock.move_by(datetime.timedelta(days=1))
        if number == 5:
            assert [place.number for place in courses.places_of(entry)] == list(range(1, 13))
    assert [place.number for place in courses.places_of(entry)] == [1, 3, 5, 7, 9, 11, 13, 15, 16]


def test_names_of_tracks_on_one_place_stand_below_one_another() -> None:
    drawn = plots.courses(
        [plots.Course("9 One", [1, 9]), plots.Course("9 Other", [2, 9]), plots.Course("10 Third", [3, 10])],
        columns=["1", "2"], lowest=10, title="x",
    )  # fmt: skip
    heights = [float(y) for y in re.findall(r'<text class="strong" x="468" y="([\d.]+)"', drawn)]
    assert min(b - a for a, b in itertools.pairwise(heights)) > 18
    assert len(heights) == 3
