"""What people do with suspicions: count or leave out, appeal, answer. A closed round is beyond it."""

from django.db import transaction
from django.utils.translation import gettext as _

from judging.jobs import suspicion_mails
from judging.jobs.rounds import hold
from judging.jobs.suspicions import set_flags
from judging.models import Suspicion, SuspicionDecision
from judging.tasks.standings import ask_for_standings
from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, events
from submissions.permissions import is_behind

State = Suspicion.State
OUTCOMES = (State.COUNTED, State.LEFT_OUT)


class TooLate(SpotlightError):
    """The round is closed: what it used can't change any more."""

    code = "round_closed"


class CaseMoved(SpotlightError):
    """Somebody else decided meanwhile, or there is nothing to decide."""

    code = "case_moved"


class AnotherPerson(SpotlightError):
    """Nobody decides on an artist of their own, nor answers an appeal against their own decision."""

    code = "another_person"


class AppealRefused(SpotlightError):
    """There is nothing to appeal against, or it was done already."""

    code = "appeal_refused"


class ReasonMissing(SpotlightError):
    """A decision and an appeal say why."""

    code = "reason_missing"


def decide(case: Suspicion, *, outcome: str, reason: str, seen: int, by: Person) -> Suspicion:
    """Count readings or leave them out; where an appeal waits this answers it for good. Holds round and case.

    `seen` is how many decisions there were when the person looked. Raises a named refusal.
    """
    with transaction.atomic():
        locked = _locked(case)
        _check(locked, outcome=outcome, reason=reason, seen=seen, by=by)
        answers = locked.awaits_answer
        SuspicionDecision.objects.create(
            suspicion=locked, outcome=outcome, reason=reason.strip(), answers_appeal=answers, by=by, at=clock.now()
        )  # fmt: skip
        locked.state, locked.reason, locked.is_final = State(outcome), reason.strip(), answers
        locked.decided_by, locked.decided_at = by, clock.now()
        locked.save(update_fields=["state", "reason", "is_final", "decided_by", "decided_at"])
        set_flags(locked.track_id, locked.source_id)
        events.log(
            "suspicion.decided", locked, by=by, season=locked.season.slug, outcome=outcome, reason=reason.strip(),
            answers_appeal=answers, detector=locked.detector, track=locked.track.code,
        )  # fmt: skip
        _tell(locked)
        if locked.round is not None:
            ask_for_standings(locked.round)
    return locked


def appeal(case: Suspicion, *, text: str, by: Person) -> Suspicion:
    """The artist says, once, why readings that were left out are honest. Raises a named refusal."""
    with transaction.atomic():
        locked = _locked(case)
        if not locked.can_be_appealed:
            raise AppealRefused(_("There is nothing to appeal against, or you have done so already."))
        if not text.strip():
            raise ReasonMissing(_("Say why these readings are honest."), field="text")
        locked.appeal, locked.appealed_at = text.strip(), clock.now()
        locked.save(update_fields=["appeal", "appealed_at"])
        events.log("suspicion.appealed", locked, by=by, season=locked.season.slug, text=locked.appeal)
        suspicion_mails.tell_organizers(locked, "readings_appealed")
    return locked


def may_answer(case: Suspicion, person: Person) -> bool:
    """Whether the person may decide it now: an appeal needs another one than the last decision, if there are two."""
    if not case.awaits_answer or case.decided_by_id != person.pk:
        return True
    return not suspicion_mails.organizers(case).exclude(pk=person.pk).exists()


def _locked(case: Suspicion) -> Suspicion:
    """The case with its row and its round's row held, in that order of all writers: the round first."""
    if case.round is not None:
        hold(case.round)
    locked = Suspicion.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if locked.is_too_late:
        raise TooLate(_("This round is closed. What it used can’t change any more."))
    return locked


def _check(case: Suspicion, *, outcome: str, reason: str, seen: int, by: Person) -> None:
    if outcome not in OUTCOMES:
        raise CaseMoved(_("Choose whether these readings count or are left out."))
    if is_behind(by, case.track):
        raise AnotherPerson(_("You stand behind this artist, so somebody else decides."))
    if case.is_final:
        raise CaseMoved(_("The appeal is answered. That decision stays."))
    if case.decisions.count() != seen:
        raise CaseMoved(_("Somebody decided meanwhile. Look at it again."))
    if not reason.strip():
        raise ReasonMissing(_("Say why: the artist reads it, and it is kept."), field="reason")
    if not may_answer(case, by):
        raise AnotherPerson(_("You decided this one. Another organizer has to answer the appeal."))


def _tell(case: Suspicion) -> None:
    """Mail the artist, but for what was never put aside and goes on counting."""
    if case.is_holding or case.state == State.LEFT_OUT or case.decisions.count() > 1:
        suspicion_mails.tell_artist(case, "readings_decided")
