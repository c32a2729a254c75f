"""A label, agency or artist leaves as a whole: one decision, the rules of `removals` for each entry, one transaction.

The list of entries is fixed with the proposal. What is contested can be put back; what was taken out can't.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from judging.models import JointRemoval, Removal, Round
from judging.queries import leaving
from judging.services import removals
from judging.services.removals import RemovalRefused
from spotlight.accounts.factors import Factor, facts_of
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import clock, events
from submissions.models import ClearanceDecision, Organisation, Season, Submission
from submissions.services import clearance

Kind = JointRemoval.Kind
State = JointRemoval.State
OPENED = "joint_removal"


def propose(
    season: Season,
    whose: leaving.Whose,
    *,
    kind: str,
    reason: str,
    seen: str,
    by: Person,
    is_tainted: bool = False,
    factor: Factor | None = None,
) -> JointRemoval:
    """Contest or take out all cleared entries: at once where one person may, else once a second one approves.

    `seen` marks the list that the person looked at. Raises RemovalRefused, InvalidInput.
    """
    removals.check_reason(reason)
    if kind not in Kind.values:
        raise InvalidInput(_("Choose what happens to the entries."), field="kind")
    with transaction.atomic():
        rounds = removals.hold_season_rounds(season.pk)
        held = [removals.hold_submission(one) for one in leaving.cleared_of(season, whose)]
        _check(held, seen=seen, by=by)
        made = JointRemoval.objects.create(
            season=season, kind=kind, reason=reason.strip(), is_tainted=is_tainted, proposed_by=by, proposed_at=clock.now(),
            **{"organisation" if isinstance(whose, Organisation) else "artist": whose},
        )  # fmt: skip
        made.submissions.set(
            held if kind != Kind.CONTESTED else [one for one in held if not one.is_contested]
        )
        _log(
            f"{OPENED}.proposed", made, by, kind=kind, whose=str(whose), entries=len(held), **facts_of(factor)
        )
        if kind == Kind.CONTESTED or not _needs_two(held, rounds):
            _make(made, held, rounds, by=by)
    return made


def approve(joint: JointRemoval, *, by: Person, factor: Factor | None = None) -> JointRemoval:
    """The second person's word, for all entries on the list that are still in. Approved twice, it stays one."""
    with transaction.atomic():
        rounds = removals.hold_season_rounds(joint.season_id)
        held = [removals.hold_submission(one) for one in joint.submissions.order_by("pk")]
        locked = _locked(joint)
        if locked.state == State.MADE:
            return locked
        _check_is_proposed(locked)
        if locked.proposed_by_id == by.pk:
            raise RemovalRefused(_("You proposed this. Another person has to approve it."))
        for one in held:
            removals.check_not_own(one, by)
        locked.approved_by = by
        _log(f"{OPENED}.approved", locked, by, **facts_of(factor))
        _make(locked, held, rounds, by=by)
    return locked


def drop(joint: JointRemoval, *, by: Person) -> JointRemoval:
    """Take a proposal back; nothing happened yet. Raises RemovalRefused."""
    with transaction.atomic():
        locked = _locked(joint)
        _check_is_proposed(locked)
        locked.state = State.DROPPED
        locked.save(update_fields=["state"])
        _log(f"{OPENED}.dropped", locked, by)
    return locked


def put_back(joint: JointRemoval, *, reason: str, by: Person) -> JointRemoval:
    """Reinstate what was contested together and is contested still; it is as if nothing had been. Raises RemovalRefused."""
    with transaction.atomic():
        locked = _locked(joint)
        if not locked.can_be_undone:
            raise RemovalRefused(_("Only entries that were contested together can be put back."))
        if not reason.strip():
            raise InvalidInput(_("Write the reason. The artist reads it."), field="reason")
        for one in locked.submissions.filter(is_contested=True, state=Submission.State.CLEARED).order_by(
            "pk"
        ):
            if _contested_by(locked, one):
                clearance.reinstate(one, by=by, note=reason)
        locked.state, locked.undone_by, locked.undone_at = State.UNDONE, by, clock.now()
        locked.save(update_fields=["state", "undone_by", "undone_at"])
        _log(f"{OPENED}.undone", locked, by, reason=reason.strip())
    return locked


# ---- what follows ----------------------------------------------------------------------------------------------------


def _make(joint: JointRemoval, held: Sequence[Submission], rounds: Sequence[Round], *, by: Person) -> None:
    joint.state, joint.made_at = State.MADE, clock.now()
    joint.save(update_fields=["state", "made_at", "approved_by"])
    still_in = [one for one in held if one.state == Submission.State.CLEARED]
    if joint.kind == Kind.CONTESTED:
        for one in still_in:
            if not one.is_contested:
                clearance.contest(one, by=by, note=joint.reason)
    else:
        removals.make([_leaving(joint, one, rounds) for one in still_in], by=by)


def _contested_by(joint: JointRemoval, submission: Submission) -> bool:
    """Whether it was not put back and contested anew for another reason meanwhile."""
    contested = submission.decisions.filter(outcome=ClearanceDecision.Outcome.CONTESTED)
    return contested.latest("pk").note == joint.reason


def _leaving(joint: JointRemoval, held: Submission, rounds: Sequence[Round]) -> removals.Leaving:
    _check_no_other(held)
    removal = Removal.objects.create(
        submission=held, kind=joint.kind, reason=joint.reason, is_tainted=joint.is_tainted,
        proposed_by=joint.proposed_by, proposed_at=joint.proposed_at, approved_by=joint.approved_by,
    )  # fmt: skip
    return removals.Leaving(removal, held, removals.rounds_with(held, rounds))


def _needs_two(held: Sequence[Submission], rounds: Sequence[Round]) -> bool:
    return any(removals.needs_two(removals.rounds_with(one, rounds)) for one in held)


def _log(verb: str, joint: JointRemoval, by: Person, **facts: object) -> None:
    events.log(verb, joint, by=by, season=joint.season.slug, **facts)


# ---- checks ----------------------------------------------------------------------------------------------------------


def _check(held: Sequence[Submission], *, seen: str, by: Person) -> None:
    if not held:
        raise RemovalRefused(_("No entry of theirs is in this season any more."))
    if leaving.seen_mark(held) != seen:
        raise RemovalRefused(_("Their entries changed while you had this page open. Look at the list again."))
    for one in held:
        removals.check_not_own(one, by)
        _check_no_other(one)
        if one.joint_removals.filter(state=State.PROPOSED).exists():
            raise RemovalRefused(_("A removal with these entries waits already. Decide on it first."))


def _check_no_other(held: Submission) -> None:
    if held.removals.filter(state=Removal.State.PROPOSED).exists():
        raise RemovalRefused(
            _("“%(title)s” has a proposal of its own. Approve or drop that one first.")
            % {"title": held.track.title}
        )


def _check_is_proposed(joint: JointRemoval) -> None:
    if joint.state != State.PROPOSED:
        raise RemovalRefused(_("This is no longer a proposal."))


def _locked(joint: JointRemoval) -> JointRemoval:
    held = JointRemoval.objects.select_for_update(of=("self",))
    return held.select_related("season", "organisation", "artist", "proposed_by").get(pk=joint.pk)
