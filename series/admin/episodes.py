"""Episodes: one form for everything that belongs to one, from the file to the time of publication."""

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import StackedInline
from unfold.decorators import display

from series import services
from series.admin.base import EditorAdmin, OwnSeries
from series.admin.records import OpenInline
from series.formats.durations import clock
from series.forms.episodes import CaptionForm, ClipForm, EpisodeForm, EpisodeTextForm, Plan
from series.jobs import media, publication
from series.models import CaptionTrack, Clip, Episode, EpisodeText, Recording
from spotlight.accounts.models import Person
from spotlight.accounts.people import person_of
from spotlight.errors import SpotlightError
from spotlight.ledger import work

REFUSALS = {
    "unreadable": gettext_lazy("This is no film or sound that can be read. Export it again as MP4."),
    "silent": gettext_lazy("There is no sound in it. Export it again with its sound."),
    "codec": gettext_lazy("Browsers don't play this. Export it as MP4 with H.264 and AAC, or as MP3."),
    "container": gettext_lazy(
        "Browsers don't play this kind of file. Export it as MP4, WebM, MP3, M4A or Ogg."
    ),
    "truncated": gettext_lazy("The file ends before its end. Send it again."),
}


def file_line(recording: Recording) -> str:
    """What is known of a recording's file, in a sentence."""
    if recording.check_state == Recording.Check.REFUSED:
        return str(REFUSALS.get(recording.refusal, recording.get_check_state_display()))
    if recording.check_state == Recording.Check.WAITING:
        waiting = work.latest(media.KIND, media.key_of(recording))
        state = waiting.get_state_display() if waiting else ""
        return _("A new file is being checked (%(state)s). Load this page again in a moment.") % {
            "state": state
        }
    if recording.media is None:
        return _("There is no file yet.")
    size = f"{recording.width} × {recording.height}" if recording.has_video else _("sound")
    return _("Ready: %(length)s, %(size)s") % {"length": clock(recording.seconds), "size": size}


class CaptionSet(BaseInlineFormSet):
    """A public episode keeps the captions of its own language."""

    def clean(self) -> None:
        super().clean()
        kept = Episode.State.PUBLISHED, Episode.State.SCHEDULED
        for form in self.deleted_forms:
            if self.instance.state in kept and form.instance.language == self.instance.language:
                raise ValidationError(
                    _("A public or scheduled episode keeps the captions of the language spoken.")
                )


class TextInline(OpenInline, StackedInline):
    model = EpisodeText
    form = EpisodeTextForm
    tab = True


class CaptionInline(OpenInline, StackedInline):
    model = CaptionTrack
    form = CaptionForm
    formset = CaptionSet
    fields = ("language", "text", "vtt_file")
    tab = True


class ClipInline(OpenInline, StackedInline):
    model = Clip
    form = ClipForm
    fields = ("title", "language", "order", "media_file", "poster_file", "shown_file")
    readonly_fields = ("shown_file",)
    tab = True

    @display(description=gettext_lazy("file"))
    def shown_file(self, obj: Clip) -> str:
        return file_line(obj) if obj.pk else "–"


@admin.register(Episode)
class EpisodeAdmin(EditorAdmin):
    """The episodes of the editor's seasons."""

    season_path = "series__season_id"
    form = EpisodeForm
    list_display = (
        "title",
        "shown_state",
        "number",
        "artist",
        "publish_at",
        "published_at",
        "shown_file",
        "preview",
    )
    list_filter = ("state", "language", ("series", OwnSeries))
    list_select_related = ("artist", "series__season", "media", "incoming")
    search_fields = ("search_key",)
    ordering = ("-pk",)
    inlines = (CaptionInline, ClipInline, TextInline)
    autocomplete_fields = ("album",)
    prepopulated_fields = {"slug": ("title",)}
    readonly_fields = ("state", "shown_time", "shown_file", "preview", "missing")
    fieldsets = (
        (None, {"fields": ("state", "shown_time", "missing", "preview")}),
        (gettext_lazy("Episode"), {"classes": ["tab"], "fields": ("series", ("number", "kind"), "title", "slug", "language", "summary", "is_explicit")}),
        (gettext_lazy("Film"), {"classes": ["tab"], "fields": ("shown_file", "media_file", "poster_file", "chapter_lines")}),
        (gettext_lazy("Record and people"), {"classes": ["tab"], "fields": ("artist", "speakers", "album", "track_lines")}),
        (gettext_lazy("Publish"), {"classes": ["tab"], "fields": ("plan", ("publish_on", "publish_time"), "zone", "reason")}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Episode]:
        return super().get_queryset(request).select_related("series__season", "poster")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        draft = obj is not None and obj.published_at is None and obj.state == Episode.State.DRAFT
        return draft and self.has_change_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Episode) -> None:
        services.remove_draft(obj, by=person_of(request.user))

    def view_on_site(self, obj: Episode) -> str:
        """The page; editors see it before it is public."""
        return reverse("series:episode", args=[obj.slug])

    # ---- saving, through the services ----

    def save_model(self, request: HttpRequest, obj: Episode, form: EpisodeForm, change: bool) -> None:
        by = person_of(request.user)
        try:
            saved = (
                services.update_episode(obj, by=by, **form.own_values())
                if change
                else services.create_episode(by=by, **form.own_values())
            )
        except SpotlightError as refused:
            messages.error(request, str(refused))
            saved = obj
        obj.pk, obj._state.adding = saved.pk, False
        obj.refresh_from_db()
        services.set_tracks(obj, form.cleaned_data["track_lines"], by=by)
        services.set_guests(obj, form.cleaned_data["speakers"], by=by)
        give_files(request, obj, form.cleaned_data, by=by)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        by = person_of(request.user)
        formset.save(commit=False)
        keep = KEEPERS[formset.model]
        for row in formset.forms:
            if row in formset.deleted_forms:
                if row.instance.pk:
                    discard(row.instance, by=by)
            elif row.has_changed():
                keep(request, form.instance, row, by=by)

    def save_related(self, request: HttpRequest, form: EpisodeForm, formsets: Any, change: bool) -> None:
        for formset in formsets:
            self.save_formset(request, form, formset, change=change)
        try:
            follow_plan(form.instance, form.cleaned_data, by=person_of(request.user))
        except SpotlightError as refused:
            messages.error(
                request,
                _("Everything is saved, but the episode is not published yet. %(reason)s")
                % {"reason": refused},
            )
        form.instance.refresh_from_db()

    # ---- what is shown ----

    @display(
        description=gettext_lazy("state"),
        label={"draft": "info", "scheduled": "warning", "published": "success", "withdrawn": "danger"},
    )
    def shown_state(self, obj: Episode) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description=gettext_lazy("publication"), ordering="published_at")
    def shown_time(self, obj: Episode) -> str:
        at = obj.published_at or obj.publish_at
        if at is None:
            return "–"
        local = at.astimezone(zoneinfo.ZoneInfo(obj.zone))
        return f"{date_format(local, 'DATETIME_FORMAT')} {local:%Z}"

    @display(description=gettext_lazy("file"))
    def shown_file(self, obj: Episode) -> str:
        return file_line(obj)

    @display(description=gettext_lazy("page"))
    def preview(self, obj: Episode) -> str:
        if not obj.pk:
            return "–"
        words = _("Open the page") if obj.is_published else _("Preview")
        return format_html(
            '<a class="underline" href="{}" target="_blank">{}</a>', self.view_on_site(obj), words
        )

    @display(description=gettext_lazy("before it can be public"))
    def missing(self, obj: Episode) -> str:
        wanted = publication.missing(obj) if obj.pk else []
        if not wanted:
            return _("Nothing is missing.") if obj.pk else _("Save it first.")
        return format_html(
            "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((sentence,) for sentence in wanted))
        )


def follow_plan(episode: Episode, values: dict[str, Any], *, by: Person | None) -> None:
    """Publish, schedule, withdraw, or leave as it is."""
    plan = values["plan"]
    if plan == Plan.NOW:
        services.publish_episode(episode, by=by)
    elif plan == Plan.AT:
        services.schedule_episode(episode, publish_at=values["publish_at"], zone=values["zone"], by=by)
    elif plan == Plan.DRAFT:
        services.unschedule_episode(episode, by=by)
    elif plan == Plan.WITHDRAW:
        services.withdraw_episode(episode, reason=values["reason"], by=by)


def give_files(
    request: HttpRequest, recording: Recording, values: dict[str, Any], *, by: Person | None
) -> None:
    """Store the uploaded film and still of an episode or clip."""
    if upload := values.get("media_file"):
        services.attach_media(recording, services.keep_media(upload, by=by), by=by)
    if still := values.get("poster_file"):
        try:
            services.set_poster(recording, still.read(), by=by)
        except SpotlightError as refused:
            messages.error(request, str(refused))


def keep_text(request: HttpRequest, episode: Episode, row: EpisodeTextForm, *, by: Person | None) -> None:
    values = row.cleaned_data
    services.put_text(
        episode, language=values["language"], title=values["title"], summary=values["summary"], by=by
    )


def keep_captions(request: HttpRequest, episode: Episode, row: CaptionForm, *, by: Person | None) -> None:
    values = row.cleaned_data
    services.put_captions(
        episode, language=values["language"], text=values["text"].replace("\r\n", "\n"), by=by
    )


def keep_clip(request: HttpRequest, episode: Episode, row: ClipForm, *, by: Person | None) -> None:
    own = {name: row.cleaned_data[name] for name in ("title", "language", "order")}
    clip = (
        services.update_clip(row.instance, by=by, **own)
        if row.instance.pk
        else services.create_clip(episode, by=by, **own)
    )
    give_files(request, clip, row.cleaned_data, by=by)


def discard(thing: EpisodeText | CaptionTrack | Clip, *, by: Person | None) -> None:
    """Remove a part of an episode."""
    if isinstance(thing, Clip):
        services.remove_clip(thing, by=by)
    elif isinstance(thing, CaptionTrack):
        services.remove_captions(thing, by=by)
    else:
        services.remove_text(thing, by=by)


KEEPERS: dict[type[Model], Callable[..., None]] = {
    EpisodeText: keep_text,
    CaptionTrack: keep_captions,
    Clip: keep_clip,
}
