"""Forms of the cut."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from judging.models import JointRemoval, Removal, Round


class NumberForm(forms.Form):
    """How many advance, within the range of the rules, with the reason that is published."""

    number = forms.IntegerField(label=_("How many advance"))
    reason = forms.CharField(
        label=_("Why this number"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )

    def __init__(self, round: Round, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["number"]
        field.help_text = _("From %(lowest)d to %(highest)d, as the rules say.") % {
            "lowest": round.cut_lowest,
            "highest": round.cut_highest,
        }
        field.widget.attrs |= {"min": round.cut_lowest, "max": round.cut_highest}


class NoteForm(forms.Form):
    """A note or reason beside a decision."""

    note = forms.CharField(
        label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000, required=False
    )


class RemovalForm(forms.Form):
    """How an entry leaves the season, and why."""

    kind = forms.ChoiceField(label=_("What happens"), choices=Removal.Kind, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000,
        help_text=_("The artist reads it. After a close it is public, so name nobody but the artist."),
    )  # fmt: skip
    is_tainted = forms.BooleanField(
        label=_("The sheets on it can't be trusted"), required=False,
        help_text=_("Then they say nothing about the judges either. Only before the round closes."),
    )  # fmt: skip


class JointRemovalForm(RemovalForm):
    """What happens to all entries of a label, agency or artist, and why."""

    kind = forms.ChoiceField(
        label=_("What happens"), choices=JointRemoval.Kind, widget=forms.RadioSelect,
        help_text=_("Contested tracks are taken down, keep scores and places, and can be put back. The others can’t."),
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput)


class PutBackForm(forms.Form):
    """Why contested entries are put back."""

    reason = forms.CharField(
        label=_("Why they are put back"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000
    )
