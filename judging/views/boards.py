"""Public boards: the weekly chart, the released standings, the results; and why this rank, for its artist, its panel and who leads."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from judging import permissions
from judging.models import Award, ChartRow, ChartWeek, Entry, Round
from judging.queries import boards, courses
from judging.queries.cuts import next_round
from judging.queries.explain import why
from judging.services import prizes
from judging.views import course_plots
from spotlight.errors import SpotlightError
from spotlight.web.answers import account, one_of, person_behind, pressed
from spotlight.web.cards import TrackCard
from submissions.models import Market, Role, Season
from submissions.queries.cards import card_of
from submissions.queries.seasons import public_seasons, season_as

PAGE = 25
LIVE = "live"


def _season(slug: str) -> Season:
    return get_object_or_404(public_seasons(), slug=slug)


@require_GET
def leaderboard(request: HttpRequest, season: str) -> HttpResponse:
    """The popularity chart week by week; after a round's release also its blended standings."""
    found = _season(season)
    board = _board(request, found)
    weeks = list(boards.chart_weeks(board))
    week = _chosen_week(request, weeks)
    markets = list(found.markets.order_by("order"))
    market = request.GET.get("market", "")
    market = market if market in {m.code for m in markets} else ""
    page = (
        Paginator(boards.chart_rows(board, week, market=market), PAGE).get_page(request.GET.get("page"))
        if week
        else None
    )
    moved = None if market else courses.movement(board, week)
    return render(
        request,
        "judging/boards/leaderboard.html",
        {
            "season": found, "weeks": weeks, "week": week, "page": page, "released": boards.released_rounds(found),
            "newer": _beside(weeks, week, -1), "older": _beside(weeks, week, 1), "markets": markets, "market": market,
            "rows": _chart(board, list(page)) if page else [], "board": board, "is_hidden": board.mode == "hidden",
            "may_see_live": _may_see_live(request, found), "is_live": request.GET.get("view") == LIVE,
            "moved": moved, "moved_plot": course_plots.movement(moved) if moved else "",
        },
    )  # fmt: skip


def _board(request: HttpRequest, season: Season) -> boards.Board:
    """The public board, the same for everybody; chair and organizer may ask for the live one."""
    if request.GET.get("view") == LIVE and _may_see_live(request, season):
        return boards.live_board(season)
    return boards.public_board(season)


def _may_see_live(request: HttpRequest, season: Season) -> bool:
    return season_as(request.user, season.slug, Role.CHAIR, Role.ORGANIZER) is not None


def _chart(board: boards.Board, rows: list[ChartRow]) -> list[tuple[TrackCard, ChartRow, Market | None]]:
    markets = boards.markets_of(board.season, [row.track for row in rows])
    return [(boards.chart_card(board, row), row, markets.get(row.track_id)) for row in rows]


def _beside(weeks: list[ChartWeek], week: ChartWeek | None, step: int) -> ChartWeek | None:
    """The week before or after in the archive, which begins with the newest."""
    index = weeks.index(week) + step if week else -1
    return weeks[index] if 0 <= index < len(weeks) else None


@require_GET
def track_chart(request: HttpRequest, code: str) -> HttpResponse:
    """A track's place this week, as a part of its page; nothing where it has none."""
    found = boards.chart_place(code)
    if found is None:
        return HttpResponse(status=204)
    board, row = found
    context = {"card": boards.chart_card(board, row), "season": board.season}
    return render(request, "judging/boards/_place.html", context)


@require_GET
def track_weeks(request: HttpRequest, code: str) -> HttpResponse:
    """A track's places week by week, as a part of its page; for its artist also the ranks of announced rounds."""
    found = courses.track_course(code)
    person = getattr(request.user, "person", None)
    released = courses.released_places(person, code) if person else []
    if found is None and not released:
        return HttpResponse(status=204)
    rows = list(zip(found.weeks, found.courses[0].ranks, strict=True)) if found else []
    plot = course_plots.track_weeks(found) if found else ""
    context = {"released": released, "plot": plot, "found": found, "rows": rows}
    return render(request, "judging/boards/_weeks.html", context)


@require_GET
def artist_path(request: HttpRequest, slug: str) -> HttpResponse:
    """How far an artist's latest entry has come, as a part of the artist's page."""
    path = boards.public_path(slug)
    if path is None:
        return HttpResponse(status=204)
    return render(request, "judging/boards/_path.html", {"path": path, "season": path.submission.season})


def _chosen_week(request: HttpRequest, weeks: list[ChartWeek]) -> ChartWeek | None:
    wanted = request.GET.get("week", "")
    if not wanted:
        return weeks[0] if weeks else None
    match = next((week for week in weeks if str(week.number) == wanted), None)
    if match is None:
        raise Http404
    return match


@require_GET
def released(request: HttpRequest, season: str, number: int) -> HttpResponse:
    """The blended standings of an announced round, in the detail that the season allows."""
    found = _season(season)
    round = get_object_or_404(found.rounds, number=number, state=Round.State.ANNOUNCED)
    rows = boards.released_standing_rows(round, found)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "season": found,
        "round": round,
        "page": page,
        "cards": [(card_of(r.entry.submission.track), r) for r in page],
        "weights": _weights(round),
        "board": boards.public_board(found),
        "is_final": next_round(round) is None,
    }
    return render(request, "judging/boards/released.html", context)


def _weights(round: Round) -> dict[str, str]:
    """How much panel and popularity count, in percent and without needless decimals."""
    parts = {"panel": round.panel_weight, "popularity": round.popularity_weight}
    return {name: f"{(weight * 100).normalize():f}" for name, weight in parts.items()}


@require_GET
def results(request: HttpRequest, season: str) -> HttpResponse:
    """Winners with their prizes, shortlist, longlist, and how it was decided."""
    found = _season(season)
    winners = [(card_of(w.submission.track, obi="winner"), w) for w in boards.winners(found)]
    rounds = [(round, _advanced_cards(round, found)) for round in boards.released_rounds(found)]
    return render(
        request,
        "judging/boards/results.html",
        {"season": found, "winners": winners, "rounds": rounds, "notes": boards.notes(found)},
    )


def _advanced_cards(round: Round, season: Season) -> list[TrackCard]:
    return [card_of(submission.track, obi="shortlist") for submission in boards.advanced(round)]


def _explained_entries() -> QuerySet[Entry]:
    return Entry.objects.select_related("round__season", "submission__track", "submission__artist")


def _own_entry(request: HttpRequest, code: str) -> Entry:
    """An entry of the signed-in artist; 404 for anybody else's."""
    own = _explained_entries().filter(submission__artist__members__person__user=account(request))
    return get_object_or_404(own, code=code)


@login_required
@require_GET
def why_this_rank(request: HttpRequest, code: str) -> HttpResponse:
    """Why an entry stands where it stands, for its artist, its panel, chair and organizer."""
    entry = one_of(_explained_entries(), code=code)
    if not permissions.can_read_why(request.user, entry):
        raise Http404
    explanation = why(entry, early=permissions.can_lead(request.user, entry.round.season))
    if explanation is None:
        raise Http404
    award = (
        Award.objects.filter(entry=entry).exclude(state=Award.State.LAPSED).select_related("prize").first()
    )
    context = {
        "weights": _weights(entry.round),
        "why": explanation,
        "entry": entry,
        "round": entry.round,
        "season": entry.round.season,
        "award": award,
        "is_own": permissions.is_behind(request.user, entry),
    }
    return render(request, "judging/boards/why.html", context)


@login_required
@require_POST
def answer_award(request: HttpRequest, code: str) -> HttpResponse:
    """Accept or decline a prize."""
    entry = _own_entry(request, code)
    award = get_object_or_404(
        Award, entry=entry, entry__round__state=Round.State.ANNOUNCED, code=request.POST.get("award", "")
    )
    try:
        accepts = pressed(request, "answer", "accept", "decline") == "accept"
        prizes.answer_award(award, accepts=accepts, by=person_behind(request))
    except SpotlightError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Thank you. The organizers have your answer."))
    return redirect("why", code=code)
