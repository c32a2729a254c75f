"""Input at the desk into typed values."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from judging.models import Round
from judging.services.desk import Draft

HALF = Decimal("0.5")
TEXTS = ("note", "comment", "reason")


class Text(forms.CharField):
    """Lines end as they were typed: a form sends two characters for each end, and its page counted one."""

    def to_python(self, value: Any) -> Any:
        """The text, counted as its page counts it."""
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class SheetForm(forms.Form):
    """A score sheet: for each criterion `mark_<key>` 0 to 10 and `half_<key>`, texts, version, and `heard`: `0-1200,5000-9000` ms."""

    version = forms.IntegerField(min_value=0)
    heard = forms.RegexField(r"^\d{1,8}-\d{1,8}(,\d{1,8}-\d{1,8})*$", max_length=9000, required=False)
    note = Text(label=_("Notes"), max_length=4000, required=False, strip=False)
    comment = Text(label=_("Comment for the artist"), max_length=2000, required=False, strip=False)
    reason = Text(label=_("What changed your mind"), max_length=1000, required=False)

    def __init__(self, round: Round, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = [criterion.key for criterion in round.criteria.all()]
        for key in self.keys:
            self.fields[f"mark_{key}"] = forms.IntegerField(min_value=0, max_value=10, required=False)
            self.fields[f"half_{key}"] = forms.BooleanField(required=False)

    def draft(self) -> Draft:
        """What was sent, once it is valid."""
        data = self.cleaned_data
        return Draft(
            marks=self.marks(), heard=_parts(data["heard"]), note=data["note"], comment=data["comment"]
        )

    def marks(self) -> dict[str, Decimal]:
        """The marks that can be read, also of a form that does not hold."""
        data = self.cleaned_data
        return {
            key: min(Decimal(data[f"mark_{key}"]) + (HALF if data[f"half_{key}"] else 0), Decimal(10))
            for key in self.keys
            if data.get(f"mark_{key}") is not None
        }

    def problem(self) -> str:
        """What is wrong with a form that does not hold, in a sentence that names the text or says what a mark is."""
        texts = [f"{self[name].label}: {self.errors[name][0]}" for name in TEXTS if name in self.errors]
        if not texts:
            return gettext("Not saved. A mark is a number from 0 to 10.")
        return gettext("Not saved.") + " " + " ".join(texts)


def _parts(text: str) -> list[tuple[int, int]]:
    pairs = (part.split("-") for part in text.split(",") if part)
    return [(int(start), int(end)) for start, end in pairs]


class ReasonForm(forms.Form):
    """Why a judge steps back from an entry."""

    reason = forms.CharField(
        label=_("In a few words"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class ConflictForm(forms.Form):
    """What a judge is tied to: `artist:<slug>` or `organisation:<code>`."""

    thing = forms.RegexField(r"^(artist|organisation):[\w-]{1,80}$")
    note = forms.CharField(max_length=300, required=False)
