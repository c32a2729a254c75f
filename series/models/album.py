from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.codes import short_code
from spotlight.ledger.models import StoredFile
from submissions.models import Artist
from submissions.models.season import LANGUAGES


class Guest(models.Model):
    """Somebody who speaks in an episode: often a member of an artist, sometimes a producer or a friend."""

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    name = models.CharField(
        _("name"), max_length=128, help_text=_("As the person writes it, in the own script.")
    )
    name_romanised = models.CharField(_("romanized name"), max_length=128, blank=True)
    language = models.CharField(_("language of the name"), max_length=8, choices=LANGUAGES, default="en")
    known_for = models.CharField(_("known for"), max_length=160, blank=True)
    artist = models.ForeignKey(
        Artist,
        verbose_name=_("artist"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="guests",
    )
    url = models.URLField(_("link"), blank=True)

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Album(models.Model):
    """The record that an episode is about; by an artist of the program or by somebody else."""

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    title = models.CharField(_("title"), max_length=160)
    language = models.CharField(_("language of the title"), max_length=8, choices=LANGUAGES, default="en")
    artist = models.ForeignKey(
        Artist,
        verbose_name=_("artist"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="albums",
    )
    artist_name = models.CharField(_("artist, if not in the program"), max_length=160, blank=True)
    released_on = models.DateField(_("release date"), null=True, blank=True)
    artwork = models.ForeignKey(
        StoredFile, verbose_name=_("cover"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("album")
        verbose_name_plural = _("albums")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    @property
    def by(self) -> str:
        """Whom the album is by."""
        return self.artist.name if self.artist else self.artist_name


class AlbumLink(models.Model):
    """Where an album can be heard or bought."""

    album = models.ForeignKey(Album, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(_("label"), max_length=40, help_text=_("The name of the service."))
    url = models.URLField(_("link"), max_length=500)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("listen link")
        verbose_name_plural = _("listen links")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.label
