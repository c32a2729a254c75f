"""The chair chooses the calibration set and sees how the panel spread over it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from judging import permissions
from judging.models import CalibrationSheet, Round
from judging.queries import calibration as queries
from judging.queries.rounds import round_by_code
from judging.services import calibration as services
from judging.views import plots
from spotlight.errors import SpotlightError
from spotlight.web.answers import account, person_behind


@login_required
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest, code: str) -> HttpResponse:
    """Choose or draw the set while the round is planned; afterwards the panel's spread, without names."""
    round = round_by_code(code)
    if round is None or not permissions.can_lead(request.user, round.season):
        raise Http404
    if request.method == "POST":
        return _act(request, round)
    words = request.GET.get("q", "").strip()[:80]
    may_choose = (
        round.state == Round.State.PLANNED and not CalibrationSheet.objects.filter(of__round=round).exists()
    )
    page = {
        "round": round, "season": round.season, "tracks": queries.set_of(round).prefetch_related("track__billing__artist"),
        "may_choose": may_choose, "candidates": queries.candidates_shown(round, words) if may_choose else [],
        "words": words, "done": queries.judges_done(round), "least": queries.LEAST_SHEETS, "chosen": request.GET.getlist("track"),
    }  # fmt: skip
    if _sees_spread(request, round):
        spreads = queries.spreads(round)
        labelled = [(s.track.track.title, s) for s in spreads]
        page |= {"spreads": spreads, "labelled": labelled, "plot": plots.calibration(labelled)}
    return render(request, "judging/chair/calibration.html", page)


def _act(request: HttpRequest, round: Round) -> HttpResponse:
    person = person_behind(request)
    try:
        if request.POST.get("act") == "draw":
            services.draw_set(round, by=person)
        elif request.POST.get("act") == "clear":
            services.take_set_away(round, by=person)
        else:
            services.choose_set(round, request.POST.getlist("track"), by=person)
    except SpotlightError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The calibration set is kept."))
    return redirect("chair_calibration", round.code)


def _sees_spread(request: HttpRequest, round: Round) -> bool:
    """The chair, but not while they judge themselves and have the set still before them."""
    if not permissions.can_rule(request.user, round.season):
        return False
    own = queries.judge_of(account(request), round.season)
    return own is None or queries.waiting(own, round) is None
