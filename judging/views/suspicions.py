"""Readings set aside: the organizer's queue and decision, and the artist's own page with the appeal."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from judging.forms.suspicions import AppealForm, DecisionForm
from judging.jobs import inputs, whatif
from judging.models import Entry, Suspicion
from judging.permissions import scores_now
from judging.queries import suspicion_words as words
from judging.queries import suspicions as queries
from judging.services import suspicions
from judging.views import plots
from spotlight.errors import SpotlightError
from spotlight.ledger import clock
from spotlight.web.answers import account, add_refusal, found, one_of, person_behind
from submissions.views.access import own_season

ROWS = 50


@login_required
@require_GET
def index(request: HttpRequest, season: str) -> HttpResponse:
    """All cases of a season, what waits first."""
    own = own_season(request, season)
    cases = [(case, words.measures_of(case), words.days_of(case)) for case in queries.cases_of(own)[:ROWS]]
    context = {
        "season": own,
        "cases": cases,
        "waiting": queries.waiting_cases(own).count(),
        "now": clock.now(),
    }
    return render(request, "judging/suspicions/index.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, season: str, code: str) -> HttpResponse:
    """One case: the track's days beside its peers', the ranking with and without, and the decision."""
    own = own_season(request, season)
    case = one_of(queries.cases_of(own), code=code)
    form = DecisionForm(
        request.POST if request.method == "POST" else None, initial={"seen": case.decisions.count()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            suspicions.decide(
                case, outcome=request.POST.get("outcome", ""), reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"], by=person_behind(request),
            )  # fmt: skip
        except SpotlightError as refusal:
            add_refusal(form, refusal)
        else:
            return _on_to_the_next(request, case)
    context = {"season": own, "case": case, "form": form, **_looked_at(request, case)}
    return render(request, "judging/suspicions/detail.html", context, status=422 if form.errors else 200)


def _on_to_the_next(request: HttpRequest, case: Suspicion) -> HttpResponse:
    following = queries.waiting_cases(case.season).first()
    if following is None:
        messages.success(request, _("Decided. Nothing else waits."))
        return redirect("suspicions", season=case.season.slug)
    messages.success(request, _("Decided. This is the next one."))
    return redirect("suspicion", season=case.season.slug, code=following.code)


def _looked_at(request: HttpRequest, case: Suspicion) -> dict[str, Any]:
    entry = queries.entry_of(case)
    pictures = queries.pictures(case, entry, clock.now().date()) if entry else []
    is_blind = case.round is not None and scores_now(request.user, case.round)
    tells_panel = case.detector == Suspicion.Detector.PANEL
    return {
        "entry": entry, "figures": [(picture, plots.days(case, picture)) for picture in pictures],
        "facts": [] if is_blind and tells_panel else words.facts_of(case), "doubt": words.doubt_of(case), **_in_words(case),
        "decisions": case.decisions.select_related("by"), "others": queries.other_cases(case),
        "may_answer": suspicions.may_answer(case, person_behind(request)),
        **({"weighed": None, "not_weighed": whatif.no_ranks()} if is_blind else _weighed(case, entry)),
    }  # fmt: skip


def _in_words(case: Suspicion) -> dict[str, str]:
    return {
        "measures": words.measures_of(case),
        "markets": words.markets_of(case),
        "days": words.days_of(case),
    }


def _weighed(case: Suspicion, entry: Entry | None) -> dict[str, Any]:
    if case.round is None or entry is None:
        return {"weighed": None}
    supposed = inputs.Supposed(case.track_id, case.source_id, case.measures, case.markets, case.days)
    try:
        return {"weighed": whatif.weigh(case.round, entry, supposed)}
    except whatif.CanNotTry as refusal:
        return {"weighed": None, "not_weighed": refusal.message}


@login_required
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest, code: str) -> HttpResponse:
    """What was set aside of a track of mine, why, and what I can do about it."""
    case = found(queries.own_case(account(request), code))
    form = AppealForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            suspicions.appeal(case, text=form.cleaned_data["text"], by=person_behind(request))
        except SpotlightError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Thank you. An organizer answers, and we write to you."))
            return redirect("set_aside", code=case.code)
    context = {
        "case": case, "season": case.season, "form": form,
        "why": words.why_for_artist(case), **_in_words(case),
    }  # fmt: skip
    return render(request, "judging/suspicions/own.html", context, status=422 if form.errors else 200)
