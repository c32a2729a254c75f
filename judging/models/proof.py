from django.db import models
from django.utils.translation import gettext_lazy as _

from judging.models.round import Round
from spotlight.accounts.codes import short_code
from spotlight.ledger.models import StoredFile
from submissions.models import Season


class Witness(models.Model):
    """Somebody outside who is mailed the head of the log at each announcement, and so can tell if it is rewritten."""

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="witnesses")
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=8, blank=True)

    class Meta:
        verbose_name = _("witness")
        verbose_name_plural = _("witnesses")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["season", "email"], name="witness_once")]

    def __str__(self) -> str:
        return self.email


class Proof(models.Model):
    """What was published when a round was announced: the head of the log then, and the bundle up to it."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="proof")
    sequence = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-sequence"]

    def __str__(self) -> str:
        return f"{self.round.code}: {self.digest}"
