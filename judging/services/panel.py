"""The panel: confidentiality, conflicts, judges who join late, drop out or step back from an entry."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from judging.jobs import dealing, mails
from judging.jobs import rounds as life
from judging.models import Assignment, Conflict, Entry, Round, Seat
from judging.queries import panel, rounds
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock, events
from submissions.models import Artist, Membership, Organisation, Season


class AlreadySeated(SpotlightError):
    """This judge already has a seat in this round."""

    code = "already_seated"


class SeatLeft(SpotlightError):
    """This judge has already left the panel."""

    code = "seat_left"


def accept_confidentiality(membership: Membership, *, by: Person) -> Membership:
    """A judge promises to keep entries, marks and talks to themselves. Twice is once."""
    with transaction.atomic():
        membership = (
            Membership.objects.select_for_update(of=("self",)).select_related("season").get(pk=membership.pk)
        )
        if membership.confidential_at is None:
            membership.confidential_at = clock.now()
            membership.save(update_fields=["confidential_at"])
            events.log("judge.confidential", membership.season, by=by, season=membership.season.slug)
    return membership


def declare_conflict(
    season: Season,
    *,
    by: Person,
    artist: Artist | None = None,
    organisation: Organisation | None = None,
    note: str = "",
) -> Conflict:
    """A judge names an artist or organisation they are tied to. Entries behind it leave the judge's list at once."""
    if (artist is None) == (organisation is None):
        raise InvalidInput(_("Choose one artist or one organization."), field="thing")
    with transaction.atomic():
        held = [life.hold(round) for round in _running_rounds_of(season, by)]
        conflict, is_new = Conflict.objects.get_or_create(
            season=season, person=by, artist=artist, organisation=organisation,
            defaults={"note": note[:300], "declared_at": clock.now()},
        )  # fmt: skip
        if is_new:
            events.log("conflict.declared", artist or organisation or season, by=by, season=season.slug)
        for round in held:
            _step_back_from_conflicts(round, by=by)
    return conflict


def _running_rounds_of(season: Season, person: Person) -> list[Round]:
    return list(
        Round.objects.filter(
            season=season,
            state__in=rounds.RUNNING,
            seats__membership__person=person,
            seats__left_at__isnull=True,
        ).order_by("number")
    )


def _step_back_from_conflicts(round: Round, *, by: Person) -> None:
    seat = panel.seats_of(round).get(membership__person=by)
    open_ones = Assignment.objects.filter(seat=seat, state=Assignment.State.OPEN).select_related(
        "entry", "seat"
    )
    duties = {duty.entry_id: duty for duty in open_ones}
    pairs = panel.conflicted_pairs(round, [seat], [duty.entry for duty in duties.values()])
    for _seat, entry in sorted(pairs):
        end_assignment(duties[entry], state=Assignment.State.RECUSED, reason=_("declared conflict"), by=by)


def end_assignment(assignment: Assignment, *, state: str, reason: str, by: Person) -> Assignment | None:
    """End an assignment and deal its entry anew in the same transaction, which holds the round. Returns the new one."""
    round = assignment.round
    assignment.state, assignment.reason, assignment.ended_at = state, reason[:300], clock.now()
    assignment.save(update_fields=["state", "reason", "ended_at"])
    new = dealing.refill(assignment, is_repair=round.state == Round.State.LOCKED)
    _tell_of_repairs([new] if new else [])
    events.log(
        f"assignment.{state}", assignment.entry, by=by, season=round.season.slug, seat=assignment.seat.code,
        to=new.seat.code if new else None,
    )  # fmt: skip
    return new


def join_panel(round: Round, membership: Membership, *, by: Person) -> tuple[Seat, list[Assignment]]:
    """Seat a judge while the round is open and move unfinished entries over until loads are level."""
    with transaction.atomic():
        round = life.hold(round, stage=Round.State.OPEN)
        if membership.season_id != round.season_id or membership.role != "judge" or membership.ended_at:
            raise InvalidInput(_("Only a judge of this season can join its panel."), field="judge")
        seat, is_new = Seat.objects.get_or_create(round=round, membership=membership)
        if not is_new and seat.left_at is None:
            raise AlreadySeated(_("This judge already has a seat in this round."), field="judge")
        seat.left_at = None
        seat.save(update_fields=["left_at"])
        dealt = dealing.level_for(seat)
        events.log("seat.joined", seat, by=by, season=round.season.slug, round=round.code, entries=len(dealt))
    return seat, dealt


def leave_panel(seat: Seat, *, by: Person, reason: str) -> tuple[list[Assignment], int]:
    """A judge drops out: filed sheets stay, the rest goes to the others. Returns the new assignments and how many found nobody."""
    if not reason.strip():
        raise InvalidInput(_("Say why this judge leaves the panel."), field="reason")
    with transaction.atomic():
        round = life.hold(seat.round)
        if round.state not in rounds.RUNNING:
            raise life.WrongStage(_("Only the panel of a running round changes."))
        seat = Seat.objects.select_for_update(of=("self",)).select_related("round__season").get(pk=seat.pk)
        if seat.left_at:
            raise SeatLeft(_("This judge has already left the panel."))
        dealt, nobody = dealing.redistribute(seat, is_repair=round.state == Round.State.LOCKED)
        _tell_of_repairs(dealt)
        seat.left_at = clock.now()
        seat.save(update_fields=["left_at"])
        events.log(
            "seat.left", seat, by=by, season=round.season.slug, round=round.code, moved=len(dealt), nobody=nobody, reason=reason[:300]
        )  # fmt: skip
    return dealt, nobody


def deal_again(entry: Entry, *, by: Person) -> Assignment:
    """Deal an entry to one more judge: a top-up while the round is open, a repair while it is locked."""
    with transaction.atomic():
        round = life.hold(entry.round)
        if round.state not in rounds.RUNNING:
            raise life.WrongStage(_("Entries are dealt only while their round runs."))
        new = dealing.add_judge(entry, is_repair=round.state == Round.State.LOCKED)
        if new is None:
            raise NobodyLeft(_("No judge without a conflict is left for this entry. Rule on it instead."))
        _tell_of_repairs([new])
        events.log("assignment.added", entry, by=by, season=round.season.slug, seat=new.seat.code)
    return new


def _tell_of_repairs(dealt: Iterable[Assignment]) -> None:
    for seat in {duty.seat.pk: duty.seat for duty in dealt if duty.is_repair}.values():
        mails.tell_of_repair(seat)


class NobodyLeft(SpotlightError):
    """Every judge has this entry, had it, has a conflict with it, or is at the limit."""

    code = "nobody_left"
