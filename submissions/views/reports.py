"""Two lists of clearance: what listeners reported, and videos to be checked before they count."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from spotlight.errors import SpotlightError
from spotlight.ledger import clock
from spotlight.web.answers import account, one_of, person_behind, pressed
from submissions.queries.clearance import cleared_seasons, open_reports, reports_of, uses_of, waiting_uses
from submissions.services.reports import accept_use, dismiss_report, refuse_use, uphold_report

SHOWN = 50


@login_required
@require_http_methods(["GET", "POST"])
def reports(request: HttpRequest) -> HttpResponse:
    """Open reports, the oldest first; each upheld with a reason, or dismissed."""
    user = _reviewer(request)
    if request.method == "POST":
        return _answer(request, "clearance_reports", lambda: _decide_report(request))
    found = open_reports(user)
    return _render(request, "reports", {"reports_found": found[:SHOWN], "count": found.count()})


@login_required
@require_http_methods(["GET", "POST"])
def uses(request: HttpRequest) -> HttpResponse:
    """Videos that wait to be checked, the oldest first; each accepted or refused."""
    user = _reviewer(request)
    if request.method == "POST":
        return _answer(request, "clearance_uses", lambda: _decide_use(request))
    found = waiting_uses(user)
    return _render(request, "uses", {"uses_found": found[:SHOWN], "count": found.count()})


def _reviewer(request: HttpRequest) -> Any:
    user = account(request)
    if not cleared_seasons(user).exists():
        raise Http404
    return user


def _answer(request: HttpRequest, back: str, decide: Any) -> HttpResponse:
    try:
        decide()
        messages.success(request, _("Decided."))
    except SpotlightError as refusal:
        messages.error(request, str(refusal))
    return redirect(back)


def _decide_report(request: HttpRequest) -> None:
    report = one_of(reports_of(account(request)), code=request.POST.get("report", ""))
    if pressed(request, "outcome", "upheld", "dismissed") == "upheld":
        uphold_report(report, by=person_behind(request), note=request.POST.get("note", ""))
    else:
        dismiss_report(report, by=person_behind(request))


def _decide_use(request: HttpRequest) -> None:
    use = one_of(uses_of(account(request)), code=request.POST.get("use", ""))
    decide = accept_use if pressed(request, "outcome", "accepted", "refused") == "accepted" else refuse_use
    decide(use, by=person_behind(request))


def _render(request: HttpRequest, name: str, more: dict[str, Any]) -> HttpResponse:
    user = account(request)
    counts = {"reports": open_reports(user).count(), "uses": waiting_uses(user).count()}
    return render(
        request,
        f"submissions/clearance/{name}.html",
        {"queue_name": name, "now": clock.now(), **counts, **more},
    )
