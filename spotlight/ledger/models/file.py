from django.db import models
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.codes import long_code
from spotlight.accounts.models import Person


class StoredFile(models.Model):
    """One stored file. `path` is ours, below MEDIA_ROOT; the uploader's name is only for showing."""

    class Kind(models.TextChoices):
        ORIGINAL = "original", _("original audio")
        RENDITION = "rendition", _("streaming audio")
        CLIP = "clip", _("cut sound")
        IMAGE = "image", _("picture")
        MEDIA = "media", _("episode media")
        READINGS = "readings", _("readings file")
        PROOF = "proof", _("proof of results")

    class State(models.TextChoices):
        READY = "ready", _("ready")
        GONE = "gone", _("removed")

    code = models.CharField(max_length=32, unique=True, default=long_code, editable=False)
    kind = models.CharField(max_length=16, choices=Kind)
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="files")
    state = models.CharField(max_length=8, choices=State, default=State.READY)
    path = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=255, blank=True)
    media_type = models.CharField(max_length=80)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name or self.code


class Upload(models.Model):
    """A file on its way in: bytes arrive in order, `offset` says how many are safe on disk."""

    code = models.CharField(max_length=32, unique=True, default=long_code, editable=False)
    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="uploads")
    purpose = models.CharField(
        max_length=80, help_text="Kind and public code of what it is for, such as track:k7m2…"
    )
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    file = models.OneToOneField(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="upload"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(offset__gte=0) & models.Q(offset__lte=models.F("size")),
                name="upload_offset_in_size",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.offset}/{self.size}"
