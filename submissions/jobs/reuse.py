"""Cut one sound out of a rendition, with credit and licence inside the file."""

from django.conf import settings
from django.db import transaction

from spotlight.ledger import files
from spotlight.ledger.models import StoredFile
from submissions.audio import cut_clip
from submissions.models import Sound


def cut_sound(code: str) -> None:
    """Make the file of a sound if it has none yet; safe to run twice."""
    sound = Sound.objects.select_related("track", "rendition").get(code=code)
    if sound.file_id is not None:
        return
    out = files.scratch(".m4a")
    try:
        cut_clip(
            files.absolute(sound.rendition),
            start=sound.start,
            seconds=sound.seconds,
            out=out,
            tags=credit(sound),
        )
        with transaction.atomic():
            held = Sound.objects.select_for_update().get(pk=sound.pk)
            if held.file_id is None:
                held.file = files.keep(out, kind=StoredFile.Kind.CLIP, media_type="audio/mp4", suffix=".m4a")
                held.save(update_fields=["file"])
    finally:
        out.unlink(missing_ok=True)


def credit(sound: Sound) -> dict[str, str]:
    """The tags that travel with the file."""
    track = sound.track
    artists = ", ".join(b.artist.name for b in track.billing.select_related("artist"))
    return {
        "title": track.title,
        "artist": artists,
        "copyright": f"{artists}. {track.get_licence_display()}",
        "comment": f"{track.title}, {artists}. {settings.SITE_URL}/tracks/{track.code}/",
    }
