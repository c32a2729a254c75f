"""Series, albums and guests."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline, TabularInline

from series import services
from series.admin.base import EditorAdmin
from series.forms.records import AlbumForm, GuestForm, SeriesForm
from series.models import Album, AlbumLink, Guest, Series, SeriesText
from spotlight.accounts.people import person_of
from spotlight.errors import SpotlightError
from spotlight.ledger.models import StoredFile


class OpenInline:
    """A part of a form that whoever may change the form may change."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class SeriesTextInline(OpenInline, StackedInline):
    model = SeriesText


class AlbumLinkInline(OpenInline, TabularInline):
    model = AlbumLink
    fields = ("label", "url", "order")


def picture(request: HttpRequest, form: Any) -> dict[str, StoredFile]:
    """The uploaded picture of a form as the field to set; refusals are said, and leave what was there."""
    upload = form.cleaned_data.get("artwork_file")
    if not upload:
        return {}
    try:
        return {"artwork": services.keep_picture(upload.read(), by=person_of(request.user))}
    except SpotlightError as refused:
        messages.error(request, str(refused))
        return {}


@admin.register(Series)
class SeriesAdmin(EditorAdmin):
    """Series of the editor's seasons."""

    season_path = "season_id"
    form = SeriesForm
    list_display = ("title", "season", "hashtag")
    inlines = (SeriesTextInline,)
    fieldsets = (
        (None, {"fields": ("season", "title", "slug", "hashtag", "language", "about", "host")}),
        (_("In podcast directories"), {"fields": ("author", "owner_email", "is_explicit", "artwork_file")}),
    )
    prepopulated_fields = {"slug": ("title",)}

    def save_model(self, request: HttpRequest, obj: Series, form: Any, change: bool) -> None:
        for name, value in picture(request, form).items():
            setattr(obj, name, value)
        services.save_series(obj, by=person_of(request.user))


@admin.register(Album)
class AlbumAdmin(EditorAdmin):
    """Albums, shared by all series."""

    form = AlbumForm
    list_display = ("title", "by", "released_on")
    search_fields = ("title", "artist__name", "artist__name_romanised", "artist_name")
    inlines = (AlbumLinkInline,)

    def save_model(self, request: HttpRequest, obj: Album, form: Any, change: bool) -> None:
        services.save_record(obj, by=person_of(request.user), **picture(request, form))


@admin.register(Guest)
class GuestAdmin(EditorAdmin):
    """Guests, shared by all series."""

    form = GuestForm
    list_display = ("name", "name_romanised", "known_for", "artist")
    search_fields = ("name", "name_romanised", "artist__name")

    def save_model(self, request: HttpRequest, obj: Guest, form: Any, change: bool) -> None:
        services.save_record(obj, by=person_of(request.user))
