from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkRow(models.Model):
    """Something to be done later, written in the transaction of its cause. At most one waiting row per kind and key."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(_("kind"), max_length=64)
    key = models.CharField(_("key"), max_length=120)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    progress = models.FloatField(_("progress"), default=0)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("written"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        db_table = "ledger_work"
        verbose_name = _("work")
        verbose_name_plural = _("work")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=models.Q(state="waiting"), name="work_waits_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="work_unfinished",
            ),
            models.Index(fields=["kind", "key", "-id"], name="work_kind_key"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
