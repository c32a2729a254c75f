from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.codes import short_code
from spotlight.ledger.models import StoredFile
from submissions.models.artist import Artist


class Track(models.Model):
    """A recording. What was heard in it is measured once, by the machine, into the fields below `audio`."""

    class Audio(models.TextChoices):
        NONE = "none", _("no audio yet")
        WAITING = "waiting", _("waiting to be checked")
        CHECKING = "checking", _("being checked")
        READY = "ready", _("checked")
        REFUSED = "refused", _("not accepted")

    class Licence(models.TextChoices):
        NONE = "none", _("All rights reserved: listening only")
        CLIPS = "clips", _("Fans may use 15 to 60 seconds in their own videos, with credit")
        CC_BY = "cc-by", _("Creative Commons Attribution 4.0")
        CC_BY_SA = "cc-by-sa", _("Creative Commons Attribution-ShareAlike 4.0")
        CC0 = "cc0", _("Creative Commons Zero 1.0")

    class AiUse(models.TextChoices):
        UNSAID = "", _("not said yet")
        NONE = "none", _("No AI was used")
        PARTIAL = "partial", _("AI made part of it")
        FULL = "full", _("AI made most of it")

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    title = models.CharField(_("title"), max_length=160, blank=True)
    title_romanised = models.CharField(_("romanized title"), max_length=160, blank=True)
    language = models.CharField(_("language of the title and lyrics"), max_length=8, blank=True)
    genre = models.CharField(_("genre"), max_length=40, blank=True)
    is_explicit = models.BooleanField(_("explicit"), default=False)
    isrc = models.CharField("ISRC", max_length=12, blank=True)
    lyrics = models.TextField(_("lyrics"), blank=True)
    ai_use = models.CharField(_("use of AI"), max_length=8, choices=AiUse, blank=True)
    ai_note = models.CharField(_("what AI did"), max_length=500, blank=True)
    licence = models.CharField(_("what fans may do"), max_length=12, choices=Licence, default=Licence.NONE)
    released_at = models.DateTimeField(_("released to listeners"), null=True, blank=True, editable=False)
    hidden_at = models.DateTimeField(_("taken down"), null=True, blank=True, editable=False)
    artwork = models.ForeignKey(
        StoredFile,
        verbose_name=_("artwork"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    original = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rendition = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    audio = models.CharField(_("audio"), max_length=10, choices=Audio, default=Audio.NONE)
    refusal = models.JSONField(
        default=dict, blank=True, help_text="Reason code and its numbers, when the audio was not accepted."
    )
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    format = models.CharField(max_length=40, blank=True)
    kbps = models.PositiveIntegerField(null=True, blank=True)
    sample_rate = models.PositiveIntegerField(null=True, blank=True)
    channels = models.PositiveSmallIntegerField(null=True, blank=True)
    loudness = models.FloatField(null=True, blank=True, help_text="EBU R128 integrated, LUFS.")
    true_peak = models.FloatField(null=True, blank=True, help_text="dBTP.")
    peaks = models.BinaryField(
        null=True, blank=True, help_text="Waveform: one unsigned byte per column, 0 to 255."
    )

    search_key = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        indexes = [
            GinIndex(fields=["search_key"], name="track_search", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["isrc"], name="track_isrc"),
            models.Index(fields=["-released_at"], name="track_released"),
        ]

    def __str__(self) -> str:
        return self.title or self.code


class TrackArtist(models.Model):
    """An artist on a track; position 0 is who it is by."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="billing")
    artist = models.ForeignKey(Artist, on_delete=models.PROTECT, related_name="billing")
    position = models.PositiveSmallIntegerField(default=0)
    is_featured = models.BooleanField(_("featured"), default=False)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["track", "artist"], name="track_artist_once")]

    def __str__(self) -> str:
        return f"{self.artist}"


class Credit(models.Model):
    """Somebody's part in a track; shares are of the composition, in hundredths of a percent."""

    class Part(models.TextChoices):
        COMPOSER = "composer", _("composer")
        LYRICIST = "lyricist", _("lyricist")
        ARRANGER = "arranger", _("arranger")
        PERFORMER = "performer", _("performer")
        PRODUCER = "producer", _("producer")
        MIXER = "mixer", _("mixing")
        MASTERING = "mastering", _("mastering")

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="credits")
    name = models.CharField(_("name"), max_length=120)
    part = models.CharField(_("part"), max_length=12, choices=Part)
    share = models.PositiveIntegerField(
        _("share of the composition"), null=True, blank=True, validators=[MaxValueValidator(10000)]
    )
    email = models.EmailField(
        _("e-mail address"), blank=True, help_text="Where a co-writer is asked; never shown in public."
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return f"{self.name}, {self.get_part_display()}"
