"""What a judge does first: accept confidentiality, name conflicts."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from judging.forms.desk import ConflictForm
from judging.queries import desk as queries
from judging.queries import ties
from judging.services import panel as services
from spotlight.accounts.models import User
from spotlight.errors import SpotlightError
from spotlight.web.answers import back, person_behind
from submissions.models import Membership, Organisation


@login_required
@require_GET
def welcome(request: HttpRequest, slug: str) -> HttpResponse:
    """Confidentiality, and a search for artists and organizations that the judge is tied to."""
    membership = _membership(request, slug)
    words = request.GET.get("q", "")[:80]
    page = {
        "membership": membership, "season": membership.season, "words": words, "conflicts": queries.conflicts_of(membership),
        "artists": ties.artists_like(words) if words else [], "organisations": ties.organisations_like(words) if words else [],
    }  # fmt: skip
    return render(request, "judging/desk/welcome.html", page)


@login_required
@require_POST
def accept(request: HttpRequest, slug: str) -> HttpResponse:
    """Accept confidentiality."""
    services.accept_confidentiality(_membership(request, slug), by=person_behind(request))
    return redirect("desk")


@login_required
@require_POST
def declare(request: HttpRequest, slug: str) -> HttpResponse:
    """Declare a conflict; entries behind it leave the judge's list at once."""
    membership = _membership(request, slug)
    form = ConflictForm(request.POST)
    if not form.is_valid():
        raise Http404
    kind, _colon, code = form.cleaned_data["thing"].partition(":")
    note = form.cleaned_data["note"]
    try:
        if kind == "artist":
            artist = get_object_or_404(ties.public_artists(), slug=code)
            services.declare_conflict(membership.season, by=person_behind(request), artist=artist, note=note)
        else:
            organisation = get_object_or_404(Organisation, code=code)
            services.declare_conflict(
                membership.season, by=person_behind(request), organisation=organisation, note=note
            )
    except SpotlightError as error:
        return back(request, error, "desk_welcome", slug)
    messages.success(request, _("Noted. Nothing of theirs will reach you."))
    return redirect("desk_welcome", slug)


def _membership(request: HttpRequest, slug: str) -> Membership:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return get_object_or_404(queries.judge_memberships(user), season__slug=slug)
