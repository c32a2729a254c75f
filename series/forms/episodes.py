"""What editors type about an episode: its fields, captions, clips. Text with lines is refused with the number of each wrong line."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminSingleTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from series import services
from series.formats import chapters, webvtt
from series.formats.problems import Malformed, Problem
from series.models import CaptionTrack, Clip, Episode, EpisodeText, Guest
from spotlight.errors import SpotlightError
from spotlight.ledger import clock
from submissions.models import Artist, Track

RESERVED = {"shorts", "media", "clips", "posters"}
LARGEST_MEDIA = 4 * 2**30
LARGEST_CAPTIONS = 2 * 2**20
ZONES = sorted(
    zone
    for zone in zoneinfo.available_timezones()
    if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
)
TRACK = re.compile(r"(?:\S*/tracks/)?([a-z0-9]{6,16})/?")
MEDIA_HINT = gettext_lazy(
    "MP4 with H.264 and AAC, WebM, MP3, M4A or Ogg. It is checked in the background; what played before plays until then."
)
PICTURE_HINT = gettext_lazy("JPEG, PNG or WebP.")


class Plan:
    """What saving the form does to the episode's publication."""

    KEEP, DRAFT, AT, NOW, WITHDRAW = "keep", "draft", "at", "now", "withdraw"

    @staticmethod
    def choices(state: str) -> list[tuple[str, Any]]:
        """What is possible from a state; the first one changes nothing."""
        at, now = (
            (Plan.AT, gettext_lazy("Publish at the time below")),
            (Plan.NOW, gettext_lazy("Publish now")),
        )
        return {
            Episode.State.DRAFT: [(Plan.KEEP, gettext_lazy("Keep as a draft")), at, now],
            Episode.State.SCHEDULED: [
                (Plan.KEEP, gettext_lazy("Keep it scheduled")),
                (Plan.AT, gettext_lazy("Move it to the time below")),
                now,
                (Plan.DRAFT, gettext_lazy("Back to a draft")),
            ],
            Episode.State.PUBLISHED: [
                (Plan.KEEP, gettext_lazy("Keep it public")),
                (Plan.WITHDRAW, gettext_lazy("Withdraw it, for the reason below")),
            ],
            Episode.State.WITHDRAWN: [(Plan.KEEP, gettext_lazy("Keep it withdrawn")), at, now],
        }[Episode.State(state)]


def refuse(problems: list[Problem]) -> ValidationError:
    """A field's error with one sentence for each wrong line."""
    return ValidationError([services.say(problem) for problem in problems])


class EpisodeForm(forms.ModelForm):
    """An episode with its file, still, chapters, tracks, guests, and when it comes out."""

    media_file = forms.FileField(
        label=gettext_lazy("Film or recording"),
        required=False,
        help_text=MEDIA_HINT,
        widget=UnfoldAdminFileFieldWidget,
    )
    poster_file = forms.FileField(
        label=gettext_lazy("Still"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=format_lazy(
            "{} {}",
            PICTURE_HINT,
            gettext_lazy("Wide, 1600 pixels or more. Without one, a frame of the film is taken."),
        ),
    )
    chapter_lines = forms.CharField(
        label=gettext_lazy("Chapters"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text=gettext_lazy("One a line: the time, then the title, such as “1:12 A locked piano”."),
    )
    track_lines = forms.CharField(
        label=gettext_lazy("Tracks"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line: the code of a track or the address of its page."),
    )
    speakers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Guests"),
        queryset=Guest.objects.all(),
        required=False,
        widget=UnfoldAdminSelect2MultipleWidget,
    )
    artist = forms.ModelChoiceField(
        label=gettext_lazy("Artist"),
        queryset=Artist.objects.filter(is_public=True).order_by("name"),
        required=False,
        widget=UnfoldAdminSelect2Widget,
    )
    plan = forms.ChoiceField(
        label=gettext_lazy("On saving"), widget=UnfoldAdminRadioSelectWidget, required=False
    )
    publish_on = forms.DateField(
        label=gettext_lazy("Day"), required=False, widget=UnfoldAdminSingleDateWidget
    )
    publish_time = forms.TimeField(
        label=gettext_lazy("Time"), required=False, widget=UnfoldAdminSingleTimeWidget
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=[(zone, zone) for zone in ZONES],
        widget=UnfoldAdminSelect2Widget,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason for withdrawing"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )

    OWN = (
        "series",
        "number",
        "slug",
        "kind",
        "title",
        "language",
        "summary",
        "artist",
        "album",
        "is_explicit",
    )

    class Meta:
        model = Episode
        fields = (
            "series",
            "number",
            "slug",
            "kind",
            "title",
            "language",
            "summary",
            "artist",
            "album",
            "is_explicit",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        episode = self.instance
        self.fields["plan"].choices = Plan.choices(episode.state)  # type: ignore[attr-defined]
        first = {
            "plan": Plan.KEEP,
            "zone": episode.zone,
            "chapter_lines": chapters.write_lines(chapters.from_json(episode.chapters or {})),
        }
        if episode.pk:
            first["track_lines"] = "\n".join(
                f"{item.track.code} {item.track.title}" for item in episode.track_list.select_related("track")
            )
            first["speakers"] = [item.guest_id for item in episode.appearances.all()]
        if episode.publish_at:
            local = episode.publish_at.astimezone(zoneinfo.ZoneInfo(episode.zone))
            first |= {"publish_on": local.date(), "publish_time": local.time()}
        self.initial = {**first, **self.initial}

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug in RESERVED:
            raise ValidationError(_("This address is taken by a page of the hub. Choose another."))
        if (
            self.instance.published_at
            and slug != self.instance.__class__.objects.get(pk=self.instance.pk).slug
        ):
            raise ValidationError(_("The address of an episode that was public can't change any more."))
        return slug

    def clean_media_file(self) -> UploadedFile | None:
        return _limited(self.cleaned_data["media_file"], LARGEST_MEDIA)

    def clean_chapter_lines(self) -> tuple[chapters.Chapter, ...]:
        try:
            found = chapters.parse(self.cleaned_data["chapter_lines"])
        except Malformed as malformed:
            raise refuse(malformed.problems) from None
        known = self.instance.duration_ms if not self.files.get("media_file") else 0
        if known and (late := chapters.check(found, duration=known)):
            raise refuse(late)
        return found

    def clean_track_lines(self) -> list[Track]:
        found, problems = [], []
        for number, line in enumerate(self.cleaned_data["track_lines"].splitlines(), start=1):
            if not line.strip():
                continue
            match = TRACK.fullmatch(line.split()[0])
            track = Track.objects.filter(code=match[1]).first() if match else None
            if track is None or track in found:
                problems.append(Problem(number, _("There is no track with this code, or it is here twice.")))
            else:
                found.append(track)
        if problems:
            raise refuse(problems)
        return found

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        values["plan"] = values.get("plan") or Plan.KEEP
        if values["plan"] == Plan.AT:
            self._clean_time(values)
        if values["plan"] == Plan.WITHDRAW and not values.get("reason", "").strip():
            self.add_error("reason", _("Write why it is withdrawn. The reason stands in the event log."))
        stays = values["plan"] not in (Plan.DRAFT, Plan.WITHDRAW) and self.instance.state in (
            Episode.State.PUBLISHED,
            Episode.State.SCHEDULED,
        )
        if stays and not values.get("summary", "").strip():
            self.add_error("summary", _("What is public or scheduled needs a summary."))
        if stays and not self.instance.captions.filter(language=values.get("language", "")).exists():
            self.add_error("language", _("There are no captions in the language spoken. Add them as WebVTT."))
        return values

    def _clean_time(self, values: dict[str, Any]) -> None:
        day, time, zone = values.get("publish_on"), values.get("publish_time"), values.get("zone")
        if not day or not time or not zone:
            self.add_error("publish_on", _("Choose the day, the time and the time zone."))
            return
        values["publish_at"] = datetime.datetime.combine(day, time, zoneinfo.ZoneInfo(zone))
        if values["publish_at"] <= clock.now():
            self.add_error("publish_on", _("That time has passed. Choose a later one, or publish now."))

    def own_values(self) -> dict[str, Any]:
        """The values of the episode's own fields."""
        values = {name: self.cleaned_data[name] for name in self.OWN}
        listed = self.cleaned_data["chapter_lines"]
        return {
            **values,
            "zone": self.cleaned_data["zone"],
            "chapters": chapters.to_json(listed) if listed else {},
        }


class EpisodeTextForm(forms.ModelForm):
    """Title and summary in another language."""

    class Meta:
        model = EpisodeText
        fields = ("language", "title", "summary")


class CaptionForm(forms.ModelForm):
    """Captions, typed or uploaded."""

    text = forms.CharField(
        label="WebVTT",
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12, "spellcheck": "true"}),
        help_text=gettext_lazy(
            "Begin with WEBVTT. Name who speaks with &lt;v Name&gt;. The transcript is made from this."
        ),
    )
    vtt_file = forms.FileField(
        label=gettext_lazy("or a .vtt file"), required=False, widget=UnfoldAdminFileFieldWidget
    )

    class Meta:
        model = CaptionTrack
        fields = ("language", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["language"].disabled = True

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        upload, text = values.get("vtt_file"), values.get("text", "")
        field = "vtt_file" if upload else "text"
        try:
            if upload:
                text = webvtt.decode(_limited(upload, LARGEST_CAPTIONS).read())  # type: ignore[union-attr]
            services.check_captions(text.replace("\r\n", "\n"), duration_ms=self._duration())
        except Malformed as malformed:
            self.add_error(field, refuse(malformed.problems))
        except services.CaptionsRefused as refused:
            self.add_error(field, refuse(refused.problems))
        except (SpotlightError, ValidationError) as refused:
            self.add_error(field, ValidationError(str(getattr(refused, "message", refused))))
        values["text"] = text
        return values

    def _duration(self) -> int:
        return self.instance.episode.duration_ms if self.instance.episode_id else 0


class ClipForm(forms.ModelForm):
    """A short beside the episode."""

    media_file = forms.FileField(
        label=gettext_lazy("Vertical film"),
        required=False,
        help_text=MEDIA_HINT,
        widget=UnfoldAdminFileFieldWidget,
    )
    poster_file = forms.FileField(
        label=gettext_lazy("Still"), required=False, help_text=PICTURE_HINT, widget=UnfoldAdminFileFieldWidget
    )

    class Meta:
        model = Clip
        fields = ("title", "language", "order")

    def clean_media_file(self) -> UploadedFile | None:
        upload = _limited(self.cleaned_data["media_file"], LARGEST_MEDIA)
        if upload is None and not self.instance.pk:
            raise ValidationError(_("Choose the film of this short."))
        return upload


def _limited(upload: UploadedFile | None, limit: int) -> UploadedFile | None:
    if upload and (upload.size or 0) > limit:
        raise ValidationError(
            _("This file is too large. At most %(limit)d MB can be sent.") % {"limit": limit // 2**20}
        )
    return upload or None  # False where a form says that a file is to go, which none of ours does
