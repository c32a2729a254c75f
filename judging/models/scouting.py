from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.codes import short_code
from spotlight.accounts.models import Person
from submissions.models import Artist, Organisation, Season, Submission


class Shortlisted(models.Model):
    """An entry that a partner keeps in sight, with the partner's own note. Nobody else sees either."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    is_listed = models.BooleanField(_("on the shortlist"), default=False)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("shortlisted entry")
        verbose_name_plural = _("shortlisted entries")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "submission"], name="shortlisted_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.submission}"


class Introduction(models.Model):
    """A partner asks to meet an artist. Contacts change hands when both want it and the entry's result is public."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits for the artist")
        ACCEPTED = "accepted", _("the artist agrees")
        DECLINED = "declined", _("the artist declines")
        WITHDRAWN = "withdrawn", _("withdrawn by the partner")
        TAKEN_BACK = "taken-back", _("the artist took consent back")

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="introductions")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="introductions")
    artist = models.ForeignKey(Artist, on_delete=models.PROTECT, related_name="introductions")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="introductions")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    message = models.TextField(_("message"), max_length=2000)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.ASKED)
    answered_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    introduced_at = models.DateTimeField(_("introduced"), null=True, blank=True)

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["season", "organisation", "artist"], name="introduction_once"),
            models.CheckConstraint(
                condition=models.Q(introduced_at__isnull=True)
                | models.Q(state__in=["accepted", "taken-back"], answered_by__isnull=False),
                name="introduction_takes_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.artist}"
