"""The outbox of a season: read every mail, release what waits."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from spotlight.errors import SpotlightError
from spotlight.ledger import clock
from spotlight.ledger.models import Mail
from spotlight.web.answers import person_behind, whole
from submissions.queries import outbox as queries
from submissions.services import outbox
from submissions.views.access import own_season


@login_required
@require_GET
def index(request: HttpRequest, season: str) -> HttpResponse:
    """Batches that wait, then all mails."""
    own = own_season(request, season)
    wanted = request.GET.get("q", "").strip()[:80]
    page = Paginator(queries.mails(own, wanted), 50).get_page(request.GET.get("page"))
    batches = [(row, outbox.is_of_cut(row["batch"])) for row in queries.held_batches(own)]
    return render(
        request, "submissions/roles/outbox.html",
        {"season": own, "batches": batches, "page": page, "wanted": wanted, "now": clock.now()},
    )  # fmt: skip


@login_required
@require_GET
def read(request: HttpRequest, season: str, number: int) -> HttpResponse:
    """One mail as its reader gets it, as text."""
    own = own_season(request, season)
    found = get_object_or_404(Mail, season=own.slug, pk=number)
    return render(
        request,
        "submissions/roles/mail.html",
        {"season": own, "mail": found, "text": queries.shown_text(found)},
    )


@login_required
@require_POST
def release(request: HttpRequest, season: str) -> HttpResponse:
    """Let a batch go, or try a failed mail once more."""
    own = own_season(request, season)
    person = person_behind(request)
    try:
        if again := whole(request.POST.get("again", ""), digits=17):
            outbox.send_again(own, again, by=person)
            count = 1
        else:
            count = outbox.release_batch(own, request.POST.get("batch", ""), by=person)
        messages.success(
            request,
            ngettext("%(count)d mail is on its way.", "%(count)d mails are on their way.", count)
            % {"count": count},
        )
    except SpotlightError as refusal:
        messages.error(request, refusal.message)
    return redirect("outbox", own.slug)
