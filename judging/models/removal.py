from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from judging.models.cut import Award
from judging.models.round import Entry, Round
from spotlight.accounts.codes import short_code
from spotlight.accounts.models import FourEyes, Person
from submissions.models import Artist, Organisation, Season, Submission


class Removal(FourEyes):
    """A submission that leaves a season after judging began. After a close two people decide it, and it is public."""

    class Kind(models.TextChoices):
        WITHDRAWN = "withdrawn", _("withdrawn by the artist")
        DISQUALIFIED = "disqualified", _("disqualified")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        DROPPED = "dropped", _("not pursued")
        MADE = "made", _("made")

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="removals")
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    reason = models.TextField(_("reason"), max_length=2000)
    is_tainted = models.BooleanField(_("its sheets say nothing about the judges"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    made_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("removal")
        verbose_name_plural = _("removals")
        ordering = ["-pk"]
        constraints = [
            *FourEyes.Meta.constraints,
            models.UniqueConstraint(
                fields=["submission"], condition=~Q(state="dropped"), name="removal_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission.code}: {self.get_kind_display()}"


class MoveUp(models.Model):
    """A reserve that took a place which came free after the cut: by a removal, or a prize that nobody accepted."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="moves_up")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="move_up")
    place_of = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="followed_by")
    removal = models.ForeignKey(Removal, null=True, on_delete=models.PROTECT, related_name="moves_up")
    award = models.OneToOneField(Award, null=True, on_delete=models.PROTECT, related_name="move_up")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("move up")
        verbose_name_plural = _("moves up")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.entry} for {self.place_of}"


class JointRemoval(FourEyes):
    """One decision on all entries of a label, agency or artist in a season: contested or taken out together, for one reason.

    The list is fixed when it is proposed. What it comes to for each entry is a `Removal`, or clearance's contest.
    """

    class Kind(models.TextChoices):
        CONTESTED = "contested", _("contested until it is cleared up")
        WITHDRAWN = "withdrawn", _("withdrawn")
        DISQUALIFIED = "disqualified", _("disqualified")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for a second person")
        DROPPED = "dropped", _("not pursued")
        MADE = "made", _("made")
        UNDONE = "undone", _("put back")

    code = models.CharField(max_length=16, unique=True, default=short_code, editable=False)
    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="joint_removals")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    artist = models.ForeignKey(Artist, null=True, on_delete=models.PROTECT, related_name="+")
    submissions = models.ManyToManyField(Submission, related_name="joint_removals")
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    reason = models.TextField(_("reason"), max_length=2000)
    is_tainted = models.BooleanField(_("its sheets say nothing about the judges"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    made_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("joint removal")
        verbose_name_plural = _("joint removals")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=True, artist__isnull=False) | Q(organisation__isnull=False, artist__isnull=True),
                name="joint_removal_of_one",
            ),
            *FourEyes.Meta.constraints,
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.whose}: {self.get_kind_display()}"

    @property
    def whose(self) -> Organisation | Artist:
        """The label, agency or artist."""
        whose = self.organisation or self.artist
        assert whose is not None
        return whose

    @property
    def can_be_undone(self) -> bool:
        """Whether the rules allow to put the entries back: only what was contested."""
        return self.state == self.State.MADE and self.kind == self.Kind.CONTESTED
