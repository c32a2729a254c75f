"""Invitations: the page behind the link in the mail, and the organizer's page of people."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from spotlight.errors import NotFound, SpotlightError
from spotlight.web.answers import add_refusal, person_behind, pressed
from submissions.forms.roles import EmployerForm, InvitationForm
from submissions.models import Invitation, Membership, Role, Season
from submissions.queries import roles as role_queries
from submissions.services import roles
from submissions.views.access import own_season

# Where a new role begins, by names of addresses; those of judges and others are defined by their own apps.
FIRST_STEPS = {
    Role.JUDGE: "desk_welcome",
    Role.ORGANIZER: "home",
    Role.CHAIR: "chair",
    Role.CLEARANCE: "clearance",
    Role.PARTNER: "partners",
}


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What is offered; accepted with one button by whoever is signed in."""
    try:
        offer = roles.find(token)
    except NotFound:
        raise Http404 from None
    except SpotlightError as refusal:
        return render(
            request, "submissions/roles/over.html", {"reason": refusal.message}, status=refusal.status
        )
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?next={request.path}")
        return _accept(request, token)
    return render(
        request,
        "submissions/roles/invitation.html",
        {"invitation": offer, "season": offer.season, "next": request.path},
    )


def _accept(request: HttpRequest, token: str) -> HttpResponse:
    try:
        membership = roles.accept(token, by=person_behind(request))
    except SpotlightError as refusal:
        return render(
            request, "submissions/roles/over.html", {"reason": refusal.message}, status=refusal.status
        )
    messages.success(
        request,
        _("You are now %(role)s of %(season)s.")
        % {"role": membership.get_role_display(), "season": membership.season.name},
    )
    return redirect(first_step(membership))


def first_step(membership: Membership) -> str:
    """Where a person goes right after taking a role: judges to confidentiality and conflicts."""
    name = FIRST_STEPS.get(Role(membership.role), "admin:index")
    for arguments in ([membership.season.slug], []):
        try:
            return reverse(name, args=arguments)
        except NoReverseMatch:
            continue
    return reverse("admin:index")


@login_required
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest, season: str) -> HttpResponse:
    """Everybody with a role in the season, open invitations, and a form to invite."""
    own = own_season(request, season)
    form = InvitationForm(request.POST or None, initial={"language": own.language})
    if request.method == "POST" and form.is_valid():
        try:
            roles.invite(own, by=person_behind(request), **form.cleaned_data)
        except SpotlightError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Invited %(email)s.") % form.cleaned_data)
            return redirect("people", own.slug)
    return render(
        request, "submissions/roles/people.html", _people(own, form), status=422 if form.errors else 200
    )


def _people(season: Season, form: InvitationForm) -> dict[str, Any]:
    return {
        "season": season, "form": form, "members": role_queries.members(season),
        "invitations": role_queries.open_invitations(season), "now": role_queries.now(),
    }  # fmt: skip


@login_required
@require_POST
def invitation_action(request: HttpRequest, season: str, code: str) -> HttpResponse:
    """Send an invitation again, or take it back."""
    own = own_season(request, season)
    offer = get_object_or_404(Invitation, season=own, code=code)
    try:
        if pressed(request, "do", "resend", "withdraw") == "withdraw":
            roles.withdraw(offer, by=person_behind(request))
            messages.success(request, _("Invitation to %(email)s withdrawn.") % {"email": offer.email})
        else:
            roles.resend(offer, by=person_behind(request))
            messages.success(request, _("Sent again to %(email)s.") % {"email": offer.email})
    except SpotlightError as refusal:
        messages.error(request, refusal.message)
    return redirect("people", own.slug)


@login_required
@require_POST
def end_role(request: HttpRequest, season: str, person: str, role: str) -> HttpResponse:
    """End somebody's role."""
    own = own_season(request, season)
    membership = _membership(own, person, role)
    try:
        roles.end_role(membership, by=person_behind(request))
        messages.success(
            request,
            _("%(person)s is no longer %(role)s.")
            % {"person": membership.person, "role": membership.get_role_display()},
        )
    except SpotlightError as refusal:
        messages.error(request, refusal.message)
    return redirect("people", own.slug)


@login_required
@require_http_methods(["GET", "POST"])
def employer(request: HttpRequest, season: str, person: str, role: str) -> HttpResponse:
    """Say whom somebody works for."""
    own = own_season(request, season)
    membership = _membership(own, person, role)
    form = EmployerForm(request.POST or None, initial={"organisation": membership.organisation_id})
    if request.method == "POST" and form.is_valid():
        try:
            roles.set_employer(membership, form.cleaned_data["organisation"], by=person_behind(request))
        except SpotlightError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved whom %(person)s works for.") % {"person": membership.person})
            return redirect("people", own.slug)
    context = {"season": own, "membership": membership, "form": form}
    return render(request, "submissions/roles/employer.html", context, status=422 if form.errors else 200)


def _membership(season: Season, person: str, role: str) -> Membership:
    return get_object_or_404(
        Membership.objects.select_related("season", "person"),
        season=season, person__code=person, role=role, ended_at__isnull=True,
    )  # fmt: skip
