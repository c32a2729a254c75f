"""Suspicions to look at: the queue of a season, an artist's own, and what a track's days look like beside its peers'."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Case, Q, QuerySet, Sum, When

from judging.models import Entry, Reading, Round, Suspicion
from spotlight.accounts.models import User
from submissions.models import Season

PEERS = 2000
"""More peers than this make no other picture."""


@dataclass(frozen=True)
class Day:
    """A day of a track: its value, whether it is in question, and what half of its peers have (first quartile to third)."""

    day: datetime.date
    value: int
    is_named: bool
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Picture:
    """The days of a track in one measure, over the markets in question; peers have readings there too."""

    measure: str
    days: list[Day]
    peers: int


def cases_of(season: Season) -> QuerySet[Suspicion]:
    """All cases of a season: what waits for a person first, the oldest of them first, then the rest."""
    return (
        Suspicion.objects.filter(season=season)
        .select_related("season", "round", "source", "track", "decided_by")
        .prefetch_related("track__billing__artist")
        .order_by(Case(When(_waits(), then=0), default=1), "found_at", "pk")
    )


def waiting_cases(season: Season) -> QuerySet[Suspicion]:
    """What an organizer has to decide before the round closes."""
    return cases_of(season).filter(_waits())


def _waits() -> Q:
    asked = Q(state=Suspicion.State.OPEN) | (~Q(appeal="") & Q(is_final=False))
    over = [Round.State.CLOSED, Round.State.ANNOUNCED]
    return asked & (Q(round=None) | ~Q(round__state__in=over))


def own_cases(user: User) -> QuerySet[Suspicion]:
    """Cases about tracks of the account's artists, once their readings are or were put aside, the newest first."""
    cases = Suspicion.objects.filter(track__submissions__artist__members__person__user=user)
    told = Q(is_holding=True) | Q(state=Suspicion.State.LEFT_OUT) | ~Q(appeal="")
    return cases.filter(told).select_related("season", "round", "source", "track").distinct().order_by("-pk")


def own_case(user: User, code: str) -> Suspicion | None:
    """One of these, or None."""
    return own_cases(user).filter(code=code).first()


def other_cases(case: Suspicion) -> QuerySet[Suspicion]:
    """Further cases of the same track that wait."""
    return waiting_cases(case.season).filter(track=case.track).exclude(pk=case.pk)


def entry_of(case: Suspicion) -> Entry | None:
    """The entry that it is about."""
    if case.round is None:
        return None
    return (
        case.round.entries.filter(submission__track=case.track).select_related("submission__artist").first()
    )


def pictures(case: Suspicion, entry: Entry, today: datetime.date) -> list[Picture]:
    """One picture for each measure in question."""
    assert case.round is not None
    peers = list(
        case.round.entries.filter(state=Entry.State.IN).exclude(pk=entry.pk).order_by("code")
        .values_list("submission__track_id", "counts_from")[:PEERS]
    )  # fmt: skip
    days = _days(entry.counts_from, min(today, _last_day(case)))
    return [_picture(case, measure, days, peers) for measure in case.measures]


def _last_day(case: Suspicion) -> datetime.date:
    last = Reading.objects.filter(track=case.track, source=case.source).order_by("-day").first()
    return max(case.last_day, last.day) if last else case.last_day


def _days(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    return [first + datetime.timedelta(days=n) for n in range(max(0, (last - first).days + 1))]


def _picture(
    case: Suspicion, measure: str, days: list[datetime.date], peers: Sequence[tuple[int, datetime.date]]
) -> Picture:
    rows = Reading.objects.filter(
        source=case.source, measure=measure, market__in=case.markets, day__in=days, track__in=[case.track_id, *(t for t, _ in peers)],
    )  # fmt: skip
    sums = rows.values_list("track_id", "day").annotate(total=Sum("value"))
    column = {day: n for n, day in enumerate(days)}
    row = {track: n for n, (track, _) in enumerate(peers)}
    grid = np.zeros((len(peers), len(days)))
    for n, (_, first) in enumerate(peers):  # a day before a peer's own window says nothing about it
        grid[n, : max(0, (first - days[0]).days) if days else 0] = np.nan
    own = np.zeros(len(days), dtype=np.int64)
    for track, day, total in sums.iterator(chunk_size=10_000):
        if track == case.track_id:
            own[column[day]] = total
        else:
            grid[row[track], column[day]] = total
    grid = grid[np.nansum(grid, axis=1) > 0]  # who has nothing in these markets is no peer there
    return Picture(measure, _beside(case, days, own, grid), len(grid))


def _beside(case: Suspicion, days: list[datetime.date], own: Any, grid: Any) -> list[Day]:
    named = set(case.days)
    found = []
    for n, day in enumerate(days):
        known = grid[:, n][~np.isnan(grid[:, n])]
        low, median, high = np.quantile(known, [0.25, 0.5, 0.75]).tolist() if len(known) else (0.0, 0.0, 0.0)
        found.append(Day(day, int(own[n]), day.isoformat() in named, low, median, high))
    return found
