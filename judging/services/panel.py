"""The panel: confidentiality, conflicts, judges who join late, drop out or step back from an entry."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from judging.jobs import conflicts, dealing
from judging.jobs import rounds as life
from judging.models import Assignment, Conflict, Entry, Round, Seat
from judging.queries import panel, rounds
from judging.tasks.standings import ask_for_standings
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock, events
from submissions.models import Artist, Membership, Organisation, Season


class AlreadySeated(SpotlightError):
    """This judge already has a seat in this round."""

    code = "already_seated"


class SeesMarks(SpotlightError):
    """Who leads the season has seen how the open round stands, and can't begin to score in it."""

    code = "sees_marks"


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
            mine = panel.seats_of(round).filter(membership__person=by)
            conflicts.end_conflicts(round, mine, by=by, reason=_("declared conflict"))
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


def let_go(seat: Seat) -> int:
    """Take what a seat is tied to by rule off its list at once, without waiting for the next look. Returns how many."""
    with transaction.atomic():
        round = life.hold(seat.round)
        if round.state not in rounds.RUNNING:
            return 0
        ended = conflicts.end_conflicts(round, [seat], by=None, reason=_("conflict by rule"))
        if ended:
            ask_for_standings(round)
    return len(ended)


def join_panel(round: Round, membership: Membership, *, by: Person) -> tuple[Seat, list[Assignment]]:
    """Seat a judge while the round is open and move unfinished entries over until loads are level.

    Raises WrongStage, InvalidInput, AlreadySeated, SeesMarks.
    """
    with transaction.atomic():
        round = life.hold(round, stage=Round.State.OPEN)
        if membership.season_id != round.season_id or membership.role != "judge" or membership.ended_at:
            raise InvalidInput(_("Only a judge of this season can join its panel."), field="judge")
        if membership.person_id in panel.leaders(round.season_id):
            raise SeesMarks(
                _("Chair and organizers see how an open round stands, so they can’t join its panel any more."), field="judge"
            )  # fmt: skip
        seat, is_new = Seat.objects.get_or_create(round=round, membership=membership)
        if not is_new and seat.left_at is None:
            raise AlreadySeated(_("This judge already has a seat in this round."), field="judge")
        seat.left_at = None
        seat.save(update_fields=["left_at"])
        dealt = dealing.level_for(seat, by=by)
        events.log("seat.joined", seat, by=by, season=round.season.slug, round=round.code, entries=len(dealt))
    return seat, dealt


def set_limit(round: Round, membership: Membership, *, most: int, by: Person) -> Seat:
    """Say how many entries a judge takes at most. Before the opening it shapes the deal, later only what is dealt anew."""
    with transaction.atomic():
        round = life.hold(round)
        if round.has_locked:
            raise life.WrongStage(_("Limits are set until the round locks."))
        if membership.season_id != round.season_id or membership.role != "judge" or membership.ended_at:
            raise InvalidInput(_("Only a judge of this season can join its panel."), field="judge")
        if not 1 <= most <= 100_000:
            raise InvalidInput(_("A limit is a number from 1 to 100,000."), field="most")
        seat, _is_new = Seat.objects.update_or_create(
            round=round, membership=membership, defaults={"capacity": most}
        )
        events.log("seat.limited", seat, by=by, season=round.season.slug, round=round.code, most=most)
    return seat


def deal_many(entries: Iterable[Entry], *, by: Person) -> tuple[list[Assignment], int]:
    """Deal each entry to one more judge. Returns the new assignments and how many entries found nobody."""
    dealt: list[Assignment] = []
    nobody = 0
    for entry in entries:
        try:
            dealt.append(deal_again(entry, by=by))
        except NobodyLeft:
            nobody += 1
    return dealt, nobody


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
        dealt, nobody = dealing.redistribute(seat, by=by, is_repair=round.state == Round.State.LOCKED)
        conflicts.tell_of_repairs(dealt)
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
        new = dealing.add_judge(entry, by=by, is_repair=round.state == Round.State.LOCKED)
        if new is None:
            raise NobodyLeft(_("No judge without a conflict is left for this entry. Rule on it instead."))
        conflicts.tell_of_repairs([new])
        events.log("assignment.added", entry, by=by, season=round.season.slug, seat=new.seat.code)
    return new


class NobodyLeft(SpotlightError):
    """Every judge has this entry, had it, has a conflict with it, or is at the limit."""

    code = "nobody_left"
