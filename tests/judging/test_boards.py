"""The public chart: markets, weeks, and what a season shows of it."""

import datetime

import pytest
from django.test import Client

from judging.jobs import charts, counts
from judging.models import ChartRow, Prize, Reading
from judging.queries import boards
from judging.queries.cuts import Line, Place
from judging.services import cuts
from judging.tasks.standings import count_season
from spotlight.ledger import clock
from submissions.models import Play, Role, Season, Track
from tests.judging.test_cuts import closed_round
from tests.making import guards_off, make_playable, make_role, make_season, make_submission, open_for_good

pytestmark = pytest.mark.django_db


@pytest.fixture
def season() -> Season:
    """Two tracks from Japan and one from Korea; the later ones are heard more, week after week.

    Heard until yesterday: a week of Tokyo is over while its last day goes on in UTC.
    """
    made = make_season("spring")
    today = clock.now().date()
    for place, market in enumerate(("jp", "kr", "jp")):
        track = make_submission(made, market=market, title=f"Song {place}").track
        Play.objects.bulk_create(
            Play(track=track, day=today - datetime.timedelta(days=day), listener=str(n), market="jp")
            for day in range(1, 21)
            for n in range(place + 1)
        )
    counts.fold(made, since=today - datetime.timedelta(days=30))
    charts.compute_due_weeks(made)
    return open_for_good(made)


def titles(client: Client, query: str = "") -> list[str]:
    rows = client.get(f"/seasons/spring/leaderboard/{query}").context["rows"]
    return [f"{card.rank} {card.title}" for card, _, _ in rows]


def test_a_market_keeps_the_places_of_the_whole_chart(season: Season, client: Client) -> None:
    assert titles(client) == ["1 Song 2", "2 Song 1", "3 Song 0"]
    assert titles(client, "?market=kr") == ["2 Song 1"]
    assert titles(client, "?market=jp") == ["1 Song 2", "3 Song 0"]
    assert len(titles(client, "?market=nowhere")) == 3


def test_one_walks_from_week_to_week(season: Season, client: Client) -> None:
    newest, before = boards.chart_weeks(boards.public_board(season))[:2]
    page = client.get("/seasons/spring/leaderboard/?market=jp")
    assert (page.context["newer"], page.context["older"]) == (None, before)
    assert f"market=jp&amp;week={before.number}" in page.content.decode()
    page = client.get(f"/seasons/spring/leaderboard/?week={before.number}")
    assert page.context["newer"] == newest
    assert client.get("/seasons/spring/leaderboard/?week=999").status_code == 404


@pytest.mark.parametrize(("mode", "status"), [("full", 200), ("order", 200), ("top", 204), ("hidden", 204)])
def test_a_track_has_a_place_where_the_season_shows_places(
    season: Season, client: Client, mode: str, status: int
) -> None:
    Season.objects.filter(pk=season.pk).update(board_mode=mode)
    track = Track.objects.get(title="Song 1")
    assert client.get(f"/tracks/{track.code}/chart/").status_code == status


def test_places_below_the_board_are_nobodys_business(season: Season, client: Client) -> None:
    Season.objects.filter(pk=season.pk).update(board_size=2)
    codes = {t.title: t.code for t in Track.objects.all()}
    assert client.get(f"/tracks/{codes['Song 1']}/chart/").status_code == 200
    assert client.get(f"/tracks/{codes['Song 0']}/chart/").status_code == 204


def test_what_was_below_the_board_stays_unsaid(season: Season, client: Client) -> None:
    """Second of two places this week, third the week before: neither the old place nor that week is told."""
    newest = boards.chart_weeks(boards.public_board(season)).first()
    assert newest is not None
    with guards_off():
        newest.rows.filter(track__title="Song 1").update(previous=3)
        ChartRow.objects.filter(track__title="Song 1").exclude(week=newest).update(rank=3)
    Season.objects.filter(pk=season.pk).update(board_size=2)
    row = client.get("/api/v1/seasons/spring/chart/").json()["results"][1]
    assert (row["rank"], row["previous"], row["weeks"]) == (2, None, 1)
    assert [card.move for card, _, _ in client.get("/seasons/spring/leaderboard/").context["rows"]] == [
        "same",
        "new",
    ]


@pytest.mark.parametrize(
    ("mode", "fields"),
    [
        ("full", {"rank", "previous", "peak", "weeks", "points", "track"}),
        ("movement", {"rank", "previous", "peak", "weeks", "track"}),
        ("order", {"rank", "track"}),
        ("top", {"track"}),
    ],
)
def test_each_mode_tells_programs_only_its_own(
    season: Season, client: Client, mode: str, fields: set[str]
) -> None:
    Season.objects.filter(pk=season.pk).update(board_mode=mode)
    rows = client.get("/api/v1/seasons/spring/chart/").json()["results"]
    assert [set(row) for row in rows] == [fields] * 3
    titles = [row["track"]["title"] for row in rows]
    assert titles == (["Song 0", "Song 1", "Song 2"] if mode == "top" else ["Song 2", "Song 1", "Song 0"])


def test_a_hidden_board_has_no_weeks(season: Season, client: Client) -> None:
    Season.objects.filter(pk=season.pk).update(board_mode="hidden")
    assert client.get("/api/v1/seasons/spring/chart/").json()["results"] == []
    assert client.get("/seasons/spring/leaderboard/").context["weeks"] == []


@pytest.mark.parametrize(("mode", "numbers"), [("order", True), ("top", False), ("hidden", False)])
def test_likes_and_rising_are_told_where_the_order_is(
    season: Season, client: Client, mode: str, numbers: bool
) -> None:
    Season.objects.filter(pk=season.pk).update(board_mode=mode)
    track = make_playable(Track.objects.get(title="Song 1"))
    assert (client.get(f"/tracks/{track.code}/").context["likes"] is not None) == numbers
    assert (client.get("/playlist/?sort=rising").context["asked"].sort == "rising") == numbers


@pytest.mark.parametrize("mode", ["hidden", "top"])
def test_results_do_not_tell_an_order_that_the_season_hides(client: Client, mode: str) -> None:
    season = make_season("spring", board_mode=mode)
    one, two = make_role(season, Role.ORGANIZER), make_role(season, Role.CHAIR)
    final = closed_round(season, entries=4)
    cuts.approve_cut(cuts.propose_cut(final, by=one), by=two)
    cuts.announce(final, by=one)
    open_for_good(season)
    by_rank = [d.entry.submission.track for d in final.decisions.filter(outcome="in").order_by("rank")]
    for title, track in zip("CBA", by_rank, strict=True):
        Track.objects.filter(pk=track.pk).update(title=title)
    page = client.get("/seasons/spring/results/")
    assert [card.title for card, _ in page.context["winners"]] == ["A", "B", "C"]
    assert [card.title for card in page.context["rounds"][0][1]] == ["A", "B", "C"]
    assert ">reserve<" not in client.get("/seasons/spring/leaderboard/1/").content.decode()


def test_the_line_is_shown_with_what_is_near_it() -> None:
    def place(number: int) -> Place:
        reserve = 1 if number == 3 else None
        return Place(None, "", number < 3, True, reserve)

    line = Line(None, None, 3, [place(n) for n in range(100)])
    assert len(line.near(10)) == 14
    assert len(line.near(1000)) == 100


def test_the_front_page_shows_the_winners_with_their_prizes(client: Client) -> None:
    season = make_season("spring")
    Prize.objects.create(season=season, tier=1, name="A single", places=1)
    one, two = make_role(season, Role.ORGANIZER), make_role(season, Role.CHAIR)
    final = closed_round(season, entries=4)
    open_for_good(season)
    assert client.get("/").context["winners"] == []
    cuts.approve_cut(cuts.propose_cut(final, by=one), by=two)
    cuts.announce(final, by=one)
    page = client.get("/")
    first = final.decisions.get(rank=1).entry.submission.track
    assert page.context["winners"][0][0].code == first.code
    assert "A single" in page.content.decode()
    final_page = client.get("/seasons/spring/leaderboard/1/").content.decode()
    assert "Winner" in final_page and ">advances<" not in final_page


def test_a_week_waits_until_it_is_counted_however_long_nobody_counts() -> None:
    """A chart is never rewritten: one that is written before its plays are counted stays empty for good."""
    made = make_season("autumn")
    track = make_submission(made).track
    assert charts.compute_due_weeks(made) == 0
    days = [clock.now().date() - datetime.timedelta(days=n) for n in range(1, 16)]
    Play.objects.bulk_create(Play(track=track, day=day, listener="one", market="jp") for day in days)
    count_season(made.slug, lambda *_: None)
    assert set(Reading.objects.filter(track=track).values_list("day", flat=True)) == set(days)
    newest = made.chart_weeks.filter(ends_on__gte=days[-1])
    assert newest.count() >= 2
    assert not newest.filter(rows=None).exists()
