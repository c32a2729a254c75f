"""The form of a readings file."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from judging.models import Source
from submissions.models import Season

LARGEST = 2 * 1024**3
HOLD_HOURS = {
    "0": _("at once"),
    "1": _("in an hour"),
    "24": _("in a day"),
    "168": _("in a week"),
    "720": _("in 30 days"),
}


class ReadingsForm(forms.Form):
    """A file, and the source that it comes from: one of the season's, or a new one."""

    source = forms.ModelChoiceField(
        label=_("Source"), queryset=Source.objects.none(), required=False, empty_label=_("A new source")
    )
    new_source = forms.CharField(
        label=_("Short name of the new source"), required=False, max_length=40,
        validators=[RegexValidator(r"^[a-z][a-z0-9-]*\Z", _("Use lower-case letters, digits and hyphens, such as line-music."))],
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("A new source sends"), choices=Source.Kind.choices, required=False,
        help_text=_("Running totals: everything counted up to a day. Their differences become the daily counts."),
    )  # fmt: skip
    file = forms.FileField(
        label=_("CSV, JSON Lines or Parquet"),
        help_text=_("Columns: track (code or ISRC), metric, day, value; if known also market and fans."),
    )

    def __init__(self, season: Season, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.season = season
        sources = self.fields["source"]
        assert isinstance(sources, forms.ModelChoiceField)
        sources.queryset = Source.objects.filter(season=season).exclude(slug=Source.OWN)

    def clean(self) -> dict[str, Any]:
        """One source, not two and not none."""
        values = super().clean() or {}
        if not values.get("source") and not values.get("new_source") and "new_source" not in self.errors:
            self.add_error("new_source", _("Choose a source, or name a new one."))
        if values.get("new_source") == Source.OWN:
            self.add_error("new_source", _("This name belongs to what is counted here. Choose another."))
        if values.get("file") and values["file"].size > LARGEST:
            self.add_error(
                "file",
                _("The file is larger than 2 GB. Split it by day, or use manage.py import_readings."),
            )
        return values


class SwitchForm(forms.Form):
    """Why a source is taken out or back in."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class KeyForm(forms.Form):
    """How long the key before stays valid."""

    old_for = forms.ChoiceField(
        label=_("The key before ends"), choices=list(HOLD_HOURS.items()), initial="24"
    )
