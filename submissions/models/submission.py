from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.codes import short_code
from spotlight.accounts.models import Person
from submissions.models.artist import Artist
from submissions.models.season import Division, Market, Question, Season, Terms
from submissions.models.track import Track


class Submission(models.Model):
    """What an artist sends to a season: one track with its declarations, and where it stands."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        CHANGES = "changes", _("changes asked")
        CLEARED = "cleared", _("cleared")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        DISQUALIFIED = "disqualified", _("disqualified")

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    season = models.ForeignKey(
        Season, verbose_name=_("season"), on_delete=models.PROTECT, related_name="submissions"
    )
    artist = models.ForeignKey(
        Artist, verbose_name=_("artist"), on_delete=models.PROTECT, related_name="submissions"
    )
    track = models.ForeignKey(
        Track, verbose_name=_("track"), on_delete=models.PROTECT, related_name="submissions"
    )
    market = models.ForeignKey(
        Market,
        verbose_name=_("market"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="submissions",
    )
    division = models.ForeignKey(
        Division,
        verbose_name=_("division"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="submissions",
    )
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="submissions")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    is_original = models.BooleanField(_("original work"), default=False)
    has_rights = models.BooleanField(_("holds the rights"), default=False)
    terms = models.ForeignKey(Terms, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    terms_accepted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    is_contested = models.BooleanField(_("contested"), default=False)
    version = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Counts the saves; a form that was opened before the newest is refused.",
    )
    unread = models.JSONField(
        default=dict, blank=True, editable=False,
        help_text="What was typed and can't be read yet, by step: {step: {field: [values]}}.",
    )  # fmt: skip

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [models.UniqueConstraint(fields=["season", "track"], name="submission_track_once")]
        indexes = [models.Index(fields=["season", "state", "submitted_at"], name="submission_queue")]

    def __str__(self) -> str:
        return f"{self.track} ({self.code})"


class Answer(models.Model):
    """An artist's answer to an eligibility question."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    is_yes = models.BooleanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "question"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.question}: {self.is_yes}"


class ClearanceClaim(models.Model):
    """A reviewer has a submission open; nobody else is given it until the claim runs out."""

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="claim")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.submission} until {self.until}"


class ClearanceDecision(models.Model):
    """What a person decided on a submission. Rows are only ever added; the newest stands."""

    class Outcome(models.TextChoices):
        CLEARED = "cleared", _("cleared")
        CHANGES = "changes", _("changes asked")
        REFUSED = "refused", _("refused")
        REVOKED = "revoked", _("badge revoked")
        DISQUALIFIED = "disqualified", _("disqualified")
        CONTESTED = "contested", _("contested")
        REINSTATED = "reinstated", _("reinstated")

    class Reason(models.TextChoices):
        IDENTITY = "identity", _("It is not clear who the artist is")
        ELIGIBILITY = "eligibility", _("The artist may not enter this season")
        RIGHTS = "rights", _("Somebody else holds rights in the recording or the song")
        CREDITS = "credits", _("Credits or shares are incomplete")
        NOT_ORIGINAL = "not_original", _("It is a cover, or uses samples that were not cleared")
        DUPLICATE = "duplicate", _("The same recording was entered before")
        AUDIO = "audio", _("The audio is not good enough to be judged")
        ARTWORK = "artwork", _("The picture can’t be shown")
        WORDS = "words", _("Title, lyrics or artist page break the rules")
        AI = "ai", _("The use of AI is not declared, or more than allowed")
        OTHER = "other", _("Something else, see the note")

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    reasons = models.JSONField(_("reasons"), default=list, help_text="Codes of the reasons chosen.")
    note = models.TextField(_("note to the artist"), blank=True)
    by = models.ForeignKey(Person, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("clearance decision")
        verbose_name_plural = _("clearance decisions")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.submission}: {self.get_outcome_display()}"

    @property
    def reason_labels(self) -> list[str]:
        """The reasons in words, in the reader's language."""
        known = dict(self.Reason.choices)
        return [str(known.get(code, code)) for code in self.reasons]
