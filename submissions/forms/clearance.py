"""The forms of clearance: the decision, what may follow it, and who stands behind an artist."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions.models import ClearanceDecision, Organisation, Submission
from submissions.queries.entries import is_being_judged

OUTCOMES = [
    ("cleared", gettext_lazy("Clear")),
    ("changes", gettext_lazy("Ask for changes")),
    ("refused", gettext_lazy("Refuse")),
]


class DecisionForm(forms.Form):
    """Outcome by button, reasons by box, a note to the artist."""

    use_required_attribute = False
    outcome = forms.ChoiceField(choices=OUTCOMES, widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)
    reasons = forms.MultipleChoiceField(
        label=gettext_lazy("Reasons"), choices=ClearanceDecision.Reason.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("For changes and refusals. The artist reads them in their language."),
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("Note to the artist"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    sure = forms.BooleanField(
        label=gettext_lazy("Refuse for good"), required=False,
        help_text=gettext_lazy("Tick this to refuse. You can’t undo it; the artist may appeal, and another person decides then."),
    )  # fmt: skip

    def clean(self) -> dict[str, object]:
        """A refusal is confirmed."""
        read = self.cleaned_data
        if read.get("outcome") == "refused" and not read.get("sure"):
            self.add_error("sure", _("A refusal can’t be undone. Tick this box, then refuse."))
        return read


class LabelForm(forms.Form):
    """The label or agency behind an artist."""

    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Label or agency"),
        queryset=Organisation.objects.all(),
        required=False,
        empty_label=gettext_lazy("none in the list"),
        help_text=gettext_lazy(
            "Judges who are tied to it get none of this artist’s entries. An organizer adds more under Organizations."
        ),
    )


class AfterwardsForm(forms.Form):
    """What may happen to a cleared entry, always with a reason."""

    ACTIONS = [
        ("contest", gettext_lazy("Take the track down while a claim is looked into")),
        ("reinstate", gettext_lazy("Put the track back")),
        ("revoke", gettext_lazy("Take back the badge")),
        ("disqualify", gettext_lazy("Disqualify the entry for good")),
    ]
    use_required_attribute = False
    action = forms.ChoiceField(label=gettext_lazy("What to do"), choices=ACTIONS, widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The artist reads it."),
    )  # fmt: skip

    def __init__(self, *args: object, submission: Submission, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        unfit = {"contest"} if submission.is_contested else {"reinstate"}
        unfit |= set() if submission.artist.is_verified else {"revoke"}
        unfit |= {"disqualify"} if is_being_judged(submission) else set()
        self.fields["action"].choices = [c for c in self.ACTIONS if c[0] not in unfit]  # type: ignore[attr-defined]
