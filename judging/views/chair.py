"""The chair's room: coverage and pace, repairs, and the steps of a round."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from judging import permissions
from judging.forms.chair import LimitForm, ReasonForm, RulingForm
from judging.models import Entry, Round, Seat
from judging.queries import chair as queries
from judging.queries import courses, deals, panel, recusals, warnings
from judging.queries import rounds as round_queries
from judging.queries.desk import label_of
from judging.queries.suspicions import waiting_cases
from judging.services import chair as services
from judging.services import panel as panel_services
from judging.services import rounds as life
from judging.views import course_plots, plots
from spotlight.accounts.models import User
from spotlight.errors import SpotlightError
from spotlight.ledger import clock
from spotlight.web import factors
from spotlight.web.answers import add_refusal, back, person_behind
from submissions.models import Membership, Role
from submissions.queries.seasons import season_as

STEPS = ("open", "lock", "close")


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The rounds that this account leads; straight into the one that runs."""
    user = request.user
    if not isinstance(user, User) or not queries.led_seasons(user).exists():
        raise Http404
    rounds = list(queries.led_rounds(user))
    running = [round for round in rounds if round.is_running]
    if len(running) == 1 and "all" not in request.GET:
        return redirect("chair_room", running[0].code)
    return render(request, "judging/chair/index.html", {"rounds": rounds})


@login_required
@require_GET
def room(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one round on one page."""
    round = _round(request, code)
    return render(request, "judging/chair/room.html", _room(request, round))


def _room(request: HttpRequest, round: Round) -> dict[str, Any]:
    at = clock.now()
    coverage, rows = queries.coverage(round), queries.judges(round, at=at)
    below = (
        list(round_queries.entries_below_minimum(round).select_related("ruling"))
        if round.state == Round.State.LOCKED
        else []
    )
    page = {
        "round": round, "season": round.season, "now": at, "coverage": coverage, "judges": rows, "stats": plots.stats(round, coverage, rows),
        "behind": [row for row in rows if row.is_behind], "plot": plots.coverage(coverage), "conflicts": queries.conflicts_declared(round),
        "below": queries.entry_labels(below), "unruled": sum(not hasattr(e, "ruling") for e in below), "form": RulingForm(),
        "joinable": panel.judges_without_seat(round).select_related("person") if round.state == Round.State.OPEN else [],
        "can_rule": permissions.can_rule(request.user, round.season), "next_step": _next_step(round),
        "limits": panel.limits(round) if not round.has_locked else [],
    }  # fmt: skip
    if round.state != Round.State.PLANNED:
        pace = queries.pace(round, rows, at=at)
        page |= {"pace": pace, "pace_plot": plots.pace(pace), "dealt": deals.dealt(round)}
        page |= {
            "stepped_back": recusals.stepped_back(round),
            "rulings": recusals.rulings(round),
            "declared": recusals.declared(round),
        }
    if permissions.can_see_marks(request.user, round):
        spreads, found = queries.disagreements(round), queries.findings(round)
        page |= {
            "sees_marks": True, "revised": queries.revised_entries(round), "spreads": spreads, "spread_plot": plots.disagreement(spreads), "found": found,
            "leniency_plot": plots.leniency(found.leniencies if found else []), "wide_plot": plots.spread(found.leniencies if found else []),
            "line_plot": plots.line(found.zone if found else []),
        }  # fmt: skip
    return page


def _next_step(round: Round) -> str:
    following: dict[str, str] = {"planned": "open", "open": "lock", "locked": "close"}
    return following.get(round.state, "")


@login_required
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, code: str, step: str) -> HttpResponse:
    """Open, lock or close, after a page that says what can't be undone."""
    round = _round(request, code)
    if step not in STEPS or step != _next_step(round):
        raise Http404
    apart = deals.groups_heard(round) if step == "close" and round.panel_weight else 1
    if request.method == "POST":
        if apart > 1 and "apart" not in request.POST:
            messages.error(request, _("Nothing is closed yet: the judges share too few entries. Deal some again, or say that you close all the same."))  # fmt: skip
            return redirect("chair_step", code, step)
        if step == "close" and (asked := factors.asked(request, doing=_("Close the round for good"))):
            return asked
        try:
            _take(step, round, request)
        except SpotlightError as error:
            return back(request, error, "chair_room", code)
        messages.success(
            request,
            {
                "open": _("The round is open."),
                "lock": _("The round is locked."),
                "close": _("The round is closed for good."),
            }[step],
        )
        return redirect("chair_room", code)
    page = {
        "round": round, "season": round.season, "step": step, "coverage": queries.coverage(round), "unruled": round_queries.entries_to_rule_on(round).count(),
        "entering": round.entries.count() or round_queries.submissions_for(round).count(), "judges": panel.seats_of(round).count() or panel.judges_without_seat(round).count(),
        "now": clock.now(), "cases": _undecided(request, round) if step == "close" else 0,
        "apart": warnings.apart(apart) if apart > 1 else "",
    }  # fmt: skip
    return render(request, "judging/chair/step.html", page)


def _undecided(request: HttpRequest, round: Round) -> int:
    """Cases of readings set aside that nobody decided; for organizers, since nobody else sees them."""
    season = season_as(request.user, round.season.slug, Role.ORGANIZER)
    return waiting_cases(season).filter(round=round).count() if season else 0


def _take(step: str, round: Round, request: HttpRequest) -> None:
    by = person_behind(request)
    if step == "close":
        life.close_round(round, by=by, factor=factors.fresh_factor(request))
    else:
        {"open": life.open_round, "lock": life.lock_round}[step](round, by=by)


@login_required
@require_POST
def remind(request: HttpRequest, code: str) -> HttpResponse:
    """Mail judges who are late: one (`seat`) or all."""
    round = _round(request, code)
    try:
        sent = services.remind(round, request.POST.getlist("seat"), by=person_behind(request))
    except SpotlightError as error:
        return back(request, error, "chair_room", code)
    messages.success(
        request,
        ngettext("%(n)d reminder is on its way.", "%(n)d reminders are on their way.", sent) % {"n": sent},
    )
    return redirect("chair_room", code)


@login_required
@require_POST
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """Rule on chosen entries below the minimum; the chair alone."""
    round = _round(request, code)
    if not permissions.can_rule(request.user, round.season):
        raise Http404
    form = RulingForm(request.POST)
    if not form.is_valid():
        return _unruled(request, round, form)
    try:
        made = services.rule(
            round, request.POST.getlist("entry"), by=person_behind(request), **form.cleaned_data
        )
    except SpotlightError as error:
        return _ruling_refused(request, round, form, error)
    messages.success(
        request, ngettext("Ruled on %(n)d entry.", "Ruled on %(n)d entries.", len(made)) % {"n": len(made)}
    )
    return redirect("chair_room", code)


def _ruling_refused(
    request: HttpRequest, round: Round, form: RulingForm, error: SpotlightError
) -> HttpResponse:
    round.refresh_from_db()
    if round.state != Round.State.LOCKED:
        return back(request, error, "chair_room", round.code)
    add_refusal(form, error)
    return _unruled(request, round, form)


def _unruled(request: HttpRequest, round: Round, form: RulingForm) -> HttpResponse:
    """The room with the ruling as it was written and what is wrong with it."""
    page = _room(request, round) | {"form": form, "chosen": request.POST.getlist("entry")}
    return render(request, "judging/chair/room.html", page, status=400)


@login_required
@require_POST
def deal_again(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Deal an entry to one more judge."""
    round = _round(request, code)
    found = get_object_or_404(Entry.objects.select_related("round__season"), round=round, code=entry)
    try:
        new = panel_services.deal_again(found, by=person_behind(request))
    except SpotlightError as error:
        return back(request, error, "chair_room", code)
    messages.success(request, _("Dealt to %(judge)s.") % {"judge": new.seat.membership.person})
    return redirect("chair_room", code)


@login_required
@require_POST
def deal_many(request: HttpRequest, code: str) -> HttpResponse:
    """Deal each chosen entry to one more judge."""
    round = _round(request, code)
    chosen = Entry.objects.select_related("round__season").filter(
        round=round, code__in=request.POST.getlist("entry")
    )
    try:
        dealt, nobody = panel_services.deal_many(chosen, by=person_behind(request))
    except SpotlightError as error:
        return back(request, error, "chair_room", code)
    messages.success(
        request, ngettext("Dealt %(n)d entry.", "Dealt %(n)d entries.", len(dealt)) % {"n": len(dealt)}
    )
    _warn_of_nobody(request, nobody)
    return redirect("chair_room", code)


def _warn_of_nobody(request: HttpRequest, entries: int) -> None:
    """Say how many entries no judge could take, and what is left to do."""
    if entries:
        words = ngettext(
            "%(n)d entry found no judge who may take it: all have it, a conflict, or reached their limit. Raise a limit or seat a judge, or rule on it once the round is locked.",
            "%(n)d entries found no judge who may take them: all have them, a conflict, or reached their limit. Raise a limit or seat a judge, or rule on them once the round is locked.",
            entries,
        )
        messages.warning(request, words % {"n": entries})


@login_required
@require_POST
def limit(request: HttpRequest, code: str) -> HttpResponse:
    """Say how many entries a judge takes at most."""
    round = _round(request, code)
    form = LimitForm(request.POST)
    member = _judge(round, request.POST.get("judge", ""))
    if not form.is_valid():
        messages.error(request, _("A limit is a number from 1 to 100,000."))
        return redirect("chair_room", code)
    try:
        panel_services.set_limit(round, member, most=form.cleaned_data["most"], by=person_behind(request))
    except SpotlightError as error:
        return back(request, error, "chair_room", code)
    messages.success(request, _("The limit is kept."))
    return redirect("chair_room", code)


@login_required
@require_GET
def entry(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Every sheet of one entry, with what it said before the discussion; for who may see marks."""
    round = _round(request, code)
    if not permissions.can_see_marks(request.user, round):
        raise Http404
    found = get_object_or_404(Entry, round=round, code=entry)
    page = {
        "round": round, "season": round.season, "entry": found, "label": label_of(found), "rows": queries.sheets_of(found),
        "criteria": list(round.criteria.all()),
    }  # fmt: skip
    if permissions.can_see_standings(request.user, round):
        places = courses.places_of(found)
        page |= {"places": places, "places_plot": course_plots.places(places)}
    return render(request, "judging/chair/entry.html", page)


@login_required
@require_POST
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Seat a judge who joins late."""
    round = _round(request, code)
    member = _judge(round, request.POST.get("judge", ""))
    try:
        _seat, dealt = panel_services.join_panel(round, member, by=person_behind(request))
    except SpotlightError as error:
        return back(request, error, "chair_room", code)
    words = ngettext(
        "%(judge)s is on the panel with %(n)d entry.",
        "%(judge)s is on the panel with %(n)d entries.",
        len(dealt),
    )
    messages.success(request, words % {"judge": member.person, "n": len(dealt)})
    return redirect("chair_room", code)


@login_required
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, code: str, seat: str) -> HttpResponse:
    """A judge drops out: filed sheets stay, the rest goes to the others."""
    round = _round(request, code)
    found = get_object_or_404(
        Seat.objects.select_related("membership__person", "round__season"), round=round, code=seat
    )
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            dealt, nobody = panel_services.leave_panel(
                found, by=person_behind(request), reason=form.cleaned_data["reason"]
            )
        except SpotlightError as error:
            add_refusal(form, error)
        else:
            _say_who_took(request, len(dealt), nobody)
            return redirect("chair_room", code)
    row = next(r for r in queries.judges(round, at=clock.now()) if r.seat.pk == found.pk)
    page = {"round": round, "season": round.season, "row": row, "form": form}
    return render(request, "judging/chair/leave.html", page, status=422 if form.errors else 200)


def _say_who_took(request: HttpRequest, dealt: int, nobody: int) -> None:
    words = ngettext("%(n)d entry went to another judge.", "%(n)d entries went to other judges.", dealt)
    messages.success(request, words % {"n": dealt})
    _warn_of_nobody(request, nobody)


def _judge(round: Round, person: str) -> Membership:
    return get_object_or_404(
        Membership, season=round.season, role="judge", ended_at__isnull=True, person__code=person
    )


def _round(request: HttpRequest, code: str) -> Round:
    round = round_queries.round_by_code(code)
    if round is None or not permissions.can_lead(request.user, round.season):
        raise Http404
    return round
