"""Input in the chair's room into typed values."""

from django import forms
from django.utils.translation import gettext_lazy as _

from judging.models import Ruling


class ReasonForm(forms.Form):
    """Why something is done that others will ask about."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class RulingForm(forms.Form):
    """What happens to entries below the minimum of sheets."""

    outcome = forms.ChoiceField(
        label=_("What happens"), choices=Ruling.Outcome.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class LimitForm(forms.Form):
    """How many entries a judge takes at most."""

    most = forms.IntegerField(min_value=1, max_value=100_000)
