"""What if: other rules tried on a running round, by organizers alone; nothing is kept."""

import datetime
import random
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from judging.jobs import inputs
from judging.jobs.whatif import CanNotTry, Wish, try_out
from judging.models import Reading, Round, Ruling, Source, Standings, Suspicion
from spotlight.accounts.models import Person
from spotlight.ledger import clock
from submissions.models import Role
from tests.making import (
    PASSWORD,
    advance,
    make_entry,
    make_person,
    make_readings,
    make_role,
    make_round,
    make_season,
    make_seat,
    make_sheet,
    make_submission,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Round:
    """Nine entries: the panel loves the first ones, the public the last ones."""
    made = advance(make_round(make_season(), cut=3), "open")
    seats = [make_seat(made) for _ in range(3)]
    chance = random.Random(3)
    for number in range(9):
        entry = make_entry(made)
        for seat in seats:
            make_sheet(entry, seat, 9 - number * 0.5 + chance.choice([0, 0.5]), 9 - number)
        make_readings(entry, *[10 + 6 * number + chance.randint(0, 3) for _ in range(14)])
    return made


def signed_in(person: Person) -> Client:
    client = Client()
    assert person.user is not None and client.login(email=person.user.email, password=PASSWORD)
    return client


def test_nothing_wished_moves_nobody(running: Round) -> None:
    found = try_out(running, Wish())
    assert (found.entering, found.leaving, found.now, found.then) == ([], [], 3, 3)


def test_the_panel_alone_and_the_public_alone_choose_others(running: Round) -> None:
    panel, public = (try_out(running, Wish(popularity=Decimal(weight))) for weight in (0, 1))
    assert {move.entry.index for move in public.entering} <= {6, 7, 8}
    assert {move.entry.index for move in panel.entering} <= {0, 1, 2}
    assert len(public.entering) == 3
    assert len(public.entering) == len(public.leaving)
    for move in public.entering:
        assert move.after <= 3 < move.before


def test_a_larger_cut_lets_more_in(running: Round) -> None:
    found = try_out(running, Wish(size=5))
    assert (len(found.entering), found.leaving, found.now, found.then) == (2, [], 3, 5)
    assert [move.after for move in found.entering] == [4, 5]


def test_one_judge_or_the_only_source_out(running: Round) -> None:
    """It is the same as if the rows were not there."""
    seat = running.seats.first()
    assert seat is not None
    without = try_out(running, Wish(without_seat=seat.code))
    silent = try_out(running, Wish(without_source="spotlight"))
    assert {move.entry.index for move in silent.entering} == {0, 1, 2} - set(chosen(running))
    before = set(chosen(running))
    running.sheets.filter(assignment__seat=seat).update(state="draft")
    assert {m.entry.index for m in without.entering} == set(chosen(running)) - before


def chosen(round: Round) -> list[int]:
    places = dict(round.entries.values_list("code", "index"))
    return [places[code] for code in inputs.load(round).score().chosen()]


def test_where_cuts_are_made_per_group_each_group_has_its_line() -> None:
    made = advance(make_round(make_season(), cut=1, cut_scope="market"), "open")
    seat = make_seat(made)
    for mark, group in ((9, "jp"), (8, "jp"), (3, "kr"), (2, "kr")):
        make_readings(entry := make_entry(made, group=group), 5, 5, 5, 5, 5, 5, 5)
        make_sheet(entry, seat, mark, mark)
    found = try_out(made, Wish(size=2))
    assert (found.now, found.then) == (2, 4)
    assert [move.entry.group for move in found.entering] == ["jp", "kr"]


def test_a_planned_round_is_tried_with_what_would_enter_it() -> None:
    """By what listeners did so far; entries, codes and all are gone again afterwards."""
    made = make_round(make_season(), cut=2)
    source = Source.objects.create(season=made.season, slug="spotlight", name="Spotlight")
    songs = [make_submission(made.season) for _ in range(4)]
    first = clock.now().date() - datetime.timedelta(days=20)
    for plays, song in enumerate(songs):
        for day in range(12):
            for measure, value in (("plays", 10 + 5 * plays), ("likes", 40 - 9 * plays)):
                when = first + datetime.timedelta(days=day)
                Reading.objects.create(day=when, source=source, track=song.track, measure=measure, market="jp", value=value, fans=value)  # fmt: skip
    found = try_out(made, Wish(size=3))
    assert [(move.before, move.after) for move in found.entering] == [(3, 3)]
    assert found.entering[0].entry.submission == songs[1], "the most plays lead: they weigh more than likes"
    assert (found.now, found.then, found.leaving) == (2, 3, [])
    assert try_out(made, Wish()).shifted == 0
    assert not made.entries.exists() and not Standings.objects.exists()
    page = signed_in(make_role(made.season, Role.ORGANIZER)).get(
        reverse("what_if", args=[made.season.slug, 1]), {"size": "3"}
    )
    assert page.status_code == 200 and "as if it opened now" in page.content.decode()


def test_who_was_ruled_in_counts_as_the_cut_counts_them(running: Round) -> None:
    entry = running.entries.get(index=0)
    entry.assignments.filter(sheet__isnull=False).update(state="recused")
    assert 0 not in chosen(running)
    before = try_out(running, Wish(popularity=Decimal(0), size=9))
    Ruling.objects.create(
        round=running, entry=entry, outcome="selectable", reason="x", by=make_person(), at=clock.now()
    )
    after = try_out(running, Wish(popularity=Decimal(0), size=9))
    assert (before.then, after.then) == (8, 9)


def test_an_organizer_who_judges_is_shown_no_ranks(running: Round) -> None:
    """Not here, not where a source is switched, not beside a case of readings set aside; once it is locked, all of it."""
    season = running.season
    both = make_role(season, Role.ORGANIZER)
    make_seat(running, make_role(season, Role.JUDGE, both))
    client, source = signed_in(both), season.sources.get()
    case = Suspicion.objects.create(
        season=season, round=running, track=running.entries.get(index=0).submission.track, source=source,
        detector=Suspicion.Detector.PANEL, measures=["plays"], markets=["jp"], days=["2026-11-01"],
        first_day="2026-11-01", last_day="2026-11-01", found_at=clock.now(),
        facts={"popularity": 3.0, "panel": -1.5, "figure": 4.5, "threshold": 4.0},
    )  # fmt: skip
    tried = reverse("what_if", args=[season.slug, 1])
    switched = reverse("readings_switch", args=[season.slug, source.slug])
    looked_at = reverse("suspicion", args=[season.slug, case.code])

    def seen() -> list[bool]:
        return [
            client.get(tried, {"size": "5"}).context["outcome"] is not None,
            client.get(switched).context["previews"][0][1] is not None,
            client.get(looked_at).context["weighed"] is not None,
            bool(client.get(looked_at).context["facts"]),
        ]

    assert seen() == [False] * 4
    advance(running, "locked")
    assert seen() == [True] * 4


def test_a_round_without_entries_says_so() -> None:
    with pytest.raises(CanNotTry, match="no entries yet"):
        try_out(make_round(make_season()), Wish())


def test_the_page_is_for_organizers_and_keeps_nothing(running: Round) -> None:
    season = running.season
    address = reverse("what_if", args=[season.slug, 1])
    organizer = signed_in(make_role(season, Role.ORGANIZER))
    assert organizer.get(address).status_code == 200
    page = organizer.get(address, {"popularity": "1", "size": "2"})
    assert page.status_code == 200 and "Would enter" in page.content.decode()
    assert organizer.get(address, {"popularity": "7"}).status_code == 422
    assert organizer.get(address, {"without_seat": "nobody"}).status_code == 422
    assert not Standings.objects.exists()
    assert (
        reverse("what_if", args=[season.slug, 1])
        in organizer.get(reverse("cut_round", args=[season.slug, 1])).content.decode()
    )
    for role in (Role.CHAIR, Role.JUDGE, Role.CLEARANCE):
        assert signed_in(make_role(season, role)).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_names_stay_hidden_until_the_number_is_fixed(running: Round) -> None:
    Round.objects.filter(pk=running.pk).update(cut_highest=5)
    organizer = signed_in(make_role(running.season, Role.ORGANIZER))
    address = reverse("what_if", args=[running.season.slug, 1])
    assert organizer.get(address).status_code == 200
    advance(running, "closed")
    assert organizer.get(address).status_code == 404
