"""Set-up of judging: rounds with rubric and metrics, prizes, sources of readings."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from judging.forms import setup as forms
from judging.models import Criterion, Metric, Prize, Round, Source, Witness
from submissions.admin.base import InSeasonZone, SeasonScopedAdmin, SeasonStacked, SeasonTabular


class CriterionInline(SeasonStacked):
    model = Criterion
    form = forms.CriterionForm
    formset = forms.CriteriaFormSet
    tab = True
    fields = (("key", "name", "weight", "order"), "names", "anchors")
    verbose_name_plural = _("rubric")


class MetricInline(SeasonTabular):
    model = Metric
    form = forms.MetricForm
    formset = forms.MetricsFormSet
    tab = True


class FrozenWhenOpen(SeasonScopedAdmin):
    """Part of the rules: changed only while the season is being set up."""

    def is_frozen(self, obj: Any) -> bool:
        return bool(obj is not None and obj.pk and obj.season.opened_at)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A new part can only be given to a season that is not open yet."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "season" and field is not None and field.queryset is not None:
            field.queryset = field.queryset.filter(opened_at__isnull=True)
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The season of the list one came from."""
        seasons = self.seasons(request, *self.change_roles).filter(opened_at__isnull=True)
        return {
            "season": seasons.values_list("pk", flat=True).first(),
            **super().get_changeform_initial_data(request),
        }


@admin.register(Round)
class RoundAdmin(InSeasonZone, FrozenWhenOpen):
    """A round's windows, cut, weights and panel, with its rubric and metrics."""

    form = forms.RoundForm
    list_display = (
        "season",
        "number",
        "name",
        "shown_state",
        "opens_at",
        "locks_at",
        "closes_at",
        "shown_cut",
        "shown_weights",
    )
    list_display_links = ("number", "name")
    list_filter = ("season",)
    list_select_related = ("season",)
    inlines = (CriterionInline, MetricInline)
    change_form_outer_before_template = "admin/rounds/before.html"
    fieldsets = (
        (_("Round"), {"classes": ["tab"], "fields": (("season", "number"), "name", "names")}),
        (_("Windows"), {"classes": ["tab"], "description": _("In the season's time zone."), "fields": ("opens_at", "locks_at", "closes_at")}),
        (_("Cut"), {"classes": ["tab"], "fields": (("cut_lowest", "cut_highest"), "cut_scope", "reserves", "tie_chain")}),
        (_("Weights"), {"classes": ["tab"], "fields": (("popularity_weight", "panel_weight"), "popularity_method", "panel_method", "blend_method", "options")}),
        (_("Panel"), {"classes": ["tab"], "fields": ("design", ("judges_per_entry", "minimum_sheets"), "is_blind", "heard_share", "shows_comments")}),
    )  # fmt: skip

    @display(description=_("state"), label=True)
    def shown_state(self, obj: Round) -> str:
        return obj.get_state_display()

    @display(description=_("cut"))
    def shown_cut(self, obj: Round) -> str:
        return (
            str(obj.cut_lowest)
            if obj.cut_lowest == obj.cut_highest
            else f"{obj.cut_lowest}–{obj.cut_highest}"
        )

    @display(description=_("popularity / panel"))
    def shown_weights(self, obj: Round) -> str:
        return f"{obj.popularity_weight:.0%} / {obj.panel_weight:.0%}"


@admin.register(Prize)
class PrizeAdmin(FrozenWhenOpen):
    """Tiers of prizes."""

    form = forms.PrizeForm
    list_display = ("season", "tier", "name", "places", "amount", "currency", "sponsor")
    list_display_links = ("name",)
    list_filter = ("season",)
    list_select_related = ("season", "sponsor")


@admin.register(Source)
class SourceAdmin(SeasonScopedAdmin):
    """Where readings come from."""

    list_display = ("season", "slug", "name", "is_active")
    list_display_links = ("name",)
    list_filter = ("season",)
    can_delete = False


@admin.register(Witness)
class WitnessAdmin(SeasonScopedAdmin):
    """Who outside is mailed the head of the log at each announcement."""

    list_display = ("season", "email", "language")
    list_display_links = ("email",)
    list_filter = ("season",)
