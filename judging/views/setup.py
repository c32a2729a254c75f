"""Set-up pages of our own: a new season from a preset or from nothing, and what the rules ask of judges."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from judging.forms.setup import AskForm, NewSeasonForm
from judging.queries import workload
from judging.queries.rules import rounds_of
from judging.services.presets import create_from_preset
from spotlight.errors import SpotlightError
from spotlight.web.answers import add_refusal, one_of, person_behind
from submissions.models import Role, Season
from submissions.permissions import roles_of
from submissions.services.presets import empty_season
from submissions.views.access import own_season


@login_required
@require_http_methods(["GET", "POST"])
def new_season(request: HttpRequest) -> HttpResponse:
    """Begin a season; its maker becomes its organizer. For the operator, and for whoever organizes a season already."""
    if not (request.user.is_superuser or Role.ORGANIZER in roles_of(request.user)):
        raise Http404
    form = NewSeasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            season = _create(form.cleaned_data, request)
        except SpotlightError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(
                request, _("%(season)s is made. Nobody sees it until you open it.") % {"season": season.name}
            )
            return redirect("admin:submissions_season_change", season.pk)
    return render(
        request,
        "judging/home/new_season.html",
        {"form": form, "season": None},
        status=422 if form.errors else 200,
    )


def _create(values: dict[str, Any], request: HttpRequest) -> Season:
    person = person_behind(request)
    if values["preset"] == "none":
        return empty_season(
            slug=values["slug"],
            name=values["name"],
            by=person,
            zone=values["zone"],
            entries_open_at=values["starts_at"],
        )
    return create_from_preset(by=person, **values)


@login_required
@require_GET
def ask(request: HttpRequest, season: str) -> HttpResponse:
    """What the rounds ask of each judge, for the numbers in the query; a fragment for the set-up page."""
    own = own_season(request, season, Role.ORGANIZER, Role.CHAIR)
    form = AskForm(
        {name: request.GET.get(name) or field.initial for name, field in AskForm.base_fields.items()}
    )
    rows = []
    if form.is_valid():
        values = form.cleaned_data
        rows = workload.asks(
            own,
            rounds_of(own),
            entries=values["entries"],
            judges=values["judges"],
            minutes=float(values["minutes"]),
        )
    return render(
        request,
        "admin/seasons/ask.html",
        {"rows": rows, "form": form, "judges": form.cleaned_data.get("judges")},
    )


@login_required
@require_GET
def round_setup(request: HttpRequest, season: str, number: int) -> HttpResponse:
    """From a round's public name to its form in the admin panel."""
    round = one_of(own_season(request, season).rounds.all(), number=number)
    return redirect("admin:judging_round_change", round.pk)
