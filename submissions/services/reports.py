"""What clearance decides on reports of listeners and on fans' videos."""

from django.db import transaction
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock
from spotlight.ledger.events import log
from submissions.models import Report, Submission, Track, Use
from submissions.permissions import is_behind
from submissions.queries.seasons import season_of
from submissions.services.clearance import OwnEntry, contest


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
        held = Use.objects.select_for_update(of=("self",)).select_related("track", "season").get(pk=use.pk)
        if held.state != Use.State.WAITING:
            raise AlreadyDecided(_("Somebody has decided on this video already."))
        _check_not_own(held.track, by)
        held.state, held.decided_by, held.decided_at = state, by, clock.now()
        held.save(update_fields=["state", "decided_by", "decided_at"])
        log(
            f"use.{state}", held, by=by, season=held.season.slug if held.season else "", track=held.track.code
        )
    return held
