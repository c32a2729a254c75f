from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from judging.models.round import Entry, Round
from judging.models.standings import Standings
from spotlight.accounts.codes import short_code
from spotlight.accounts.models import FourEyes, Person
from submissions.models import Division, Market, Organisation, Season


class Cut(FourEyes):
    """A decision by people, from one numbered standings, on who advances. Two different people make it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        MADE = "made", _("made")

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="cuts")
    standings = models.ForeignKey(Standings, on_delete=models.PROTECT, related_name="cuts")
    size = models.PositiveIntegerField(_("advance"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    note = models.TextField(_("note"), blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("cut")
        verbose_name_plural = _("cuts")
        ordering = ["-pk"]
        constraints = [
            *FourEyes.Meta.constraints,
            models.UniqueConstraint(fields=["round"], condition=Q(state="made"), name="cut_made_once"),
            models.UniqueConstraint(
                fields=["round"], condition=Q(state="proposed"), name="cut_proposed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round.code}: {self.size}"


class Decision(models.Model):
    """What a cut decided on one entry. Rows are only ever added."""

    class Outcome(models.TextChoices):
        IN = "in", _("advances")
        RESERVE = "reserve", _("reserve")
        OUT = "out", _("does not advance")

    cut = models.ForeignKey(Cut, on_delete=models.PROTECT, related_name="decisions")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="decisions")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    rank = models.PositiveIntegerField(_("rank"))
    reserve = models.PositiveSmallIntegerField(_("reserve number"), null=True)
    tie_level = models.PositiveSmallIntegerField()
    is_tied_at_line = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["rank"]

    def __str__(self) -> str:
        return f"{self.entry}: {self.get_outcome_display()}"


class Prize(models.Model):
    """What winners get: a tier with a number of places, perhaps with a sponsor and a sum."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="prizes")
    tier = models.PositiveSmallIntegerField(_("tier"), help_text=_("1 is the highest."))
    name = models.CharField(_("name"), max_length=120)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)
    places = models.PositiveSmallIntegerField(_("how many"), default=1)
    amount = models.PositiveBigIntegerField(_("sum in minor units"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, help_text=_("Such as JPY or KRW."))
    sponsor = models.ForeignKey(
        Organisation,
        verbose_name=_("sponsor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="prizes",
    )
    market = models.ForeignKey(
        Market, verbose_name=_("market"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    division = models.ForeignKey(
        Division,
        verbose_name=_("division"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    accept_days = models.PositiveSmallIntegerField(_("days to accept"), default=7)

    class Meta:
        verbose_name = _("prize")
        verbose_name_plural = _("prizes")
        ordering = ["tier", "pk"]

    def __str__(self) -> str:
        return self.name


class Award(models.Model):
    """A prize offered to a winning entry, followed until it is delivered."""

    GONE = ("declined", "lapsed", "taken-back")

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        LAPSED = "lapsed", _("not accepted in time")
        TAKEN_BACK = "taken-back", _("taken back")
        DELIVERED = "delivered", _("delivered")

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    prize = models.ForeignKey(Prize, on_delete=models.PROTECT, related_name="awards")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="awards")
    place = models.PositiveSmallIntegerField(_("place"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OFFERED)
    accept_by = models.DateTimeField(_("to be accepted by"))
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField(null=True, blank=True)
    delivered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("how it was delivered"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ["prize", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["prize", "place"],
                condition=~Q(state__in=["declined", "lapsed", "taken-back"]),
                name="award_place_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prize}: {self.entry}"
