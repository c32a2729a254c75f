"""Forms of the set-up: a season and its parts in the admin panel, and the pages around opening."""

import re
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from spotlight.errors import InvalidInput
from submissions.forms.languages import LanguagesField
from submissions.models import Division, Market, Question, Season, Terms
from submissions.models.video_address import video_site
from submissions.queries import rules
from submissions.services import looks

SITE = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
MOMENTS = ("entries_open_at", "entries_close_at", "clearing_ends_at", "results_at")


def add_problems(form: forms.ModelForm, problems: list[rules.Problem]) -> None:
    """Put each problem at its field, or above the form if it has none there."""
    for problem in problems:
        form.add_error(problem.field if problem.field in form.fields else None, problem.message)


class ZonedModelForm(forms.ModelForm):
    """Times are typed and shown in the season's zone."""

    moments: tuple[str, ...] = ()

    def zone(self) -> ZoneInfo:
        """The zone of a season that is edited: the one that is being sent. Forms of other things say theirs."""
        sent = self.data.get(self.add_prefix("zone")) if self.is_bound else None
        return rules.season_zone(Season(zone=sent or self.instance.zone))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with timezone.override(self.zone()):
            for name in self.moments:
                value = self.initial.get(name)
                if name in self.fields and value is not None:
                    self.initial[name] = timezone.make_naive(value)

    def _clean_fields(self) -> None:
        with timezone.override(self.zone()):
            super()._clean_fields()  # type: ignore[misc]  # the stubs leave it out


class SitesField(forms.Field):
    """Names of sites, one a line, each kept once in small letters without `www.` and `m.`."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 5})

    def __init__(self, column: Any) -> None:
        super().__init__(required=False, label=capfirst(column.verbose_name), help_text=column.help_text)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        """The sites, in the order in which they were typed."""
        lines = filter(None, map(str.strip, (value or "").splitlines()))
        return list(dict.fromkeys(map(self._site, lines)))

    def _site(self, line: str) -> str:
        site = video_site(f"https://{line}")
        if not SITE.fullmatch(site) or set(line) & set("/:?#@ "):
            raise forms.ValidationError(
                _("“%(line)s” is not the name of a site. Write one a line, such as youtube.com."),
                params={"line": line},
            )
        return site


class SeasonForm(ZonedModelForm):
    """A season's own fields; contradictions are refused at the field."""

    moments = MOMENTS
    logo_file = forms.FileField(
        label=_("New logo"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("PNG, JPEG or WebP, up to 4 MB."),
    )
    remove_logo = forms.BooleanField(
        label=_("Remove the logo"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    use_sites = SitesField(Season._meta.get_field("use_sites"))

    class Meta:
        model = Season
        fields = (
            "name", "slug", "hashtag", "language", "zone", *MOMENTS, "quota", "shortest_seconds", "longest_seconds",
            "lowest_kbps", "largest_mb", "genres", "guardian_under", "confirms_credits", "identity_by", "board_mode", "board_size", "board_freeze_hours",
            "uses_trusted_after", "use_sites", "brand_color",
        )  # fmt: skip

    def clean_uses_trusted_after(self) -> int:
        """Empty is 0."""
        return self.cleaned_data["uses_trusted_after"] or 0

    def clean_logo_file(self) -> Any:
        """Refused here if it is no picture; kept when the form is saved."""
        upload = self.cleaned_data.get("logo_file")
        if upload:
            try:
                looks.as_png(upload)
            except InvalidInput as refusal:
                raise forms.ValidationError(refusal.message) from None
            upload.seek(0)
        return upload

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        if not self.errors:
            add_problems(self, rules.limit_problems(self.instance) + rules.calendar_problems(self.instance))


class MarketForm(forms.ModelForm):
    names = LanguagesField(max_length=80)

    class Meta:
        model = Market
        fields = ["code", "name", "names", "guardian_under", "order"]


class DivisionForm(forms.ModelForm):
    names = LanguagesField(max_length=80)

    class Meta:
        model = Division
        fields = ["code", "name", "names", "order"]


class QuestionForm(forms.ModelForm):
    texts = LanguagesField(max_length=300)

    class Meta:
        model = Question
        fields = ["order", "text", "texts", "needs_yes"]


class TermsForm(forms.ModelForm):
    texts = LanguagesField(long=True)

    class Meta:
        model = Terms
        fields = ["dated_on", "text", "texts"]
