"""How audio comes in: in pieces that survive a lost connection, or whole with a form."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, files, uploads, work
from spotlight.ledger.events import log
from spotlight.ledger.models import StoredFile, Upload
from submissions.jobs.fingerprints import drop_fingerprint
from submissions.models import Submission, Track
from submissions.queries.processing import KIND
from submissions.queries.uploads import submission_of
from submissions.services.entries import check_changeable, return_to_queue
from submissions.services.locks import hold_submission

MEGABYTE = 1_000_000
MOST_A_DAY = 40
CHUNK = 4 * MEGABYTE


class TooManyUploads(SpotlightError):
    """A person has sent more files today than anybody needs."""

    code = "too_many_uploads"
    status = 429


def begin_upload(submission: Submission, *, by: Person, name: str, size: int) -> Upload:
    """Open an upload of the entry's audio; an unfinished older one is given up.

    Raises UploadTooLarge above the season's limit, EntriesClosed, EntryFixed, TooManyUploads.
    """
    with transaction.atomic():
        held = hold_submission(submission)
        check_changeable(held)
        _check_quota(by)
        purpose = f"track:{held.track.code}"
        for older in Upload.objects.filter(owner=by, purpose=purpose, file=None):
            _give_up(older)
        upload = uploads.begin(
            owner=by, purpose=purpose, name=name, size=size, limit=held.season.largest_mb * MEGABYTE
        )
        log("upload.begun", held, by=by, season=held.season.slug, size=size)
    return upload


def receive(upload: Upload, *, offset: int, chunk: bytes, by: Person) -> Upload:
    """Take the next piece; with the last one the file becomes the entry's audio. Raises WrongOffset, UploadTooLarge."""
    if upload.file_id and offset == upload.size and not chunk:
        return upload
    upload = uploads.append(upload, offset=offset, chunk=chunk)
    if upload.offset == upload.size:
        _complete(upload, by=by)
        upload.refresh_from_db()
    return upload


def upload_whole(
    submission: Submission, *, by: Person, name: str, size: int, chunks: Iterable[bytes]
) -> None:
    """The same for a file that came with a form. Raises what `begin_upload` raises."""
    upload = begin_upload(submission, by=by, name=name, size=size)
    for chunk in chunks:
        upload = uploads.append(upload, offset=upload.offset, chunk=chunk)
    _complete(upload, by=by)


def cancel_upload(upload: Upload) -> None:
    """Give up an unfinished upload; a finished one stays."""
    with transaction.atomic():
        held = Upload.objects.select_for_update().filter(pk=upload.pk, file=None).first()
        if held:
            _give_up(held)


def set_audio(submission: Submission, original: StoredFile, *, by: Person) -> None:
    """Make a stored file the entry's audio and ask for its check. Raises EntriesClosed, EntryFixed.

    What was measured on an older file is gone; a cleared entry goes back to the queue.
    """
    with transaction.atomic():
        held = hold_submission(submission)
        check_changeable(held)
        put_audio(held, original, by=by)
        if held.state == Submission.State.CLEARED:
            return_to_queue(held, by=by)


def put_audio(held: Submission, original: StoredFile, *, by: Person) -> None:
    """The same in the caller's transaction, which holds the entry and has checked that it may change."""
    _let_go(held.track, original)
    Track.objects.filter(pk=held.track_id).update(
        original=original, rendition=None, audio=Track.Audio.WAITING, refusal={}, peaks=None, duration_ms=None,
        format="", kbps=None, sample_rate=None, channels=None, loudness=None, true_peak=None,
    )  # fmt: skip
    drop_fingerprint(held.track)
    work.enqueue(KIND, held.track.code)
    log("track.audio_set", held.track, by=by, season=held.season.slug, sha256=original.sha256)


def _let_go(track: Track, original: StoredFile) -> None:
    """The bytes that a new file replaces: nobody needs them, and disks are finite."""
    for older in (track.original, track.rendition):
        if older is not None and older.pk != original.pk:
            files.remove(older)


def _complete(upload: Upload, *, by: Person) -> None:
    with transaction.atomic():
        stored = uploads.finish(upload, kind=StoredFile.Kind.ORIGINAL, media_type="application/octet-stream")
        submission = submission_of(upload)
        if submission is not None and submission.track.original_id != stored.pk:
            set_audio(submission, stored, by=by)


def _check_quota(by: Person) -> None:
    since = clock.now() - datetime.timedelta(days=1)
    if Upload.objects.filter(owner=by, created_at__gt=since).count() >= MOST_A_DAY:
        raise TooManyUploads(
            _("You have uploaded %(count)d files in one day. Go on tomorrow.") % {"count": MOST_A_DAY}
        )


def _give_up(upload: Upload) -> None:
    path = uploads.part(upload)
    upload.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
