from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from judging.models.round import Criterion, Entry, Round
from spotlight.accounts.codes import short_code
from spotlight.accounts.models import Person
from submissions.models import Artist, Membership, Organisation, Season


class Seat(models.Model):
    """A judge's seat on the panel of a round."""

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="seats")
    membership = models.ForeignKey(
        Membership, verbose_name=_("judge"), on_delete=models.PROTECT, related_name="seats"
    )
    capacity = models.PositiveIntegerField(_("most entries"), default=1000)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("panel")
        constraints = [models.UniqueConstraint(fields=["round", "membership"], name="seat_once")]

    def __str__(self) -> str:
        return f"{self.membership.person}"


class Conflict(models.Model):
    """A tie between a person and an artist or organisation; no entry behind it reaches that judge."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="conflicts")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="conflicts")
    artist = models.ForeignKey(
        Artist, null=True, blank=True, on_delete=models.CASCADE, related_name="conflicts"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    note = models.CharField(_("what ties you"), max_length=300, blank=True)
    declared_at = models.DateTimeField()

    class Meta:
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(artist__isnull=False) ^ models.Q(organisation__isnull=False),
                name="conflict_with_one",
            ),
            models.UniqueConstraint(
                fields=["season", "person", "artist", "organisation"],
                nulls_distinct=False,
                name="conflict_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.artist or self.organisation}"


class Assignment(models.Model):
    """An entry dealt to a judge."""

    class State(models.TextChoices):
        OPEN = "open", _("to be scored")
        RECUSED = "recused", _("recused")
        ABSTAINED = "abstained", _("abstained")
        TAKEN_BACK = "taken-back", _("taken back")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="assignments")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="assignments")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="assignments")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    position = models.PositiveIntegerField(help_text="Place in the judge's own shuffled list.")
    pool = models.CharField(
        max_length=40, blank=True, help_text="Stratum inside which entries were dealt at random."
    )
    wave = models.PositiveSmallIntegerField(default=0)
    is_repair = models.BooleanField(default=False, help_text="Dealt by the chair while the round was locked.")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [models.UniqueConstraint(fields=["entry", "seat"], name="assignment_once")]
        indexes = [models.Index(fields=["seat", "position"], name="assignment_list")]

    def __str__(self) -> str:
        return f"{self.entry} to {self.seat.code}"


class ScoreSheet(models.Model):
    """One judge's marks for one entry. A draft until filed; it counts only when filed with every criterion marked."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        FILED = "filed", _("filed")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="sheets")
    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="sheet")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(
        default=1, help_text="Grows with each change; two tabs can't overwrite each other."
    )
    note = models.TextField(_("note to myself"), max_length=4000, blank=True)
    comment = models.TextField(_("comment for the artist"), max_length=2000, blank=True)
    heard = models.JSONField(
        default=list, help_text="Parts of the track that were played: ascending pairs of milliseconds that do not meet."
    )  # fmt: skip
    heard_ms = models.PositiveIntegerField(default=0, help_text="The sum of these parts.")
    updated_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        indexes = [models.Index(fields=["round", "state"], name="sheet_round_state")]

    def __str__(self) -> str:
        return f"{self.assignment}"


class Score(models.Model):
    """The mark of one criterion on a sheet, 0 to 10."""

    sheet = models.ForeignKey(ScoreSheet, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="scores")
    value = models.DecimalField(
        max_digits=4, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(10)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="score_once"),
            models.CheckConstraint(
                condition=models.Q(value__gte=0) & models.Q(value__lte=10), name="score_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value}"


class SheetVersion(models.Model):
    """What a filed sheet said before it was changed in the discussion, and why it was changed."""

    sheet = models.ForeignKey(ScoreSheet, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    marks = models.JSONField()
    comment = models.TextField(blank=True)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["sheet", "version"], name="sheet_version_once")]

    def __str__(self) -> str:
        return f"{self.sheet} v{self.version}"


class Remark(models.Model):
    """What somebody on the panel says about an entry while the round is locked."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="remarks")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("what you want to say"), max_length=2000)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.by} on {self.entry}"


class Ruling(models.Model):
    """What the chair ruled, with a reason, on an entry below the minimum of sheets."""

    class Outcome(models.TextChoices):
        STANDS = "stands", _("stays ranked, can't be selected")
        SELECTABLE = "selectable", _("may be selected all the same")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="rulings")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="ruling")
    outcome = models.CharField(max_length=12, choices=Outcome)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.entry}: {self.outcome}"
