from django.db import models

from spotlight.accounts.models import Person


class IdempotencyKey(models.Model):
    """The answer that a repeated request gets again: one key, one person, one route, one effect."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "route", "key"], name="idempotency_key_once")
        ]

    def __str__(self) -> str:
        return self.key
