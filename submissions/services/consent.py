"""What people behind signed links answer, and what clearance ticks or settles. Each is logged without names."""

from django.db import transaction
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, NotFound, SpotlightError
from spotlight.ledger import clock
from spotlight.ledger.events import log
from submissions.jobs.letters import write_to_artist
from submissions.models import CoWriter, Guardian, Identity, Season, Submission
from submissions.queries.consent import OPEN_CREDITS, guardian_age
from submissions.queries.entries import current_terms, is_being_judged
from submissions.services.asking import ASKED_STATES
from submissions.services.entries import JudgingBegan, return_to_queue
from submissions.services.locks import hold_artist, hold_submission
from submissions.services.roles import hash_token

IdentityBy = Season.IdentityBy
How = Identity.How


class LinkOver(SpotlightError):
    """The link is too old, or what it was about is gone; the message says which and what to do."""

    code = "link_over"
    status = 410


class AnsweredAlready(SpotlightError):
    """There is one answer to a link."""

    code = "answered_already"


# ---- guardian --------------------------------------------------------------------------------------------------------


def find_guardian(token: str) -> Guardian:
    """Who is asked behind a link. Raises NotFound, LinkOver."""
    found = Guardian.objects.select_related(
        "terms", "submission__season", "submission__artist", "submission__track", "submission__market"
    )
    guardian = _open(found.filter(token_sha256=hash_token(token)).first())
    if not guardian_age(guardian.submission):
        raise LinkOver(_("No consent is needed for this entry any more."))
    return guardian


def answer_guardian(token: str, *, consents: bool, name: str) -> Guardian:
    """Consent to the season's newest terms, or decline; once. Raises NotFound, LinkOver, AnsweredAlready, InvalidInput."""
    with transaction.atomic():
        held = hold_submission(find_guardian(token).submission)
        guardian = Guardian.objects.select_for_update().get(pk=find_guardian(token).pk)
        if guardian.state != Guardian.State.WAITING:
            raise AnsweredAlready(_("You have answered already."))
        if not name.strip():
            raise InvalidInput(_("Write your name."), field="name")
        guardian.state = Guardian.State.CONSENTED if consents else Guardian.State.DECLINED
        guardian.name, guardian.terms = name.strip()[:120], current_terms(held.season)
        _answered(held, guardian, f"guardian.{guardian.state}")
        return guardian


def withdraw_consent(token: str) -> Guardian:
    """Take a consent back until judging begins; a cleared entry waits for clearance again. Raises JudgingBegan too."""
    with transaction.atomic():
        held = hold_submission(find_guardian(token).submission)
        guardian = Guardian.objects.select_for_update().get(pk=find_guardian(token).pk)
        if guardian.state != Guardian.State.CONSENTED:
            raise AnsweredAlready(_("There is no consent that could be withdrawn."))
        if is_being_judged(held):
            raise JudgingBegan(
                _(
                    "Judging has begun, so the consent can’t be withdrawn here any more. Write to the organizer."
                )
            )
        guardian.state = Guardian.State.WITHDRAWN
        _answered(held, guardian, "guardian.withdrawn")
        if held.state == Submission.State.CLEARED:
            return_to_queue(held, by=None)
        return guardian


# ---- co-writers ------------------------------------------------------------------------------------------------------


def find_cowriter(token: str) -> CoWriter:
    """Who is asked behind a link. Raises NotFound, LinkOver."""
    found = CoWriter.objects.select_related("submission__season", "submission__artist", "submission__track")
    return _open(found.filter(token_sha256=hash_token(token)).first())


def answer_credit(token: str, *, confirms: bool, note: str = "") -> CoWriter:
    """Confirm one's parts and shares, or contest them with what is wrong; once. Raises as `answer_guardian`."""
    with transaction.atomic():
        held = hold_submission(find_cowriter(token).submission)
        cowriter = CoWriter.objects.select_for_update().get(pk=find_cowriter(token).pk)
        if cowriter.state != CoWriter.State.WAITING:
            raise AnsweredAlready(_("You have answered already."))
        if not confirms and not note.strip():
            raise InvalidInput(_("Write what is wrong. The artist and clearance read it."), field="note")
        cowriter.state = CoWriter.State.CONFIRMED if confirms else CoWriter.State.CONTESTED
        cowriter.note = "" if confirms else note.strip()[:1000]
        _answered(held, cowriter, f"cowriter.{cowriter.state}", cowriter=cowriter.code)
        return cowriter


def settle_credit(submission: Submission, *, code: str, by: Person, reason: str) -> CoWriter:
    """Clearance decides, with a reason, that contested or unanswered credits stand. Raises NotFound, InvalidInput."""
    with transaction.atomic():
        held = _hold_for_clearance(submission, by)
        cowriter = held.cowriters.select_for_update().filter(code=code, state__in=OPEN_CREDITS).first()
        if cowriter is None:
            raise NotFound(_("There is nothing to settle."))
        if not reason.strip():
            raise InvalidInput(_("Write the reason."), field="reason")
        cowriter.state, cowriter.settled_by = CoWriter.State.SETTLED, by
        cowriter.settled_reason = reason.strip()[:1000]
        cowriter.save()
        log("cowriter.settled", held, by=by, season=held.season.slug, cowriter=cowriter.code)
        return cowriter


# ---- identity --------------------------------------------------------------------------------------------------------


def place_code(submission: Submission, *, url: str, by: Person) -> Identity:
    """The artist says in which of their linked profiles the code is. Raises InvalidInput, AnsweredAlready."""
    with transaction.atomic():
        held = hold_submission(submission)
        if held.season.identity_by not in (IdentityBy.CODE, IdentityBy.EITHER):
            raise NotFound(_("This season asks for no code."))
        if not held.artist.links.filter(url=url).exists():
            raise InvalidInput(_("Choose one of the links on your artist page."), field="url")
        identity = _identity(held)
        if identity.seen_at:
            raise AnsweredAlready(_("Clearance has seen who you are already."))
        identity.url, identity.placed_at = url, clock.now()
        identity.save()
        log("identity.placed", held, by=by, season=held.season.slug)
        return identity


def see_identity(submission: Submission, *, how: str, by: Person) -> Identity:
    """A person has seen the code or a document. Raises InvalidInput where the season wants something else."""
    with transaction.atomic():
        held = _hold_for_clearance(submission, by)
        if how not in How.values or held.season.identity_by not in (IdentityBy.EITHER, how):
            raise InvalidInput(_("This season asks for something else."), field="how")
        identity = _identity(held)
        if how == How.CODE and not identity.url:
            raise InvalidInput(_("The artist has not said yet where the code is."), field="how")
        identity.how, identity.seen_by, identity.seen_at = how, by, clock.now()
        identity.save()
        log("identity.seen", held, by=by, season=held.season.slug, how=how)
        return identity


def _identity(held: Submission) -> Identity:
    artist = hold_artist(held.artist)
    found, _made = Identity.objects.get_or_create(artist=artist, season=held.season)
    return found


# ---- shared ----------------------------------------------------------------------------------------------------------


def _open[Thing: (Guardian, CoWriter)](asked: Thing | None) -> Thing:
    if asked is None:
        raise NotFound(_("This link is unknown."))
    if asked.submission.state not in ASKED_STATES:
        raise LinkOver(_("The artist has taken this entry back, so there is nothing to answer any more."))
    if asked.answered_at is None and asked.expires_at and asked.expires_at <= clock.now():
        raise LinkOver(_("This link is too old. Ask the artist to send you a new one; it takes one click."))
    return asked


def _answered(held: Submission, asked: Guardian | CoWriter, verb: str, **facts: str) -> None:
    asked.answered_at = clock.now()
    asked.save()
    log(verb, held, by=None, season=held.season.slug, **facts)
    write_to_artist("entry_answered", held, asked=asked, verb=verb)


def _hold_for_clearance(submission: Submission, by: Person) -> Submission:
    held = hold_submission(submission)
    if held.artist.members.filter(person=by).exists():
        raise InvalidInput(_("You stand behind this artist, so somebody else decides."))
    return held
