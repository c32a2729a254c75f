"""Keep what a track is recognized by, and find which others sound like it."""

from django.db import transaction

from spotlight.ledger import clock, files, work
from submissions import audio
from submissions.audio import Likeness
from submissions.models import Fingerprint, Resemblance, Track
from submissions.queries.fingerprints import COMPARE, likely_ones

Audio = Track.Audio


def keep_fingerprint(held: Track, made: bytes) -> None:
    """Store the fingerprint of a track's audio in the caller's transaction, which holds the track, and ask to compare it."""
    drop_fingerprint(held)
    Fingerprint.objects.create(track=held, bits=made)
    work.enqueue(COMPARE, held.code)


def drop_fingerprint(held: Track) -> None:
    """Forget what the track's older audio was recognized by, with all that resembled it; the caller holds the track."""
    older = Fingerprint.objects.filter(track=held)
    if older.select_for_update().values_list("pk").first():  # from here on no new resemblance can name it
        older.delete()


def compare_track(code: str) -> None:
    """Note every track that sounds like this one; safe to run again. Tracks without checked audio are left alone.

    Of two tracks the one that is compared later sees the other, whatever runs beside: each fingerprint is stored before
    the work that compares it can begin.
    """
    ours = Fingerprint.objects.filter(track__code=code).first() or _made_afterwards(code)
    if ours is None:
        return
    found = [_resemblance(ours, key, bits) for key, bits in likely_ones(ours)]
    with transaction.atomic():
        # A foreign key of a new row waits for nobody who changes no key: two comparisons can't wait for each other.
        held = Fingerprint.objects.select_for_update(no_key=True).filter(pk=ours.pk).first()
        if held is None:
            return  # other audio came meanwhile, and is compared by itself
        Resemblance.objects.bulk_create(filter(None, found), ignore_conflicts=True)
        held.compared_at = clock.now()
        held.save(update_fields=["compared_at"])


def _made_afterwards(code: str) -> Fingerprint | None:
    """The fingerprint of a track that was checked before there were any, from its rendition."""
    track = Track.objects.filter(code=code, audio=Audio.READY).select_related("rendition").first()
    if track is None or track.rendition is None:
        return None
    made = audio.fingerprint_of(files.absolute(track.rendition))
    with transaction.atomic():
        held = Track.objects.select_for_update().get(pk=track.pk)
        if held.rendition_id == track.rendition_id and not Fingerprint.objects.filter(track=held).exists():
            keep_fingerprint(held, made)
    return Fingerprint.objects.filter(track=track).first()


def _resemblance(ours: Fingerprint, key: int, bits: bytes) -> Resemblance | None:
    (one, one_bits), (other, other_bits) = sorted([(ours.pk, bytes(ours.bits)), (key, bits)])
    like: Likeness | None = audio.compare(audio.bits_of(one_bits), audio.bits_of(other_bits))
    if like is None:
        return None
    return Resemblance(
        one_id=one,
        other_id=other,
        one_at=like.here,
        other_at=like.there,
        seconds=like.seconds,
        share=like.share,
        errors=like.errors,
    )
