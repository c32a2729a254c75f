from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.ledger.models import StoredFile


class Recording(models.Model):
    """A video or sound file. `media` is what plays; a new file waits in `incoming` until it was checked."""

    class Check(models.TextChoices):
        NONE = "none", _("no file yet")
        WAITING = "waiting", _("waiting to be checked")
        READY = "ready", _("ready")
        REFUSED = "refused", _("not accepted")

    media = models.ForeignKey(
        StoredFile, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    incoming = models.ForeignKey(
        StoredFile, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    check_state = models.CharField(
        _("file"), max_length=10, choices=Check, default=Check.NONE, editable=False
    )
    refusal = models.CharField(
        max_length=20, blank=True, editable=False, help_text="Code of why the last file was not accepted."
    )
    duration_ms = models.PositiveIntegerField(_("length"), default=0, editable=False)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    poster = models.ForeignKey(
        StoredFile, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def has_video(self) -> bool:
        """Whether there is a picture to watch."""
        return self.width > 0

    @property
    def seconds(self) -> int:
        """The length in whole seconds."""
        return round(self.duration_ms / 1000)
