"""The form that proposes to move a window."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from spotlight.ledger import clock
from submissions.models import Season
from submissions.queries.rules import season_zone
from submissions.services.amendments import all_windows


class AmendmentForm(forms.Form):
    """Which window, to when (in the season's zone), and why."""

    field = forms.ChoiceField(label=_("Window"))
    after = forms.DateTimeField(
        label=_("New time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody can read it on the rules page."),
    )

    def __init__(self, *args: Any, season: Season, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = season_zone(season)
        now = clock.now()
        choices = [
            (w.field, f"{w.label} ({date_format(timezone.localtime(w.at, self.zone), 'DATETIME_FORMAT')})")
            for w in all_windows(season)
            if w.at > now
        ]
        self.fields["field"].choices = choices  # type: ignore[attr-defined]
        self.fields["after"].help_text = _("In the season's time zone, %(zone)s.") % {"zone": season.zone}

    def _clean_fields(self) -> None:
        with timezone.override(self.zone):
            super()._clean_fields()  # type: ignore[misc]  # the stubs leave it out
