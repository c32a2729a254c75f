"""What a visitor chooses in the archive."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from series.queries import Choices, Filter


class ArchiveForm(forms.Form):
    """What the archive is narrowed down to. An unknown value narrows nothing."""

    artist = forms.ChoiceField(label=_("Artist"), required=False)
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, data: Any, *, choices: Choices) -> None:
        super().__init__(data, auto_id="archive-%s")
        self.fields["artist"].choices = [
            ("", _("All artists")),
            *((artist.slug, artist.name) for artist in choices.artists),
        ]
        self.fields["year"].choices = [
            ("", _("All years")),
            *((str(year), str(year)) for year in choices.years),
        ]
        self.fields["language"].choices = [("", _("All languages")), *choices.languages]

    @property
    def is_worth_showing(self) -> bool:
        """Whether there is anything to choose between."""
        return any(len(field.choices) > 2 for field in self.fields.values())  # type: ignore[attr-defined]

    def found(self) -> Filter:
        """The valid part of what was asked for."""
        self.is_valid()
        values = self.cleaned_data
        return Filter(values.get("artist") or "", values.get("year"), values.get("language") or "")
