from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from series.models.album import Album, Guest
from series.models.recording import Recording
from series.models.series import Series
from spotlight.accounts.codes import short_code
from submissions.models import Artist, Track
from submissions.models.season import LANGUAGES


class Episode(Recording):
    """One film or recording about an album. Published ones are public; everything else is the editors' own."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Kind(models.TextChoices):
        FULL = "full", _("episode")
        TRAILER = "trailer", _("trailer")
        BONUS = "bonus", _("bonus")

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    series = models.ForeignKey(
        Series, verbose_name=_("series"), on_delete=models.PROTECT, related_name="episodes"
    )
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    number = models.PositiveIntegerField(
        _("number"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.FULL)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language spoken"), max_length=8, choices=LANGUAGES, default="en")
    summary = models.TextField(_("summary"), max_length=2000, blank=True)
    artist = models.ForeignKey(
        Artist,
        verbose_name=_("artist"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="episodes",
    )
    album = models.ForeignKey(
        Album,
        verbose_name=_("album"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="episodes",
    )
    tracks = models.ManyToManyField(
        Track, verbose_name=_("tracks"), through="EpisodeTrack", related_name="episodes"
    )
    guests = models.ManyToManyField(
        Guest, verbose_name=_("guests"), through="Appearance", related_name="episodes"
    )
    chapters = models.JSONField(_("chapters"), default=dict, blank=True, help_text="JSON chapters 1.2.0.")
    is_explicit = models.BooleanField(_("explicit"), default=False)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    zone = models.CharField(
        _("time zone"), max_length=64, default="Asia/Tokyo", help_text=_("An IANA name such as Asia/Tokyo.")
    )
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    withdrawn_reason = models.CharField(_("why it was withdrawn"), max_length=300, blank=True, editable=False)
    search_key = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("episode")
        verbose_name_plural = _("episodes")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="episode_number_once"),
            models.CheckConstraint(
                condition=~models.Q(state="published") | models.Q(published_at__isnull=False),
                name="episode_published_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="scheduled") | models.Q(publish_at__isnull=False),
                name="episode_scheduled_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-published_at"], name="episode_published"),
            GinIndex(fields=["search_key"], name="episode_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED


class EpisodeText(models.Model):
    """An episode's title and summary in another language."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES)
    title = models.CharField(_("title"), max_length=200, blank=True)
    summary = models.TextField(_("summary"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("text in another language")
        verbose_name_plural = _("texts in other languages")
        constraints = [models.UniqueConstraint(fields=["episode", "language"], name="episode_text_once")]

    def __str__(self) -> str:
        return self.language


class EpisodeTrack(models.Model):
    """A track that an episode talks about, in order."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="track_list")
    track = models.ForeignKey(Track, verbose_name=_("track"), on_delete=models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["episode", "track"], name="episode_track_once")]

    def __str__(self) -> str:
        return f"{self.track}"


class Appearance(models.Model):
    """A guest in an episode."""

    class Role(models.TextChoices):
        GUEST = "guest", _("guest")
        HOST = "host", _("host")

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="appearances")
    guest = models.ForeignKey(
        Guest, verbose_name=_("guest"), on_delete=models.PROTECT, related_name="appearances"
    )
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.GUEST)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["episode", "guest"], name="appearance_once")]

    def __str__(self) -> str:
        return f"{self.guest}"


class CaptionTrack(models.Model):
    """Captions or subtitles in one language; the transcript is read from them."""

    class Kind(models.TextChoices):
        CAPTIONS = "captions", _("captions, in the language spoken")
        SUBTITLES = "subtitles", _("subtitles, translated")

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="captions")
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CAPTIONS)
    text = models.TextField(_("WebVTT"))

    class Meta:
        verbose_name = _("captions")
        verbose_name_plural = _("captions")
        ordering = ["kind", "language"]
        constraints = [models.UniqueConstraint(fields=["episode", "language"], name="captions_language_once")]

    def __str__(self) -> str:
        return f"{self.language} {self.kind}"


class Clip(Recording):
    """A short vertical film beside an episode; public while the episode is."""

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="clips")
    title = models.CharField(_("title"), max_length=120)
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES, default="en")
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("clip")
        verbose_name_plural = _("clips")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.title
