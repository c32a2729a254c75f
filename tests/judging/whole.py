"""A small whole season through the real services: frozen rules, two judged rounds, two cuts, both announced."""

import datetime
import random
from collections.abc import Mapping
from decimal import Decimal

from judging.models import Entry, Prize, Reading, Round, Source, Witness
from judging.services import cuts, removals, rounds
from judging.services.desk import Draft, file_sheet
from judging.services.presets import create_from_preset
from spotlight.accounts.models import Person
from spotlight.ledger import clock, work
from submissions.models import Role, Season
from submissions.services.seasons import open_season
from tests.making import make_artist, make_person, make_role, make_submission

CANARY = "Zxqcanary"
NO_METHODS: Mapping[int, Mapping[str, str]] = {}
OPTIONS = {"popularity": {"region_minimum_entries": 2, "region_minimum_fans": 0, "minimum_days": 3}}


def whole_season(
    slug: str = "whole",
    *,
    entries: int = 10,
    judges: int = 4,
    leaving: bool = False,
    methods: Mapping[int, Mapping[str, str]] = NO_METHODS,
) -> Season:
    """Played to its last announcement. Round 1 advances two per market, round 2 one or two of all: two is fixed.

    With `leaving`, one entry is withdrawn while round 1 is locked, its first is disqualified after the close, and its second
    after the announcement. `methods` are those of a round's fields that are not as in the preset, by its number.
    """
    organizer, season = frozen_season(slug, methods)
    chair = make_role(season, Role.CHAIR, make_person(f"{CANARY} chair"))
    for number in range(judges):
        make_role(season, Role.JUDGE, make_person(f"{CANARY} judge {number}"))
    assert season.clearing_ends_at is not None
    clock.move_to(season.clearing_ends_at)
    for number in range(entries):
        artist = make_artist(make_person(f"{CANARY} person"), name=f"{CANARY} {number}")
        make_submission(season, artist, market=("jp", "kr")[number % 2], title=f"{CANARY} song {number}")
    for number in (1, 2):
        play_round(season.rounds.get(number=number), organizer, chair, leaving=leaving and number == 1)
    season.refresh_from_db()
    return season


def frozen_season(slug: str, methods: Mapping[int, Mapping[str, str]] = NO_METHODS) -> tuple[Person, Season]:
    """The organizer, and a season from a preset, made small and opened."""
    organizer = make_person(f"{CANARY} organizer")
    starts_at = clock.now() + datetime.timedelta(days=1)
    season = create_from_preset(
        preset="spotlight", slug=slug, name="A season", starts_at=starts_at, by=organizer
    )
    Prize.objects.filter(season=season).delete()
    Prize.objects.create(season=season, tier=1, name="A single", places=1)
    season.rounds.filter(number=3).delete()
    season.rounds.filter(number=1).update(cut_scope="market", cut_lowest=2, cut_highest=2, reserves=1)
    season.rounds.filter(number=2).update(cut_lowest=1, cut_highest=2)
    season.rounds.update(
        options=OPTIONS | {"assignment": {"size": 8}}, minimum_sheets=2, judges_per_entry=3, is_blind=False
    )
    for number, fields in methods.items():
        season.rounds.filter(number=number).update(**fields)
    Witness.objects.create(season=season, email="witness@example.test")
    open_season(season, by=organizer)
    return organizer, Season.objects.get(pk=season.pk)


def play_round(round: Round, organizer: Person, chair: Person, *, leaving: bool = False) -> None:
    """From its opening to its announcement; `leaving` as above."""
    clock.move_to(round.opens_at + datetime.timedelta(minutes=1))
    rounds.open_round(round, by=organizer)
    chance = random.Random(round.number)
    add_readings(round, chance)
    for duty in round.assignments.select_related("seat__membership__person", "round").order_by("pk"):
        marks = {c.key: Decimal(chance.randint(4, 20)) / 2 for c in round.criteria.all()}
        draft = Draft(marks=marks, comment=f"{CANARY} comment", note=f"{CANARY} note")
        file_sheet(duty, draft, version=0, by=duty.seat.membership.person)
    clock.move_to(round.locks_at + datetime.timedelta(minutes=1))
    rounds.lock_round(round, by=chair)
    if leaving:
        take_out(round.entries.get(index=0), organizer, chair, kind="withdrawn")
    clock.move_to(round.closes_at + datetime.timedelta(minutes=1))
    rounds.close_round(round, by=chair)
    if leaving:
        take_out(round.standings.get(is_closing=True).rows.get(rank=1).entry, organizer, chair)
    if round.cut_lowest != round.cut_highest:
        cuts.fix_number(round, number=round.cut_highest, reason=f"{CANARY} gap", by=chair)
    cuts.approve_cut(cuts.propose_cut(round, by=organizer, note=f"{CANARY} why"), by=chair)
    cuts.announce(round, by=organizer)
    work.run_due()
    if leaving:
        take_out(round.standings.get(is_closing=True).rows.get(rank=2).entry, organizer, chair)


def take_out(entry: Entry, organizer: Person, chair: Person, *, kind: str = "disqualified") -> None:
    """Out of the season, by two people where a round is closed."""
    made = removals.propose_removal(entry.submission, kind=kind, reason=f"{CANARY} reason", by=organizer)
    if made.state == "proposed":
        removals.approve_removal(made, by=chair)


def add_readings(round: Round, chance: random.Random) -> None:
    """Plays and likes of two weeks for every entry, in two markets."""
    source = Source.objects.get(season=round.season, slug="spotlight")
    days = range(14)
    Reading.objects.bulk_create(
        Reading(
            day=entry.counts_from + datetime.timedelta(days=day), source=source, track=entry.submission.track,
            measure=measure, market=market, value=chance.randint(0, 60), fans=chance.randint(0, 30),
        )
        for entry in round.entries.select_related("submission__track").order_by("index")
        for measure in ("plays", "likes") for market in ("jp", "kr") for day in days
    )  # fmt: skip
