"""The partner room: entries to scout, a list of one's own, introductions; and the artist's answer to one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from judging.forms.scouting import AskForm, FilterForm, NoteForm
from judging.queries import scouting as queries
from judging.queries.scouting import Desk, Row
from judging.services import scouting
from spotlight.errors import SpotlightError
from spotlight.web.answers import account, add_refusal, found, one_of, person_behind, pressed
from submissions.queries.cards import card_of

PAGE = 50


def _desk(request: HttpRequest, season: str) -> Desk:
    return found(queries.desk_in(account(request), season))


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The room of the one season in which somebody scouts, or the choice among several."""
    desks = queries.desks(account(request))
    if not desks:
        raise Http404
    if len(desks) == 1:
        return redirect("partner_room", desks[0].season.slug)
    return render(request, "judging/partners/index.html", {"desks": desks})


@login_required
@require_GET
def room(request: HttpRequest, season: str) -> HttpResponse:
    """The entries that this partner may see, to filter, hear and keep in sight."""
    desk = _desk(request, season)
    form = FilterForm(request.GET, choices=queries.choices(desk))
    wanted = form.wanted()
    page = Paginator(queries.rows(desk, wanted), PAGE).get_page(request.GET.get("page"))
    context = {
        "desk": desk, "season": desk.season, "form": form, "wanted": wanted, "page": page, "shown": _shown(),
        "rows": [(row, card_of(row.submission.track)) for row in queries.filled(desk, page.object_list)],
        "introductions": queries.introductions(desk).count(),
    }  # fmt: skip
    return render(request, "judging/partners/room.html", context)


def _shown() -> list[tuple[str, str]]:
    return [("all", _("All entries")), ("list", _("Our shortlist")), ("asked", _("Introductions"))]


@login_required
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, season: str, code: str) -> HttpResponse:
    """One entry: hear it, keep it in sight, note something, ask to be introduced."""
    desk = _desk(request, season)
    submission = one_of(queries.open_to(desk), code=code)
    row = queries.filled(desk, [submission])[0]
    note = NoteForm(initial={"note": row.mine.note if row.mine else ""})
    ask = AskForm()
    if request.method == "POST":
        done = request.POST.get("do")
        note = NoteForm(request.POST) if done == "note" else note
        ask = AskForm(request.POST) if done == "ask" else ask
        if done in ("keep", "drop") and _asks_for_part(request):
            return _kept(request, desk, row)
        if not _taken(request, desk, row, {"note": note, "ask": ask}.get(str(done))):
            return render(request, "judging/partners/entry.html", _entry(desk, row, note, ask), status=422)
        return redirect("partner_entry", season, code)
    return render(request, "judging/partners/entry.html", _entry(desk, row, note, ask))


def _asks_for_part(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers


def _kept(request: HttpRequest, desk: Desk, row: Row) -> HttpResponse:
    """The button alone, so that the list stays where it is."""
    row.mine = scouting.keep(desk, row.submission, listed=request.POST["do"] == "keep")
    context = {"row": row, "s": row.submission, "season": desk.season}
    return render(request, "judging/partners/_keep.html", context)


def _taken(request: HttpRequest, desk: Desk, row: Row, form: forms.Form | None) -> bool:
    """Whether the page is to be shown afresh; False where a form has to be shown again with what is wrong."""
    if form is not None and not form.is_valid():
        return False
    try:
        messages.success(request, _do(request, desk, row, form))
    except SpotlightError as refusal:
        if form is not None and refusal.field:
            add_refusal(form, refusal)
            return False
        messages.error(request, refusal.message)
    return True


def _do(request: HttpRequest, desk: Desk, row: Row, form: Any) -> str:
    """Carry out the button that was pressed; returns what to say."""
    done = pressed(request, "do", "keep", "drop", "note", "ask", "withdraw")
    if done in ("keep", "drop"):
        scouting.keep(desk, row.submission, listed=done == "keep")
        return _("On your shortlist.") if done == "keep" else _("No longer on your shortlist.")
    if done == "note":
        scouting.note(desk, row.submission, text=form.cleaned_data["note"])
        return _("Note saved. Only your organization sees it.")
    if done == "ask":
        scouting.ask(desk, row.submission, message=form.cleaned_data["message"])
        return _("Asked. The artist has a mail and answers in their own time.")
    if row.introduction is None:
        raise scouting.IntroductionRefused(_("There is nothing to withdraw."))
    scouting.withdraw(row.introduction, by=desk.person)
    return _("Withdrawn.")


def _entry(desk: Desk, row: Row, note: NoteForm, ask: AskForm) -> dict[str, Any]:
    artist, made = row.submission.artist, row.introduction
    return {
        "desk": desk, "season": desk.season, "row": row, "submission": row.submission, "artist": artist,
        "track": row.submission.track, "card": card_of(row.submission.track), "note_form": note, "ask_form": ask,
        "introduction": made, "contact": queries.contact_of_artist(made) if made else None,
        "links": artist.links.all(), "credits": row.submission.track.credits.all(),
    }  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def introduction(request: HttpRequest, code: str) -> HttpResponse:
    """The artist's side: who asks, and the answer."""
    asked = one_of(queries.asked_of(account(request)), code=code)
    if request.method == "POST":
        try:
            messages.success(request, _answer(request, asked))
        except SpotlightError as refusal:
            messages.error(request, refusal.message)
        return redirect("introduction", code)
    context = {
        "introduction": asked, "season": asked.season, "contact": queries.contact_of_partner(asked),
        "decided": queries.is_decided(asked.submission), "guardian": queries.guardian_behind(asked.submission),
    }  # fmt: skip
    return render(request, "judging/partners/introduction.html", context)


def _answer(request: HttpRequest, asked: Any) -> str:
    given, by = pressed(request, "answer", "accept", "decline", "take-back"), person_behind(request)
    if given == "take-back":
        scouting.take_back(asked, by=by)
        return _("Consent taken back. The partner is told, and sees your address no more.")
    made = scouting.answer(asked, accepts=given == "accept", by=by)
    if given == "decline":
        return _("Declined. The partner is told so, and nothing else of you.")
    if made.introduced_at is None:
        return _("Agreed. Addresses change hands once the result of your entry is public.")
    return _("Agreed. You both have a mail with the other’s address.")
