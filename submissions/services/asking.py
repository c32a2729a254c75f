"""Mails to people other than the artist: the guardian and the co-writers of an entry that was sent.

Called by the services of entries in their transaction; nobody is written to while an entry is a draft.
"""

import datetime
import secrets
from collections import defaultdict
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spotlight.accounts.models import Person
from spotlight.errors import NotFound, SpotlightError
from spotlight.ledger import clock, mail
from spotlight.ledger.events import log
from submissions.models import CoWriter, Credit, Guardian, Submission
from submissions.queries.completeness import percent
from submissions.queries.consent import guardian_age, guardian_of, needs_guardian
from submissions.services.locks import hold_submission
from submissions.services.roles import hash_token

VALID_FOR = datetime.timedelta(days=30)
AGAIN_AFTER = datetime.timedelta(days=1)
"""How long somebody is left in peace after a mail, or after saying no."""
MOST_MAILS = 40
ASKED_STATES = (Submission.State.SUBMITTED, Submission.State.CHANGES, Submission.State.CLEARED)


class AskedTooOften(SpotlightError):
    """Somebody was written to a moment ago, or the entry has written enough mails."""

    code = "asked_too_often"
    status = 429


class NothingToAsk(SpotlightError):
    """They have answered, or the entry is not sent."""

    code = "nothing_to_ask"


def ask_everybody(held: Submission, *, by: Person | None) -> None:
    """Write to whoever has to answer for a held entry and was not asked for what it says now."""
    guardian = guardian_of(held) if guardian_age(held) else None
    if guardian and needs_guardian(held, guardian) and not guardian.asked_at and _may_write(held):
        ask_guardian(held, guardian, by=by)
    if held.season.confirms_credits:
        for cowriter in _bring_up_to_date(held):
            if cowriter.asked_at is None and cowriter.state == CoWriter.State.WAITING and _may_write(held):
                ask_cowriter(held, cowriter, by=by)


def ask_again(submission: Submission, *, who: str, by: Person) -> None:
    """Send a fresh link to the guardian (`who="guardian"`) or a co-writer (their code); the old link stops working.

    Raises AskedTooOften, NothingToAsk, NotFound.
    """
    with transaction.atomic():
        held = hold_submission(submission)
        if held.state not in ASKED_STATES:
            raise NothingToAsk(_("Send the entry first; then everybody is written to."))
        if who == "guardian":
            guardian = Guardian.objects.select_for_update().filter(submission=held).first()
            _ask_guardian_again(held, guardian, by=by)
        else:
            cowriter = held.cowriters.select_for_update().filter(code=who).first()
            _ask_cowriter_again(held, cowriter, by=by)


def _ask_guardian_again(held: Submission, guardian: Guardian | None, *, by: Person) -> None:
    if guardian is None or not needs_guardian(held, guardian) or not guardian.email:
        raise NotFound(_("Nobody is asked for this entry."))
    if guardian.state == Guardian.State.CONSENTED:
        raise NothingToAsk(_("The guardian has consented already."))
    _check_pace(held, guardian)
    guardian.state, guardian.answered_at = Guardian.State.WAITING, None
    ask_guardian(held, guardian, by=by)


def _ask_cowriter_again(held: Submission, cowriter: CoWriter | None, *, by: Person) -> None:
    if cowriter is None or cowriter.state == CoWriter.State.GONE:
        raise NotFound(_("Nobody is asked for this entry."))
    if cowriter.state != CoWriter.State.WAITING:
        raise NothingToAsk(_("%(name)s has answered already.") % {"name": cowriter.name})
    _check_pace(held, cowriter)
    ask_cowriter(held, cowriter, by=by)


def ask_guardian(held: Submission, guardian: Guardian, *, by: Person | None) -> None:
    """Write to the guardian of a held entry."""
    _ask(held, guardian, "guardian_asked", "guardian_consent", action=gettext_lazy("Read and answer"))
    log("guardian.asked", held, by=by, season=held.season.slug)


def ask_cowriter(held: Submission, cowriter: CoWriter, *, by: Person | None) -> None:
    """Write to one co-writer of a held entry."""
    _ask(
        held, cowriter, "cowriter_asked", "credit_confirmation", action=gettext_lazy("Look and answer"),
        lines=credit_lines(cowriter),
    )  # fmt: skip
    log("cowriter.asked", held, by=by, season=held.season.slug, cowriter=cowriter.code)


def credit_lines(cowriter: CoWriter) -> list[tuple[str, str, str]]:
    """What somebody is asked to confirm: name, part in words, share such as `50%` or nothing."""
    words = dict(Credit.Part.choices)
    return [
        (name, str(words.get(part, part)), "" if share is None else f"{percent(share)}%")
        for name, part, share in cowriter.parts
    ]


def _ask(held: Submission, asked: Guardian | CoWriter, template: str, address: str, **context: Any) -> None:
    token = secrets.token_urlsafe(32)
    asked.token_sha256 = hash_token(token)
    asked.asked_at = clock.now()
    asked.expires_at = asked.asked_at + VALID_FOR
    asked.asks += 1
    asked.save()
    mail.write(
        template, to=asked.email, language=held.artist.language, season=held.season.slug,
        context={
            "season": held.season, "artist": held.artist, "track": held.track, "expires_at": asked.expires_at,
            "url": settings.SITE_URL + reverse(address, args=[token]), **context,
        },
    )  # fmt: skip


def _check_pace(held: Submission, asked: Guardian | CoWriter) -> None:
    last = max(filter(None, (asked.asked_at, asked.answered_at)), default=None)
    if last is not None and clock.now() < last + AGAIN_AFTER:
        raise AskedTooOften(_("They were written to, or answered, less than a day ago. Ask again tomorrow."))
    if not _may_write(held):
        raise AskedTooOften(_("This entry has sent as many mails as it may. Write to the organizer."))


def _may_write(held: Submission) -> bool:
    """Whether the entry may send another mail to people who did not ask for it."""
    to_guardian = Guardian.objects.filter(submission=held).aggregate(n=Sum("asks"))["n"] or 0
    to_others = held.cowriters.aggregate(n=Sum("asks"))["n"] or 0
    return bool(to_guardian + to_others < MOST_MAILS)


def _bring_up_to_date(held: Submission) -> list[CoWriter]:
    """One row for each address among the credits; whoever's parts changed is asked anew."""
    own = set(held.artist.members.values_list("person__user__email", flat=True))
    credited: dict[str, list[list[Any]]] = defaultdict(list)
    for credit in held.track.credits.exclude(email="").exclude(email__in=own):
        credited[credit.email].append([credit.name, credit.part, credit.share])
    known = {row.email: row for row in held.cowriters.select_for_update()}
    for email in known.keys() - credited.keys():
        _forget(known[email])
    return [_asked_for(held, known.get(email), email, parts) for email, parts in credited.items()]


def _forget(row: CoWriter) -> None:
    row.state, row.token_sha256, row.parts = CoWriter.State.GONE, "", []
    row.save(update_fields=["state", "token_sha256", "parts"])


def _asked_for(held: Submission, row: CoWriter | None, email: str, parts: list[list[Any]]) -> CoWriter:
    row = row or CoWriter(submission=held, email=email)
    if row.parts != parts:
        row.parts, row.state, row.token_sha256 = parts, CoWriter.State.WAITING, ""
        row.asked_at = row.answered_at = row.settled_by = None
        row.note = row.settled_reason = ""
        row.save()
    return row
