"""What a partner sees: the entries of the stage they are entitled to, their own list and notes, and introductions.

Nothing here tells a score, a rank or a number of listeners, and contacts only where both sides agreed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from judging.models import Decision, Entry, Introduction, Round, Shortlisted
from spotlight.accounts.models import Person, User
from spotlight.web.languages import pick
from submissions.models import (
    Guardian,
    Membership,
    Organisation,
    Role,
    Season,
    SeasonPartner,
    Submission,
    Track,
)
from submissions.queries.cards import with_card_parts
from submissions.queries.consent import guardian_of
from submissions.queries.listening import OWN_NAMES, heard_by_all
from submissions.queries.search import search_tracks

State = Introduction.State
SHOWN = ("all", "list", "asked")


@dataclass(frozen=True)
class Desk:
    """A partner's place in a season: who, for which organization, and after which round they may look."""

    person: Person
    season: Season
    organisation: Organisation
    after: int


@dataclass(frozen=True)
class Wanted:
    """What a partner asked to see; empty is everything."""

    stage: int = 0
    market: str = ""
    division: str = ""
    genre: str = ""
    language: str = ""
    words: str = ""
    shown: str = "all"


@dataclass
class Row:
    """An entry in the partner room."""

    submission: Submission
    mine: Shortlisted | None = None
    introduction: Introduction | None = None

    @property
    def is_listed(self) -> bool:
        """Whether it is on the partner's shortlist."""
        return self.mine is not None and self.mine.is_listed


@dataclass(frozen=True)
class Contact:
    """How somebody can be reached, told to one other side after both agreed."""

    name: str
    email: str
    is_guardian: bool = False


@dataclass(frozen=True)
class Choices:
    """What can be chosen: (value, name) pairs, only where something would be found."""

    stage: list[tuple[int, str]] = field(default_factory=list)
    market: list[tuple[str, str]] = field(default_factory=list)
    division: list[tuple[str, str]] = field(default_factory=list)
    genre: list[tuple[str, str]] = field(default_factory=list)
    language: list[tuple[str, str]] = field(default_factory=list)


def desks(user: User) -> list[Desk]:
    """Every season in which the account scouts for a partner, the newest first."""
    held = (
        Membership.objects.filter(
            person__user=user, role=Role.PARTNER, ended_at__isnull=True, season__opened_at__isnull=False
        )
        .select_related("person", "season", "organisation")
        .order_by("-season__opened_at")
    )
    after = {
        (partner.season_id, partner.organisation_id): partner.scouts_after
        for partner in SeasonPartner.objects.filter(season__in=[member.season_id for member in held])
    }
    places = [(member, after.get((member.season_id, member.organisation_id or 0))) for member in held]
    return [
        Desk(member.person, member.season, member.organisation, round)
        for member, round in places
        if member.organisation and round is not None
    ]


def desk_in(user: User, season: str) -> Desk | None:
    """The account's desk in the season of this address, or None."""
    return next((desk for desk in desks(user) if desk.season.slug == season), None)


def open_to(desk: Desk, *, stage: int = 0) -> QuerySet[Submission]:
    """The entries that a desk may see: cleared, heard by everybody, and through the cuts it has to wait for."""
    seen = Submission.objects.filter(
        season=desk.season, state=Submission.State.CLEARED, is_contested=False, track__in=heard_by_all()
    )
    needed = max(desk.after, stage)
    if needed:
        advanced = Q(decision__outcome=Decision.Outcome.IN) | Q(move_up__isnull=False)
        through = Entry.objects.filter(
            advanced, round__season=desk.season, round__number=needed, round__state=Round.State.ANNOUNCED
        )
        seen = seen.filter(pk__in=through.values("submission"))
    return seen.select_related("artist", "market", "division")


def choices(desk: Desk) -> Choices:
    """What this desk may choose among."""
    found = list(
        open_to(desk).values_list("market_id", "division_id", "track__genre", "track__language").distinct()
    )
    markets, divisions, genres, spoken = (_column(found, place) for place in range(4))
    season = desk.season
    return Choices(
        stage=_stages(desk),
        market=[(m.code, pick(m.name, m.names)) for m in season.markets.all() if m.pk in markets],
        division=[(d.code, pick(d.name, d.names)) for d in season.divisions.all() if d.pk in divisions],
        genre=[(genre, genre) for genre in sorted(genres) if genre],
        language=[(code, OWN_NAMES.get(code, code)) for code in sorted(spoken) if code],
    )


def _column(rows: list[tuple[Any, ...]], place: int) -> set[Any]:
    return {row[place] for row in rows}


def _stages(desk: Desk) -> list[tuple[int, str]]:
    """Announced rounds behind which something may be seen: number and name."""
    announced = Round.objects.filter(
        season=desk.season, state=Round.State.ANNOUNCED, number__gt=desk.after
    ).order_by("number")
    return [(round.number, pick(round.name, round.names)) for round in announced]


def rows(desk: Desk, wanted: Wanted) -> QuerySet[Submission]:
    """What matches, by artist: an order that tells nothing of places or listeners."""
    seen = open_to(desk, stage=wanted.stage)
    for name, lookup in (("market", "market__code"), ("division", "division__code"), ("genre", "track__genre"), ("language", "track__language")):  # fmt: skip
        if value := getattr(wanted, name):
            seen = seen.filter(**{lookup: value})
    if wanted.words:
        found = search_tracks(wanted.words, Track.objects.filter(submissions__season=desk.season))
        seen = seen.filter(track__in=list(found.values_list("pk", flat=True)[:500]))
    if wanted.shown == "list":
        listed = Shortlisted.objects.filter(organisation=desk.organisation, is_listed=True)
        seen = seen.filter(pk__in=listed.values("submission"))
    if wanted.shown == "asked":
        seen = seen.filter(artist__in=introductions(desk).values("artist"))
    return seen.order_by("artist__search_key", "code")


def filled(desk: Desk, page: Iterable[Submission]) -> list[Row]:
    """A page of entries with their tracks, the partner's own marks and introductions: three queries however many."""
    entries = list(page)
    tracks = with_card_parts(Track.objects.filter(pk__in=[e.track_id for e in entries])).in_bulk()
    mine = Shortlisted.objects.filter(organisation=desk.organisation, submission__in=entries)
    marks = {mark.submission_id: mark for mark in mine}
    asked = {made.artist_id: made for made in introductions(desk)}
    for entry in entries:
        entry.track = tracks[entry.track_id]
    return [Row(entry, marks.get(entry.pk), asked.get(entry.artist_id)) for entry in entries]


def introductions(desk: Desk) -> QuerySet[Introduction]:
    """Everything that the partner asked for in the season, the latest first."""
    return (
        Introduction.objects.filter(season=desk.season, organisation=desk.organisation)
        .select_related("artist", "submission__track", "asked_by", "organisation", "season")
        .order_by("-pk")
    )


def asked_of(user: User) -> QuerySet[Introduction]:
    """Introductions that were asked of the artists whom the account stands behind; withdrawn ones are gone."""
    return (
        Introduction.objects.filter(artist__members__person__user=user)
        .exclude(state=State.WITHDRAWN)
        .select_related(
            "artist", "organisation", "season", "submission__track", "asked_by__user", "answered_by"
        )
        .distinct()
    )


def is_decided(submission: Submission) -> bool:
    """Whether an entry's result is public: its last round is announced. Until then no contact changes hands."""
    last = (
        Entry.objects.filter(submission=submission).select_related("round").order_by("-round__number").first()
    )
    return last is not None and last.round.state == Round.State.ANNOUNCED


def due() -> list[Introduction]:
    """Introductions on which both sides agree, whose result is public, and that were not made yet."""
    agreed = Introduction.objects.filter(state=State.ACCEPTED, introduced_at__isnull=True)
    return [made for made in agreed.select_related("submission") if is_decided(made.submission)]


def guardian_behind(submission: Submission) -> Guardian | None:
    """The guardian who consented to the entry, if it needed one: whoever writes to the artist writes to them."""
    guardian = guardian_of(submission)
    return guardian if guardian and guardian.email and guardian.state == Guardian.State.CONSENTED else None


def contact_of_artist(introduction: Introduction) -> Contact | None:
    """Whom the partner writes to: who agreed, or the guardian whose consent the entry needed. None before, or after
    consent was taken back."""
    if introduction.state != State.ACCEPTED or introduction.introduced_at is None:
        return None
    if guardian := guardian_behind(introduction.submission):
        return Contact(guardian.name, guardian.email, is_guardian=True)
    person = introduction.answered_by
    user = person.user if person else None
    return Contact(str(person), user.email) if user else None


def contact_of_partner(introduction: Introduction) -> Contact | None:
    """Whom the artist writes to, once the introduction is made."""
    user = introduction.asked_by.user
    if introduction.state != State.ACCEPTED or introduction.introduced_at is None or user is None:
        return None
    return Contact(str(introduction.asked_by), user.email)
