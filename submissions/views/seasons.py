"""A season in public: its page, its rules, its looks; and for the organizer: opening it, moving windows."""

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from spotlight.errors import SpotlightError
from spotlight.ledger import clock, files
from spotlight.web.addresses import address
from spotlight.web.answers import add_refusal, person_behind, pressed
from spotlight.web.draw import Stage
from spotlight.web.languages import reader_language
from spotlight.web.theme import ThemeRefused, theme_css
from submissions.forms.amendments import AmendmentForm
from submissions.models import Amendment, Season
from submissions.queries import rules as season_rules
from submissions.queries.seasons import text_of
from submissions.services import amendments, seasons
from submissions.views import rulebook
from submissions.views.access import own_season, public_season


@require_GET
def season_page(request: HttpRequest, season: str) -> HttpResponse:
    """Where a season is, what it is about, and how to take part."""
    found = public_season(request, season)
    now = clock.now()
    return render(
        request, "submissions/seasons/season.html",
        {
            "season": found, "text": text_of(found, reader_language()), "now": now, "stages": stages(found),
            "can_enter": found.state == Season.State.OPEN and _within(found.entries_open_at, found.entries_close_at, now),
            "partners": found.partners.select_related("organisation"),
            "next_moment": amendments.next_window(found, now),
        },
    )  # fmt: skip


def _within(start: datetime.datetime | None, end: datetime.datetime | None, now: datetime.datetime) -> bool:
    return bool(start and end and start <= now < end)


def stages(season: Season) -> list[Stage]:
    """The season's calendar as stages of a ruler: entries, clearing, then what judging adds (rounds)."""
    made = []
    if season.entries_open_at and season.entries_close_at:
        made.append(Stage(_("Entries"), season.entries_open_at, season.entries_close_at))
    rounds = [part for part in season_rules.rules_of(season).get("rounds", [])]
    for part in rounds:
        start, end = (datetime.datetime.fromisoformat(part[key]) for key in ("opens_at", "closes_at"))
        made.append(Stage(rulebook.worded(part), start, end, rulebook.cut_words(part)))
    if season.results_at:
        made.append(Stage(_("Results"), season.results_at, season.results_at))
    return made


@require_GET
def season_rules_page(request: HttpRequest, season: str) -> HttpResponse:
    """The rules in words, with the hash that was stored when they were frozen."""
    found = public_season(request, season)
    return render(request, "submissions/seasons/rules.html", rulebook.page(found))


@require_GET
def season_rules_json(request: HttpRequest, season: str) -> HttpResponse:
    """The frozen rules, byte for byte as they were hashed."""
    found = public_season(request, season)
    document = found.rules or season_rules.rules_of(found)
    response = HttpResponse(season_rules.canonical(document), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{found.slug}-rules.json"'
    return response


@require_GET
def season_theme(request: HttpRequest, season: str) -> HttpResponse:
    """The season's brand as a stylesheet; empty if it has none."""
    found = public_season(request, season)
    try:
        logo = f"{reverse('season_logo', args=[found.slug])}?v={found.logo_id}" if found.logo_id else ""
        css = theme_css(brand=found.brand_color, logo_url=logo)
    except ThemeRefused:
        css = ""
    response = HttpResponse(css, content_type="text/css; charset=utf-8")
    if found.opened_at:
        response["Cache-Control"] = "public, max-age=300"
    return response


@require_GET
def season_logo(request: HttpRequest, season: str) -> HttpResponseBase:
    """The season's logo, a picture that we drew ourselves from what was uploaded."""
    found = public_season(request, season)
    if found.logo is None:
        raise Http404
    response = FileResponse(files.absolute(found.logo).open("rb"), content_type="image/png")
    if found.opened_at:
        response["Cache-Control"] = "public, max-age=86400"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def opening(request: HttpRequest, season: str) -> HttpResponse:
    """What still stands in the way of opening; if nothing does, a last look and the button."""
    own = own_season(request, season)
    if own.opened_at:
        return redirect("season_rules", own.slug)
    sure = request.method != "POST" or bool(request.POST.get("sure"))
    if request.method == "POST" and sure:
        try:
            seasons.open_season(own, by=person_behind(request))
        except SpotlightError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("%(season)s is open. Its rules are frozen.") % {"season": own.name})
            return redirect("season_rules", own.slug)
    problems = [_repair(own, problem) for problem in season_rules.opening_problems(own, clock.now())]
    context = {**rulebook.page(own), "problems": problems, "unsure": not sure}
    return render(request, "submissions/seasons/opening.html", context, status=200 if sure else 422)


def _repair(season: Season, problem: season_rules.Problem) -> dict[str, str]:
    """A problem with where it is and the page on which to repair it."""
    about, _colon, number = problem.about.partition(":")
    lists = {"rounds": "admin:judging_round_changelist", "prizes": "admin:judging_prize_changelist"}
    if about == "round":
        where, url = (
            _("Round %(number)s") % {"number": number},
            address("round_setup", season.slug, int(number)),
        )
    elif problem.field in lists:
        where, url = season.name, address(lists[problem.field])
    else:
        where, url = season.name, address("admin:submissions_season_change", season.pk)
    return {"where": where, "message": problem.message, "url": url, "action": _("Repair it")}


@login_required
@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, season: str) -> HttpResponse:
    """Propose to move a window of an open season, and see what waits for approval."""
    own = own_season(request, season)
    form = AmendmentForm(request.POST or None, season=own)
    if request.method == "POST" and form.is_valid():
        try:
            amendments.propose_amendment(own, by=person_behind(request), **form.cleaned_data)
        except SpotlightError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Proposed. Another organizer has to approve it."))
            return redirect("amend", own.slug)
    return render(
        request,
        "submissions/seasons/amend.html",
        _amendments(request, own, form),
        status=422 if form.errors else 200,
    )


def _amendments(request: HttpRequest, season: Season, form: AmendmentForm) -> dict[str, Any]:
    labels = {window.field: window.label for window in amendments.all_windows(season)}
    rows = [
        (labels.get(row.field, row.field), row)
        for row in season.amendments.select_related("proposed_by", "approved_by")
    ]
    return {"season": season, "form": form, "rows": rows, "me": person_behind(request)}


@login_required
@require_POST
def amendment_action(request: HttpRequest, season: str, number: int) -> HttpResponse:
    """Approve a proposal of somebody else, or withdraw one."""
    own = own_season(request, season)
    amendment = get_object_or_404(Amendment, season=own, pk=number)
    try:
        if pressed(request, "do", "approve", "withdraw") == "withdraw":
            amendments.withdraw_amendment(amendment, by=person_behind(request))
            messages.success(request, _("The proposal was withdrawn."))
        else:
            amendments.approve_amendment(amendment, by=person_behind(request))
            messages.success(request, _("Approved. The window has moved, and the rules page says so."))
    except SpotlightError as refusal:
        messages.error(request, refusal.message)
    return redirect("amend", own.slug)
