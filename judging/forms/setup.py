"""Forms of the set-up: a round with its rubric and metrics, prizes."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet

from judging.models import Criterion, Metric, Prize, Round
from judging.queries import rules as judging_rules
from submissions.forms.languages import AnchorsField, LanguagesField
from submissions.forms.seasons import ZonedModelForm, add_problems
from submissions.models import Season
from submissions.queries import rules
from submissions.services.presets import SEASONS


class RoundForm(ZonedModelForm):
    """A round's own fields; what contradicts the season or its neighbors is refused at the field."""

    names = LanguagesField(max_length=80)
    moments = ("opens_at", "locks_at", "closes_at")

    class Meta:
        model = Round
        exclude = ()

    def zone(self) -> ZoneInfo:
        season = self.instance.season if self.instance.season_id else None
        if season is None and self.is_bound:
            chosen = str(self.data.get(self.add_prefix("season")))
            season = Season.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
        return rules.season_zone(season or Season())

    def validate_unique(self) -> None:
        """Said in words by `problems_of_round`."""

    def validate_constraints(self) -> None:
        """Said in words by `problems_of_round`."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        if not self.errors and self.instance.season_id:
            add_problems(self, judging_rules.problems_of_round(self.instance))


class WeightsFormSet(PaginationInlineFormSet, BaseInlineFormSet):
    """Rows whose weights belong together; the whole is checked with the round that is being sent."""

    part = ""

    def clean(self) -> None:
        """Refuse weights that don't sum to 1, and a part with weight but without rows."""
        super().clean()
        if any(self.errors):
            return
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        rows = [form.instance for form in kept if not self._should_delete_form(form)]
        sides = {"criteria": (rows, ()), "metrics": ((), rows)}[self.part]
        for problem in judging_rules.part_problems(self.instance, *sides):
            if problem.field == self.part:
                raise ValidationError(problem.message)


class CriteriaFormSet(WeightsFormSet):
    part = "criteria"


class MetricsFormSet(WeightsFormSet):
    part = "metrics"


class CriterionForm(forms.ModelForm):
    names = LanguagesField(max_length=80)
    anchors = AnchorsField()

    class Meta:
        model = Criterion
        fields = ["key", "name", "names", "weight", "anchors", "order"]


class MetricForm(forms.ModelForm):
    class Meta:
        model = Metric
        fields = ["source", "measure", "weight"]


class PrizeForm(forms.ModelForm):
    names = LanguagesField(max_length=120)

    class Meta:
        model = Prize
        fields = [
            "season",
            "tier",
            "name",
            "names",
            "places",
            "amount",
            "currency",
            "sponsor",
            "market",
            "division",
            "accept_days",
        ]

    def clean(self) -> dict[str, Any]:
        """A sum needs a currency; market and division must be of the same season."""
        values: dict[str, Any] = super().clean() or {}
        if values.get("amount") and not values.get("currency"):
            self.add_error("currency", _("Say in which currency, such as JPY or KRW."))
        for part in ("market", "division"):
            chosen = values.get(part)
            if chosen and values.get("season") and chosen.season_id != values["season"].pk:
                self.add_error(part, _("This belongs to another season."))
        return values


class NewSeasonForm(forms.Form):
    """What is asked before a season is made; everything else can be changed afterwards."""

    preset = forms.ChoiceField(label=_("Begin with"), widget=forms.RadioSelect, initial="spotlight")
    name = forms.CharField(label=_("Name"), max_length=120)
    slug = forms.SlugField(
        label=_("Address"),
        max_length=64,
        help_text=_("Small letters, digits and hyphens; it becomes part of public links."),
    )
    zone = forms.ChoiceField(label=_("Time zone"), initial="Asia/Tokyo")
    starts_at = forms.DateTimeField(
        label=_("Entries open"),
        help_text=_("In the season's time zone. All other dates are proposed from it."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        presets = [(key, preset.name) for key, preset in SEASONS.items()]
        self.fields["preset"].choices = [*presets, ("none", _("Nothing: write everything yourself"))]  # type: ignore[attr-defined]
        self.fields["zone"].choices = [(name, name) for name in sorted(rules.known_zones())]  # type: ignore[attr-defined]

    def _clean_fields(self) -> None:
        sent = rules.season_zone(Season(zone=str(self.data.get("zone", ""))))
        with timezone.override(sent):
            super()._clean_fields()  # type: ignore[misc]  # the stubs leave it out

    def clean_slug(self) -> str:
        """Lower case; nobody else's."""
        slug = str(self.cleaned_data["slug"]).lower()
        if Season.objects.filter(slug=slug).exists():
            raise ValidationError(_("Another season has this address. Choose a different one."))
        return slug


class AskForm(forms.Form):
    """How many entries and judges are expected, and how long one listen takes."""

    entries = forms.IntegerField(min_value=0, max_value=10_000_000, initial=5000)
    judges = forms.IntegerField(min_value=1, max_value=100_000, initial=26)
    minutes = forms.DecimalField(min_value=0, max_value=600, initial=3, decimal_places=1)
