"""What clearance decides on reports of listeners and on fans' videos."""

from django.db import transaction
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock
from spotlight.ledger.events import log
from submissions.models import Report, Submission, Track, Use
from submissions.permissions import is_behind
from submissions.queries.seasons import season_of
from submissions.services.clearance import OwnEntry, contest

REASON_MAX = 500


class AlreadyDecided(SpotlightError):
    """Somebody decided on it before."""

    code = "already_decided"


def uphold_report(report: Report, *, by: Person, note: str) -> Report:
    """A report is right: the track's cleared entry is contested, so that nobody hears it until the claim is settled.

    Raises AlreadyDecided, OwnEntry, and what `contest` raises.
    """
    with transaction.atomic():
        held = _hold_report(report, by)
        entry = Submission.objects.filter(
            track=held.track, state=Submission.State.CLEARED, is_contested=False
        ).first()
        if entry is not None:
            contest(entry, by=by, note=note)
        return _close_report(held, Report.State.UPHELD, by)


def dismiss_report(report: Report, *, by: Person) -> Report:
    """A report is not right: nothing happens to the track. Raises AlreadyDecided, OwnEntry."""
    with transaction.atomic():
        return _close_report(_hold_report(report, by), Report.State.DISMISSED, by)


def accept_use(use: Use, *, by: Person) -> Use:
    """The video exists and uses the track: it counts. Raises AlreadyDecided, OwnEntry."""
    return _decide_use(use, Use.State.ACCEPTED, by)


def refuse_use(use: Use, *, by: Person) -> Use:
    """The video does not count. Raises AlreadyDecided, OwnEntry."""
    return _decide_use(use, Use.State.REFUSED, by)


def correct_use(use: Use, state: Use.State, *, by: Person, reason: str) -> Use:
    """Decide otherwise on a video that was accepted or refused; its fan reads the reason.

    What a closed round counted stays as it was. Raises InvalidInput, AlreadyDecided, OwnEntry.
    """
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("Say why, in a sentence that the fan can read."), field="reason")
    if len(reason) > REASON_MAX:
        raise InvalidInput(_("Keep the reason under %(n)d characters.") % {"n": REASON_MAX}, field="reason")
    with transaction.atomic():
        held = _hold_use(use, by)
        if held.state == Use.State.WAITING:
            raise SpotlightError(_("Nobody has decided on this video yet."))
        if held.state == state:
            raise AlreadyDecided(_("Somebody has corrected this already."))
        return _write_decision(held, state, by, reason=reason, corrected=True, was_by_rule=held.is_by_rule)


def _hold_report(report: Report, by: Person) -> Report:
    held = Report.objects.select_for_update(of=("self",)).select_related("track").get(pk=report.pk)
    if held.state != Report.State.OPEN:
        raise AlreadyDecided(_("Somebody has decided on this report already."))
    _check_not_own(held.track, by)
    return held


def _close_report(held: Report, state: Report.State, by: Person) -> Report:
    held.state, held.decided_by, held.decided_at = state, by, clock.now()
    held.save(update_fields=["state", "decided_by", "decided_at"])
    season = season_of(held.track)
    log(f"report.{state}", held, by=by, season=season.slug if season else "", track=held.track.code)
    return held


def _check_not_own(track: Track, by: Person) -> None:
    if is_behind(by, track):
        raise OwnEntry(_("You stand behind this artist, so somebody else decides."))


def _decide_use(use: Use, state: Use.State, by: Person) -> Use:
    with transaction.atomic():
        held = _hold_use(use, by)
        if held.state != Use.State.WAITING:
            raise AlreadyDecided(_("Somebody has decided on this video already."))
        return _write_decision(held, state, by)


def _hold_use(use: Use, by: Person) -> Use:
    held = Use.objects.select_for_update(of=("self",)).select_related("track", "season").get(pk=use.pk)
    _check_not_own(held.track, by)
    if held.person_id == by.pk:
        raise OwnEntry(_("This is your own video, so somebody else decides."))
    return held


def _write_decision(held: Use, state: Use.State, by: Person, *, reason: str = "", **facts: bool) -> Use:
    held.state, held.decided_by, held.decided_at, held.reason = state, by, clock.now(), reason
    held.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    season = held.season.slug if held.season else ""
    log(f"use.{state}", held, by=by, season=season, track=held.track.code, **facts)
    return held
