from django.db import models
from django.utils.translation import gettext_lazy as _

from judging.models.round import Entry, Round
from submissions.models import Season, Track


class Standings(models.Model):
    """One computed ranking of a round: numbered, never edited. All numbers are integer millionths."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="standings")
    number = models.PositiveIntegerField(_("number"))
    computed_at = models.DateTimeField(_("computed"))
    inputs_sha256 = models.CharField(max_length=64)
    recipe = models.JSONField()
    recipe_sha256 = models.CharField(max_length=64)
    program = models.CharField(max_length=40, help_text="Name and version of the scoring program.")
    size = models.PositiveIntegerField(_("entries"))
    is_closing = models.BooleanField(_("of the close"), default=False)
    warnings = models.JSONField(default=list)
    judges = models.JSONField(default=list, help_text="Leniency, spread and number of sheets per seat code.")
    figures = models.JSONField(default=dict, help_text="Scales, lambdas, expected wrong picks and the like.")
    ranks = models.BinaryField(help_text="Little-endian int32 rank by entry index; 0 = none.")
    blends = models.BinaryField(help_text="Little-endian int32 blend in millionths by entry index.")

    class Meta:
        verbose_name = _("standings")
        verbose_name_plural = _("standings")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="standings_number_once")]

    def __str__(self) -> str:
        return f"{self.round.code} / {self.number}"


class Standing(models.Model):
    """A row of standings. Kept for the top places and for everything that a cut rests on."""

    # Triggers of migration 0017 hold both references, once for all rows of a statement and not once for each row.
    standings = models.ForeignKey(
        Standings, on_delete=models.CASCADE, related_name="rows", db_constraint=False, db_index=False
    )
    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="standings", db_constraint=False, db_index=False
    )
    rank = models.PositiveIntegerField(_("rank"))
    blend = models.BigIntegerField(_("score"))
    popularity = models.BigIntegerField(_("popularity"), null=True)
    panel = models.BigIntegerField(_("panel"), null=True)
    theta = models.BigIntegerField(null=True)
    panel_sd = models.BigIntegerField(null=True)
    probability = models.BigIntegerField(_("probability of being in"))
    sheets = models.PositiveIntegerField(_("sheets"))
    tie_level = models.PositiveSmallIntegerField(_("tie decided at step"))
    is_selected = models.BooleanField(_("selected"))
    parts = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text="What the explanation needs: marks as given and as read, metrics per region.",
    )

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["standings", "rank"], name="standing_rank_once"),
            models.UniqueConstraint(fields=["standings", "entry"], name="standing_entry_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.entry}"


class RoundRules(models.Model):
    """The rules by which a round closed, with the digests of all it used."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="closing_rules")
    recipe = models.JSONField()
    recipe_sha256 = models.CharField(max_length=64)
    sheets_sha256 = models.CharField(max_length=64)
    readings_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.round.code}"


class RoundSheet(models.Model):
    """A filed sheet as it counted when its round closed."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="closing_sheets")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    seat = models.CharField(max_length=16)
    pool = models.CharField(max_length=40, blank=True)
    marks = models.JSONField(help_text="Criterion key to the mark as decimal text.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "seat"], name="round_sheet_once")]

    def __str__(self) -> str:
        return f"{self.entry} by {self.seat}"


class RoundReading(models.Model):
    """A reading as it counted when its round closed."""

    pk = models.CompositePrimaryKey("entry_id", "region", "metric", "day")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="closing_readings")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=16)
    metric = models.CharField(max_length=80)
    day = models.DateField()
    value = models.BigIntegerField()
    fans = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.metric} {self.day}"


class Release(models.Model):
    """Which standings of a round are public, from when. The newest row counts."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="releases")
    standings = models.ForeignKey(Standings, on_delete=models.PROTECT, related_name="releases")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.standings}"


class ChartWeek(models.Model):
    """The public popularity chart of one week; archived, never edited."""

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="chart_weeks")
    number = models.PositiveSmallIntegerField(_("week"))
    starts_on = models.DateField()
    ends_on = models.DateField()
    computed_at = models.DateTimeField()
    inputs_sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["season", "number"], name="chart_week_once")]

    def __str__(self) -> str:
        return f"{self.season.slug} week {self.number}"


class ChartRow(models.Model):
    """A track's place in a week's chart."""

    week = models.ForeignKey(ChartWeek, on_delete=models.CASCADE, related_name="rows")
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="chart_rows")
    rank = models.PositiveIntegerField()
    previous = models.PositiveIntegerField(null=True)
    peak = models.PositiveIntegerField()
    weeks = models.PositiveSmallIntegerField(help_text="Weeks on the chart so far.")
    points = models.PositiveBigIntegerField(
        null=True, help_text="What the place rests on; shown where numbers are."
    )

    class Meta:
        ordering = ["rank"]
        constraints = [models.UniqueConstraint(fields=["week", "track"], name="chart_row_once")]

    def __str__(self) -> str:
        return f"{self.rank}. {self.track_id}"
