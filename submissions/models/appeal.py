from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.models import Person
from submissions.models.submission import ClearanceDecision


class Appeal(models.Model):
    """What an artist says, once, against a refusal. Another person than who refused decides, which the database checks."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for a second reviewer")
        UPHELD = "upheld", _("refusal upheld")
        REOPENED = "reopened", _("reopened")

    decision = models.OneToOneField(ClearanceDecision, on_delete=models.PROTECT, related_name="appeal")
    refused_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", help_text="As the decision has it."
    )
    text = models.TextField(_("what is wrong with the refusal"))
    sent_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["sent_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("refused_by")),
                name="appeal_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True)
                | (~Q(state="waiting") & Q(decided_by__isnull=False)),
                name="appeal_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.state}"

    @property
    def is_waiting(self) -> bool:
        """Nobody has decided on it yet."""
        return self.state == self.State.WAITING
