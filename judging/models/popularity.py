from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.codes import short_code
from spotlight.accounts.models import Person
from spotlight.ledger.models import StoredFile
from submissions.models import Season, Track


class Source(models.Model):
    """Where readings come from. `spotlight` is what listeners do here; others are imported."""

    class Kind(models.TextChoices):
        DAILY = "daily", _("daily counts")
        TOTALS = "totals", _("running totals")

    OWN = "spotlight"

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="sources")
    slug = models.SlugField(_("short name"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("what it sends"), max_length=8, choices=Kind, default=Kind.DAILY)
    is_active = models.BooleanField(_("counts"), default=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["slug"]
        constraints = [models.UniqueConstraint(fields=["season", "slug"], name="source_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_own(self) -> bool:
        """Whether it is what listeners do here."""
        return self.slug == self.OWN


class ImportBatch(models.Model):
    """One file or push of readings: what came in, what was rejected. Nothing of a failed one is kept.

    `reasons` counts the rejected rows by reason; `rejections` are the first of them, `rejected_file` all if there are more.
    `resets` counts the totals smaller than the one before, `reset_list` has the first of them.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being read")
        DONE = "done", _("done")
        FAILED = "failed", _("not imported")

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    source = models.ForeignKey(
        Source, verbose_name=_("source"), on_delete=models.PROTECT, related_name="batches"
    )
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    accepted = models.PositiveBigIntegerField(_("accepted"), default=0)
    changed = models.PositiveBigIntegerField(_("new or changed"), default=0)
    rejected = models.PositiveBigIntegerField(_("rejected"), default=0)
    reasons = models.JSONField(default=dict)
    rejected_file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resets = models.PositiveBigIntegerField(_("resets"), default=0)
    reset_list = models.JSONField(default=list)
    problem = models.TextField(_("problem"), blank=True)
    by = models.ForeignKey(
        Person, verbose_name=_("by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("readings import")
        verbose_name_plural = _("readings imports")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.code

    @property
    def is_on_its_way(self) -> bool:
        """Whether it is not read to its end yet."""
        return self.state in (self.State.WAITING, self.State.RUNNING)


class ImportRejection(models.Model):
    """A row of a readings file that was left out, with its reason."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rejections")
    row = models.PositiveBigIntegerField(_("row"))
    reason = models.CharField(_("reason"), max_length=200)
    line = models.CharField(_("line"), max_length=300)

    class Meta:
        ordering = ["row"]

    def __str__(self) -> str:
        return f"{self.row}: {self.reason}"


class Reading(models.Model):
    """One measure of one track in one market on one day, from one source.

    Millions are copied in at once: no foreign keys are checked, and the one index of all rows begins with the track. Rows
    come day by day, so a block range index finds days.
    """

    pk = models.CompositePrimaryKey("track_id", "day", "source_id", "measure", "market")
    day = models.DateField()
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    track = models.ForeignKey(
        Track, on_delete=models.PROTECT, related_name="readings", db_index=False, db_constraint=False
    )
    measure = models.CharField(max_length=40)
    market = models.CharField(max_length=16, blank=True)
    value = models.BigIntegerField()
    fans = models.BigIntegerField(null=True)
    set_aside = models.BooleanField(default=False, help_text="Held back until a person decides.")
    batch = models.ForeignKey(
        ImportBatch,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(value__gte=0), name="reading_value"),
            models.CheckConstraint(condition=models.Q(fans__gte=0), name="reading_fans"),
        ]
        indexes = [BrinIndex(fields=["day"], name="reading_day", pages_per_range=32, autosummarize=True)]

    def __str__(self) -> str:
        return f"{self.track_id} {self.measure} {self.day}"
