"""The front page: where the season is, and music within two seconds."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from judging.models import Prize
from judging.queries import boards
from series.queries import published_episodes
from series.queries.cards import episode_card
from spotlight.ledger import clock
from spotlight.web.cards import TrackCard
from spotlight.web.languages import reader_language
from submissions.models import Season
from submissions.queries import listening
from submissions.queries.cards import card_of, cards_of
from submissions.queries.publicity import frozen_at
from submissions.queries.seasons import current_season, text_of
from submissions.services.amendments import next_window
from submissions.views.seasons import stages

TRACKS = 5
EPISODES = 3
WINNERS = 5


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The current season, or how to begin where there is none."""
    season = current_season()
    if season is None:
        return render(request, "home_empty.html")
    now = clock.now()
    cards, is_chart = front_tracks(season)
    context: dict[str, Any] = {
        "season": season, "site": settings.SITE_URL, "text": text_of(season, reader_language()), "now": now, "stages": stages(season),
        "cards": cards, "is_chart": is_chart, "frozen_at": frozen_at(season) if is_chart else None, "is_open": season.state == Season.State.OPEN,
        "can_enter": bool(season.entries_open_at and season.entries_close_at and season.entries_open_at <= now < season.entries_close_at),
        "next_moment": next_window(season, now),
        "winners": [(card_of(w.submission.track, obi="winner"), w) for w in boards.winners(season)[:WINNERS]],
        "prizes": Prize.objects.filter(season=season).select_related("sponsor"),
        "partners": season.partners.select_related("organisation"),
        "episodes": [episode_card(e, reader_language()) for e in published_episodes().order_by("-published_at")[:EPISODES]],
    }  # fmt: skip
    return render(request, "home.html", context)


def front_tracks(season: Season) -> tuple[list[TrackCard], bool]:
    """Five tracks to begin with: the top of the latest chart where its order is public, else the newest."""
    board = boards.public_board(season)
    week = boards.chart_weeks(board).first()
    if week is not None:
        cards = [boards.chart_card(board, row) for row in boards.chart_rows(board, week)[:TRACKS]]
        if cards:
            return cards, True
    return cards_of(listening.newest(listening.season_tracks(season, listening.Browse()))[:TRACKS]), False
