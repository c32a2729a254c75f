"""Use this sound: a part of a track for fans' own videos, where the artist's licence allows it."""

from django.db import transaction
from django.utils.translation import gettext as _

from spotlight.errors import InvalidInput
from spotlight.ledger import clock, work
from submissions.models import Sound, Track
from submissions.services.listening import NoReuse

LEAST, MOST = 15, 60


def choose_sound(track: Track, *, start: int | None, end: int | None) -> Sound:
    """Have the part from `start` to `end` (whole seconds) cut, once for all who choose it. Raises NoReuse, InvalidInput."""
    if track.licence == Track.Licence.NONE:
        raise NoReuse(_("The artist allows listening only."))
    if track.rendition is None:
        raise NoReuse(_("This track can't be played at the moment."))
    length = track.duration_ms or 0
    if (
        start is None
        or end is None
        or start < 0
        or not LEAST <= end - start <= MOST
        or end * 1000 > length + 999
    ):
        raise InvalidInput(_("Choose 15 to 60 seconds within the track."), field="end")
    start = max(0, min(start, length // 1000 - (end - start)))
    with transaction.atomic():
        sound, _made = Sound.objects.get_or_create(
            rendition=track.rendition, start=start, seconds=end - start,
            defaults={"track": track, "created_at": clock.now()},
        )  # fmt: skip
        if sound.file_id is None:
            work.enqueue("sound.cut", sound.code)
    return sound
