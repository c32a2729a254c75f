from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.codes import long_code, short_code
from spotlight.accounts.models import Person
from submissions.models.season import LANGUAGES, Season


class Role(models.TextChoices):
    """What a person may do in a season. Fans and artists need no role."""

    ORGANIZER = "organizer", _("organizer")
    CHAIR = "chair", _("chair")
    JUDGE = "judge", _("judge")
    CLEARANCE = "clearance", _("clearance")
    EDITOR = "editor", _("editor")
    PARTNER = "partner", _("partner")


class Organisation(models.Model):
    """A label, publisher, agency, employer or sponsor."""

    class Kind(models.TextChoices):
        LABEL = "label", _("label")
        PUBLISHER = "publisher", _("publisher")
        MANAGEMENT = "management", _("management")
        SPONSOR = "sponsor", _("sponsor")
        OTHER = "other", _("other")

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    name = models.CharField(_("name"), max_length=160, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.LABEL)
    url = models.URLField(_("link"), blank=True)

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SeasonPartner(models.Model):
    """An organisation that takes part in a season."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="partners")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organization"), on_delete=models.PROTECT, related_name="seasons"
    )
    tier = models.CharField(_("tier"), max_length=40, blank=True)
    scouts_after = models.PositiveSmallIntegerField(
        _("scouts after round"),
        default=0,
        help_text=_(
            "0: every cleared track. 1: only what advanced from round 1, once that is announced; and so on."
        ),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["season", "organisation"], name="season_partner_once")]

    def __str__(self) -> str:
        return str(self.organisation)


class Position(models.Model):
    """A role, and whom its holder works for; the rules against conflicts rest on it."""

    role = models.CharField(_("role"), max_length=12, choices=Role)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("works for"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        abstract = True


class Membership(Position):
    """A role of a person in a season; ended ones are kept."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="memberships"
    )
    confidential_at = models.DateTimeField(_("confidentiality accepted"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(
                fields=["season", "person", "role"],
                condition=models.Q(ended_at__isnull=True),
                name="membership_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()}"


class Invitation(Position):
    """A role offered by mail. The token's hash is kept, never the token."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="invitations")
    code = models.CharField(max_length=32, unique=True, default=long_code, editable=False)
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES, default="en")
    token_sha256 = models.CharField(max_length=64, editable=False)
    invited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("expires"))
    accepted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.email}: {self.get_role_display()}"
