"""Forms of suspicions."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DecisionForm(forms.Form):
    """The reason beside a decision, and how many decisions there were when the page was shown."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("The artist reads it. Say what you looked at."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class AppealForm(forms.Form):
    """Why readings that were left out are honest."""

    text = forms.CharField(
        label=_("Why these readings are honest"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
        help_text=_("You can appeal once. Where it was played, who shared it, links: whatever shows it."),
    )
