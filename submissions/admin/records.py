"""What the program wrote down: outgoing mail, the event log, and work that waits or failed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from spotlight.ledger.models import Event, Mail, WorkRow
from submissions.admin.base import PanelAdmin, ReadOnlyAdmin
from submissions.models import Role, Season
from submissions.queries.outbox import shown_text


class SlugScopedAdmin(ReadOnlyAdmin):
    """Rows that name their season by its slug; the operator sees those of no season too."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = ModelAdmin.get_queryset(self, request)
        if request.user.is_superuser:
            return rows
        return rows.filter(season__in=self.slugs(request))

    def slugs(self, request: HttpRequest) -> QuerySet[Season, str]:
        """The slugs of the seasons whose rows this person may read."""
        return self.seasons(request, *self.view_roles).values_list("slug", flat=True)

    def allowed(self, request: HttpRequest, obj: Any, roles: tuple[Role, ...]) -> bool:
        if request.user.is_superuser:
            return True
        return (
            super().allowed(request, None, roles) if obj is None else obj.season in set(self.slugs(request))
        )


@admin.register(Mail)
class MailAdmin(SlugScopedAdmin):
    """The outbox: every mail can be read; held batches wait to be released."""

    list_display = ("subject", "to", "shown_state", "batch", "created_at", "sent_at")
    list_filter = ("state", "season", "template")
    search_fields = ("to", "subject")
    fields = (
        "subject",
        "to",
        "shown_state",
        "language",
        "batch",
        "created_at",
        "released_at",
        "sent_at",
        "error",
        "readable",
    )

    @display(
        description=_("state"),
        label={"held": "warning", "ready": "info", "sent": "success", "failed": "danger"},
    )
    def shown_state(self, obj: Mail) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description=_("text"))
    def readable(self, obj: Mail) -> str:
        return format_html('<div class="whitespace-pre-wrap max-w-2xl">{}</div>', shown_text(obj))


@admin.register(Event)
class EventAdmin(SlugScopedAdmin):
    """Who did what to what, when; never changed."""

    view_roles = (Role.ORGANIZER, Role.CHAIR)
    change_roles = ()
    list_display = ("at", "actor", "verb", "subject", "season")
    list_filter = ("season", "verb")
    search_fields = ("subject", "verb", "actor__name")
    list_select_related = ("actor",)


@admin.register(WorkRow)
class WorkAdmin(PanelAdmin):
    """What waits, runs or failed in the background; for the operator."""

    list_display = ("kind", "key", "state", "due_at", "attempts", "progress", "error")
    list_filter = ("state", "kind")
    search_fields = ("kind", "key")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
