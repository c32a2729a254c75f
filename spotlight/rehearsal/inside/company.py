"""Who runs a rehearsed season: two organizers, a chair, a reviewer and the panel. They exist in this database alone."""

import datetime
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from judging.services import presets
from judging.services.panel import accept_confidentiality
from spotlight.accounts import codes
from spotlight.accounts.models import Person, User
from spotlight.ledger import clock
from spotlight.rehearsal.rules import load_rules
from submissions.models import Organisation, Season
from submissions.services import roles, seasons
from submissions.services.presets import SEASONS

BEGINS = datetime.datetime(2030, 4, 5, 1, tzinfo=datetime.UTC)
"""When the entries of a season from a preset open; a copied season keeps its own calendar."""
BEFORE = datetime.timedelta(days=2)
DOMAIN = "rehearsal.invalid"


@dataclass(frozen=True)
class Company:
    """The people of a season who are not artists or fans."""

    organizers: tuple[Person, Person]
    chair: Person
    reviewer: Person
    judges: tuple[Person, ...]


def make_season(*, rules: str, preset: str, seed: int, judges: int) -> tuple[Season, Company]:
    """The season, from a preset or from dumped rules, staffed and opened. The clock stands before its entries open.

    Nobody's age or identity is asked and no co-writer confirms: there is nobody to ask.

    Raises NotReady where the rules can't be opened.
    """
    first = person("organizer-1")
    if preset:
        clock.move_to(BEGINS - BEFORE)
        season = presets.create_from_preset(
            preset=preset, slug="rehearsal", name=str(SEASONS[preset].name), starts_at=BEGINS, by=first
        )
    else:
        season = load_rules(rules)
        clock.move_to((season.entries_open_at or BEGINS) - BEFORE)
    season.seed = hashlib.sha256(f"rehearsal:{seed}".encode()).hexdigest()[:32]
    season.guardian_under, season.identity_by, season.confirms_credits = 0, Season.IdentityBy.NOTHING, False
    season.save()
    season.markets.update(guardian_under=None)
    company = _staff(season, first, judges)
    return seasons.open_season(season, by=first), company


def _staff(season: Season, first: Person, judges: int) -> Company:
    company = Company(
        organizers=(first, person("organizer-2")), chair=person("chair"), reviewer=person("clearance"),
        judges=tuple(person(f"judge-{number:03d}") for number in range(1, judges + 1)),
    )  # fmt: skip
    labels = [Organisation.objects.create(name=f"Label {letter}") for letter in "ABCD"]
    for organizer in company.organizers:
        roles.grant(season, person=organizer, role="organizer", by=first)
    roles.grant(season, person=company.chair, role="chair", by=first)
    roles.grant(season, person=company.reviewer, role="clearance", by=first)
    for number, judge in enumerate(company.judges):
        works_for = labels[number // 8 % 4] if number % 8 == 7 else None
        member = roles.grant(season, person=judge, role="judge", by=first, organisation=works_for)
        accept_confidentiality(member, by=judge)
    return company


def person(key: str) -> Person:
    """Somebody with an account that nobody can sign in to."""
    user = User.objects.create_user(f"{key}@{DOMAIN}", language="en", zone="UTC")
    return Person.objects.create(user=user, name=key.replace("-", " ").title(), is_demo=True)


@contextmanager
def steady_codes(seed: int) -> Iterator[None]:
    """Public codes from the seed, so that the same rehearsal comes out each time: codes order entries and break ties."""
    real, rng = codes.new_code, Random(f"rehearsal/{seed}")
    codes.new_code = lambda length: "".join(rng.choice(codes.ALPHABET) for _ in range(length))
    try:
        yield
    finally:
        codes.new_code = real
