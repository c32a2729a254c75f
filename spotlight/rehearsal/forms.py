"""What to ask of a rehearsal."""

from django import forms

from spotlight.rehearsal.models import Rehearsal


class RehearsalForm(forms.ModelForm):
    """How many take part, from which seed, whose rules, and what somebody tries."""

    class Meta:
        model = Rehearsal
        fields = ("artists", "judges", "fans", "seed", "attack", "preset")
