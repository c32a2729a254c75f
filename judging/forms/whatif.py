"""What to try out on a round."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from judging.jobs.whatif import Wish
from judging.models import Round, Source

SAME = ("", _("as it is"))


class WhatIfForm(forms.Form):
    """Other weights, size, methods; one judge or one source left out. What is empty stays as it is."""

    popularity = forms.DecimalField(
        label=_("weight of popularity"), min_value=0, max_value=1, max_digits=4, decimal_places=3, required=False,
        help_text=_("From 0 to 1; the panel gets the rest."),
    )  # fmt: skip
    size = forms.IntegerField(label=_("advance"), min_value=1, max_value=100_000, required=False)
    panel_method = forms.ChoiceField(
        label=_("panel method"), choices=[SAME, *Round.Panel.choices], required=False
    )
    popularity_method = forms.ChoiceField(
        label=_("popularity method"), choices=[SAME, *Round.Popularity.choices], required=False
    )
    blend_method = forms.ChoiceField(label=_("blend"), choices=[SAME, *Round.Blend.choices], required=False)
    ties = forms.ChoiceField(label=_("ties"), choices=[SAME, *Round.TieChain.choices], required=False)
    without_seat = forms.ChoiceField(label=_("without this judge"), required=False)
    without_source = forms.ChoiceField(label=_("without this source"), required=False)

    def __init__(self, round: Round, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(str(field.label))
        nobody = ("", _("nobody left out"))
        seats = round.seats.select_related("membership__person").order_by("code")
        self.fields["without_seat"].choices = [nobody, *((s.code, str(s)) for s in seats)]  # type: ignore[attr-defined]
        names = dict(Source.objects.filter(season=round.season).values_list("slug", "name"))
        sources = sorted(set(round.metrics.values_list("source", flat=True)))
        nothing = ("", _("nothing left out"))
        self.fields["without_source"].choices = [nothing, *((s, names.get(s, s)) for s in sources)]  # type: ignore[attr-defined]

    @property
    def wish(self) -> Wish:
        """The valid form as a wish."""
        return Wish(**self.cleaned_data)
