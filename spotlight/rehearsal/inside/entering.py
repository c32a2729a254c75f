"""Artists enter and are cleared.

The first ones go step by step through the services behind the pages: artist page, draft, three saves, sending, clearance.
The others are written in bulk as those services leave them, and have no account, so that thousands take seconds; what is
rehearsed for all is judging. Nobody hears anything, so all tracks share one tiny stored sound, marked as checked.
"""

import datetime
from collections.abc import Sequence

from django.db import transaction

from spotlight.accounts.models import Person
from spotlight.ledger import clock, files
from spotlight.ledger.models import StoredFile
from spotlight.rehearsal.inside.company import Company, person
from spotlight.rehearsal.simulation.world import World
from submissions.models import (
    Answer,
    Artist,
    ArtistMember,
    ClearanceDecision,
    Credit,
    Division,
    Organisation,
    Season,
    Submission,
    Track,
    TrackArtist,
)
from submissions.queries.entries import current_terms
from submissions.services import artists, clearance, entries
from submissions.services.entries import Changes, CreditLine

WEEKS = 8
SIGNED = 20
"""Every so many artists work with a label, some of whose people judge."""


class Entering:
    """The entries of a season, in eight parts of the window. `submissions` maps an artist's row to the key of the entry."""

    def __init__(self, season: Season, world: World, company: Company) -> None:
        self.season, self.world, self.company = season, world, company
        self.markets = list(season.markets.order_by("order", "code"))
        self.divisions = list(season.divisions.order_by("order", "code"))
        self.questions = list(season.questions.all())
        self.terms = current_terms(season)
        self.labels = list(Organisation.objects.order_by("name"))
        self.sound = files.keep_bytes(b"rehearsal", kind=StoredFile.Kind.RENDITION, media_type="audio/mpeg")
        self.submissions: dict[int, int] = {}
        self.singly = world.parameters.singly // 8

    def parts(self) -> list[tuple[datetime.datetime, list[int]]]:
        """When each part enters and is cleared at once, and which artists it is."""
        opens, closes = self.season.entries_open_at, self.season.entries_close_at
        assert opens is not None and closes is not None
        step = (closes - opens) / WEEKS
        shuffled = self.world.parameters.rng("entering").permutation(self.world.parameters.artists).tolist()
        return [(opens + step * (week + 0.5), shuffled[week::WEEKS]) for week in range(WEEKS)]

    def enter(self, artists_rows: Sequence[int]) -> None:
        """One part enters; the clock shows the moment."""
        single = [row for row in artists_rows if row < self.singly]
        for row in single:
            self.submissions[row] = self._by_services(row).pk
        self._in_bulk([row for row in artists_rows if row >= self.singly])

    def _by_services(self, row: int) -> Submission:
        me = person(f"artist-{row:05d}")
        artist = artists.create_artist(by=me, name=_name(row), language="en", market=self._market(row))
        Artist.objects.filter(pk=artist.pk).update(organisation=self._label(row))
        submission = entries.begin_entry(self.season, artist, by=me)
        for changes in self._steps(row):
            entries.save_entry(submission, changes, by=me)
        Track.objects.filter(pk=submission.track_id).update(**self._sound(row))
        submission.refresh_from_db()
        entries.submit(submission, by=me)
        submission.refresh_from_db()
        clearance.clear(submission, by=self.company.reviewer)
        return submission

    def _steps(self, row: int) -> list[Changes]:
        rights = [
            CreditLine(_name(row), Credit.Part.COMPOSER, 10_000),
            CreditLine(_name(row), Credit.Part.PERFORMER),
        ]
        division = {"division": self._division(row)} if self.divisions else {}
        return [
            Changes(step="track", track={"title": _title(row), "genre": self._genre(row), "language": "en"}),
            Changes(
                step="rights", track={"ai_use": "none", "licence": "clips"},
                submission={"is_original": True, "has_rights": True}, credits=rights,
            ),
            Changes(
                step="eligibility", submission=division, answers={q.pk: True for q in self.questions},
                accepts_terms=self.terms is not None,
            ),
        ]  # fmt: skip

    @transaction.atomic
    def _in_bulk(self, rows: Sequence[int]) -> None:
        at = clock.now()
        people = Person.objects.bulk_create(
            [Person(name=_name(row), market=self._market(row), is_demo=True) for row in rows], batch_size=2000
        )
        made = Artist.objects.bulk_create([self._artist(row, at) for row in rows], batch_size=2000)
        tracks = Track.objects.bulk_create([self._track(row, at) for row in rows], batch_size=2000)
        pairs = list(zip(people, made, tracks, strict=True))
        ArtistMember.objects.bulk_create(ArtistMember(artist=a, person=p) for p, a, _ in pairs)
        TrackArtist.objects.bulk_create(TrackArtist(artist=a, track=t) for _, a, t in pairs)
        Credit.objects.bulk_create(
            Credit(track=t, name=a.name, part=Credit.Part.COMPOSER, share=10_000) for _, a, t in pairs
        )
        sent = Submission.objects.bulk_create(
            [self._submission(row, *parts, at) for row, parts in zip(rows, pairs, strict=True)],
            batch_size=2000,
        )
        Answer.objects.bulk_create(
            (Answer(submission=s, question=q, is_yes=True) for s in sent for q in self.questions),
            batch_size=5000,
        )
        ClearanceDecision.objects.bulk_create(
            ClearanceDecision(submission=s, outcome="cleared", by=self.company.reviewer, at=at) for s in sent
        )
        self.submissions.update((row, s.pk) for row, s in zip(rows, sent, strict=True))

    def _artist(self, row: int, at: datetime.datetime) -> Artist:
        return Artist(
            slug=f"artist-{row:05d}", name=_name(row), market=self._market(row), search_key=_name(row).lower(),
            organisation=self._label(row), is_public=True, verified_at=at,
        )  # fmt: skip

    def _track(self, row: int, at: datetime.datetime) -> Track:
        return Track(
            title=_title(row), genre=self._genre(row), language="en", ai_use="none", licence="clips",
            released_at=at, search_key=f"{_title(row)} {_name(row)}".lower(), **self._sound(row),
        )  # fmt: skip

    def _submission(
        self, row: int, person: Person, artist: Artist, track: Track, at: datetime.datetime
    ) -> Submission:
        market = self.markets[self.world.market[row]] if self.markets else None
        return Submission(
            season=self.season, artist=artist, track=track, entered_by=person, market=market,
            division=self._division(row), state=Submission.State.CLEARED, is_original=True, has_rights=True,
            terms=self.terms, terms_accepted_at=at, submitted_at=at, decided_at=at,
        )  # fmt: skip

    def _sound(self, row: int) -> dict[str, object]:
        return {
            "original": self.sound, "rendition": self.sound, "audio": Track.Audio.READY,
            "duration_ms": int(self.world.seconds[row]) * 1000,
        }  # fmt: skip

    def _market(self, row: int) -> str:
        return self.markets[self.world.market[row]].code if self.markets else ""

    def _division(self, row: int) -> Division | None:
        return self.divisions[self.world.division[row]] if self.divisions else None

    def _genre(self, row: int) -> str:
        return self.season.genres[self.world.genre[row]] if self.season.genres else "Other"

    def _label(self, row: int) -> Organisation | None:
        return self.labels[row // SIGNED % len(self.labels)] if row % SIGNED == SIGNED - 1 else None


def _name(row: int) -> str:
    return f"Artist {row + 1}"


def _title(row: int) -> str:
    return f"Track {row + 1}"
