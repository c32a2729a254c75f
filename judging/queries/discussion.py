"""The discussion of a locked round: entries near the line, and what the panel says about them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from judging.models import Assignment, Entry, Remark, Round, ScoreSheet
from judging.queries.chair import LineRow, line_zone
from judging.queries.desk import duties, label_of
from judging.queries.panel import tied_entries, without_tied
from judging.queries.rounds import newest_standings
from spotlight.accounts.models import Person, User


@dataclass(frozen=True)
class Thread:
    """An entry and the remarks on it. `duty` is the reader's own assignment, for a judge; `line` its place, for the chair."""

    entry: Entry
    label: str
    remarks: list[Remark]
    duty: Assignment | None = None
    line: LineRow | None = None


def zone_of(round: Round) -> dict[int, LineRow]:
    """The line zone of the newest standings, by entry key."""
    newest = newest_standings(round)
    return {row.entry.pk: row for row in line_zone(newest)} if newest else {}


def _discussed(round: Round, zone: Iterable[int]) -> Q:
    """In the zone, or talked about before a changed sheet moved it out."""
    return Q(pk__in=list(zone)) | Q(remarks__isnull=False, round=round)


def threads_for_chair(round: Round, person: Person) -> list[Thread]:
    """Every entry under discussion to which this chair is not tied, by place; those that left the zone last."""
    zone = zone_of(round)
    entries = Entry.objects.filter(_discussed(round, zone), round=round, state=Entry.State.IN).distinct()
    entries = entries.exclude(pk__in=tied_entries(round, {person.pk}, entries)[person.pk])
    found = [
        Thread(e, label_of(e), list(e.remarks.all()), line=zone.get(e.pk))
        for e in entries.prefetch_related("remarks__by")
    ]
    return sorted(found, key=lambda t: (t.line.rank if t.line else 10**9, t.label))


def threads_for_judge(user: User, round: Round) -> list[Thread]:
    """Those on which the judge filed a sheet and to which no tie came up since, by alias: nothing here tells an order, a probability or a mark of others."""
    own = duties(user).filter(
        round=round, state=Assignment.State.OPEN, sheet__state=ScoreSheet.State.FILED
    ).select_related("round", "seat__membership", "entry", "sheet")  # fmt: skip
    by_entry = {duty.entry_id: duty for duty in without_tied(list(own))}
    entries = Entry.objects.filter(_discussed(round, zone_of(round)), pk__in=by_entry).distinct()
    found = [
        Thread(e, label_of(e), list(e.remarks.all()), duty=by_entry[e.pk])
        for e in entries.prefetch_related("remarks__by")
    ]
    return sorted(found, key=lambda t: t.label)
