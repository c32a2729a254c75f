"""Roles in a season: offered by mail, accepted by whoever holds the link, ended by the organizer. Each is logged."""

import datetime
import hashlib
import secrets

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, NotFound, SpotlightError
from spotlight.ledger import clock, events, mail
from submissions.models import Invitation, Membership, Organisation, Role, Season

VALID_FOR = datetime.timedelta(days=14)


class InvitationOver(SpotlightError):
    """The link was used, withdrawn or is too old; the message says which and what to do."""

    code = "invitation_over"
    status = 410


def hash_token(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(
    season: Season,
    *,
    email: str,
    role: str,
    by: Person,
    name: str = "",
    language: str = "en",
    organisation: Organisation | None = None,
) -> Invitation:
    """Offer a role by mail. The same offer that is still open is sent again.

    Raises InvalidInput at `email`, `role` or `organisation`.
    """
    email = email.strip().lower()
    if role not in Role.values:
        raise InvalidInput(_("Choose a role."), field="role")
    check_employer(season, role, organisation)
    if _holds(season, email, role):
        raise InvalidInput(_("This person already has the role."), field="email")
    open_one = Invitation.objects.filter(
        season=season, email=email, role=role, accepted_at__isnull=True, withdrawn_at__isnull=True
    ).first()
    if open_one is not None:
        open_one.organisation = organisation or open_one.organisation
        open_one.save(update_fields=["organisation"])
        return resend(open_one, by=by)
    now = clock.now()
    invitation = Invitation(
        season=season, email=email, role=role, name=name.strip(), language=language, organisation=organisation, invited_by=by,
        invited_at=now, expires_at=now + VALID_FOR,
    )  # fmt: skip
    _send(invitation)
    events.log("role.offered", invitation, by=by, season=season.slug, role=role)
    return invitation


@transaction.atomic
def resend(invitation: Invitation, *, by: Person) -> Invitation:
    """Send a fresh link; the old one stops working. Raises InvitationOver if it was accepted or withdrawn."""
    locked = Invitation.objects.select_for_update().select_related("season").get(pk=invitation.pk)
    if locked.accepted_at or locked.withdrawn_at:
        raise InvitationOver(_("This invitation is no longer open. Write a new one."))
    locked.expires_at = clock.now() + VALID_FOR
    _send(locked)
    events.log("role.offered_again", locked, by=by, season=locked.season.slug, role=locked.role)
    return locked


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Person) -> None:
    """Take an offer back; its link stops working."""
    locked = Invitation.objects.select_for_update().select_related("season").get(pk=invitation.pk)
    if locked.accepted_at:
        raise InvitationOver(_("This invitation was accepted. End the role instead."))
    locked.withdrawn_at = clock.now()
    locked.save(update_fields=["withdrawn_at"])
    events.log("role.offer_withdrawn", locked, by=by, season=locked.season.slug, role=locked.role)


def find(token: str) -> Invitation:
    """The open invitation behind a link. Raises NotFound or InvitationOver."""
    invitation = (
        Invitation.objects.select_related("season", "invited_by")
        .filter(token_sha256=hash_token(token))
        .first()
    )
    if invitation is None:
        raise NotFound(_("This invitation is unknown."))
    if invitation.withdrawn_at:
        raise InvitationOver(_("This invitation was withdrawn. Ask whoever invited you."))
    if invitation.accepted_at is None and invitation.expires_at <= clock.now():
        raise InvitationOver(_("This invitation is too old. Ask for a new one."))
    return invitation


@transaction.atomic
def accept(token: str, *, by: Person) -> Membership:
    """Take the offered role. Accepting twice by the same person changes nothing; by another is InvitationOver."""
    invitation = Invitation.objects.select_for_update().get(pk=find(token).pk)
    if invitation.accepted_at and invitation.accepted_by_id != by.pk:
        raise InvitationOver(_("Somebody else accepted this invitation. Ask for one of your own."))
    membership = grant(
        invitation.season, person=by, role=invitation.role, by=by, organisation=invitation.organisation
    )
    if not invitation.accepted_at:
        invitation.accepted_at, invitation.accepted_by = clock.now(), by
        invitation.save(update_fields=["accepted_at", "accepted_by"])
        if invitation.name and not by.name:
            by.name = invitation.name
            by.save(update_fields=["name"])
    return membership


@transaction.atomic
def grant(
    season: Season, *, person: Person, role: str, by: Person | None, organisation: Organisation | None = None
) -> Membership:
    """Give a person a role at once; who has it keeps it."""
    found = Membership.objects.filter(season=season, person=person, role=role, ended_at__isnull=True).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                season=season, person=person, role=role, organisation=organisation
            )
    except IntegrityError:  # taken at the same moment in another window
        return Membership.objects.get(season=season, person=person, role=role, ended_at__isnull=True)
    events.log("role.taken", season, by=by, season=season.slug, role=role, person=person.code)
    return membership


@transaction.atomic
def set_employer(membership: Membership, organisation: Organisation | None, *, by: Person) -> Membership:
    """Say whom somebody with a role works for. Judges are kept from the entries behind it within ten minutes.

    Raises InvalidInput at `organisation` for a partner without a place among the season's partners.
    """
    locked = Membership.objects.select_for_update().select_related("season", "person").get(pk=membership.pk)
    check_employer(locked.season, locked.role, organisation)
    if locked.organisation_id != (organisation.pk if organisation else None):
        locked.organisation = organisation
        locked.save(update_fields=["organisation"])
        events.log(
            "role.employer_set", locked.season, by=by, season=locked.season.slug, role=locked.role,
            person=locked.person.code, organisation=organisation.code if organisation else None,
        )  # fmt: skip
    return locked


def check_employer(season: Season, role: str, organisation: Organisation | None) -> None:
    """A partner works for one of the season's partners. Raises InvalidInput at `organisation`."""
    if role != Role.PARTNER:
        return
    if organisation is None:
        raise InvalidInput(_("Say which partner of the season this person works for."), field="organisation")
    if not season.partners.filter(organisation=organisation).exists():
        raise InvalidInput(
            _("%(name)s is no partner of this season. Add it to the season's partners first.")
            % {"name": organisation.name},
            field="organisation",
        )


@transaction.atomic
def end_role(membership: Membership, *, by: Person) -> Membership:
    """End a role now. A season keeps at least one organizer."""
    season = Season.objects.select_for_update().get(pk=membership.season_id)
    locked = Membership.objects.select_for_update().get(pk=membership.pk)
    if locked.ended_at is not None:
        return locked
    others = season.memberships.filter(role=Role.ORGANIZER, ended_at__isnull=True).exclude(pk=locked.pk)
    if locked.role == Role.ORGANIZER and not others.exists():
        raise SpotlightError(_("A season needs an organizer. Give the role to somebody else first."))
    locked.ended_at = clock.now()
    locked.save(update_fields=["ended_at"])
    events.log("role.ended", season, by=by, season=season.slug, role=locked.role, person=locked.person.code)
    return locked


def _holds(season: Season, email: str, role: str) -> bool:
    return Membership.objects.filter(
        season=season, person__user__email=email, role=role, ended_at__isnull=True
    ).exists()


def _send(invitation: Invitation) -> None:
    token = secrets.token_urlsafe(32)
    invitation.token_sha256 = hash_token(token)
    invitation.save()
    mail.write(
        "invitation", to=invitation.email, language=invitation.language, season=invitation.season.slug,
        context={
            "invitation": invitation, "season": invitation.season, "action": gettext_lazy("Open the invitation"),
            "url": settings.SITE_URL + reverse("invitation", args=[token]),
        },
    )  # fmt: skip
