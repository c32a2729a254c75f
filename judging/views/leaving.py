"""A whole label, agency or artist leaves: pick it, see what each entry's leaving changes, confirm, approve, put back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from judging.forms.cuts import JointRemovalForm, PutBackForm
from judging.jobs import leaving as outlooks
from judging.models import JointRemoval
from judging.queries import leaving as queries
from judging.services import joint_removals
from judging.services.cuts import ROLES
from spotlight.errors import SpotlightError
from spotlight.web import factors
from spotlight.web.answers import account, add_refusal, one_of, person_behind
from submissions.queries.seasons import seasons_with_role
from submissions.views.access import own_season

DOING = {
    "approve": gettext_lazy("Approve that these entries leave the season"),
    "drop": gettext_lazy("Drop the proposal that these entries leave"),
    "put-back": gettext_lazy("Put contested entries back"),
}


@login_required
@require_GET
def index(request: HttpRequest, season: str) -> HttpResponse:
    """Labels and agencies with entries, a search for artists, and what was decided on whole labels so far."""
    own = own_season(request, season, *ROLES)
    words = request.GET.get("q", "").strip()[:80]
    context = {
        "season": own, "words": words, "labels": queries.labels(own), "past": queries.joint_removals([own]),
        "artists": queries.artists(own, words)[: queries.FOUND] if words else None,
    }  # fmt: skip
    return render(request, "judging/leaving/index.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def whole(request: HttpRequest, season: str, kind: str, key: str) -> HttpResponse:
    """All entries of one of them: what leaving changes for each, and the decision."""
    own = own_season(request, season, *ROLES)
    whose = queries.find(own, kind, key)
    if whose is None:
        raise Http404
    entries = list(queries.cleared_of(own, whose))
    initial = {"seen": queries.seen_mark(entries)}
    form = JointRemovalForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if page := factors.asked(request, doing=_("Take all entries of a label or artist out of the season")):
            return page
        try:
            made = joint_removals.propose(
                own, whose, by=person_behind(request), factor=factors.fresh_factor(request), **form.cleaned_data
            )  # fmt: skip
        except SpotlightError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _said(made))
            return redirect("joint_removal", code=made.code)
    looks = outlooks.preview(entries)
    context = {
        "season": own, "whose": whose, "kind": kind, "form": form, "outlooks": looks, "others": queries.others_of(own, whose),
        "needs_two": any(look.needs_two for look in looks),
    }  # fmt: skip
    return render(request, "judging/leaving/whole.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One joint removal: its entries, who decided, and what can still be done."""
    return _page(request, _own(request, code), PutBackForm())


@login_required
@require_POST
def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Approve or drop a proposal, or put contested entries back."""
    joint = _own(request, code)
    if verb not in DOING:
        raise Http404
    form = PutBackForm(request.POST) if verb == "put-back" else None
    if form is not None and not form.is_valid():
        return _page(request, joint, form)
    if page := factors.asked(request, doing=str(DOING[verb])):
        return page
    try:
        joint = _do(request, joint, verb, form.cleaned_data["reason"] if form else "")
    except SpotlightError as refusal:
        messages.error(request, refusal.message)
        if form is not None:
            return _page(request, _own(request, code), form, status=refusal.status)
    else:
        messages.success(request, _said(joint))
    return redirect("joint_removal", code=code)


def _do(request: HttpRequest, joint: JointRemoval, verb: str, reason: str) -> JointRemoval:
    by = person_behind(request)
    if verb == "approve":
        return joint_removals.approve(joint, by=by, factor=factors.fresh_factor(request))
    if verb == "drop":
        return joint_removals.drop(joint, by=by)
    return joint_removals.put_back(joint, reason=reason, by=by)


def _own(request: HttpRequest, code: str) -> JointRemoval:
    return one_of(queries.joint_removals(seasons_with_role(account(request), *ROLES)), code=code)


def _page(request: HttpRequest, joint: JointRemoval, form: PutBackForm, *, status: int = 200) -> HttpResponse:
    entries = list(joint.submissions.select_related("artist", "track").order_by("pk"))
    waits = joint.state == JointRemoval.State.PROPOSED
    still_in = [one for one in entries if one.state == one.State.CLEARED]
    context = {
        "joint": joint, "season": joint.season, "form": form, "entries": entries, "me": person_behind(request),
        "outlooks": outlooks.preview(still_in) if waits else None,
    }  # fmt: skip
    return render(request, "judging/leaving/detail.html", context, status=422 if form.errors else status)


def _said(joint: JointRemoval) -> str:
    if joint.state == JointRemoval.State.MADE and joint.kind == JointRemoval.Kind.CONTESTED:
        return _("The tracks are taken down until it is cleared up. Their scores and places stay.")
    return {
        JointRemoval.State.MADE: _(
            "The entries have left the season. Each artist gets a mail with the reason."
        ),
        JointRemoval.State.PROPOSED: _(
            "Proposed. A round with one of these entries is closed, so another person has to approve it."
        ),
        JointRemoval.State.DROPPED: _("The proposal is dropped."),
        JointRemoval.State.UNDONE: _(
            "The entries are back, as if nothing had been. Their artists get a mail."
        ),
    }[JointRemoval.State(joint.state)]
