"""One search over artists, tracks and episodes; the hub's hashtag opens the hub."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from series.queries import is_hub_query, matching
from series.queries.cards import episode_card
from spotlight.web.languages import reader_language
from submissions.queries.cards import cards_of, with_card_parts
from submissions.queries.listening import heard_by_all
from submissions.queries.search import search_artists, search_tracks

LONGEST = 100
MOST = 50


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """`/search?q=`: names and titles in any script; `#OfftheRecord` in any case and width leads to the hub."""
    asked = request.GET.get("q", "")[:LONGEST].strip()
    if asked and is_hub_query(asked):
        return redirect("series:hub")
    context: dict[str, Any] = {"asked": asked, "artists": [], "cards": [], "episodes": []}
    if asked:
        context |= {
            "artists": search_artists(asked)[:MOST],
            "cards": cards_of(with_card_parts(search_tracks(asked, heard_by_all()))[:MOST]),
            "episodes": [episode_card(e, reader_language()) for e in matching(asked)[:12]],
        }
    return render(request, "search.html", context)
