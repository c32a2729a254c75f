"""Appeals against refusals: the artist says once what was wrong, another person than who refused decides."""

from django.db import transaction
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock
from spotlight.ledger.events import log
from submissions.jobs.letters import in_zone, write_to_artist
from submissions.models import Appeal, Submission
from submissions.queries.appeals import Refusal, refusal_of
from submissions.queries.entries import places_left
from submissions.services.clearance import check_not_own
from submissions.services.entries import QuotaReached
from submissions.services.locks import hold_artist, hold_season, hold_submission


class AppealRefused(SpotlightError):
    """There is nothing to appeal against, it was done already, or it is too late."""

    code = "appeal_refused"


class AppealAnswered(SpotlightError):
    """Somebody decided on the appeal before, or there is none."""

    code = "appeal_answered"


class AnotherPerson(SpotlightError):
    """Nobody decides on an appeal against their own refusal."""

    code = "another_person"


def appeal(submission: Submission, *, text: str, by: Person) -> Appeal:
    """Say, once, what is wrong with the refusal of an entry. Raises AppealRefused, InvalidInput."""
    with transaction.atomic():
        held = hold_submission(submission)
        refusal = _check_open(refusal_of(held))
        if not text.strip():
            raise InvalidInput(_("Say what the reviewer got wrong."), field="text")
        made = Appeal.objects.create(
            decision=refusal.decision, refused_by=refusal.decision.by, text=text.strip(), sent_by=by, sent_at=clock.now()
        )  # fmt: skip
        log("appeal.sent", held, by=by, season=held.season.slug)
        write_to_artist("appeal_received", held, appeal=made)
        return made


def _check_open(refusal: Refusal | None) -> Refusal:
    if refusal is None or refusal.appeal is not None:
        raise AppealRefused(_("There is nothing to appeal against, or you have done so already."))
    if not refusal.may_appeal(clock.now()):
        until = in_zone(refusal.ends_at, refusal.season)
        raise AppealRefused(
            _("It is too late to appeal. That was possible until %(time)s.") % {"time": until}
        )
    return refusal


def uphold(submission: Submission, *, by: Person, reason: str) -> Appeal:
    """The refusal stands for good, and the artist reads why.

    Raises AppealAnswered, AnotherPerson, OwnEntry, InvalidInput.
    """
    with transaction.atomic():
        held = hold_submission(submission)
        waiting = _waiting(held, by)
        if not reason.strip():
            raise InvalidInput(_("Write why the refusal stands. The artist reads it."), field="reason")
        return _answer(held, waiting, Appeal.State.UPHELD, by=by, reason=reason)


def reopen(submission: Submission, *, by: Person, reason: str = "") -> Appeal:
    """The entry waits for clearance again, as it is and at its old place. Raises as `uphold`, and QuotaReached."""
    with transaction.atomic():
        hold_season(submission.season_id)
        hold_artist(submission.artist)
        held = hold_submission(submission)
        waiting = _waiting(held, by)
        if not places_left(held.season, held.artist):
            raise QuotaReached(
                _("The artist has entered other tracks in its place. One of them has to be withdrawn first.")
            )
        held.state, held.decided_at = Submission.State.SUBMITTED, None
        held.save(update_fields=["state", "decided_at"])
        return _answer(held, waiting, Appeal.State.REOPENED, by=by, reason=reason)


def _waiting(held: Submission, by: Person) -> Appeal:
    """The appeal to decide on; the lock of its entry's row keeps others from it."""
    check_not_own(held, by)
    refusal = refusal_of(held)
    if refusal is None or refusal.waiting is None:
        raise AppealAnswered(_("Somebody has decided on this appeal already."))
    if refusal.waiting.refused_by_id == by.pk:
        raise AnotherPerson(_("You refused this entry, so somebody else decides on the appeal."))
    return refusal.waiting


def _answer(held: Submission, waiting: Appeal, state: Appeal.State, *, by: Person, reason: str) -> Appeal:
    waiting.state, waiting.reason = state, reason.strip()
    waiting.decided_by, waiting.decided_at = by, clock.now()
    waiting.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    log(f"appeal.{state}", held, by=by, season=held.season.slug)
    write_to_artist("appeal_answered", held, appeal=waiting)
    return waiting
