"""What tests of seasons and roles begin with."""

import datetime
from itertools import count
from zoneinfo import ZoneInfo

from judging.services.presets import create_from_preset
from spotlight.accounts.models import Person, User
from spotlight.ledger import clock
from submissions.models import Membership, Season
from submissions.services.seasons import open_season

numbers = count(100_001)  # of as many digits in every test


def a_person(name: str = "", email: str = "") -> Person:
    """Somebody with an account."""
    number = next(numbers)
    user = User.objects.create_user(email or f"person{number}@example.com", "a long password 1")
    return Person.objects.create(user=user, name=name or f"Person {number}")


def with_role(season: Season, role: str) -> Person:
    """Somebody with a role in a season."""
    person = a_person()
    Membership.objects.create(season=season, person=person, role=role)
    return person


def soon(days: int = 10, zone: str = "Asia/Tokyo") -> datetime.datetime:
    """Noon of a day to come, in a zone."""
    day = (clock.now() + datetime.timedelta(days=days)).astimezone(ZoneInfo(zone)).date()
    return datetime.datetime.combine(day, datetime.time(12), ZoneInfo(zone))


def a_season(preset: str = "spotlight", *, by: Person | None = None, opened: bool = False) -> Season:
    """A season from a preset; its maker is its organizer."""
    person = by or a_person()
    season = create_from_preset(
        preset=preset, slug=f"season-{next(numbers)}", name="Spotlight 2027", starts_at=soon(), by=person
    )
    return open_season(season, by=person) if opened else season


def organizer_of(season: Season) -> Person:
    """Its first organizer."""
    return season.memberships.filter(role="organizer", ended_at__isnull=True).earliest("pk").person
