"""Set-up of seasons: one form with its texts, markets, questions and terms; frozen once the season is open."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from spotlight.accounts.people import person_of
from spotlight.ledger import events
from submissions.admin.base import InSeasonZone, SeasonScopedAdmin, SeasonStacked, SeasonTabular
from submissions.forms import seasons as forms
from submissions.models import (
    Amendment,
    Division,
    Market,
    Organisation,
    Question,
    Role,
    Season,
    SeasonPartner,
    SeasonText,
    Terms,
)
from submissions.services import looks

RULES = (
    "slug", "zone", "entries_open_at", "entries_close_at", "clearing_ends_at", "results_at", "quota", "shortest_seconds",
    "longest_seconds", "lowest_kbps", "largest_mb", "genres", "guardian_under", "confirms_credits",
    "identity_by", "board_mode", "board_size", "board_freeze_hours", "uses_trusted_after", "use_sites",
)  # fmt: skip


class TextInline(SeasonStacked):
    model = SeasonText
    tab = True
    frozen_when_open = False


class MarketInline(SeasonStacked):
    model = Market
    form = forms.MarketForm
    tab = True
    fields = (("code", "name", "order"), "names", "guardian_under")


class DivisionInline(SeasonStacked):
    model = Division
    form = forms.DivisionForm
    tab = True
    fields = (("code", "name", "order"), "names")


class QuestionInline(SeasonStacked):
    model = Question
    form = forms.QuestionForm
    tab = True
    fields = (("order", "needs_yes"), "text", "texts")


class TermsInline(SeasonStacked):
    model = Terms
    form = forms.TermsForm
    tab = True


class PartnerInline(SeasonTabular):
    model = SeasonPartner
    tab = True
    frozen_when_open = False


@admin.register(Season)
class SeasonAdmin(InSeasonZone):
    """A season's rules, parts and looks."""

    season_path = ""
    form = forms.SeasonForm
    list_display = ("name", "shown_state", "entries_open_at", "entries_close_at", "rounds_link")
    search_fields = ("name", "slug")
    inlines = (TextInline, MarketInline, DivisionInline, QuestionInline, TermsInline, PartnerInline)
    change_form_outer_before_template = "admin/seasons/before.html"
    fieldsets = (
        (_("Season"), {"classes": ["tab"], "fields": ("name", "slug", "hashtag", "language", "rules_link")}),
        (_("Calendar"), {"classes": ["tab"], "fields": ("zone", "entries_open_at", "entries_close_at", "clearing_ends_at", "results_at")}),
        (_("Entries"), {"classes": ["tab"], "fields": ("quota", "shortest_seconds", "longest_seconds", "lowest_kbps", "largest_mb", "genres")}),
        (_("Who else is asked"), {"classes": ["tab"], "fields": ("guardian_under", "confirms_credits", "identity_by")}),
        (_("Leaderboard"), {"classes": ["tab"], "fields": ("board_mode", "board_size", "board_freeze_hours")}),
        (_("Fans’ videos"), {"classes": ["tab"], "fields": ("uses_trusted_after", "use_sites")}),
        (_("Looks"), {"classes": ["tab"], "fields": ("brand_color", "logo_file", "remove_logo")}),
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.allowed(request, None, (Role.ORGANIZER,)) or bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not obj.opened_at)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A season in the making goes with all its parts; what people sent in protects it."""
        deleted, counts, _needed, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(), protected

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A season begins on a page of its own, from a preset or from nothing."""
        return redirect("new_season")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("rules_link", *(RULES if obj and obj.opened_at else ()))

    def save_model(self, request: HttpRequest, obj: Season, form: Any, change: bool) -> None:
        """The fields, then the logo."""
        super().save_model(request, obj, form, change)
        person, upload = person_of(request.user), form.cleaned_data.get("logo_file")
        if person and upload:
            looks.set_logo(obj, upload, size=upload.size, by=person)
        elif person and form.cleaned_data.get("remove_logo"):
            looks.remove_logo(obj, by=person)

    @display(description=_("state"), label={"planned": "info", "open": "success", "finished": "warning"})
    def shown_state(self, obj: Season) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description=_("rounds"))
    def rounds_link(self, obj: Season) -> str:
        address = reverse("admin:judging_round_changelist") + f"?season__id__exact={obj.pk}"
        return format_html('<a href="{}">{}</a>', address, _("Rounds"))

    @display(description=_("rules page"))
    def rules_link(self, obj: Season) -> str:
        if not obj or not obj.pk:
            return "–"
        return format_html('<a href="{0}">{0}</a>', reverse("season_rules", args=[obj.slug]))


@admin.register(Organisation)
class OrganisationAdmin(SeasonScopedAdmin):
    """Labels, publishers, agencies and sponsors; shared by all seasons."""

    list_display = ("name", "kind", "url")
    search_fields = ("name",)
    list_filter = ("kind",)
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.model._default_manager.all()

    def allowed(self, request: HttpRequest, obj: Any, roles: tuple[Role, ...]) -> bool:
        return super().allowed(request, None, roles)

    def _log(self, request: HttpRequest, obj: Any, what: str, message: Any = None) -> None:
        events.log(f"organisation.{what}", obj, by=person_of(request.user))


@admin.register(Amendment)
class AmendmentAdmin(SeasonScopedAdmin):
    """Changes of windows after opening; proposed and approved on a page of their own."""

    list_display = ("season", "field", "before", "after", "proposed_by", "approved_by", "approved_at")
    list_filter = ("season",)
    can_add = can_change = can_delete = False
