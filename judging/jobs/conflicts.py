"""Assignments that end while a round runs: a judge steps back, or a conflict comes up. The entry goes to another judge at once."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from judging.jobs import dealing, mails
from judging.jobs import rounds as life
from judging.models import Assignment, Round, Seat
from judging.queries import panel, rounds
from spotlight.accounts.models import Person
from spotlight.ledger import events


def end_conflicts(round: Round, seats: Iterable[Seat], *, by: Person | None, reason: str) -> list[Assignment]:
    """End the open assignments of these seats that a tie forbids, in a transaction that holds the round. Returns them."""
    open_ones = Assignment.objects.filter(
        seat__in=[seat.pk for seat in seats], state=Assignment.State.OPEN
    ).select_related("entry", "seat__membership", "round__season")
    duties = {(duty.seat_id, duty.entry_id): duty for duty in open_ones}
    entries = {duty.entry_id: duty.entry for duty in duties.values()}
    pairs = panel.conflicted_pairs(round, seats, entries.values())
    ended = [duties[pair] for pair in sorted(pairs) if pair in duties]
    for duty in ended:
        end_assignment(duty, state=Assignment.State.RECUSED, reason=reason, by=by)
    return ended


def sweep(round: Round) -> list[Assignment]:
    """End what ties forbid that came up since the deal: a new label, a new job, a new credit."""
    with transaction.atomic():
        round = life.hold(round)
        if round.state not in rounds.RUNNING:
            return []
        return end_conflicts(round, list(panel.seats_of(round)), by=None, reason=_("conflict by rule"))


def end_assignment(
    assignment: Assignment, *, state: str, reason: str, by: Person | None
) -> Assignment | None:
    """End an assignment and deal its entry anew in the same transaction, which holds the round. Returns the new one."""
    round = assignment.round
    new = dealing.end(assignment, state=state, reason=reason, by=by)
    tell_of_repairs([new] if new else [])
    events.log(
        f"assignment.{state}", assignment.entry, by=by, season=round.season.slug, seat=assignment.seat.code,
        to=new.seat.code if new else None,
    )  # fmt: skip
    return new


def tell_of_repairs(dealt: Iterable[Assignment]) -> None:
    """Mail each judge who got an entry while the round is locked."""
    for seat in {duty.seat.pk: duty.seat for duty in dealt if duty.is_repair}.values():
        mails.tell_of_repair(seat)
