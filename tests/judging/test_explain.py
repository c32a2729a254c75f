"""Why this rank: what the page says is what the standings say, in three languages, and nothing of it before the release."""

import datetime
import random
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from judging.jobs import standings
from judging.models import Assignment, Entry, Release, Round, ScoreSheet, Standing
from judging.queries.adjustments import cut_days, held_back, rank_interval
from judging.queries.explain import Ahead, why
from judging.services import cuts
from spotlight.accounts.models import Person
from submissions.models import Role
from tests.making import (
    advance,
    make_entry,
    make_readings,
    make_role,
    make_round,
    make_season,
    make_seat,
    make_sheet,
)

DAYS = [datetime.date(2026, 11, day) for day in range(1, 15)]
RULES = {
    "method": "robust-normal-score",
    "winsor": "3.0",
    "consistency_cap": "0.5",
    "metrics": [["plays", "0.7"], ["likes", "0.3"]],
}


def test_the_days_that_were_cut_are_those_above_three_usual_days() -> None:
    """The plays of the method's known answer K3: median 11, so a day counts at most 33."""
    lines = [("jp", "plays", day, value) for day, value in zip(DAYS, (10, 12, 11, 400, 9, 0, 13), strict=False)]  # fmt: skip
    found = cut_days(lines, RULES, days=7, merged=set())
    assert [(cut.metric, cut.days) for cut in found] == [("plays", [DAYS[3]])]
    assert cut_days(lines, RULES | {"method": "raw-sum"}, days=7, merged=set()) == []
    assert cut_days(lines, RULES, days=3, merged=set()) == [], "days after the window are not counted at all"


def test_small_markets_are_looked_at_together() -> None:
    """20 a day from one and 45 on a single day from the other: together no day is above 60 but one."""
    lines = [("hk", "plays", day, 20) for day in DAYS] + [("tw", "plays", DAYS[4], 45)]
    assert cut_days(lines, RULES, days=14, merged=set())[0].days == [DAYS[4]]
    assert cut_days(lines, RULES, days=14, merged={"hk", "tw"})[0].days == [DAYS[4]]
    assert cut_days([*lines[:-1], ("tw", "plays", DAYS[4], 30)], RULES, days=14, merged={"hk", "tw"}) == []


def test_a_measure_far_ahead_of_the_rest_is_held_back() -> None:
    assert held_back({"plays": 2_000_000, "likes": 0}, RULES) == ["plays"]
    assert held_back({"plays": 900_000, "likes": 0}, RULES) == []


@pytest.fixture
def closed(db: None) -> Round:
    """Ten entries, a strict and a generous judge and one in the middle; the first entry had one loud day."""
    season = make_season("spring")
    made = advance(
        make_round(season, options={"popularity": {"region_minimum_entries": 3, "region_minimum_fans": 0}}),
        "open",
    )
    seats = [make_seat(made) for _ in range(3)]
    chance = random.Random(5)
    for number in range(10):
        entry = make_entry(made)
        for seat, lean in zip(seats, (-2, 0, 2), strict=True):
            sheet = make_sheet(entry, seat, 5 + lean + chance.randint(-2, 2), 5 + lean, filed=False)
            comment = "A chorus that stays." if seat is seats[1] and number == 0 else ""
            ScoreSheet.objects.filter(pk=sheet.pk).update(
                state="filed", filed_at=made.opens_at, comment=comment
            )
        make_readings(entry, *[chance.randint(1, 50) for _ in range(13)], 900 if number == 0 else 20)
        if number == 0:
            make_readings(entry, 1, 1, measure="plays", market="tw")
    apart = make_sheet(made.entries.get(index=0), make_seat(made), 10, 10)
    ScoreSheet.objects.filter(pk=apart.pk).update(comment="I know them too well.")
    Assignment.objects.filter(sheet=apart).update(
        state="recused"
    )  # who steps back says nothing to the artist
    advance(made, "locked")
    standings.compute(made, closing=True)
    return advance(made, "closed")


@pytest.fixture
def two(closed: Round) -> tuple[Person, Person]:
    return make_role(closed.season, Role.ORGANIZER), make_role(closed.season, Role.CHAIR)


def artist_of(entry: Entry) -> Client:
    user = entry.submission.artist.members.get().person.user
    assert user is not None
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def announced(closed: Round, two: tuple[Person, Person]) -> None:
    cuts.approve_cut(cuts.propose_cut(closed, by=two[0]), by=two[1])
    cuts.announce(closed, by=two[0])


def test_nothing_of_it_is_there_before_the_release(closed: Round, two: tuple[Person, Person]) -> None:
    cuts.approve_cut(cuts.propose_cut(closed, by=two[0]), by=two[1])
    entry = closed.entries.get(index=0)
    client = artist_of(entry)
    assert why(entry) is None
    assert client.get(reverse("why", args=[entry.code])).status_code == 404
    for address in (
        "/me/",
        "/api/v1/me/entries/",
        f"/submit/{entry.submission.code}/",
        "/seasons/spring/leaderboard/1/",
    ):
        page = client.get(address).content.decode()
        assert entry.code not in page and "A chorus that stays." not in page and "Why No." not in page, address  # fmt: skip


def test_every_number_on_the_page_is_one_of_the_standings(closed: Round, two: tuple[Person, Person]) -> None:
    announced(closed, two)
    rows = list(Release.objects.get(round=closed).standings.rows.select_related("entry"))
    assert len(rows) == 10
    for row in rows:
        told = artist_of(row.entry).get(reverse("why", args=[row.entry.code]))
        page = re.sub(r"\s+", " ", told.content.decode())
        story = told.context["why"]
        assert story.standing == row
        assert f"Why No. {row.rank}" in page and f"took place {row.rank} of 10" in page
        for number, places in ((row.panel, 2), (row.popularity, 2), (row.blend, 3)):
            figure = f"{Decimal(number).scaleb(-6):.{places}f}".replace("-", "\N{MINUS SIGN}")
            assert f'<dd class="figure">{figure}</dd>' in page
        assert story.ahead == Ahead(10 - row.rank, 9)
        below = sum((other.panel or 0) < (row.panel or 0) for other in rows)
        same = sum(other.panel == row.panel for other in rows) - 1
        assert story.panel == Ahead(below + same / 2, 9)
        assert [(mark.given, mark.read) for mark in story.marks] == [
            (mark["given"] / 10**6, mark["read"] / 10**6)
            for mark in sorted(row.parts["marks"], key=lambda mark: mark["seat"])
        ]
        assert story.interval[0] <= row.rank <= story.interval[1]


def test_what_was_adjusted_is_said_with_its_reason(closed: Round, two: tuple[Person, Person]) -> None:
    announced(closed, two)
    entry = closed.entries.get(index=0)
    assert ScoreSheet.objects.filter(comment="I know them too well.", state="filed").exists()
    address = reverse("why", args=[entry.code])
    client = artist_of(entry)
    story = client.get(address).context["why"]
    assert {"generous", "strict"} <= {mark.reason for mark in story.marks}
    loud = entry.counts_from + datetime.timedelta(days=13)
    assert [(cut.metric, cut.days) for cut in story.adjusted.cut] == [("plays", [loud])]
    assert story.adjusted.merged == ["tw"]
    assert story.pull > 0
    assert story.comments == ["A chorus that stays."]
    said = {
        "en": ("stricter than the panel", "days that stood out", "Small markets", "A chorus that stays.", "in 8 of 10 cases"),
        "ja": ("審査員", "目立って"),
        "ko": ("심사위원", "두드러"),
    }  # fmt: skip
    for language, words in said.items():
        page = client.get(address, headers={"accept-language": language}).content.decode()
        assert [word for word in words if word not in page] == [], language


def test_how_sure_a_place_is_follows_the_panel(closed: Round) -> None:
    rows = list(Standing.objects.filter(standings__round=closed).select_related("standings"))
    wide = {row.rank: rank_interval(row) for row in rows}
    assert any(span and span[1] > span[0] for span in wide.values())
    for row in rows:
        row.panel_sd = 1
    row = rows[0]
    row.standings.recipe["blend"]["method"] = "borda"
    assert rank_interval(row) is None, "only a sum has an error that adds up"


@pytest.fixture
def by_points(closed: Round, two: tuple[Person, Person]) -> Round:
    """The same round, decided by the points of its judges and markets."""
    made = advance(
        make_round(
            closed.season, 2, blend_method="eurovision", tie_chain="popularity-first", design="all-hear-all",
            options={"popularity": {"region_minimum_entries": 3, "region_minimum_fans": 0, "minimum_days": 3}},
        ),
        "open",
    )  # fmt: skip
    seats = [make_seat(made) for _ in range(3)]
    for number in range(6):
        entry = make_entry(made)
        for place, seat in enumerate(seats):
            sheet = make_sheet(entry, seat, (number * (place + 1)) % 7, 5, filed=False)
            ScoreSheet.objects.filter(pk=sheet.pk).update(state="filed", filed_at=made.opens_at)
        make_readings(entry, *[10 * number + day for day in range(5)])
    running = standings.compute(made)
    advance(made, "locked")
    at_close = standings.compute(made, closing=True)
    assert running and at_close and bytes(running.blends) == bytes(at_close.blends)
    advance(made, "closed")
    announced(made, two)
    return made


def test_where_points_decide_the_page_says_who_gave_how_many(by_points: Round) -> None:
    rows = list(Standing.objects.filter(standings__releases__round=by_points).order_by("rank"))
    assert len(rows) == 6
    for row in rows:
        told = artist_of(row.entry).get(reverse("why", args=[row.entry.code]))
        story, page = told.context["why"], re.sub(r"\s+", " ", told.content.decode())
        assert sum(one.points for one in story.points) * 10**6 == row.blend
        assert {one.voter for one in story.points if one.is_judge} == {"1", "2", "3"}
        assert {one.voter for one in story.points if not one.is_judge} <= {"Japan"}
        assert f'<dd class="figure">{row.blend // 10**6}</dd>' in page
        assert "By the rules the panel counts" not in page and "Read as" not in page
        assert "The chance that it truly belongs" not in page
    assert rows[0].blend > rows[-1].blend
