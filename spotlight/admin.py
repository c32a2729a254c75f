"""The admin panel: django-unfold's site, entered by whoever has a staff role in any season."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.admin.exceptions import DisallowedModelAdminToField
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from submissions.models import Role
from submissions.permissions import STAFF, is_staff_anywhere, roles_of
from submissions.queries.rules import known_zones, season_zone
from submissions.queries.seasons import seasons_with_role

# Where each role starts, the first that fits; names of addresses, some of them defined by judging and series.
STARTS: tuple[tuple[str, str], ...] = (
    (Role.ORGANIZER, "home"),
    (Role.CHAIR, "chair"),
    (Role.CLEARANCE, "clearance"),
    (Role.JUDGE, "desk"),
    (Role.EDITOR, "admin:series_episode_changelist"),
)


class SpotlightAdminSite(UnfoldAdminSite):
    """One panel for everybody with a role; each model's admin shows only the seasons of the person's roles."""

    site_title = _("Spotlight")
    site_header = _("Spotlight")
    index_title = _("Spotlight")

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")  # each deletion is looked at by itself

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this account may enter at all; what it sees is decided per season."""
        return is_staff_anywhere(request.user)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Visitors are sent to sign in; a signed-in person without a role finds nothing here."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("account_login"))
            if not self.has_permission(request):
                raise Http404
            if "" in (request.GET.get(TO_FIELD_VAR), request.POST.get(TO_FIELD_VAR)):  # Django's views crash
                raise DisallowedModelAdminToField
            with timezone.override(own_zone(request)):
                try:
                    response = inner(request, *args, **kwargs)
                except PermissionDenied:  # forbidden and unknown look the same
                    raise Http404 from None
                return response.render() if hasattr(response, "render") else response

        return guarded

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-in for all."""
        target = request.GET.get("next") or reverse("admin:index")
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(target, reverse("account_login"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-out for all."""
        return redirect("account_logout")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send everybody to where their work is."""
        return redirect(start_page(request))


def own_zone(request: HttpRequest) -> ZoneInfo:
    """The zone in which lists show times: the person's own, else that of one of their seasons."""
    chosen = getattr(request.user, "zone", "")
    if not chosen and request.user.is_authenticated:
        season = seasons_with_role(request.user, *STAFF).order_by("-pk").first()
        return season_zone(season) if season else ZoneInfo("UTC")
    return ZoneInfo(chosen if chosen in known_zones() else "UTC")


def start_page(request: HttpRequest) -> str:
    """The address at which a person's work begins, by the first of their roles whose page exists."""
    if request.user.is_superuser:
        return reverse("home")
    held = roles_of(request.user)
    for role, name in STARTS:
        if role in held:
            try:
                return reverse(name)
            except NoReverseMatch:
                continue
    return reverse("home")
