from django.db import models
from django.utils.translation import gettext_lazy as _

from judging.models.popularity import ImportBatch, Source
from spotlight.accounts.codes import short_code
from spotlight.accounts.models import Person
from submissions.models import Track


class SourceDay(models.Model):
    """How many rows a source has sent for a day. What has no row here was never received."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    rows = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["source", "day"], name="source_day_once")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.day}"


class Total(models.Model):
    """A running total as its source sent it: everything counted up to the end of that day. Readings are its differences."""

    pk = models.CompositePrimaryKey("source_id", "track_id", "measure", "market", "day")
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    track = models.ForeignKey(
        Track, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    measure = models.CharField(max_length=40)
    market = models.CharField(max_length=16, blank=True)
    day = models.DateField()
    value = models.BigIntegerField()
    batch = models.ForeignKey(
        ImportBatch,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(value__gte=0), name="total_value")]

    def __str__(self) -> str:
        return f"{self.track_id} {self.measure} {self.day}"


class SourceKey(models.Model):
    """A secret with which a source signs what it pushes; shown once, kept encrypted. Without `ends_at` it is the current one."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="keys")
    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    encrypted = models.TextField(help_text="The secret, encrypted with a key derived from SECRET_KEY.")
    made_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made"))
    ends_at = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(ends_at=None), name="source_key_current"
            )
        ]

    def __str__(self) -> str:
        return self.code


class Push(models.Model):
    """A push that was taken in, with its answer: the same id again gets the same answer and changes nothing."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="pushes")
    message = models.CharField(max_length=100, help_text="The sender's webhook-id.")
    batch = models.OneToOneField(ImportBatch, null=True, on_delete=models.CASCADE, related_name="push")
    answer = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "pushes"
        constraints = [models.UniqueConstraint(fields=["source", "message"], name="push_once")]

    def __str__(self) -> str:
        return self.message
