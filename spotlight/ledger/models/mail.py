from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.models import Person


class Mail(models.Model):
    """A mail in the outbox. Held mails wait until their batch is released; ready ones are delivered by a work row."""

    class State(models.TextChoices):
        HELD = "held", _("held")
        READY = "ready", _("ready")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="mails")
    to = models.EmailField(_("to"))
    season = models.CharField(_("season"), max_length=64, blank=True)
    batch = models.CharField(_("batch"), max_length=80, blank=True, db_index=True)
    template = models.CharField(_("template"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    html = models.TextField(blank=True)
    unsubscribe = models.CharField(
        max_length=500, blank=True, default="", db_default="", editable=False,
        help_text="Where a mail program ends mails of this kind with one press (RFC 8058).",
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.READY)
    created_at = models.DateTimeField(_("written"))
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("outbox")
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "id"], name="mail_state")]

    def __str__(self) -> str:
        return self.subject
