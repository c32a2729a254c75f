"""What if, for organizers: other rules tried on a round. Nothing is kept, and the rules of an open season stand."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from judging.forms.whatif import WhatIfForm
from judging.jobs import whatif
from judging.models import Round
from judging.permissions import scores_now
from judging.queries.cuts import needs_number
from judging.scoring.errors import ScoringError
from spotlight.errors import SpotlightError
from submissions.views.access import own_season


@login_required
@require_GET
def what_if(request: HttpRequest, season: str, number: int) -> HttpResponse:
    """The form, and below it who would enter and who would leave."""
    round = get_object_or_404(
        Round.objects.select_related("season"), season=own_season(request, season), number=number
    )
    if round.is_over and needs_number(round):  # names are not shown before the number is fixed
        raise Http404
    form = WhatIfForm(round, request.GET or None)
    context: dict[str, Any] = {"round": round, "form": form, "outcome": None, "problem": ""}
    if scores_now(request.user, round):
        context["problem"] = whatif.no_ranks()
    elif form.is_bound and form.is_valid():
        try:
            context["outcome"] = whatif.try_out(round, form.wish)
        except whatif.CanNotTry as refusal:
            context["problem"] = refusal.message
        except (ScoringError, SpotlightError) as problem:
            context["problem"] = _("These rules contradict each other: %(problem)s") % {"problem": problem}
    status = 422 if form.is_bound and (context["problem"] or not form.is_valid()) else 200
    return render(request, "judging/cuts/what_if.html", context, status=status)
