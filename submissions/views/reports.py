"""Two lists of clearance: what listeners reported, and videos to be checked before they count."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from spotlight.accounts.models import User
from spotlight.errors import SpotlightError
from spotlight.ledger import clock
from spotlight.web.answers import Typed, account, one_of, person_behind, pressed
from submissions.queries.clearance import cleared_seasons, open_reports, reports_of, uses_of, waiting_uses
from submissions.services.reports import accept_use, dismiss_report, refuse_use, uphold_report

SHOWN = 50


@login_required
@require_http_methods(["GET", "POST"])
def reports(request: HttpRequest) -> HttpResponse:
    """Open reports, the oldest first; each upheld with a reason, or dismissed."""
    user = _reviewer(request)
    if request.method == "POST":
        try:
            _decide_report(request)
        except SpotlightError as refusal:
            typed = Typed(request.POST.get("report", ""), request.POST.get("note", ""), str(refusal))
            return _reports(request, user, typed=typed, status=refusal.status)
        messages.success(request, _("Decided."))
        return redirect("clearance_reports")
    return _reports(request, user)


def _reports(
    request: HttpRequest, user: User, *, typed: Typed | None = None, status: int = 200
) -> HttpResponse:
    found = open_reports(user)
    if typed and not found.filter(code=typed.row).exists():
        messages.error(request, typed.problem)  # somebody else was quicker: there is no row to say it at
    context = {"reports_found": found[:SHOWN], "count": found.count(), "typed": typed}
    return _render(request, "reports", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def uses(request: HttpRequest) -> HttpResponse:
    """Videos that wait to be checked, the oldest first; each accepted or refused."""
    user = _reviewer(request)
    if request.method == "POST":
        try:
            _decide_use(request)
            messages.success(request, _("Decided."))
        except SpotlightError as refusal:
            messages.error(request, str(refusal))
        return redirect("clearance_uses")
    found = waiting_uses(user)
    return _render(request, "uses", {"uses_found": found[:SHOWN], "count": found.count()})


def _reviewer(request: HttpRequest) -> User:
    user = account(request)
    if not cleared_seasons(user).exists():
        raise Http404
    return user


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


def _render(request: HttpRequest, name: str, more: dict[str, Any], *, status: int = 200) -> HttpResponse:
    user = account(request)
    counts = {"reports": open_reports(user).count(), "uses": waiting_uses(user).count()}
    return render(
        request,
        f"submissions/clearance/{name}.html",
        {"queue_name": name, "now": clock.now(), **counts, **more},
        status=status,
    )
