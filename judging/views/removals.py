"""Taking an entry out of the season once judging began: the form, and the second person's word."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from judging.forms.cuts import RemovalForm
from judging.models import Entry, Removal, Round
from judging.services import removals
from judging.services.cuts import ROLES
from spotlight.errors import SpotlightError
from spotlight.web import factors
from spotlight.web.answers import account, add_refusal, person_behind
from submissions.queries.seasons import seasons_with_role

DOING = {
    "approve": gettext_lazy("Approve that the entry leaves the season"),
    "drop": gettext_lazy("Drop the proposal that the entry leaves"),
}


@login_required
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """Withdraw or disqualify an entry: what follows is said first."""
    entry = get_object_or_404(
        Entry.objects.select_related("round__season", "submission__track", "submission__artist__organisation"),
        code=code, round__season__in=seasons_with_role(account(request), *ROLES),
    )  # fmt: skip
    form = RemovalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if page := factors.asked(request, doing=_("Take an entry out of the season")):
            return page
        try:
            made = removals.propose_removal(
                entry.submission, by=person_behind(request), factor=factors.fresh_factor(request), **form.cleaned_data
            )  # fmt: skip
        except SpotlightError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _said(made))
            return _back(entry.round)
    rounds = list(Round.objects.filter(entries__submission=entry.submission).select_related("season"))
    context = {
        "entry": entry, "round": entry.round, "season": entry.round.season, "form": form, "needs_two": removals.needs_two(rounds),
    }  # fmt: skip
    return render(request, "judging/cuts/leave.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Approve or drop a proposal."""
    removal = get_object_or_404(
        Removal.objects.select_related("submission__season"),
        code=code, submission__season__in=seasons_with_role(account(request), *ROLES),
    )  # fmt: skip
    if verb not in DOING:
        raise Http404
    if page := factors.asked(request, doing=str(DOING[verb])):
        return page
    try:
        if verb == "approve":
            removals.approve_removal(removal, by=person_behind(request), factor=factors.fresh_factor(request))
        else:
            removals.drop_removal(removal, by=person_behind(request))
    except SpotlightError as refusal:
        messages.error(request, refusal.message)
    else:
        removal.refresh_from_db()
        messages.success(request, _said(removal))
    last = removal.submission.entries.select_related("round__season").order_by("-round__number").first()
    return _back(last.round) if last else redirect("cut")


def _said(removal: Removal) -> str:
    return {
        Removal.State.MADE: _("The entry has left the season. Its artist gets a mail with the reason."),
        Removal.State.PROPOSED: _(
            "Proposed. A round with this entry is closed, so another person has to approve it."
        ),
        Removal.State.DROPPED: _("The proposal is dropped."),
    }[Removal.State(removal.state)]


def _back(round: Round) -> HttpResponse:
    return redirect("cut_round", season=round.season.slug, number=round.number)
