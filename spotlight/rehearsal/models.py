from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.codes import short_code
from spotlight.accounts.models import Person
from submissions.models import Season


class Rehearsal(models.Model):
    """One rehearsal: what was asked, how far it is, and its report. Nothing else of it outlives its own database."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELED = "canceled", _("canceled")

    class Preset(models.TextChoices):
        OWN = "", _("this season’s own rules")
        SPOTLIGHT = "spotlight", _("preset Spotlight: 100, 18, 5 to 10")
        KOREA = "korea", _("preset Korea: 200, 50, 10")
        FESTIVAL = "festival", _("preset Festival: 90, 8, 1")

    class Attack(models.TextChoices):
        NONE = "", _("nobody cheats")
        FARM = "farm", _("a few accounts play in a loop")
        BURST = "burst", _("bought plays on one day")
        SYBIL_PLAYS = "sybil-plays", _("bought plays, spread over weeks")
        SYBIL_METRICS = "sybil-metrics", _("everything bought, in one market")
        SMALL_REGION = "small-region", _("everything bought, in the smallest market")
        SYBIL_ALL = "sybil-all", _("everything bought, everywhere")
        BRIGADE = "brigade", _("real people called together for two weeks")
        COLLUSION = "collusion", _("some judges are bought")

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    season = models.ForeignKey(
        Season, null=True, blank=True, on_delete=models.CASCADE, related_name="rehearsals"
    )
    preset = models.CharField(_("rules"), max_length=20, choices=Preset, blank=True)
    artists = models.PositiveIntegerField(
        _("artists"), default=300, validators=[MinValueValidator(2), MaxValueValidator(10_000)]
    )
    judges = models.PositiveIntegerField(
        _("judges"), default=12, validators=[MinValueValidator(1), MaxValueValidator(300)]
    )
    fans = models.PositiveIntegerField(
        _("fans"), default=1000, validators=[MinValueValidator(10), MaxValueValidator(20_000)]
    )
    seed = models.PositiveIntegerField(
        _("seed"), default=1, validators=[MaxValueValidator(2**31 - 1)],
        help_text=_("The same seed rehearses with the same people."),
    )  # fmt: skip
    attack = models.CharField(_("attack"), max_length=16, choices=Attack, blank=True)
    rules = models.TextField(
        editable=False, blank=True, help_text="The season's rules as they were when asked."
    )
    rules_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING, editable=False)
    progress = models.FloatField(default=0, editable=False)
    step = models.CharField(max_length=20, blank=True, editable=False)
    problem = models.CharField(max_length=500, blank=True, editable=False)
    report = models.JSONField(null=True, editable=False)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    asked_at = models.DateTimeField(editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.code

    @property
    def is_over(self) -> bool:
        """Nothing more comes."""
        return self.state not in (self.State.WAITING, self.State.RUNNING)

    @property
    def percent(self) -> int:
        """Progress for a meter."""
        return round(100 * self.progress)
