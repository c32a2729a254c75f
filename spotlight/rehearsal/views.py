"""Rehearsals in the admin panel: ask for one, watch it, read its report, put two beside each other."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from spotlight.errors import SpotlightError
from spotlight.rehearsal import queries, services
from spotlight.rehearsal.forms import RehearsalForm
from spotlight.rehearsal.markdown import as_markdown
from spotlight.rehearsal.models import Rehearsal
from spotlight.rehearsal.scratch import is_possible
from spotlight.rehearsal.words import round_figures, step_words
from spotlight.web.answers import add_refusal, one_of, person_behind
from submissions.models import Season
from submissions.views.access import own_season


@login_required
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest, season: str) -> HttpResponse:
    """The season's rehearsals, two of them beside each other where `a` and `b` name them, and the form for the next."""
    own = own_season(request, season)
    form = RehearsalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.ask_rehearsal(own, by=person_behind(request), **form.cleaned_data)
        except SpotlightError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("rehearsal", season=own.slug, code=made.code)
    context = {
        "season": own, "form": form, "is_possible": is_possible(), **_compared(request, own),
        "page": Paginator(queries.rehearsals_of(own), 20).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "rehearsal/index.html", context, status=422 if form.errors else 200)


def _compared(request: HttpRequest, season: Season) -> dict[str, Any]:
    """The two that were chosen, side by side; nothing where it is not two of the season's with a report."""
    done = queries.rehearsals_of(season).filter(report__isnull=False)
    codes = list(dict.fromkeys(request.GET.getlist("compare")))[:3]
    pair = [found for code in codes if (found := done.filter(code=code).first())]
    if len(pair) != 2:
        return {"wants_two": bool(codes)}
    one, other = pair
    return {"pair": pair, "sides": queries.compare(one.report or {}, other.report or {})}


@login_required
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, season: str, code: str) -> HttpResponse:
    """One rehearsal: how far it is, then its report (also as `?as=json` or `?as=markdown`). A POST cancels it."""
    own = own_season(request, season)
    rehearsal = one_of(queries.rehearsals_of(own), code=code)
    if request.method == "POST":
        services.cancel(rehearsal, by=person_behind(request))
        messages.success(request, _("The rehearsal is canceled."))
        return redirect("rehearsals", season=own.slug)
    if rehearsal.report is not None and request.GET.get("as") in ("json", "markdown"):
        return _file(rehearsal, request.GET["as"])
    context = {
        "season": own,
        "rehearsal": rehearsal,
        "step": step_words(rehearsal.step),
        "parts": _parts(rehearsal),
    }
    return render(request, "rehearsal/detail.html", context)


def _parts(rehearsal: Rehearsal) -> list[dict[str, Any]]:
    report = rehearsal.report or {"rounds": [], "season": {"rounds": []}}
    return [
        {
            "round": part,
            "rules": rules,
            "figures": list(round_figures(part)),
            "others": queries.rule_rows(part),
        }
        for part, rules in zip(report["rounds"], report["season"]["rounds"], strict=True)
    ]


def _file(rehearsal: Rehearsal, form: str) -> HttpResponse:
    report = rehearsal.report or {}
    if form == "json":
        answer: HttpResponse = JsonResponse(report, json_dumps_params={"indent": 1, "ensure_ascii": False})
    else:
        answer = HttpResponse(as_markdown(report), content_type="text/markdown; charset=utf-8")
    name = f"rehearsal-{rehearsal.code}.{'json' if form == 'json' else 'md'}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
