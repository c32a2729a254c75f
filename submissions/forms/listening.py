"""Forms of listeners."""

from django import forms
from django.utils.translation import gettext_lazy as _

from submissions.models import Report


class ReportForm(forms.Form):
    """What is wrong with a track."""

    reason = forms.ChoiceField(
        label=_("What is wrong"), choices=Report.Reason.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Tell us more"), widget=forms.Textarea(attrs={"rows": 5}), max_length=2000, required=False,
        help_text=_("For a claim on rights: which work is yours, and how we can reach you."),
    )  # fmt: skip


class UseForm(forms.Form):
    """A video made with a track."""

    url = forms.URLField(label=_("Link to your video"), max_length=500, assume_scheme="https")
