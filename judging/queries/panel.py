"""Seats, conflicts and loads of a panel."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower

from judging.models import Assignment, Conflict, Entry, Introduction, Round, ScoreSheet, Seat
from spotlight.accounts.models import Person
from submissions.models import Artist, ArtistMember, Membership, Role, TrackArtist

Pairs = set[tuple[int, int]]
Ties = dict[int, set[int]]


def seats_of(round: Round) -> QuerySet[Seat]:
    """Seats that are taken: their judge has not left the panel nor lost the role."""
    return (
        Seat.objects.filter(round=round, left_at__isnull=True, membership__ended_at__isnull=True)
        .select_related("membership__person__user", "membership__organisation")
        .order_by("pk")
    )


def judges_without_seat(round: Round) -> QuerySet[Membership]:
    """Judges of the season who have no seat in this round yet."""
    return Membership.objects.filter(season=round.season_id, role=Role.JUDGE, ended_at__isnull=True).exclude(
        seats__round=round
    )


def leaders(season: int) -> set[int]:
    """Keys of the people who lead a season now as chair or organizer, and so may see how a locked round stands."""
    held = Membership.objects.filter(
        season=season, role__in=[Role.CHAIR, Role.ORGANIZER], ended_at__isnull=True
    )
    return set(held.values_list("person", flat=True))


def conflicted_pairs(round: Round, seats: Iterable[Seat], entries: Iterable[Entry]) -> Pairs:
    """(seat key, entry key) pairs that must never meet: by declaration, or by rule (see `ties_of` and `_index`).

    The one rule behind every deal, list, sheet and sweep.
    """
    people = {seat.pk: seat.membership.person_id for seat in seats}
    tied = tied_entries(round, set(people.values()), entries)
    return {(seat, entry) for seat, person in people.items() for entry in tied[person]}


def tied_entries(round: Round, people: set[int], entries: Iterable[Entry]) -> Ties:
    """Keys of those of the entries that people are tied to, by person key."""
    artists_of, organisations_of = ties_of(round, people)
    by_artist, by_organisation = _index(list(entries))
    tied: Ties = defaultdict(set)
    for person in people:
        tied[person].update(*(by_artist[artist] for artist in artists_of[person]))
        tied[person].update(*(by_organisation[organisation] for organisation in organisations_of[person]))
    return tied


def without_tied(duties: Sequence[Assignment]) -> list[Assignment]:
    """One judge's assignments of one round, but for open ones that a tie forbids which came up since the deal."""
    if not duties:
        return []
    seat, round = duties[0].seat, duties[0].round
    tied = tied_entries(round, {seat.membership.person_id}, [duty.entry for duty in duties])
    forbidden = tied[seat.membership.person_id]
    return [d for d in duties if d.state != Assignment.State.OPEN or d.entry_id not in forbidden]


def is_conflicted(duty: Assignment) -> bool:
    """Whether an assignment that was dealt should not stand any more: a tie came up since."""
    return bool(conflicted_pairs(duty.round, [duty.seat], [duty.entry]))


def ties_of(round: Round, people: set[int]) -> tuple[Ties, Ties]:
    """The artists and organizations that people are tied to, by person key.

    Artists: their own, those they made a track with (billed or credited together), those they declared. Organizations:
    whom they work or worked for, the labels and agencies of their own artists, those they declared.
    """
    artists: Ties = defaultdict(set)
    organisations: Ties = defaultdict(set)
    own = ArtistMember.objects.filter(person__in=people)
    for person, artist, label in own.values_list("person", "artist", "artist__organisation"):
        artists[person].add(artist)
        if label:
            organisations[person].add(label)
    _add_earlier_work(artists, people)
    worked = Membership.objects.filter(person__in=people, organisation__isnull=False)
    for person, organisation in worked.values_list("person", "organisation"):
        organisations[person].add(organisation)
    declared = Conflict.objects.filter(season=round.season_id, person__in=people)
    for person, artist, organisation in declared.values_list("person", "artist", "organisation"):
        if artist:
            artists[person].add(artist)
        else:
            organisations[person].add(organisation)
    return artists, organisations


def _add_earlier_work(artists: Ties, people: set[int]) -> None:
    """Whoever is billed on a track with one of their artists, or on a track whose credits name them."""
    together = TrackArtist.objects.filter(track__billing__artist__members__person__in=people)
    for person, artist in together.values_list("track__billing__artist__members__person", "artist"):
        if person in people:
            artists[person].add(artist)
    named: dict[str, set[int]] = defaultdict(set)
    for person, name in Person.objects.filter(pk__in=people).values_list("pk", "name"):
        if name.strip():
            named[" ".join(name.lower().split())].add(person)
    credited = TrackArtist.objects.annotate(credit=Lower("track__credits__name")).filter(
        credit__in=list(named)
    )
    for credit, artist in credited.values_list("credit", "artist"):
        for person in named[credit]:
            artists[person].add(artist)


def _index(entries: list[Entry]) -> tuple[Ties, Ties]:
    """Entries by the artists they are by, and by the organizations behind these: label or agency,
    their people's employers, and partners who asked to be introduced."""
    by_artist: Ties = defaultdict(set)
    keys = [entry.pk for entry in entries]
    own = Entry.objects.filter(pk__in=keys).values_list("pk", "submission__artist")
    billed = TrackArtist.objects.filter(track__submissions__entries__in=keys)
    for entry, artist in [*own, *billed.values_list("track__submissions__entries", "artist")]:
        by_artist[artist].add(entry)
    by_organisation: Ties = defaultdict(set)
    signed = Artist.objects.filter(pk__in=by_artist, organisation__isnull=False)
    employed = ArtistMember.objects.filter(
        artist__in=by_artist, person__memberships__organisation__isnull=False
    )
    asked = Introduction.objects.filter(artist__in=by_artist).exclude(state=Introduction.State.WITHDRAWN)
    for artist, organisation in [
        *signed.values_list("pk", "organisation"),
        *asked.values_list("artist", "organisation"),
        *employed.values_list("artist", "person__memberships__organisation"),
    ]:
        by_organisation[organisation].update(by_artist[artist])
    return by_artist, by_organisation


NO_LIMIT = 1000


def limits(round: Round) -> list[tuple[Membership, int | None]]:
    """Every judge of the season with the most entries they take in this round, None while nobody said so."""
    seats = dict(Seat.objects.filter(round=round).values_list("membership", "capacity"))
    judges = Membership.objects.filter(season=round.season_id, role=Role.JUDGE, ended_at__isnull=True)
    rows = [
        (judge, seats.get(judge.pk))
        for judge in judges.select_related("person").order_by("person__name", "pk")
    ]
    return [(judge, most if most != NO_LIMIT else None) for judge, most in rows]


class Progress(TypedDict):
    """What `seats_with_progress` adds to a seat."""

    given: int
    filed: int
    recused: int


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    BusySeat = WithAnnotations[Seat, Progress]


def seats_with_progress(round: Round) -> "QuerySet[BusySeat]":
    """All seats of a round, each with `given` (entries held), `filed` sheets and `recused` entries."""
    held = Q(assignments__state=Assignment.State.OPEN)
    return (
        Seat.objects.filter(round=round)
        .select_related("membership__person__user")
        .annotate(
            given=Count("assignments", filter=held),
            filed=Count("assignments", filter=held & Q(assignments__sheet__state=ScoreSheet.State.FILED)),
            recused=Count("assignments", filter=Q(assignments__state=Assignment.State.RECUSED)),
        )
        .order_by("membership__person__name", "pk")
    )
