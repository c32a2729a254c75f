"""Seats, conflicts and loads of a panel."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, Q, QuerySet

from judging.models import Assignment, Conflict, Entry, Round, ScoreSheet, Seat
from submissions.models import ArtistMember, Membership, Role, TrackArtist

Pairs = set[tuple[int, int]]


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


def conflicted_pairs(round: Round, seats: Iterable[Seat], entries: Iterable[Entry]) -> Pairs:
    """(seat key, entry key) pairs that must never meet.

    Declared by the judge, or by rule: the judge stands behind one of the track's artists, or works or worked for an
    artist's label or agency.
    """
    seats, entries = list(seats), list(entries)
    people = {seat.pk: seat.membership.person_id for seat in seats}
    artists_of, organisations_of = ties_of(round, set(people.values()))
    by_artist, by_organisation = _index(entries)
    pairs: Pairs = set()
    for seat, person in people.items():
        for artist in artists_of[person]:
            pairs.update((seat, entry) for entry in by_artist[artist])
        for organisation in organisations_of[person]:
            pairs.update((seat, entry) for entry in by_organisation[organisation])
    return pairs


def ties_of(round: Round, people: set[int]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """The artists and organisations that people are tied to, by person key."""
    artists: dict[int, set[int]] = defaultdict(set)
    organisations: dict[int, set[int]] = defaultdict(set)
    for person, artist in ArtistMember.objects.filter(person__in=people).values_list("person", "artist"):
        artists[person].add(artist)
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


def _index(entries: list[Entry]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    by_artist: dict[int, set[int]] = defaultdict(set)
    by_organisation: dict[int, set[int]] = defaultdict(set)
    keys = [entry.pk for entry in entries]
    own = Entry.objects.filter(pk__in=keys).values_list(
        "pk", "submission__artist", "submission__artist__organisation"
    )
    billed = TrackArtist.objects.filter(track__submissions__entries__in=keys).values_list(
        "track__submissions__entries", "artist", "artist__organisation"
    )
    for entry, artist, organisation in [*own, *billed]:
        by_artist[artist].add(entry)
        if organisation:
            by_organisation[organisation].add(entry)
    return by_artist, by_organisation


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
