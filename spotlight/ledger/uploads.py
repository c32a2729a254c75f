"""Resumable uploads: bytes arrive in order and may stop at any moment; `offset` is what is safe on disk."""

import datetime
import os
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, files
from spotlight.ledger.models import StoredFile, Upload

MEGABYTE = 1_000_000
ABANDONED = datetime.timedelta(days=7)


class UploadTooLarge(SpotlightError):
    """More bytes than allowed or announced."""

    code = "too_large"
    status = 413


class WrongOffset(SpotlightError):
    """The client and the server disagree about how much has arrived; the client asks and goes on from there."""

    code = "wrong_offset"


def begin(*, owner: Person, purpose: str, name: str, size: int, limit: int) -> Upload:
    """Open an upload of `size` bytes. Raises UploadTooLarge above `limit`."""
    if size > limit:
        raise UploadTooLarge(
            _("This file is %(size)d MB. At most %(limit)d MB can be uploaded.")
            % {"size": -(-size // MEGABYTE), "limit": limit // MEGABYTE},
            field="file",
        )
    return Upload.objects.create(owner=owner, purpose=purpose, name=name[:255], size=max(size, 0))


def part(upload: Upload) -> Path:
    """Where the arriving bytes lie."""
    folder = Path(settings.MEDIA_ROOT) / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{upload.code}.part"


def append(upload: Upload, *, offset: int, chunk: bytes) -> Upload:
    """Add bytes at `offset`, safe on disk before the row says so. Raises WrongOffset, UploadTooLarge."""
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        if offset != locked.offset or locked.file_id:
            raise WrongOffset(_("This upload continues at byte %(offset)d.") % {"offset": locked.offset})
        if offset + len(chunk) > locked.size:
            raise UploadTooLarge(_("More bytes arrived than were announced."))
        with part(locked).open("r+b" if offset else "wb") as stream:
            stream.seek(offset)
            stream.truncate()
            stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
        locked.offset += len(chunk)
        locked.save(update_fields=["offset", "touched_at"])
    return locked


def finish(upload: Upload, *, kind: StoredFile.Kind, media_type: str) -> StoredFile:
    """Turn a complete upload into a stored file; called twice it gives the same file."""
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        if locked.file is not None:
            return locked.file
        if locked.offset != locked.size:
            raise WrongOffset(_("This upload continues at byte %(offset)d.") % {"offset": locked.offset})
        suffix = Path(locked.name).suffix.lower()[:8]
        suffix = suffix if suffix[1:].isalnum() and suffix.isascii() else ""
        stored = files.keep(
            part(locked),
            kind=kind,
            media_type=media_type,
            owner=locked.owner,
            name=locked.name,
            suffix=suffix,
        )
        locked.file = stored
        locked.save(update_fields=["file", "touched_at"])
    return stored


def forget_abandoned(older_than: datetime.timedelta = ABANDONED) -> int:
    """Remove uploads that nobody has gone on with. Returns how many."""
    left = list(Upload.objects.filter(file=None, touched_at__lt=clock.now() - older_than))
    for upload in left:
        with transaction.atomic():
            if Upload.objects.select_for_update().filter(pk=upload.pk, file=None).first():
                part(upload).unlink(missing_ok=True)
                upload.delete()
    return len(left)
