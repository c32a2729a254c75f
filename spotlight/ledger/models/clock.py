import datetime

from django.db import models


class Clock(models.Model):
    """One row: how far `spotlight_now()` is moved from the server's time. Only a movable database may hold an offset."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    movable = models.BooleanField(default=False)
    offset = models.DurationField(default=datetime.timedelta(0))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="clock_one_row"),
            models.CheckConstraint(
                condition=models.Q(movable=True) | models.Q(offset=datetime.timedelta(0)),
                name="clock_moves_only_if_movable",
            ),
        ]

    def __str__(self) -> str:
        return f"offset {self.offset}"
