from django.db import models

from submissions.models.track import Track


class Fingerprint(models.Model):
    """What a track's sound is recognized by. It goes with the audio that it was made of; see `submissions.audio`."""

    track = models.OneToOneField(Track, on_delete=models.CASCADE, related_name="fingerprint")
    bits = models.BinaryField(help_text="Four bytes for every 46.5 ms.")
    compared_at = models.DateTimeField(
        null=True, help_text="When it was compared with all others; empty while that is to come."
    )

    def __str__(self) -> str:
        return f"{self.track}"


class Resemblance(models.Model):
    """Two tracks that sound alike for ten seconds or more, laid over each other where they agree best. Decides nothing."""

    one = models.ForeignKey(Fingerprint, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Fingerprint, on_delete=models.CASCADE, related_name="+")
    one_at = models.FloatField(help_text="Seconds into the one at which they begin to overlap.")
    other_at = models.FloatField(help_text="The same in the other.")
    seconds = models.FloatField(help_text="For so long they overlap.")
    share = models.FloatField(help_text="Of that, the part (0 to 1) that sounds alike.")
    errors = models.FloatField(help_text="Share of bits that differ in that part, below 0.35.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="resemblance_once"),
            models.CheckConstraint(condition=models.Q(one__lt=models.F("other")), name="resemblance_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one} / {self.other}"
