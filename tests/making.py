"""Small, valid things to test with: seasons, people, artists, cleared tracks, rounds, sheets."""

import datetime
import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client

from judging.models import (
    Assignment,
    Criterion,
    Entry,
    Metric,
    Reading,
    Round,
    Score,
    ScoreSheet,
    Seat,
    Source,
)
from spotlight.accounts.models import Person, User
from spotlight.ledger import clock, files
from spotlight.ledger.models import StoredFile
from submissions.models import (
    Artist,
    ArtistMember,
    Market,
    Membership,
    Role,
    Season,
    Submission,
    Track,
    TrackArtist,
)

_numbers = itertools.count(100_001)
"""Of as many digits in every test, whatever ran before it: "Song 9" would come after "Song 10", and stand in "Song 90"."""
PASSWORD = "correct horse battery staple"


def sqlstate(refusal: BaseException) -> str:
    """The code with which the database refused."""
    return str(getattr(refusal.__cause__, "pgcode", ""))


def stop_clock(moment: datetime.datetime) -> None:
    """Let the clock stand at a moment until the test's transaction is undone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION spotlight_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS "
            f"$$ SELECT '{moment.isoformat()}'::timestamptz $$"
        )


@contextmanager
def guards_off() -> Iterator[None]:
    """Without the database's triggers, as the owner alone can: what can't change is otherwise all the same."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def make_person(name: str = "Mina", **extra: Any) -> Person:
    """A person with an account that can sign in."""
    number = next(_numbers)
    user = User.objects.create_user(f"person{number}@example.test", PASSWORD, **extra)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return Person.objects.create(user=user, name=f"{name} {number}")


def confirm(client: Client) -> Client:
    """The same client, its session having shown a second factor just now."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    return client


def make_season(slug: str = "", *, days: int = 60, **extra: Any) -> Season:
    """An open season whose entries opened `days` ago, with the markets jp and kr."""
    now = clock.now()
    season = Season.objects.create(
        slug=slug or f"season-{next(_numbers)}",
        name="Test season",
        state=Season.State.OPEN,
        entries_open_at=now - datetime.timedelta(days=days),
        entries_close_at=now + datetime.timedelta(days=days),
        **extra,
    )
    for order, (code, name) in enumerate([("jp", "Japan"), ("kr", "Korea")]):
        Market.objects.create(season=season, code=code, name=name, order=order)
    return season


def open_for_good(season: Season) -> Season:
    """Mark the season as opened: from here on its rules stand still."""
    season.opened_at = clock.now()
    season.save(update_fields=["opened_at"])
    return season


def make_role(season: Season, role: str, person: Person | None = None) -> Person:
    """A person with a role in the season."""
    person = person or make_person(role)
    Membership.objects.create(season=season, person=person, role=role, confidential_at=clock.now())
    return person


def make_artist(person: Person | None = None, **extra: Any) -> Artist:
    """An artist with one member."""
    number = next(_numbers)
    artist = Artist.objects.create(
        slug=f"artist-{number}", name=extra.pop("name", f"Artist {number}"), **extra
    )
    ArtistMember.objects.create(artist=artist, person=person or make_person())
    return artist


def make_submission(
    season: Season,
    artist: Artist | None = None,
    *,
    state: str = Submission.State.CLEARED,
    market: str = "jp",
    **track: Any,
) -> Submission:
    """An entry with a track; cleared and released unless said otherwise."""
    artist = artist or make_artist()
    cleared = state == Submission.State.CLEARED
    released = clock.now() - datetime.timedelta(days=30) if cleared else None
    values = {
        "title": f"Song {next(_numbers)}",
        "genre": "pop",
        "audio": Track.Audio.READY,
        "duration_ms": 180_000,
    }
    made = Track.objects.create(**{**values, "released_at": released, **track})
    TrackArtist.objects.create(track=made, artist=artist)
    return Submission.objects.create(
        season=season, artist=artist, track=made, state=state, market=season.markets.get(code=market),
        entered_by=artist.members.get().person, submitted_at=clock.now(),
    )  # fmt: skip


def make_playable(track: Track) -> Track:
    """Give a track something to hear, so that it has a public page."""
    kept = files.keep_bytes(b"a rendition", kind=StoredFile.Kind.RENDITION, media_type="audio/mp4")
    Track.objects.filter(pk=track.pk).update(rendition=kept)
    track.refresh_from_db()
    return track


def make_round(
    season: Season, number: int = 1, *, cut: int = 3, criteria: bool = True, **extra: Any
) -> Round:
    """A planned round: two criteria (.6, .4), plays and likes (.7, .3), window around now."""
    now = clock.now()
    day = datetime.timedelta(days=1)
    values: dict[str, Any] = {
        "name": f"Round {number}", "opens_at": now - day, "locks_at": now + 7 * day, "closes_at": now + 9 * day,
        "cut_lowest": cut, "cut_highest": cut, "minimum_sheets": 1, "judges_per_entry": 2,
    }  # fmt: skip
    made = Round.objects.create(season=season, number=number, **{**values, **extra})
    if criteria:
        Criterion.objects.create(round=made, key="song", name="Song", weight=Decimal("0.6"), order=1)
        Criterion.objects.create(
            round=made, key="performance", name="Performance", weight=Decimal("0.4"), order=2
        )
    Metric.objects.create(round=made, measure="plays", weight=Decimal("0.7"))
    Metric.objects.create(round=made, measure="likes", weight=Decimal("0.3"))
    return made


def advance(made: Round, state: str) -> Round:
    """Take a round through its states up to `state`, without the services around them."""
    stages = list(Round.State.values)
    for stage in stages[stages.index(made.state) + 1 : stages.index(state) + 1]:
        Round.objects.filter(pk=made.pk).update(state=stage)
    made.refresh_from_db()
    return made


def make_entry(made: Round, submission: Submission | None = None, **extra: Any) -> Entry:
    """A submission's place in the round, counted from 20 days ago."""
    submission = submission or make_submission(made.season)
    first = clock.now().date() - datetime.timedelta(days=20)
    values = {"index": made.entries.count(), "counts_from": first}
    return Entry.objects.create(round=made, submission=submission, **{**values, **extra})


def make_seat(made: Round, person: Person | None = None) -> Seat:
    """A judge's seat on the round's panel."""
    person = person or make_role(made.season, Role.JUDGE)
    return Seat.objects.create(
        round=made, membership=person.memberships.get(season=made.season, role=Role.JUDGE)
    )


def make_sheet(entry: Entry, seat: Seat, *marks: float, filed: bool = True) -> ScoreSheet:
    """An assignment with a sheet; `marks` in the order of the rubric."""
    now = clock.now()
    assignment, _ = Assignment.objects.get_or_create(
        entry=entry, seat=seat, defaults={"round": entry.round, "position": entry.index, "created_at": now}
    )
    sheet = ScoreSheet.objects.create(round=entry.round, assignment=assignment, updated_at=now)
    for criterion, mark in zip(entry.round.criteria.all(), marks, strict=False):
        Score.objects.create(sheet=sheet, criterion=criterion, value=Decimal(str(mark)))
    if filed:
        ScoreSheet.objects.filter(pk=sheet.pk).update(state=ScoreSheet.State.FILED, filed_at=now)
        sheet.refresh_from_db()
    return sheet


def make_readings(
    entry: Entry, *values: int, measure: str = "plays", source: str = "spotlight", market: str = "jp"
) -> None:
    """One reading a day from the entry's first counting day on."""
    origin, _ = Source.objects.get_or_create(
        season=entry.round.season, slug=source, defaults={"name": source}
    )
    for number, value in enumerate(values):
        Reading.objects.create(
            day=entry.counts_from + datetime.timedelta(days=number), source=origin, track=entry.submission.track,
            measure=measure, market=market, value=value, fans=value,
        )  # fmt: skip
