from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.codes import new_code, short_code
from spotlight.accounts.models import Person
from submissions.models import Season, Submission


class Round(models.Model):
    """A stage of judging: planned, open, locked, closed, announced. A closed one can't change; the database sees to it."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        OPEN = "open", _("open")
        LOCKED = "locked", _("locked")
        CLOSED = "closed", _("closed")
        ANNOUNCED = "announced", _("announced")

    class Scope(models.TextChoices):
        OVERALL = "overall", _("one cut for all")
        MARKET = "market", _("one cut per market")
        DIVISION = "division", _("one cut per division")

    class Panel(models.TextChoices):
        LENIENCY_ADJUSTED = "leniency-adjusted", _("leniency-adjusted")
        SLOPES = "leniency-adjusted-slopes", _("leniency-adjusted, with slopes")
        RELIABILITY = "leniency-adjusted-reliability", _("leniency-adjusted, weighted by reliability")
        RAW_MEAN = "raw-mean", _("raw mean")
        TRIMMED_MEAN = "trimmed-mean", _("trimmed mean")
        JUDGE_Z = "judge-z", _("standardized per judge")
        JUDGE_PERCENTILE = "judge-percentile", _("percentile per judge")

    class Popularity(models.TextChoices):
        ROBUST = "robust-normal-score", _("robust normal score")
        HARDENED = "hardened", _("hardened")
        PERCENTILE = "percentile-region", _("percentile per region")
        LOG_SUM = "log-sum", _("sum of logarithms")
        RAW_SUM = "raw-sum", _("raw sum (not advised)")
        TIME_DECAY = "time-decay", _("time decay (for trends, not advised)")

    class Blend(models.TextChoices):
        WEIGHTED_SUM = "weighted-sum", _("weighted sum")
        POINTS = "eurovision", _("points of juries and publics, as at Eurovision")
        BORDA = "borda", _("Borda")
        RANK_POINTS = "rank-points", _("rank points")
        GEOMETRIC = "geometric", _("geometric mean")
        RRF = "rrf", _("reciprocal rank fusion")
        PANEL_GATE = "panel-gate-then-popularity", _("panel gate, then popularity")
        BOTH_MUST_PASS = "both-must-pass", _("both must pass")

    class TieChain(models.TextChoices):
        PANEL_FIRST = "panel-first", _("panel first")
        POPULARITY_FIRST = "popularity-first", _("popularity first")
        COUNTBACK = "countback", _("countback")
        EXTEND_CUT = "extend-cut", _("extend the cut")

    class Design(models.TextChoices):
        BALANCED = "balanced-random-k", _("balanced at random")
        ALL_HEAR_ALL = "all-hear-all", _("everyone hears everything")
        GATE = "gate-k", _("popularity gate")
        ADAPTIVE_GAIN = "adaptive-gain", _("adaptive, by gain at the line")
        ADAPTIVE_UCB = "adaptive-ucb", _("adaptive, by upper bound")

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    name = models.CharField(_("name"), max_length=80)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED, editable=False)

    opens_at = models.DateTimeField(_("opens"))
    locks_at = models.DateTimeField(_("last sheets"))
    closes_at = models.DateTimeField(
        _("closes"),
        help_text=_("Between the last sheets and here the chair repairs and the panel discusses."),
    )

    cut_lowest = models.PositiveIntegerField(_("advance, at least"), validators=[MinValueValidator(1)])
    cut_highest = models.PositiveIntegerField(_("advance, at most"), validators=[MinValueValidator(1)])
    cut_scope = models.CharField(_("cut"), max_length=10, choices=Scope, default=Scope.OVERALL)
    cut_fixed = models.PositiveIntegerField(_("advance, fixed"), null=True, blank=True, editable=False)
    cut_fixed_reason = models.TextField(blank=True, editable=False)
    cut_fixed_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    reserves = models.PositiveSmallIntegerField(_("reserves kept"), default=3)

    popularity_weight = models.DecimalField(
        _("weight of popularity"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.5"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    panel_weight = models.DecimalField(
        _("weight of the panel"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.5"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    panel_method = models.CharField(
        _("panel method"), max_length=40, choices=Panel, default=Panel.LENIENCY_ADJUSTED
    )
    popularity_method = models.CharField(
        _("popularity method"), max_length=40, choices=Popularity, default=Popularity.ROBUST
    )
    blend_method = models.CharField(_("blend"), max_length=40, choices=Blend, default=Blend.WEIGHTED_SUM)
    tie_chain = models.CharField(_("ties"), max_length=20, choices=TieChain, default=TieChain.PANEL_FIRST)
    options = models.JSONField(
        _("method options"), default=dict, blank=True,
        help_text=_("Keys of the recipe's tables that differ from the defaults, such as {\"popularity\": {\"window_days\": 14}}."),
    )  # fmt: skip
    design = models.CharField(_("assignment"), max_length=20, choices=Design, default=Design.BALANCED)
    judges_per_entry = models.PositiveSmallIntegerField(
        _("judges per entry"), default=3, validators=[MinValueValidator(1)]
    )
    minimum_sheets = models.PositiveSmallIntegerField(_("fewest sheets to be selected"), default=3)
    is_blind = models.BooleanField(
        _("blind"), default=False, help_text=_("Judges hear the track without names, art or counts.")
    )
    heard_share = models.DecimalField(
        _("share to be heard before a sheet counts"),
        max_digits=3,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    shows_comments = models.BooleanField(_("judges' comments go to the artist"), default=True)

    opened_at = models.DateTimeField(null=True, editable=False)
    locked_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    announced_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["season", "number"]
        constraints = [
            models.UniqueConstraint(fields=["season", "number"], name="round_number_once"),
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("locks_at")) & Q(locks_at__lte=F("closes_at")),
                name="round_times_in_order",
            ),
            models.CheckConstraint(condition=Q(cut_lowest__lte=F("cut_highest")), name="round_cut_range"),
            models.CheckConstraint(
                condition=Q(popularity_weight__gte=0) & Q(panel_weight__gte=0), name="round_weights"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """The public name of the round: `<season>-<number>`."""
        return f"{self.season.slug}-{self.number}"

    @property
    def is_running(self) -> bool:
        """Open or locked: its standings still change."""
        return self.state in (self.State.OPEN, self.State.LOCKED)

    @property
    def is_by_points(self) -> bool:
        """Each judge and each market gives 12, 10, 8, 7 … 1, and the sum decides."""
        return self.blend_method == self.Blend.POINTS

    @property
    def knows_chance(self) -> bool:
        """Whether the blend knows how sure a place is: only a sum has a spread."""
        return self.blend_method == self.Blend.WEIGHTED_SUM

    @property
    def has_locked(self) -> bool:
        """Neither planned nor open: it takes no more sheets."""
        return self.state not in (self.State.PLANNED, self.State.OPEN)

    @property
    def is_over(self) -> bool:
        """Closed for good."""
        return self.state in (self.State.CLOSED, self.State.ANNOUNCED)


class Criterion(models.Model):
    """One line of a round's rubric, scored 0 to 10 (half points allowed) with anchors that say what a mark means."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="criteria")
    key = models.CharField(_("key"), max_length=32, validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")])
    name = models.CharField(_("name"), max_length=80)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=4)
    anchors = models.JSONField(
        _("anchors"),
        default=dict,
        blank=True,
        help_text=_('What marks mean, such as {"2": "…", "5": "…", "8": "…"}.'),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["round", "key"], name="criterion_once")]

    def __str__(self) -> str:
        return self.name

    def anchors_in(self, language: str) -> dict[str, str]:
        """Mark to what it means, in a language where somebody wrote it so, else in the season's own.

        `anchors` holds marks ("2", "5", "8") and, under a language's code, the same marks in that language.
        """
        own = {mark: text for mark, text in self.anchors.items() if isinstance(text, str)}
        others = self.anchors.get(language)
        found = own | {m: t for m, t in others.items() if t} if isinstance(others, dict) else own
        return dict(sorted(found.items(), key=lambda pair: float(pair[0])))


class Metric(models.Model):
    """One part of a round's popularity: a measure of a source, with its weight."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="metrics")
    source = models.CharField(
        _("source"), max_length=40, default="spotlight", help_text=_("“spotlight” counts what happens here.")
    )
    measure = models.CharField(
        _("measure"), max_length=40, help_text=_("Such as plays, likes, shares or uses.")
    )
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=4)

    class Meta:
        verbose_name = _("popularity metric")
        verbose_name_plural = _("popularity metrics")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["round", "source", "measure"], name="metric_once")]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The metric's name in recipes and readings: `plays`, or `source.plays` for an outside source."""
        return self.measure if self.source == "spotlight" else f"{self.source}.{self.measure}"


def new_alias() -> str:
    """The name of an entry in a blind round; it says nothing."""
    return new_code(6)


class Entry(models.Model):
    """A submission's place in a round."""

    class State(models.TextChoices):
        IN = "in", _("in")
        WITHDRAWN = "withdrawn", _("withdrawn")
        DISQUALIFIED = "disqualified", _("disqualified")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="entries")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="entries")
    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    alias = models.CharField(max_length=12, default=new_alias, editable=False)
    index = models.PositiveIntegerField(
        help_text="Dense place in the arrays of this round's standings, by code."
    )
    group = models.CharField(
        max_length=16, blank=True, help_text="Market or division code where cuts are made per group."
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.IN)
    counts_from = models.DateField(help_text="First day whose readings count.")

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.UniqueConstraint(fields=["round", "submission"], name="entry_once"),
            models.UniqueConstraint(fields=["round", "alias"], name="entry_alias_once"),
            models.UniqueConstraint(fields=["round", "index"], name="entry_index_once"),
        ]
        indexes = [models.Index(fields=["round"], condition=~Q(state="in"), name="entry_out")]

    def __str__(self) -> str:
        return self.code
