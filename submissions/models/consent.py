"""What others than the artist say about an entry: a guardian, co-writers, and whoever saw who the artist is.

The token of a link is never kept, only its hash; a new mail makes the old link useless.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.codes import long_code
from spotlight.accounts.models import Person
from submissions.models.artist import Artist
from submissions.models.season import Season, Terms
from submissions.models.submission import Submission


class Asked(models.Model):
    """Somebody who is asked by mail and answers behind a signed link."""

    email = models.EmailField(_("e-mail address"), blank=True)
    token_sha256 = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    asks = models.PositiveSmallIntegerField(default=0, help_text="How many mails were written.")
    expires_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        abstract = True


class Guardian(Asked):
    """The age that an entry states as far as its season needs it, and what the guardian said where one is needed.

    Seen by the artist, clearance and organizers alone.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("not answered")
        CONSENTED = "consented", _("consented")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="guardian")
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    born_on = models.DateField(
        _("date of birth"), null=True, blank=True, help_text="Only where the year alone does not decide."
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    name = models.CharField(_("name"), max_length=120, blank=True, help_text="As the guardian wrote it.")
    terms = models.ForeignKey(
        Terms,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Those that were read.",
    )

    class Meta:
        verbose_name = _("guardian")
        verbose_name_plural = _("guardians")

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.state}"


class CoWriter(Asked):
    """One address among an entry's credits, and what its holder said of the parts and shares credited to it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("not answered")
        CONFIRMED = "confirmed", _("confirmed")
        CONTESTED = "contested", _("contested")
        SETTLED = "settled", _("settled by a person")
        GONE = "gone", _("no longer credited")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="cowriters")
    code = models.CharField(max_length=32, unique=True, default=long_code, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    parts = models.JSONField(default=list, help_text="What was asked: [[name, part, share], …].")
    note = models.TextField(_("what is wrong"), max_length=1000, blank=True)
    settled_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    settled_reason = models.TextField(_("reason"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("co-writer")
        verbose_name_plural = _("co-writers")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["submission", "email"], name="cowriter_once")]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.state}"

    @property
    def name(self) -> str:
        """As it is credited."""
        return str(self.parts[0][0]) if self.parts else ""


class Identity(models.Model):
    """How it was seen that an artist is who they say: a code in a public profile, or a document that nobody kept."""

    class How(models.TextChoices):
        CODE = "code", _("a code in a public profile")
        DOCUMENT = "document", _("a document seen by a person")

    artist = models.ForeignKey(Artist, on_delete=models.CASCADE, related_name="identities")
    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="identities")
    url = models.URLField(_("profile"), blank=True, help_text="Where the artist has put the code.")
    placed_at = models.DateTimeField(_("code placed"), null=True, blank=True)
    how = models.CharField(_("how"), max_length=10, choices=How, blank=True)
    seen_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [models.UniqueConstraint(fields=["artist", "season"], name="identity_once")]

    def __str__(self) -> str:
        return f"{self.artist_id}: {self.how}"
