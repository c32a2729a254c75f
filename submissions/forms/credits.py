"""One line of an entry's credits."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions.models import Credit
from submissions.services.entries import CreditLine


class CreditForm(forms.Form):
    """One line of the credits."""

    use_required_attribute = False
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    part = forms.ChoiceField(label=gettext_lazy("Part"), choices=Credit.Part.choices, required=False)
    share = forms.DecimalField(
        label=gettext_lazy("Share, %"), min_value=0, max_value=100, decimal_places=2, required=False, localize=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "input narrow"}),
        error_messages={"invalid": gettext_lazy("Write the share as a number, such as 50 or 33.34."), "max_value": gettext_lazy("A share is at most 100.")},
    )  # fmt: skip

    email = forms.EmailField(
        label=gettext_lazy("E-mail"), max_length=254, required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "class": "input"}),
    )  # fmt: skip

    def __init__(self, *args: Any, asks_email: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_email:
            del self.fields["email"]

    def clean(self) -> dict[str, Any]:
        """A line with a share or an address needs a name."""
        read = self.cleaned_data
        if read.get("email") and not read.get("name") and "name" not in self.errors:
            self.add_error("name", _("Say whose address this is."))
        if read.get("share") is not None and not read.get("name") and "name" not in self.errors:
            self.add_error("name", _("Say whose share this is."))
        return read

    def line(self) -> CreditLine | None:
        """The line, or None if nothing is in it."""
        read = self.cleaned_data
        if not read.get("name"):
            return None
        share = read.get("share")
        return CreditLine(
            read["name"],
            read.get("part") or Credit.Part.COMPOSER,
            None if share is None else int(share * 100),
            read.get("email", "").lower(),
        )
