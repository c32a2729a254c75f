"""Without a source: kept with the close for everybody who is in or in reserve, guarded, shown, and provable."""

import random

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from judging.jobs import inputs, standings
from judging.jobs.counterfactual import without_source
from judging.jobs.proof import without_csv
from judging.models import Metric, Round, Standing
from judging.queries.counterfactuals import needed_sources, withouts
from judging.services import cuts
from submissions.models import Role
from tests.making import (
    PASSWORD,
    advance,
    make_entry,
    make_readings,
    make_role,
    make_round,
    make_season,
    make_seat,
    make_sheet,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed() -> Round:
    """Ten entries, three advance; the first one is in by the radio alone."""
    made = make_round(make_season(), cut=3, reserves=2)
    Metric.objects.filter(round=made, measure="likes").update(source="radio", measure="spins", weight="0.7")
    Metric.objects.filter(round=made, measure="plays").update(weight="0.3")
    advance(made, "open")
    seats, chance = [make_seat(made) for _ in range(2)], random.Random(4)
    for number in range(10):
        entry = make_entry(made)
        for seat in seats:
            make_sheet(entry, seat, 6, 6)
        make_readings(entry, *[chance.randint(5, 9) + 4 * (number or 4) for _ in range(14)])
        make_readings(
            entry,
            *[chance.randint(5, 9) + (900 if number == 0 else 0) for _ in range(14)],
            source="radio",
            measure="spins",
        )
    advance(made, "locked")
    given = inputs.load(made)
    standings.compute(made, closing=True)
    made.given = given  # type: ignore[attr-defined]
    return advance(made, "closed")


def test_kept_for_who_is_in_or_in_reserve(closed: Round) -> None:
    rows = list(Standing.objects.filter(standings__round=closed).select_related("entry").order_by("rank"))
    assert ["without" in row.parts for row in rows] == [True] * 5 + [False] * 5
    given = closed.given  # type: ignore[attr-defined]
    for source in ("radio", "spotlight"):
        other = inputs.Inputs(
            given.recipe, given.entries, given.sheets, without_source(given.readings, source)
        ).score()
        for row in rows[:5]:
            kept = row.parts["without"][source]
            assert kept["rank"] == other.entries.index(row.entry.code) + 1
            assert kept["in"] == (row.entry.code in other.chosen())
    first = next(row for row in rows if row.entry.index == 0)
    assert first.rank <= 3
    assert needed_sources(closed, first, {"radio": "The radio"}) == ["The radio"]
    assert {one.source: one.is_in for one in withouts(closed, first)}["what listeners do here"]
    with pytest.raises(DatabaseError), transaction.atomic():
        Standing.objects.filter(pk=first.pk).update(parts={})
    assert without_csv(rows[0].standings).decode().count("\n") == 11


def test_the_cut_page_and_the_artist_read_it(closed: Round) -> None:
    organizer, chair = make_role(closed.season, Role.ORGANIZER), make_role(closed.season, Role.CHAIR)
    client = Client()
    assert organizer.user is not None and client.login(email=organizer.user.email, password=PASSWORD)
    page = client.get(f"/admin/cut/{closed.season.slug}/1/").content.decode()
    assert page.count("would not be in without radio") >= 1
    cuts.approve_cut(cuts.propose_cut(closed, by=organizer), by=chair)
    cuts.announce(closed, by=organizer)
    first = closed.entries.get(index=0)
    artist = first.submission.artist.members.get().person
    assert artist.user is not None and client.login(email=artist.user.email, password=PASSWORD)
    assert "and would not have advanced" in client.get(f"/entries/{first.code}/why/").content.decode()
