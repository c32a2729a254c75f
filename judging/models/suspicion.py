from django.db import models
from django.utils.translation import gettext_lazy as _

from judging.models.popularity import Source
from judging.models.round import Round
from spotlight.accounts.codes import short_code
from spotlight.accounts.models import Person
from submissions.models import Season, Track


class Suspicion(models.Model):
    """A detector names readings of a track: these measures, markets and days of one source. A person decides, with a reason."""

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        COUNTED = "counted", _("counted")
        LEFT_OUT = "left-out", _("left out")

    class Detector(models.TextChoices):
        METRIC = "metric-mismatch", _("one measure far ahead of the others")
        REGION = "region-mismatch", _("one market far ahead of the others")
        BURST = "burst", _("a day that stands alone")
        PER_FAN = "per-fan", _("too much for so few listeners")
        SMOOTH = "smooth", _("days too much alike")
        PANEL = "popularity-over-panel", _("listeners far ahead of the panel")

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="suspicions")
    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="suspicions")
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="suspicions")
    detector = models.CharField(_("found by"), max_length=40, choices=Detector)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    measures = models.JSONField(default=list)
    markets = models.JSONField(default=list)
    days = models.JSONField(default=list, help_text="ISO dates.")
    first_day = models.DateField()
    last_day = models.DateField()
    facts = models.JSONField(default=dict, help_text="Figure, threshold and the detector's numbers.")
    is_holding = models.BooleanField(
        default=True, help_text="Its readings don't count until somebody decides."
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    reason = models.TextField(blank=True)
    appeal = models.TextField(blank=True)
    appealed_at = models.DateTimeField(null=True)
    is_final = models.BooleanField(default=False, help_text="The appeal is answered.")
    found_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("suspicion")
        verbose_name_plural = _("suspicions")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "track", "detector", "source"],
                condition=models.Q(state="open"),
                name="suspicion_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.track}: {self.detector}"

    @property
    def awaits_answer(self) -> bool:
        """An appeal that nobody has answered."""
        return bool(self.appeal) and not self.is_final

    @property
    def awaits_person(self) -> bool:
        """Something to do for an organizer, as long as the round is not closed."""
        return not self.is_too_late and (self.state == self.State.OPEN or self.awaits_answer)

    @property
    def is_too_late(self) -> bool:
        """The round that it is about is closed: nothing about it can change any more."""
        return self.round is not None and self.round.is_over

    @property
    def can_be_appealed(self) -> bool:
        """Whether the artist may still say why what was left out is honest: once, before the round closes."""
        return self.state == self.State.LEFT_OUT and not self.appeal and not self.is_too_late

    @property
    def is_aside(self) -> bool:
        """Whether its readings don't count now."""
        return self.state == self.State.LEFT_OUT or (self.state == self.State.OPEN and self.is_holding)


class SuspicionDecision(models.Model):
    """What an organizer decided on a suspicion, and why. The newest counts, all are kept."""

    suspicion = models.ForeignKey(Suspicion, on_delete=models.CASCADE, related_name="decisions")
    outcome = models.CharField(max_length=10, choices=Suspicion.State)
    reason = models.TextField()
    answers_appeal = models.BooleanField(default=False)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.suspicion_id}: {self.outcome}"
