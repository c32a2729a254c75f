from django.contrib.postgres.fields import ArrayField
from django.db import models

from spotlight.accounts.models import Person
from submissions.models.artist import Artist


class Follow(models.Model):
    """A fan follows an artist; one per account and artist. It is no popularity: nothing in judging reads it."""

    artist = models.ForeignKey(Artist, on_delete=models.CASCADE, related_name="follows")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follows")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["artist", "person"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.artist_id}"


class FollowMail(models.Model):
    """What a fan was mailed on one day about artists they follow; one mail a day, and nothing twice."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="follow_mails")
    day = models.DateField(help_text="In UTC.")
    about = ArrayField(models.CharField(max_length=40), help_text="Kind and code, such as track:k7m2…")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="follow_mail_once_a_day")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"
