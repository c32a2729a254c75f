from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.models import Person
from spotlight.ledger.models import StoredFile
from submissions.models.membership import Organisation
from submissions.models.season import LANGUAGES


class Artist(models.Model):
    """A stage name with a page: one musician or a band. Verified once an entry of theirs was cleared."""

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120, help_text=_("As you write it, in your own script."))
    name_romanised = models.CharField(_("romanized name"), max_length=120, blank=True)
    name_reading = models.CharField(
        _("reading"), max_length=120, blank=True, help_text=_("Furigana or pronunciation.")
    )
    language = models.CharField(_("language of the name"), max_length=8, choices=LANGUAGES, default="en")
    market = models.CharField(_("market"), max_length=16, blank=True, help_text="The code of a market.")
    about = models.TextField(_("about"), max_length=2000, blank=True)
    photo = models.ForeignKey(
        StoredFile, verbose_name=_("photo"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("label or agency"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="artists",
    )
    is_public = models.BooleanField(
        default=False, editable=False, help_text="True from the first cleared entry on."
    )
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True, editable=False)
    unverified_reason = models.CharField(
        _("why the badge was taken back"), max_length=300, blank=True, editable=False
    )
    search_key = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("artist")
        verbose_name_plural = _("artists")
        indexes = [GinIndex(fields=["search_key"], name="artist_search", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.name

    @property
    def is_verified(self) -> bool:
        """Whether the badge shows."""
        return self.verified_at is not None


class ArtistMember(models.Model):
    """Who stands behind an artist: the people who may edit the page and enter tracks."""

    artist = models.ForeignKey(Artist, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="artists")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["artist", "person"], name="artist_member_once")]

    def __str__(self) -> str:
        return f"{self.person}"


class ArtistLink(models.Model):
    """A public address of an artist elsewhere."""

    artist = models.ForeignKey(Artist, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(_("label"), max_length=40, blank=True)
    url = models.URLField(_("address"))
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.label or self.url
