"""The side bar of the admin panel: the pages and lists that a person's roles open."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from spotlight.web.addresses import address
from submissions.models import Role
from submissions.permissions import roles_of

# (icon, words, name of the address, who uses it)
PAGES: tuple[tuple[str, Callable[[], str], str, set[Role]], ...] = (
    ("today", lambda: _("Today"), "home", {Role.ORGANIZER}),
    ("fact_check", lambda: _("Clearance"), "clearance", {Role.CLEARANCE, Role.ORGANIZER}),
    ("headphones", lambda: _("Judging desk"), "desk", {Role.JUDGE}),
    ("monitoring", lambda: _("Chair"), "chair", {Role.CHAIR, Role.ORGANIZER}),
    ("content_cut", lambda: _("The cut"), "cut", {Role.CHAIR, Role.ORGANIZER}),
)
ICONS = {
    "season": "calendar_month", "round": "repeat", "prize": "emoji_events", "source": "sensors", "importbatch": "upload_file",
    "mail": "mail", "event": "history", "workrow": "pending_actions", "membership": "group", "invitation": "person_add",
    "organisation": "apartment", "amendment": "edit_calendar", "report": "flag", "use": "movie", "episode": "videocam",
}  # fmt: skip


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Pages of our own first, then the lists of each app that this person may see."""
    held = set(Role.values) if request.user.is_superuser else roles_of(request.user)
    pages = [
        {"title": words(), "icon": icon, "link": address(name)}
        for icon, words, name, roles in PAGES
        if held & roles and address(name)
    ]
    groups = [{"title": _("Work"), "separator": False, "collapsible": False, "items": pages}] if pages else []
    for app in admin.site.get_app_list(request):
        items = [
            {"title": str(model["name"]).capitalize(), "icon": ICONS.get(model["object_name"].lower(), "list"), "link": model["admin_url"]}
            for model in app["models"] if model["admin_url"]
        ]  # fmt: skip
        if items:
            groups.append({"title": app["name"], "separator": True, "collapsible": False, "items": items})
    return groups


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """What the menu of one's own account offers."""
    return [
        {"title": _("E-mail addresses"), "link": address("account_email")},
        {"title": _("Sign-in and security"), "link": address("mfa_index")},
    ]
