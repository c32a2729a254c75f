"""What people behind signed links write."""

from django import forms
from django.utils.translation import gettext_lazy


class GuardianForm(forms.Form):
    """Consent or decline by button, with a name."""

    use_required_attribute = False
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, error_messages={"required": gettext_lazy("Write your name.")},
        help_text=gettext_lazy("Only the artist, clearance and the organizers see it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip


class CreditAnswerForm(forms.Form):
    """Confirm or contest by button; what is wrong, where it is contested."""

    use_required_attribute = False
    note = forms.CharField(
        label=gettext_lazy("What is wrong"), max_length=1000, required=False,
        help_text=gettext_lazy("Only if you contest it. The artist and clearance read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
