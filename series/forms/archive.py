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
        self.offered = choices
        self._offer("artist").choices = [
            ("", _("All artists")),
            *((artist.slug, artist.name) for artist in choices.artists),
        ]
        self._offer("year").choices = [
            ("", _("All years")),
            *((str(year), str(year)) for year in choices.years),
        ]
        self._offer("language").choices = [("", _("All languages")), *choices.languages]

    def _offer(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    @property
    def is_worth_showing(self) -> bool:
        """Whether there is anything to choose between."""
        return max(len(self.offered.artists), len(self.offered.years), len(self.offered.languages)) > 1

    def found(self) -> Filter:
        """The valid part of what was asked for."""
        self.is_valid()
        values = self.cleaned_data
        return Filter(values.get("artist") or "", values.get("year"), values.get("language") or "")
