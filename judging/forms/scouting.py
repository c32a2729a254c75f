"""Forms of the partner room."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from judging.queries.scouting import SHOWN, Choices, Wanted


class FilterForm(forms.Form):
    """What a partner wants to see; what is unknown is left out."""

    q = forms.CharField(label=gettext_lazy("Track or artist"), required=False, max_length=100)
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), required=False)
    market = forms.ChoiceField(label=gettext_lazy("Market"), required=False)
    division = forms.ChoiceField(label=gettext_lazy("Division"), required=False)
    genre = forms.ChoiceField(label=gettext_lazy("Genre"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    shown = forms.ChoiceField(choices=[(s, s) for s in SHOWN], required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("stage", "market", "division", "genre", "language"):
            offered = [(str(value), words) for value, words in getattr(choices, name)]
            if offered:
                self.fields[name].choices = [("", _("All")), *offered]  # type: ignore[attr-defined]
            else:
                del self.fields[name]

    def wanted(self) -> Wanted:
        """What was asked for, as far as it exists."""
        self.is_valid()
        read = {name: value for name, value in self.cleaned_data.items() if value}
        stage = int(read.pop("stage", 0))
        return Wanted(stage=stage, words=read.pop("q", ""), shown=read.pop("shown", "all"), **read)


class NoteForm(forms.Form):
    """A partner's own note on an entry."""

    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Only your organization sees it."),
    )  # fmt: skip


class AskForm(forms.Form):
    """Why a partner would like to meet an artist."""

    use_required_attribute = False
    message = forms.CharField(
        label=gettext_lazy("Message to the artist"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Say who you are and what you have in mind. Your e-mail address is told when the artist agrees."),
    )  # fmt: skip
