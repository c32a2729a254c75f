"""The artist page's form."""

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions.models import Artist, ArtistLink
from submissions.services.artists import Link

LINKS = 5
FIELDS = ["name", "name_romanised", "name_reading", "language", "market", "about"]


class ArtistForm(forms.ModelForm):
    """Names, market, words, links and a photo."""

    use_required_attribute = False
    photo_file = forms.FileField(
        label=gettext_lazy("Photo"), required=False, help_text=gettext_lazy("JPEG, PNG or WebP, at least 300 pixels each way, up to 15 MB. We show its middle square."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )  # fmt: skip

    class Meta:
        model = Artist
        fields = FIELDS
        widgets = {"about": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, markets: list[tuple[str, str]] = (), **kwargs: Any) -> None:  # type: ignore[assignment]
        super().__init__(*args, **kwargs)
        choices = [("", _("Choose")), *markets]
        if self.instance.market and self.instance.market not in dict(choices):
            choices.append((self.instance.market, self.instance.market))
        self.fields["market"] = forms.ChoiceField(
            label=_("Market"), choices=choices, required=False, help_text=_("Where you make music.")
        )
        self.fields["name_romanised"].help_text = _("In Latin letters. It becomes the address of your page.")
        self.fields["about"].help_text = _("A few sentences. They are shown on your page.")
        self._add_links()

    def _add_links(self) -> None:
        kept: list[ArtistLink] = list(self.instance.links.all()) if self.instance.pk else []
        for number in range(1, LINKS + 1):
            link = kept[number - 1] if number <= len(kept) else None
            self.fields[f"link-{number}"] = forms.URLField(
                label=_("Link %(number)d") % {"number": number}, required=False, max_length=200, assume_scheme="https",
                validators=[URLValidator(schemes=["http", "https"])], initial=link.url if link else "",
                widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
            )  # fmt: skip

    def links(self) -> list[Link]:
        """The links that were filled in, each once, labeled by their host."""
        urls = dict.fromkeys(filter(None, (self.cleaned_data.get(f"link-{n}") for n in range(1, LINKS + 1))))
        return [Link(url, url.split("/")[2].removeprefix("www.")[:40]) for url in urls]

    def values(self) -> dict[str, Any]:
        """The fields of the artist."""
        return {name: self.cleaned_data[name] for name in FIELDS}
