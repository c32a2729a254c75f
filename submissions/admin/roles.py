"""Who holds which role, and who is invited."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from submissions.admin.base import ReadOnlyAdmin
from submissions.models import Invitation, Membership


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    """Roles held and ended; changed on the season's page of people."""

    list_display = ("person", "role", "season", "organisation", "created_at", "ended_at")
    list_filter = ("season", "role")
    search_fields = ("person__name", "person__user__email")
    list_select_related = ("person", "season", "organisation")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Roles offered by mail."""

    list_display = ("email", "role", "season", "state", "invited_at", "expires_at")
    list_filter = ("season", "role")
    search_fields = ("email", "name")
    exclude = ("token_sha256",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("season")

    @display(description=_("state"))
    def state(self, obj: Invitation) -> Any:
        if obj.accepted_at:
            return _("accepted")
        return _("withdrawn") if obj.withdrawn_at else _("open")
