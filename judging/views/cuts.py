"""The cut, for organizers and chairs: dry run, number, proposal, approval, announcement, prizes."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from judging.forms.cuts import NoteForm, NumberForm
from judging.models import Award, Round, Standings
from judging.permissions import can_see_standings
from judging.queries import cuts as lines
from judging.queries.rounds import newest_standings
from judging.queries.warnings import in_words
from judging.services import cuts, prizes
from spotlight.errors import SpotlightError
from spotlight.web import factors
from spotlight.web.answers import account, add_refusal, person_behind
from submissions.models import Role
from submissions.queries.completeness import local
from submissions.queries.seasons import season_as, seasons_with_role

BEYOND = 40
"""Places shown below the line before one asks for all of them."""
RUNNING_ROWS = 200
DOING = {
    "propose": gettext_lazy("Propose this cut"),
    "approve": gettext_lazy("Approve and make the cut"),
    "announce": gettext_lazy("Announce"),
    "withdraw": gettext_lazy("Withdraw the proposal"),
}


def _round(request: HttpRequest, season: str, number: int) -> Round:
    """The round, if the person leads its season; 404 otherwise."""
    allowed = seasons_with_role(account(request), *cuts.ROLES)
    return get_object_or_404(
        Round.objects.select_related("season"), season__in=allowed, season__slug=season, number=number
    )


def _back(round: Round) -> HttpResponse:
    return redirect("cut_round", season=round.season.slug, number=round.number)


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """All rounds of the seasons that the person leads."""
    seasons = seasons_with_role(account(request), *cuts.ROLES)
    if not seasons.exists():
        raise Http404
    rounds = (
        Round.objects.filter(season__in=seasons)
        .select_related("season")
        .order_by("-season__opened_at", "number")
    )
    return render(request, "judging/cuts/overview.html", {"rounds": rounds})


@login_required
@require_GET
def detail(request: HttpRequest, season: str, number: int) -> HttpResponse:
    """One round's cut: what would happen, what is proposed, what was decided."""
    round = _round(request, season, number)
    return _show(request, round, NumberForm(round))


def _show(
    request: HttpRequest, round: Round, form: Form, *, note: NoteForm | None = None, status: int = 200
) -> HttpResponse:
    standings = lines.closing_standings(round)
    hidden = lines.needs_number(round)
    context: dict[str, Any] = {
        "round": round,
        "standings": standings,
        "needs_number": hidden,
        "number_form": form,
        "note_form": note or NoteForm(),
        "proposed": lines.proposed_cut(round),
        "made": lines.made_cut(round),
        "following": lines.next_round(round),
        "can_try": season_as(request.user, round.season.slug, Role.ORGANIZER) is not None
        and not (round.is_over and hidden),
        "me": person_behind(request),
        "removals": [] if hidden else lines.removals_of(round),
        "may_remove": not hidden and round.state != Round.State.PLANNED,
        "can_confirm": factors.can_confirm(request),
    }
    if standings:
        context |= _without_names(round, standings) if hidden else _line(request, round, standings)
    elif not hidden and can_see_standings(request.user, round):
        context |= _running(round)
    return render(request, "judging/cuts/detail.html", context, status=status)


def _without_names(round: Round, standings: Standings) -> dict[str, Any]:
    """Scores around the line, while how many advance has still to be fixed."""
    rows = standings.rows.order_by("rank").values_list("rank", "blend")
    return {"scores": list(rows[: round.cut_highest + 10])}


def _line(request: HttpRequest, round: Round, standings: Standings) -> dict[str, Any]:
    """The line with names, and what followed from it."""
    line = lines.line_of(round, standings)
    shown = line.places if "all" in request.GET else line.near(BEYOND)
    awards = Award.objects.filter(entry__round=round)
    return {
        "line": line, "places": shown, "left_out": len(line.places) - len(shown), "warnings": in_words(round, standings.warnings),
        "source_names": dict(round.season.sources.values_list("slug", "name")),
        "awards": awards.select_related("prize", "entry__submission__artist", "answered_by", "delivered_by"),
        "moves": round.moves_up.select_related(
            "entry__submission__track", "entry__submission__artist", "place_of__submission__track"
        ),
    }  # fmt: skip


def _running(round: Round) -> dict[str, Any]:
    """The first places of the newest standings before the close."""
    newest = newest_standings(round)
    if newest is None:
        return {}
    rows = newest.rows.select_related("entry__submission__track", "entry__submission__artist")
    return {"running": newest, "rows": rows.order_by("rank")[:RUNNING_ROWS]}


@login_required
@require_POST
def fix_number(request: HttpRequest, season: str, number: int) -> HttpResponse:
    """Fix how many advance."""
    round = _round(request, season, number)
    form = NumberForm(round, request.POST)
    if form.is_valid():
        if page := factors.asked(request, doing=_("Fix how many advance")):
            return page
        try:
            cuts.fix_number(
                round, number=form.cleaned_data["number"], reason=form.cleaned_data["reason"], by=person_behind(request),
                factor=factors.fresh_factor(request),
            )  # fmt: skip
        except SpotlightError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("The number is fixed. Now the names are shown."))
            return _back(round)
    return _show(request, round, form, status=422)


@login_required
@require_POST
def act(request: HttpRequest, season: str, number: int, verb: str) -> HttpResponse:
    """Propose, withdraw, approve or announce; a refusal is shown and nothing has changed."""
    round = _round(request, season, number)
    if verb not in DOING:
        raise Http404
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _show(request, round, NumberForm(round), note=form, status=422)
    if page := factors.asked(request, doing=f"{DOING[verb]}: {local(round.names, round.name)}"):
        return page
    try:
        said = _do(round, verb, form.cleaned_data["note"], request)
    except SpotlightError as refusal:
        messages.error(request, refusal.message)
        if form.cleaned_data["note"]:
            return _show(
                request, _round(request, season, number), NumberForm(round), note=form, status=refusal.status
            )
    else:
        messages.success(request, said)
    return _back(round)


def _do(round: Round, verb: str, note: str, request: HttpRequest) -> str:
    person, factor = person_behind(request), factors.fresh_factor(request)
    if verb == "propose":
        cuts.propose_cut(round, by=person, note=note, factor=factor)
        return _("Proposed. Another person has to approve it.")
    if verb == "announce":
        cuts.announce(round, by=person, factor=factor)
        return _("Announced. The mails are on their way.")
    cut = get_object_or_404(round.cuts, code=request.POST.get("cut", ""))
    if verb == "approve":
        cuts.approve_cut(cut, by=person, factor=factor)
        return _("The cut is made. The mails wait until you announce it.")
    cuts.withdraw_cut(cut, by=person, reason=note)
    return _("The proposal is withdrawn.")


@login_required
@require_POST
def deliver(request: HttpRequest, season: str, number: int) -> HttpResponse:
    """Mark an accepted prize as delivered."""
    round = _round(request, season, number)
    award = get_object_or_404(Award, entry__round=round, code=request.POST.get("award", ""))
    person = person_behind(request)
    try:
        prizes.deliver_award(award, by=person, note=request.POST.get("note", "")[:500])
    except SpotlightError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Marked as delivered."))
    return _back(round)
