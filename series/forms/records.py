"""What editors type about series, albums and guests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelect2Widget

from series.formats.hashtags import is_hashtag
from series.models import Album, Guest, Series
from submissions.models import Artist

PICTURE_HINT = gettext_lazy("JPEG, PNG or WebP.")


class SeriesForm(forms.ModelForm):
    """A series with its square picture."""

    artwork_file = forms.FileField(
        label=gettext_lazy("Square artwork"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=gettext_lazy("JPEG or PNG, 1400 to 3000 pixels. Without one it is drawn."),
    )

    class Meta:
        model = Series
        fields = (
            "season",
            "slug",
            "title",
            "hashtag",
            "language",
            "about",
            "host",
            "author",
            "owner_email",
            "is_explicit",
        )

    def clean_hashtag(self) -> str:
        hashtag: str = self.cleaned_data["hashtag"]
        if not is_hashtag(hashtag):
            raise ValidationError(_("A hashtag is letters and digits without spaces, such as OfftheRecord."))
        return hashtag


class AlbumForm(forms.ModelForm):
    """An album with its cover."""

    artist = forms.ModelChoiceField(
        label=gettext_lazy("Artist"),
        queryset=Artist.objects.filter(is_public=True).order_by("name"),
        required=False,
        widget=UnfoldAdminSelect2Widget,
    )
    artwork_file = forms.FileField(
        label=gettext_lazy("Cover"), required=False, help_text=PICTURE_HINT, widget=UnfoldAdminFileFieldWidget
    )

    class Meta:
        model = Album
        fields = ("title", "language", "artist", "artist_name", "released_on")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not values.get("artist") and not values.get("artist_name", "").strip():
            self.add_error("artist", _("Choose the artist, or write the name below."))
        return values


class GuestForm(forms.ModelForm):
    """Somebody who speaks."""

    artist = forms.ModelChoiceField(
        label=gettext_lazy("Artist"),
        queryset=Artist.objects.filter(is_public=True).order_by("name"),
        required=False,
        widget=UnfoldAdminSelect2Widget,
    )

    class Meta:
        model = Guest
        fields = ("name", "name_romanised", "language", "known_for", "artist", "url")
