from django.db import models
from django.utils.translation import gettext_lazy as _

from judging.models.round import Round, new_alias
from submissions.models import Membership, Track


class CalibrationTrack(models.Model):
    """A track outside the field that the whole panel scores before the round, to hear how it marks. It never counts."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="calibration")
    track = models.ForeignKey(
        Track, verbose_name=_("track"), on_delete=models.PROTECT, related_name="calibrations"
    )
    alias = models.CharField(max_length=12, default=new_alias, editable=False)
    position = models.PositiveSmallIntegerField(_("place"))

    class Meta:
        verbose_name = _("calibration track")
        verbose_name_plural = _("calibration set")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "track"], name="calibration_track_once"),
            models.UniqueConstraint(fields=["round", "alias"], name="calibration_alias_once"),
        ]

    def __str__(self) -> str:
        return f"{self.round.code} {self.alias}"


class CalibrationSheet(models.Model):
    """What one judge gave a calibration track. A table of its own, so that no standings can ever read it."""

    of = models.ForeignKey(CalibrationTrack, on_delete=models.CASCADE, related_name="sheets")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="calibration_sheets")
    marks = models.JSONField(default=dict, help_text="Criterion key to the mark as decimal text.")
    note = models.TextField(_("note to myself"), max_length=4000, blank=True)
    heard = models.JSONField(default=list, help_text="Parts played, as on a score sheet.")
    heard_ms = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("calibration sheet")
        verbose_name_plural = _("calibration sheets")
        constraints = [models.UniqueConstraint(fields=["of", "membership"], name="calibration_sheet_once")]

    def __str__(self) -> str:
        return f"{self.of} by {self.membership_id}"
