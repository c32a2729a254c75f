"""What a judge does first: accept confidentiality, name conflicts."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from judging.forms.desk import ConflictForm
from judging.queries import desk as queries
from judging.queries import ties
from judging.services import panel as services
from spotlight.accounts.models import User
from spotlight.web.answers import Typed, one_of, person_behind
from submissions.models import Artist, Membership, Organisation


@login_required
@require_GET
def welcome(request: HttpRequest, slug: str) -> HttpResponse:
    """Confidentiality, and a search for artists and organizations that the judge is tied to."""
    return _page(request, _membership(request, slug), words=request.GET.get("q", "")[:80])


def _page(
    request: HttpRequest, membership: Membership, *, words: str = "", typed: Typed | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    page = {
        "membership": membership, "season": membership.season, "words": words, "conflicts": queries.conflicts_of(membership),
        "typed": typed, "artists": ties.artists_like(words) if words else [], "organisations": ties.organisations_like(words) if words else [],
    }  # fmt: skip
    return render(request, "judging/desk/welcome.html", page, status=status)


@login_required
@require_POST
def accept(request: HttpRequest, slug: str) -> HttpResponse:
    """Accept confidentiality."""
    services.accept_confidentiality(_membership(request, slug), by=person_behind(request))
    return redirect("desk")


@login_required
@require_POST
def declare(request: HttpRequest, slug: str) -> HttpResponse:
    """Declare a conflict; entries behind it leave the judge's list at once."""
    membership, form = _membership(request, slug), ConflictForm(request.POST)
    form.is_valid()
    if "thing" in form.errors:
        raise Http404
    named = form.cleaned_data["thing"]
    thing = _thing(*named.split(":"))
    if "note" in form.errors:
        typed = Typed(named, request.POST.get("note", ""), str(form.errors["note"][0]))
        return _page(request, membership, words=thing.name, typed=typed, status=422)
    artist, organisation = (thing, None) if isinstance(thing, Artist) else (None, thing)
    services.declare_conflict(
        membership.season, by=person_behind(request), artist=artist, organisation=organisation, note=form.cleaned_data["note"]
    )  # fmt: skip
    messages.success(request, _("Noted. Nothing of theirs will reach you."))
    return redirect("desk_welcome", slug)


def _thing(kind: str, code: str) -> Artist | Organisation:
    if kind == "artist":
        return one_of(ties.public_artists(), slug=code)
    return one_of(Organisation.objects.all(), code=code)


def _membership(request: HttpRequest, slug: str) -> Membership:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return get_object_or_404(queries.judge_memberships(user), season__slug=slug)
