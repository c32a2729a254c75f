"""Leaving a season once judging began: withdrawal and disqualification, by rules that are fixed beforehand.

What happens at each state of a round is a table in docs/scoring.md ("Leaving a season"). A contested track keeps its
place and its scores throughout; see `submissions.services.clearance.contest`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from judging.jobs import awards, mails, reserves
from judging.models import Assignment, Cut, Entry, Removal, Round, ScoreSheet
from judging.queries.cuts import proposed_cut
from judging.queries.rounds import RUNNING
from spotlight.accounts.factors import Factor, facts_of
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock, events, work
from submissions.models import ClearanceDecision, Submission, Track


class RemovalRefused(SpotlightError):
    """The entry can't leave the season like this; the message says why."""

    code = "removal_refused"


def propose_removal(
    submission: Submission,
    *,
    kind: str,
    reason: str,
    by: Person,
    is_tainted: bool = False,
    factor: Factor | None = None,
) -> Removal:
    """Take a submission out of its season: at once while no round with it is closed, else once a second person approves.

    Raises RemovalRefused, InvalidInput.
    """
    check_reason(reason)
    if kind not in Removal.Kind.values:
        raise InvalidInput(_("Choose whether it is withdrawn or disqualified."), field="kind")
    with transaction.atomic():
        rounds = _hold_rounds(submission)
        held = hold_submission(submission)
        _check_can_leave(held, rounds, by)
        removal = Removal.objects.create(
            submission=held, kind=kind, reason=reason.strip(), is_tainted=is_tainted, proposed_by=by, proposed_at=clock.now()
        )  # fmt: skip
        events.log("removal.proposed", held, by=by, season=held.season.slug, state=kind, **facts_of(factor))
        if not needs_two(rounds):
            make([Leaving(removal, held, rounds)], by=by)
    return removal


def approve_removal(removal: Removal, *, by: Person, factor: Factor | None = None) -> Removal:
    """The second person's word. Approved twice, it stays one removal. Raises RemovalRefused."""
    with transaction.atomic():
        rounds = _hold_rounds(removal.submission)
        held = hold_submission(removal.submission)
        locked = Removal.objects.select_for_update(of=("self",)).get(pk=removal.pk)
        if locked.state == Removal.State.MADE:
            return locked
        if locked.state != Removal.State.PROPOSED:
            raise RemovalRefused(_("This is no longer a proposal."))
        if locked.proposed_by_id == by.pk:
            raise RemovalRefused(_("You proposed this. Another person has to approve it."))
        check_not_own(held, by)
        locked.approved_by = by
        events.log("removal.approved", held, by=by, season=held.season.slug, **facts_of(factor))
        make([Leaving(locked, held, rounds)], by=by)
    return locked


def drop_removal(removal: Removal, *, by: Person) -> Removal:
    """Take a proposal back. Raises RemovalRefused."""
    with transaction.atomic():
        locked = Removal.objects.select_for_update(of=("self",)).get(pk=removal.pk)
        if locked.state != Removal.State.PROPOSED:
            raise RemovalRefused(_("This is no longer a proposal."))
        locked.state = Removal.State.DROPPED
        locked.save(update_fields=["state"])
        events.log("removal.dropped", locked.submission, by=by, season=locked.submission.season.slug)
    return locked


def needs_two(rounds: Sequence[Round]) -> bool:
    """Whether a second person has to agree: once a round with the entry is closed."""
    return any(round.is_over for round in rounds)


# ---- what follows ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Leaving:
    """A removal to be made, its submission and the rounds with it; all are held."""

    removal: Removal
    held: Submission
    rounds: Sequence[Round]


def make(leaving: Sequence[Leaving], *, by: Person) -> None:
    """Everything that follows, in the caller's transaction. All leave before any place is filled: no leaver moves up."""
    for one in leaving:
        _take_out(one.removal, one.held, one.rounds, by=by)
    for one in leaving:
        _free_place(one.removal, one.held)
        mails.tell_of_removal(one.removal)
        work.enqueue("ledger.seal", one.removal.code)


def _take_out(removal: Removal, held: Submission, rounds: Sequence[Round], *, by: Person) -> None:
    removal.state, removal.made_at = Removal.State.MADE, clock.now()
    removal.save(update_fields=["state", "made_at", "approved_by"])
    held.state, held.decided_at = removal.kind, removal.made_at
    held.save(update_fields=["state", "decided_at"])
    Track.objects.filter(pk=held.track_id).update(hidden_at=removal.made_at)
    if removal.kind == Removal.Kind.DISQUALIFIED:
        ClearanceDecision.objects.create(
            submission=held, outcome=ClearanceDecision.Outcome.DISQUALIFIED, note=removal.reason, by=by, at=removal.made_at
        )  # fmt: skip
    for entry in (
        held.entries.filter(round__in=rounds).select_related("round__season").order_by("round__number")
    ):
        events.log(
            "entry.removed", entry, by=by, season=held.season.slug, state=removal.kind, round=entry.round.code
        )
        if entry.round.is_over:
            _void_proposal(entry.round, by)
        else:
            _leave(entry, removal)


def _leave(entry: Entry, removal: Removal) -> None:
    """Out of a round that is not closed: no rank, no more sheets; those filed still say something about their judges."""
    entry.state = removal.kind
    entry.save(update_fields=["state"])
    unfinished = Assignment.objects.filter(entry=entry, state=Assignment.State.OPEN)
    if not removal.is_tainted:
        unfinished = unfinished.exclude(sheet__state=ScoreSheet.State.FILED)
    unfinished.update(state=Assignment.State.TAKEN_BACK, ended_at=clock.now())
    if entry.round.state in RUNNING:
        work.enqueue("standings.compute", str(entry.round_id))


def _void_proposal(round: Round, by: Person) -> None:
    """A cut that was proposed before names others than it would now: it has to be proposed again."""
    cut = proposed_cut(round)
    if cut is not None:
        Cut.objects.filter(pk=cut.pk).update(state=Cut.State.WITHDRAWN)
        events.log("cut.withdrawn", cut, by=by, season=round.season.slug, reason="an entry left")


def _free_place(removal: Removal, held: Submission) -> None:
    """The place after the last cut that the entry had passed goes to the next reserve, with the prize if one waits."""
    decided = held.entries.filter(decision__isnull=False).select_related("round__season")
    last = decided.order_by("-round__number").first()
    if last is None or not reserves.had_advanced(last):
        return
    moved = reserves.move_up(last, removal=removal)
    awards.take_back(last, moved.entry if moved else None)


# ---- checks and locks ------------------------------------------------------------------------------------------------


def hold_season_rounds(season_id: int) -> list[Round]:
    """All rounds of a season by number, locked: a cut may be giving an entry a place now."""
    rounds = Round.objects.filter(season=season_id).select_for_update(of=("self",))
    return list(rounds.select_related("season").order_by("number"))


def rounds_with(submission: Submission, rounds: Sequence[Round]) -> list[Round]:
    """Those of the rounds that the submission is in."""
    places = set(Entry.objects.filter(submission=submission).values_list("round_id", flat=True))
    return [round for round in rounds if round.pk in places]


def _hold_rounds(submission: Submission) -> list[Round]:
    return rounds_with(submission, hold_season_rounds(submission.season_id))


def hold_submission(submission: Submission) -> Submission:
    """The submission, locked."""
    return (
        Submission.objects.select_for_update(of=("self",))
        .select_related("season", "artist", "track")
        .get(pk=submission.pk)
    )


def _check_can_leave(held: Submission, rounds: Sequence[Round], by: Person) -> None:
    check_not_own(held, by)
    if held.state != Submission.State.CLEARED:
        raise RemovalRefused(
            _("This entry is %(state)s, so there is nothing to take out.")
            % {"state": held.get_state_display()}
        )
    if not any(round.state != Round.State.PLANNED for round in rounds):
        raise RemovalRefused(
            _(
                "Judging of this entry has not begun. The artist can withdraw it, and clearance can disqualify it."
            )
        )
    if held.removals.exclude(state=Removal.State.DROPPED).exists():
        raise RemovalRefused(_("This was proposed already."))


def check_reason(reason: str) -> None:
    """Raises InvalidInput where there is none."""
    if not reason.strip():
        raise InvalidInput(
            _("Write the reason. The artist reads it, and after a close everybody."), field="reason"
        )


def check_not_own(held: Submission, by: Person) -> None:
    """Raises RemovalRefused to who stands behind the artist."""
    if held.artist.members.filter(person=by).exists():
        raise RemovalRefused(_("You stand behind this artist, so somebody else decides."))
