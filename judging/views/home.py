"""The organizer's home: what needs me today."""

import datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from judging.queries import home as today
from spotlight.ledger import clock
from spotlight.web.addresses import address
from spotlight.web.answers import account
from submissions.models import Role, Season
from submissions.queries.seasons import seasons_with_role
from submissions.services.amendments import all_windows


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """One season of those that this person organizes; `?season=` chooses."""
    seasons = seasons_with_role(account(request), Role.ORGANIZER).order_by("state", "-entries_open_at", "-pk")
    if not seasons:
        if account(request).is_superuser:
            return redirect("new_season")
        raise Http404
    chosen = (
        seasons.filter(slug=request.GET["season"]).first()
        if request.GET.get("season")
        else _most_pressing(list(seasons), clock.now())
    )
    if chosen is None:
        raise Http404
    now = clock.now()
    step = today.next_step(chosen, now)
    queues = today.queues(chosen)
    return render(
        request, "judging/home/home.html",
        {
            "season": chosen, "seasons": seasons, "now": now, "step": step, "step_url": address(*step.page) if step.page else "",
            "waiting": [(q, _with_query(address(*q.page), q.query), q.is_late(now)) for q in queues if q.count],
            "empty": [q.name for q in queues if not q.count],
            "coverage": today.coverage(chosen), "numbers": today.numbers(chosen),
            "windows": [w for w in sorted(all_windows(chosen), key=lambda w: w.at) if w.at > now][:6],
            "failed_work": today.failed_work() if account(request).is_superuser else 0,
            "lone": chosen.memberships.filter(role=Role.ORGANIZER, ended_at__isnull=True).count() < 2,
        },
    )  # fmt: skip


def _most_pressing(seasons: list[Season], now: datetime.datetime) -> Season:
    """An open season that has begun before one that has not, before one in the making, before a finished one."""
    order = {"open": 0, "planned": 1, "finished": 2}

    def pressing(season: Season) -> tuple[int, bool]:
        return order[season.state], season.entries_open_at is None or season.entries_open_at > now

    return min(seasons, key=pressing)


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if path and query else path
