from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.models import Person


class Event(models.Model):
    """Who did what to what, when, in which season. Rows are only ever added; the database refuses anything else."""

    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        Person, verbose_name=_("by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    season = models.CharField(_("season"), max_length=64, blank=True)
    verb = models.CharField(_("what"), max_length=64)
    subject = models.CharField(
        _("about"), max_length=120, help_text=_("Kind and public code, such as submission:k7m2…")
    )
    facts = models.JSONField(_("facts"), default=dict, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("event log")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["season", "-id"], name="event_season"),
            models.Index(fields=["subject", "-id"], name="event_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"
