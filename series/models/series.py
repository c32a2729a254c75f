from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.codes import short_code
from spotlight.ledger.models import StoredFile
from submissions.models import Season
from submissions.models.season import LANGUAGES


class Series(models.Model):
    """A run of episodes under one hashtag. Usually of a season, whose editors then edit it."""

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    season = models.ForeignKey(
        Season,
        verbose_name=_("season"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="series",
    )
    slug = models.SlugField(_("address"), max_length=64, unique=True)
    title = models.CharField(_("title"), max_length=120, default="Off the Record")
    hashtag = models.CharField(
        _("hashtag"),
        max_length=60,
        default="OfftheRecord",
        help_text=_("Without the # sign, written as people should read it."),
    )
    tag_key = models.CharField(max_length=120, editable=False, db_index=True)
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES, default="en")
    about = models.TextField(_("about"), blank=True, validators=[MaxLengthValidator(4000)])
    host = models.CharField(_("interviews by"), max_length=128, blank=True)
    author = models.CharField(_("published by"), max_length=120, blank=True)
    owner_email = models.EmailField(
        _("contact for podcast directories"),
        blank=True,
        help_text=_("Shown to everybody in the feed. Leave empty to show none."),
    )
    is_explicit = models.BooleanField(_("explicit"), default=False)
    artwork = models.ForeignKey(
        StoredFile,
        verbose_name=_("square artwork"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title


class SeriesText(models.Model):
    """What a series says of itself in another language."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES)
    title = models.CharField(_("title"), max_length=120, blank=True)
    about = models.TextField(_("about"), blank=True)

    class Meta:
        verbose_name = _("text in another language")
        verbose_name_plural = _("texts in other languages")
        constraints = [models.UniqueConstraint(fields=["series", "language"], name="series_text_once")]

    def __str__(self) -> str:
        return self.language
