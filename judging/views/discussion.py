"""The discussion of a locked round, at the desk and in the chair's room."""

from collections.abc import Sequence

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from judging import permissions
from judging.models import Round
from judging.queries import desk, discussion
from judging.queries.discussion import Thread
from judging.queries.rounds import round_by_code
from judging.services import discussion as services
from spotlight.errors import SpotlightError
from spotlight.web.answers import Typed, account, person_behind


@login_required
@require_http_methods(["GET", "POST"])
def at_the_desk(request: HttpRequest, code: str) -> HttpResponse:
    """Entries near the line that this judge has scored. Once the round is closed it can be read, not written."""
    user = account(request)
    round = desk.own_round(user, code)
    if round is None or not round.has_locked:
        raise Http404
    return _discussion(request, round, discussion.threads_for_judge(user, round), "desk_discussion")


@login_required
@require_http_methods(["GET", "POST"])
def in_the_room(request: HttpRequest, code: str) -> HttpResponse:
    """Every entry near the line, for the chair; none that this chair is tied to."""
    round = round_by_code(code)
    if round is None or not round.has_locked:
        raise Http404
    if not permissions.can_rule(request.user, round.season):
        raise Http404
    return _discussion(
        request, round, discussion.threads_for_chair(round, person_behind(request)), "chair_discussion"
    )


def _discussion(request: HttpRequest, round: Round, threads: Sequence[Thread], name: str) -> HttpResponse:
    typed, status = None, 200
    if request.method == "POST":
        entry = next((t.entry for t in threads if t.entry.alias == request.POST.get("entry")), None)
        if entry is None:
            raise Http404
        try:
            services.remark(entry, text=request.POST.get("text", ""), by=person_behind(request))
        except SpotlightError as error:
            typed, status = Typed(entry.alias, request.POST.get("text", ""), str(error)), error.status
        else:
            return redirect(name, round.code)
    page = {
        "round": round, "season": round.season, "threads": threads, "is_chair": name == "chair_discussion", "person": person_behind(request),
        "may_write": round.state == Round.State.LOCKED, "typed": typed,
    }  # fmt: skip
    if not page["is_chair"]:
        page["progress"] = desk.progress(account(request), round)
    return render(
        request, f"judging/{'chair' if page['is_chair'] else 'desk'}/discussion.html", page, status=status
    )
