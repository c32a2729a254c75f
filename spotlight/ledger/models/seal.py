from django.db import models

from spotlight.ledger.models.event import Event


class Unsealed(models.Model):
    """An event that waits for its place in the chain, with the transaction that wrote it. A trigger adds it."""

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.DO_NOTHING, related_name="+")
    transaction = models.BigIntegerField(db_index=True)

    class Meta:
        verbose_name_plural = "unsealed events"

    def __str__(self) -> str:
        return f"{self.event_id}"


class Seal(models.Model):
    """An event's place in the hash chain of its season. Rows are only ever added.

    `line` is the event as canonical JSON, without personal data, with the digest of the line before it; `digest` is
    the SHA-256 of `line`. The line stays valid when a person's erasure key is destroyed.
    """

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.PROTECT, related_name="seal")
    season = models.CharField(max_length=64, blank=True)
    sequence = models.PositiveBigIntegerField()
    line = models.TextField()
    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        ordering = ["season", "sequence"]
        constraints = [models.UniqueConstraint(fields=["season", "sequence"], name="seal_sequence_once")]

    def __str__(self) -> str:
        return f"{self.season} {self.sequence}"
