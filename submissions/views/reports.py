"""Two lists of clearance: what listeners reported, and fans' videos, those to be checked and those decided."""

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from spotlight.accounts.models import User
from spotlight.errors import SpotlightError
from spotlight.ledger import clock
from spotlight.web.answers import Typed, account, one_of, person_behind, pressed
from submissions.models import Use
from submissions.queries.clearance import (
    cleared_seasons,
    decided_uses,
    open_reports,
    reports_of,
    uses_of,
    waiting_uses,
)
from submissions.services.reports import accept_use, correct_use, dismiss_report, refuse_use, uphold_report

SHOWN = 50
CORRECTED_FOR = datetime.timedelta(days=30)


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
    """Videos that wait to be checked, the oldest first, and those decided lately, which can be corrected with a reason."""
    user = _reviewer(request)
    if request.method == "POST":
        try:
            _decide_use(request)
        except SpotlightError as refusal:
            typed = Typed(request.POST.get("use", ""), request.POST.get("reason", ""), str(refusal))
            return _uses(request, user, typed=typed, status=refusal.status)
        messages.success(request, _("Decided."))
        return redirect(_with_filter(request))
    return _uses(request, user)


def _uses(request: HttpRequest, user: User, *, typed: Typed | None = None, status: int = 200) -> HttpResponse:
    found, how = waiting_uses(user), request.GET.get("by", "")
    decided = decided_uses(user, since=clock.now() - CORRECTED_FOR, how=how)
    page = Paginator(decided, SHOWN).get_page(request.GET.get("page"))
    if typed and typed.row not in [use.code for use in page.object_list]:
        messages.error(request, typed.problem)  # there is no row to say it at
    more = {"uses_found": found[:SHOWN], "count": found.count(), "page": page, "how": how, "typed": typed}
    return _render(request, "uses", more, status=status)


def _with_filter(request: HttpRequest) -> str:
    query = request.GET.urlencode()
    return f"{reverse('clearance_uses')}{query and '?'}{query}"


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
    use, by = one_of(uses_of(account(request)), code=request.POST.get("use", "")), person_behind(request)
    match pressed(request, "outcome", "accepted", "refused", "accepted-after-all", "refused-after-all"):
        case "accepted":
            accept_use(use, by=by)
        case "refused":
            refuse_use(use, by=by)
        case corrected:
            state = Use.State(corrected.removesuffix("-after-all"))
            correct_use(use, state, by=by, reason=request.POST.get("reason", ""))


def _render(request: HttpRequest, name: str, more: dict[str, Any], *, status: int = 200) -> HttpResponse:
    user = account(request)
    counts = {"reports": open_reports(user).count(), "uses": waiting_uses(user).count()}
    return render(
        request,
        f"submissions/clearance/{name}.html",
        {"queue_name": name, "now": clock.now(), **counts, **more},
        status=status,
    )
