from django.db import models


class Step(models.Model):
    """A step of the demo: of filling it, or of moving its season on. What is finished is never done again."""

    name = models.CharField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    facts = models.JSONField(
        default=dict, help_text="Numbers and names for the sentence that says what happened."
    )
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name
