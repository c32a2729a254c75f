from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.codes import long_code
from spotlight.accounts.models import FourEyes
from spotlight.ledger.models import StoredFile

LANGUAGES = [("en", "English"), ("ja", "日本語"), ("ko", "한국어")]


def usual_sites() -> list[str]:
    """Where most fans' videos are."""
    return ["youtube.com", "youtu.be", "tiktok.com", "instagram.com"]


class Season(models.Model):
    """One edition: calendar, markets, divisions, hashtag, rules. Opening freezes the rules and stores their hash."""

    class State(models.TextChoices):
        PLANNED = "planned", _("being set up")
        OPEN = "open", _("open")
        FINISHED = "finished", _("finished")

    class BoardMode(models.TextChoices):
        HIDDEN = "hidden", _("nothing")
        TOP_UNORDERED = "top", _("the top, without order")
        ORDER = "order", _("the order")
        MOVEMENT = "movement", _("the order and how it moved")
        FULL = "full", _("everything: order, movement and numbers")

    class IdentityBy(models.TextChoices):
        NOTHING = "nothing", _("nothing")
        CODE = "code", _("a code in the artist’s public profile")
        DOCUMENT = "document", _("a document that a person sees")
        EITHER = "either", _("a code or a document")

    slug = models.SlugField(_("address"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED, editable=False)
    preset = models.CharField(max_length=40, blank=True, editable=False)
    hashtag = models.CharField(_("hashtag"), max_length=60, blank=True, help_text=_("Without the # sign."))
    zone = models.CharField(
        _("time zone"), max_length=64, default="Asia/Tokyo", help_text=_("An IANA name such as Asia/Tokyo.")
    )
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES, default="en")

    entries_open_at = models.DateTimeField(_("entries open"), null=True, blank=True)
    entries_close_at = models.DateTimeField(_("entries close"), null=True, blank=True)
    clearing_ends_at = models.DateTimeField(_("clearing ends"), null=True, blank=True)
    results_at = models.DateTimeField(_("results"), null=True, blank=True)

    quota = models.PositiveSmallIntegerField(
        _("tracks per artist"), default=1, validators=[MinValueValidator(1)]
    )
    shortest_seconds = models.PositiveIntegerField(_("shortest track, seconds"), default=30)
    longest_seconds = models.PositiveIntegerField(_("longest track, seconds"), default=600)
    lowest_kbps = models.PositiveIntegerField(
        _("lowest bit rate, kbps"), default=128, help_text=_("For compressed formats.")
    )
    largest_mb = models.PositiveIntegerField(
        _("largest file, MB"), default=300, validators=[MinValueValidator(1), MaxValueValidator(300)]
    )
    genres = ArrayField(models.CharField(max_length=40), verbose_name=_("genres"), default=list, blank=True)

    guardian_under = models.PositiveSmallIntegerField(
        _("guardian’s consent under the age of"), default=0, validators=[MaxValueValidator(30)],
        help_text=_("0: nobody’s age is asked. A market may have an age of its own."),
    )  # fmt: skip
    confirms_credits = models.BooleanField(
        _("co-writers confirm by e-mail"), default=False,
        help_text=_("Artists may write co-writers’ addresses beside the credits; each is asked by mail."),
    )  # fmt: skip
    identity_by = models.CharField(
        _("identity is shown by"), max_length=10, choices=IdentityBy, default=IdentityBy.NOTHING
    )

    board_mode = models.CharField(
        _("public leaderboard shows"), max_length=10, choices=BoardMode, default=BoardMode.MOVEMENT
    )
    board_size = models.PositiveIntegerField(_("places shown"), default=100)
    board_freeze_hours = models.PositiveSmallIntegerField(
        _("freeze before a round closes, hours"),
        default=0,
        validators=[MaxValueValidator(24 * 60)],
        help_text=_(
            "From so many hours before each round closes until it is announced, everything public stays as it was: "
            "chart, places, rising tracks and counts. Organizers and the chair see it live. 0 means no freeze."
        ),
    )

    uses_trusted_after = models.PositiveSmallIntegerField(
        _("a fan is trusted after so many videos"), default=0, blank=True,
        help_text=_(
            "Once a person has accepted so many videos of a fan in this season and nobody refused one, further ones on the "
            "sites below are accepted by rule. 3 is a good number. 0 or empty: a person checks every video."
        ),
    )  # fmt: skip
    use_sites = ArrayField(
        models.CharField(max_length=253), verbose_name=_("sites of videos that may be accepted by rule"), default=usual_sites, blank=True,
        help_text=_("One a line, such as youtube.com. “www.” and “m.” before it don’t matter; any other subdomain is a site of its own."),
    )  # fmt: skip

    brand_color = models.CharField(
        _("brand color"),
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write it as #rrggbb."))],
    )
    logo = models.ForeignKey(
        StoredFile, verbose_name=_("logo"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    seed = models.CharField(
        max_length=64,
        default=long_code,
        editable=False,
        help_text="Revealed at the cut; its hash is public before.",
    )
    rules = models.JSONField(null=True, editable=False)
    rules_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("season")
        verbose_name_plural = _("seasons")
        ordering = ["-entries_open_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class SeasonText(models.Model):
    """What a season says of itself, in one language."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES)
    name = models.CharField(_("name"), max_length=120, blank=True)
    headline = models.CharField(_("headline"), max_length=200, blank=True)
    about = models.TextField(_("about"), blank=True)

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [models.UniqueConstraint(fields=["season", "language"], name="season_text_once")]

    def __str__(self) -> str:
        return self.name or self.language


class Market(models.Model):
    """A territory of a season, such as Japan or Korea."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="markets")
    code = models.CharField(
        _("code"),
        max_length=16,
        validators=[RegexValidator(r"^[a-z0-9-]+$")],
        help_text=_("Such as jp, kr or other."),
    )
    name = models.CharField(_("name"), max_length=80)
    names = models.JSONField(
        _("name in other languages"), default=dict, blank=True, help_text=_('Such as {"ja": "日本"}.')
    )
    guardian_under = models.PositiveSmallIntegerField(
        _("guardian’s consent under the age of"), null=True, blank=True, validators=[MaxValueValidator(30)],
        help_text=_("Empty: as the season says. 0: nobody’s age is asked in this market."),
    )  # fmt: skip
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("market")
        verbose_name_plural = _("markets")
        ordering = ["order", "code"]
        constraints = [models.UniqueConstraint(fields=["season", "code"], name="market_once")]

    def __str__(self) -> str:
        return self.name


class Division(models.Model):
    """An optional category of a season with cuts or winners of its own."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="divisions")
    code = models.CharField(_("code"), max_length=16, validators=[RegexValidator(r"^[a-z0-9-]+$")])
    name = models.CharField(_("name"), max_length=80)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ["order", "code"]
        constraints = [models.UniqueConstraint(fields=["season", "code"], name="division_once")]

    def __str__(self) -> str:
        return self.name


class Question(models.Model):
    """An eligibility question that an artist answers when entering."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="questions")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    text = models.CharField(_("question"), max_length=300)
    texts = models.JSONField(_("in other languages"), default=dict, blank=True)
    needs_yes = models.BooleanField(_("only yes is eligible"), default=True)

    class Meta:
        verbose_name = _("eligibility question")
        verbose_name_plural = _("eligibility questions")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text


class Terms(models.Model):
    """A dated version of what an artist agrees to."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="terms")
    dated_on = models.DateField(_("dated"))
    text = models.TextField(_("text"))
    texts = models.JSONField(_("in other languages"), default=dict, blank=True)

    class Meta:
        verbose_name = _("terms")
        verbose_name_plural = _("terms")
        ordering = ["-dated_on"]
        constraints = [models.UniqueConstraint(fields=["season", "dated_on"], name="terms_version_once")]

    def __str__(self) -> str:
        return f"{self.dated_on}"


class Amendment(FourEyes):
    """A dated, reasoned, public change of a window after opening, approved by two people."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="amendments")
    field = models.CharField(
        _("window"), max_length=80, help_text="Such as entries_close_at or round:2:closes_at."
    )
    before = models.DateTimeField(_("before"))
    after = models.DateTimeField(_("after"))
    reason = models.TextField(_("reason"))
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["pk"]
        constraints = FourEyes.Meta.constraints

    def __str__(self) -> str:
        return self.field
