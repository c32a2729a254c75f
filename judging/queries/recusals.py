"""Who stepped back from which entry and why, and what was ruled on entries below the minimum; for chair and organizer."""

import datetime
from dataclasses import dataclass

from django.db.models import QuerySet

from judging.models import Assignment, Conflict, Entry, Round, Ruling
from judging.queries.desk import label_of

STEPPED_BACK = (Assignment.State.RECUSED, Assignment.State.ABSTAINED)


@dataclass(frozen=True)
class SteppedBack:
    """A judge who will not score an entry: recused because of a tie, or abstained for another reason."""

    judge: str
    entry: Entry
    label: str
    how: str
    reason: str
    at: datetime.datetime | None


def stepped_back(round: Round) -> list[SteppedBack]:
    """Every recusal and abstention of a round, the newest first."""
    duties = (
        Assignment.objects.filter(round=round, state__in=STEPPED_BACK)
        .select_related("entry", "seat__membership__person")
        .order_by("-ended_at", "-pk")
    )
    return [
        SteppedBack(
            judge=str(duty.seat.membership.person), entry=duty.entry, label=label_of(duty.entry),
            how=duty.get_state_display(), reason=duty.reason, at=duty.ended_at,
        )
        for duty in duties
    ]  # fmt: skip


def declared(round: Round) -> QuerySet[Conflict]:
    """The conflicts that the season's judges declared, by judge."""
    found = Conflict.objects.filter(season=round.season_id).select_related("person", "artist", "organisation")
    return found.order_by("person__name", "pk")


def rulings(round: Round) -> list[tuple[Ruling, str]]:
    """What the chair ruled in a round, each with the entry's label."""
    found: QuerySet[Ruling] = Ruling.objects.filter(round=round).select_related("entry", "by").order_by("at")
    return [(ruling, label_of(ruling.entry)) for ruling in found]
