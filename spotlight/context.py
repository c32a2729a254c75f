"""What every page knows: the season it belongs to, who is reading, where they can go, and the season's own stylesheet."""

from functools import cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from spotlight.accounts.models import User
from spotlight.accounts.people import person_of
from submissions.models import Season
from submissions.permissions import STAFF, roles_of
from submissions.queries.seasons import current_season, readable_season


def shell(request: HttpRequest) -> dict[str, Any]:
    """Values for `templates/base.html`, found once per request. A view that shows another season passes its own `season`."""
    kept: dict[str, Any] | None = getattr(request, "_shell", None)
    if kept is None:
        kept = _found(request)
        request._shell = kept  # type: ignore[attr-defined]
    return kept


def _found(request: HttpRequest) -> dict[str, Any]:
    user: User | AnonymousUser = getattr(request, "user", None) or AnonymousUser()
    season = _season(request, user)
    return {
        "season": season,
        "person": person_of(user),
        "roles": roles_of(user, season) if season else set(),
        "nav": _links(request, _public_links(season)),
        "account_nav": _links(request, _own_links(roles_of(user))) if user.is_authenticated else [],
        "brand_stylesheet": brand_stylesheet(season),
    }


def brand_stylesheet(season: Season | None) -> str:
    """The address of the season's theme, with a part that changes with it; empty if it has none."""
    if season is None or not (season.brand_color or season.logo_id):
        return ""
    return f"{reverse('season_theme', args=[season.slug])}?v={season.brand_color.lstrip('#')}{season.logo_id or ''}"


def _season(request: HttpRequest, user: User | AnonymousUser) -> Season | None:
    """The season named in the address (its path, or `?season=` as on the home page), else the current one."""
    match = request.resolver_match
    slug = (match.kwargs.get("season") if match else None) or request.GET.get("season")
    found = readable_season(user, slug) if isinstance(slug, str) else None
    return found or current_season()


def _public_links(season: Season | None) -> list[tuple[str, str]]:
    links = [(_("Playlist"), "/playlist/")]
    if season is not None:
        links += [
            (_("Leaderboard"), f"/seasons/{season.slug}/leaderboard/"),
            (_("Season"), reverse("season", args=[season.slug])),
        ]
    return [*links, (_("Off the Record"), "/offtherecord/"), (_("Enter"), "/submit/")]


def _own_links(held: set[str]) -> list[tuple[str, str]]:
    links = [(_("My entries"), "/me/")]
    if held & set(STAFF):
        links.append((_("My work"), reverse("admin:index")))
    if "partner" in held:
        links.append((_("Partner room"), "/partners/"))
    return links


def _links(request: HttpRequest, links: list[tuple[str, str]]) -> list[dict[str, Any]]:
    here = max((href for _, href in links if request.path.startswith(href)), key=len, default="")
    return [
        {"label": label, "href": href, "current": href == here} for label, href in links if _answers(href)
    ]


@cache
def _answers(path: str) -> bool:
    """Whether anything is served at an address."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
