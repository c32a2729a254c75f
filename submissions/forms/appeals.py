"""What the artist writes against a refusal, and what is decided on it."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ANSWERS = [("upheld", gettext_lazy("Uphold the refusal")), ("reopened", gettext_lazy("Reopen"))]


class AppealForm(forms.Form):
    """What is wrong with a refusal."""

    use_required_attribute = False
    text = forms.CharField(
        label=gettext_lazy("What did the reviewer get wrong?"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
        help_text=gettext_lazy("You can appeal once. Name whatever shows it: contracts, dates, links."),
        error_messages={"required": gettext_lazy("Say what the reviewer got wrong.")},
    )


class AnswerForm(forms.Form):
    """Outcome by button, and the reason."""

    use_required_attribute = False
    outcome = forms.ChoiceField(choices=ANSWERS, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Needed to uphold the refusal. The artist reads it."),
    )

    def clean(self) -> dict[str, object]:
        """Who upholds says why."""
        read = self.cleaned_data
        if read.get("outcome") == "upheld" and not read.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Write why the refusal stands. The artist reads it."))
        return read
