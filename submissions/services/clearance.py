"""What clearance does: open entries one at a time, decide, take back."""

import datetime
from collections.abc import Callable, Sequence
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock
from spotlight.ledger.events import log
from submissions.jobs.letters import in_zone, write_to_artist
from submissions.models import Artist, ClearanceClaim, ClearanceDecision, Submission, Track
from submissions.queries.appeals import appeal_ends_at
from submissions.queries.clearance import free_for, live_claim, seen_mark
from submissions.queries.consent import checks_of
from submissions.queries.entries import is_being_judged
from submissions.services.locks import hold_artist, hold_submission

State = Submission.State
Outcome = ClearanceDecision.Outcome
CLAIM = datetime.timedelta(minutes=15)


class ClaimedElsewhere(SpotlightError):
    """Another reviewer has the entry open."""

    code = "claimed"


class NotWaiting(SpotlightError):
    """The entry is not in a state in which this can be decided."""

    code = "not_waiting"


class ChangedMeanwhile(SpotlightError):
    """The artist changed the entry while the reviewer had it open."""

    code = "changed_meanwhile"


class OwnEntry(SpotlightError):
    """Nobody decides on an artist of their own."""

    code = "own_entry"


class ClearingEnded(SpotlightError):
    """The season's clearing is over."""

    code = "clearing_ended"


class JudgingBegan(SpotlightError):
    """A round with the entry was opened, so clearance alone can't take it out."""

    code = "judging_began"


class AudioNotReady(SpotlightError):
    """The audio was not checked, or was not accepted."""

    code = "audio_not_ready"


class StillMissing(SpotlightError):
    """Somebody else has not said yet what the season requires."""

    code = "still_missing"


# ---- claims ----------------------------------------------------------------------------------------------------------


def claim_next(queue: QuerySet[Submission], *, by: Person) -> Submission | None:
    """Open the oldest entry of a queue that nobody else has open; None if there is none. Gives back older claims."""
    with transaction.atomic():
        submission = _lock_free(queue, by)
        release_claims(by=by)
        if submission is not None:
            _write_claim(submission, by)
    return submission


def _lock_free(queue: QuerySet[Submission], by: Person) -> Submission | None:
    free = free_for(by, queue).select_related(None).select_for_update(of=("self",), skip_locked=True)
    while (submission := free.first()) is not None:
        found = live_claim(submission, clock.now())
        if found is None or found.person_id == by.pk:
            break  # else it was claimed after this query began: ask again, now it shows
    return submission


def claim(submission: Submission, *, by: Person) -> ClearanceClaim:
    """Open one entry for 15 minutes, or renew. Raises ClaimedElsewhere."""
    with transaction.atomic():
        Submission.objects.select_for_update().get(pk=submission.pk)
        _check_claim(submission, by)
        ClearanceClaim.objects.filter(person=by).exclude(submission=submission).delete()
        return _write_claim(submission, by)


def release_claims(*, by: Person, submission: Submission | None = None) -> None:
    """Give back what a reviewer has open: one entry, or all."""
    mine = ClearanceClaim.objects.filter(person=by)
    (mine.filter(submission=submission) if submission else mine).delete()


def _write_claim(submission: Submission, by: Person) -> ClearanceClaim:
    until = clock.now() + CLAIM
    made, _new = ClearanceClaim.objects.update_or_create(
        submission=submission, defaults={"person": by, "until": until}
    )
    return made


def _check_claim(submission: Submission, by: Person) -> None:
    found = live_claim(submission, clock.now())
    if found and found.person_id != by.pk:
        raise ClaimedElsewhere(
            _("%(person)s has this entry open. Take the next one.") % {"person": found.person}
        )


# ---- decisions -------------------------------------------------------------------------------------------------------


def clear(
    submission: Submission, *, by: Person, seen: str | None = None, note: str = ""
) -> ClearanceDecision:
    """Clear an entry: the artist is verified and public, the track is released, the artist is told.

    `seen` is the mark of what the reviewer had before them. Raises NotWaiting, ClaimedElsewhere, ChangedMeanwhile,
    OwnEntry, ClearingEnded, AudioNotReady, StillMissing.
    """
    with transaction.atomic():
        held = _hold_to_decide(submission, by=by, seen=seen)
        _check_clearing_runs(held)
        if held.track.audio != Track.Audio.READY:
            raise AudioNotReady(
                _("The audio of this entry was not accepted, so it can’t be cleared. Ask for changes.")
            )
        if blockers := checks_of(held).blockers:
            raise StillMissing(" ".join(blocker.message for blocker in blockers))
        at = clock.now()
        _verify(held.artist)
        Track.objects.filter(pk=held.track_id).update(released_at=at, hidden_at=None)
        return _decide(held, Outcome.CLEARED, State.CLEARED, by=by, note=note)


def ask_changes(
    submission: Submission, *, by: Person, reasons: Sequence[str], note: str = "", seen: str | None = None
) -> ClearanceDecision:
    """Send an entry back to the artist with reasons. Raises as `clear`; InvalidInput without a reason."""
    with transaction.atomic():
        held = _hold_to_decide(submission, by=by, seen=seen)
        _check_reasons(reasons, note)
        return _decide(held, Outcome.CHANGES, State.CHANGES, by=by, reasons=reasons, note=note)


def refuse(
    submission: Submission, *, by: Person, reasons: Sequence[str], note: str = "", seen: str | None = None
) -> ClearanceDecision:
    """Refuse an entry, with reasons. Raises as `clear`; InvalidInput without a reason."""
    with transaction.atomic():
        held = _hold_to_decide(submission, by=by, seen=seen)
        _check_reasons(reasons, note)
        return _decide(held, Outcome.REFUSED, State.REFUSED, by=by, reasons=reasons, note=note)


def revoke_badge(submission: Submission, *, by: Person, note: str) -> ClearanceDecision:
    """Take the badge from a cleared entry's artist, with the reason. The track stays."""
    with transaction.atomic():
        held = _hold_cleared(submission, by=by, note=note)
        if not hold_artist(held.artist).is_verified:
            raise NotWaiting(_("This artist has no badge."))
        Artist.objects.filter(pk=held.artist_id).update(verified_at=None, unverified_reason=note[:300])
        return _record(held, Outcome.REVOKED, by=by, note=note)


def contest(submission: Submission, *, by: Person, note: str) -> ClearanceDecision:
    """Take a cleared track down while a claim on it is looked into. Its scores stay."""
    with transaction.atomic():
        held = _hold_cleared(submission, by=by, note=note)
        if held.is_contested:
            raise NotWaiting(_("This entry is contested already."))
        _set_contested(held, hidden_at=clock.now())
        return _record(held, Outcome.CONTESTED, by=by, note=note)


def reinstate(submission: Submission, *, by: Person, note: str) -> ClearanceDecision:
    """Put a contested track back exactly as it was."""
    with transaction.atomic():
        held = _hold_cleared(submission, by=by, note=note)
        if not held.is_contested:
            raise NotWaiting(_("This entry is not contested."))
        _set_contested(held, hidden_at=None)
        return _record(held, Outcome.REINSTATED, by=by, note=note)


def disqualify(submission: Submission, *, by: Person, note: str) -> ClearanceDecision:
    """Take a cleared entry out of the season for good, with the reason; its track is taken down.

    Raises JudgingBegan once a round with it was opened: `judging.services.removals` decides then.
    """
    with transaction.atomic():
        held = _hold_cleared(submission, by=by, note=note)
        if is_being_judged(held):
            raise JudgingBegan(
                _(
                    "Judging of this entry has begun. An organizer or the chair takes it out, on the page of its cut."
                )
            )
        Track.objects.filter(pk=held.track_id).update(hidden_at=clock.now())
        return _decide(held, Outcome.DISQUALIFIED, State.DISQUALIFIED, by=by, note=note)


def _hold_to_decide(submission: Submission, *, by: Person, seen: str | None) -> Submission:
    held = hold_submission(submission)
    check_not_own(held, by)
    if held.state != State.SUBMITTED:
        raise NotWaiting(
            _("This entry is %(state)s now, so there is nothing to decide.")
            % {"state": held.get_state_display()}
        )
    _check_claim(held, by)
    if seen is not None and seen != seen_mark(held):
        raise ChangedMeanwhile(
            _("The artist changed this entry while you had it open. Look at it again, then decide.")
        )
    return held


def _hold_cleared(submission: Submission, *, by: Person, note: str) -> Submission:
    held = hold_submission(submission)
    check_not_own(held, by)
    if not note.strip():
        raise InvalidInput(_("Write the reason. The artist reads it."), field="note")
    if held.state != State.CLEARED:
        raise NotWaiting(
            _("Only a cleared entry can be changed here. This one is %(state)s.")
            % {"state": held.get_state_display()}
        )
    return held


def check_not_own(held: Submission, by: Person) -> None:
    """Raise OwnEntry for who stands behind the entry's artist."""
    if held.artist.members.filter(person=by).exists():
        raise OwnEntry(_("You stand behind this artist, so somebody else decides."))


def _check_clearing_runs(held: Submission) -> None:
    ends = held.season.clearing_ends_at
    if ends and clock.now() >= ends:
        raise ClearingEnded(
            _("Clearing of this season has ended. An organizer can move its end by an amendment.")
        )


def _check_reasons(reasons: Sequence[str], note: str) -> None:
    if not reasons:
        raise InvalidInput(_("Choose at least one reason. The artist reads it."), field="reasons")
    if "other" in reasons and not note.strip():
        raise InvalidInput(_("Write what the other reason is. The artist reads it."), field="note")


def _verify(artist: Artist) -> None:
    held = hold_artist(artist)
    held.verified_at = held.verified_at or clock.now()
    held.unverified_reason = ""
    held.is_public = True
    held.save(update_fields=["verified_at", "unverified_reason", "is_public"])


def _set_contested(held: Submission, *, hidden_at: datetime.datetime | None) -> None:
    held.is_contested = hidden_at is not None
    held.save(update_fields=["is_contested"])
    Track.objects.filter(pk=held.track_id).update(hidden_at=hidden_at)


def _decide(
    held: Submission,
    outcome: Outcome,
    state: State,
    *,
    by: Person,
    reasons: Sequence[str] = (),
    note: str = "",
) -> ClearanceDecision:
    held.state = state
    held.decided_at = clock.now()
    held.save(update_fields=["state", "decided_at"])
    ClearanceClaim.objects.filter(submission=held).delete()
    return _record(held, outcome, by=by, reasons=reasons, note=note)


def _record(
    held: Submission, outcome: Outcome, *, by: Person, reasons: Sequence[str] = (), note: str = ""
) -> ClearanceDecision:
    decision = ClearanceDecision.objects.create(
        submission=held, outcome=outcome, reasons=list(reasons), note=note.strip(), by=by, at=clock.now()
    )
    log(f"clearance.{outcome}", held, by=by, season=held.season.slug, reasons=list(reasons))
    write_to_artist(
        f"clearance_{outcome}", held, decision=decision, reasons=list(reasons), appeal_until=_until(decision, held)
    )  # fmt: skip
    return decision


def _until(decision: ClearanceDecision, held: Submission) -> Callable[[], str] | None:
    """Until when a refusal can be appealed, in words of who reads the mail; None if it can't be any more."""
    ends = appeal_ends_at(decision, held.season)
    return partial(in_zone, ends, held.season) if ends > decision.at else None
