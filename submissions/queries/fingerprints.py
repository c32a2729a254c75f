"""Which tracks may sound like another, which were found to, and what clearance sees of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nlargest

from django.db.models import Q, QuerySet

from spotlight.accounts.models import User
from submissions import audio
from submissions.models import Fingerprint, Resemblance, Submission, Track
from submissions.queries.clearance import entries_to_clear
from submissions.queries.media import audible_tracks

COMPARE = "track.compare"
MOST = 200
"""So many tracks that share most sub-fingerprints are laid over each other."""
AT_ONCE = 100


@dataclass(frozen=True)
class SoundsLike:
    """Another entry that sounds like one: `percent` of the `seconds` for which they overlap, from `here` in the one and
    `there` in the other (seconds). `may_open` and `may_play` say what the reader is allowed."""

    submission: Submission
    percent: int
    seconds: float
    here: float
    there: float
    same_artist: bool
    may_open: bool
    may_play: bool

    @property
    def label(self) -> str:
        """What its player is called: the title alone may be that of the entry before the reader."""
        other = self.submission
        return f"{other.track}, {other.artist.name} ({other.season.name})"

    @property
    def peaks(self) -> list[float]:
        """The waveform of the other, heights from 0 to 1."""
        return [byte / 255 for byte in bytes(self.submission.track.peaks or b"")]

    @property
    def length(self) -> float:
        """Seconds that the other lasts."""
        return (self.submission.track.duration_ms or 0) / 1000


def tracks_without_fingerprint() -> QuerySet[Track]:
    """Tracks with checked audio that have none yet, or whose fingerprint was never compared."""
    ready = Track.objects.filter(audio=Track.Audio.READY, rendition__isnull=False)
    return ready.filter(fingerprint__compared_at__isnull=True).order_by("pk")


def likely_ones(ours: Fingerprint) -> Iterator[tuple[int, bytes]]:
    """Keys and bits of the fingerprints that share most sub-fingerprints with this one: all are looked at, and few held."""
    sieve = audio.Sieve(audio.bits_of(bytes(ours.bits)))
    others = Fingerprint.objects.exclude(pk=ours.pk).order_by("pk").values_list("pk", "bits")
    counts = (
        (sieve.shared(audio.bits_of(bytes(bits))), key) for key, bits in others.iterator(chunk_size=AT_ONCE)
    )
    most = [key for _, key in nlargest(MOST, filter(lambda pair: pair[0], counts))]
    found = others.filter(pk__in=most).iterator(chunk_size=AT_ONCE)
    return ((key, bytes(bits)) for key, bits in found)


def is_compared(track: Track) -> bool:
    """Whether the sound of a track was compared with all others."""
    return Fingerprint.objects.filter(track=track, compared_at__isnull=False).exists()


def sounds_like(submission: Submission, reader: User) -> list[SoundsLike]:
    """Entries of other tracks, in any season, that sound like this one: who is most alike first."""
    found = {_other(pair, submission.track_id).track_id: pair for pair in _pairs(submission.track_id)}
    others = (
        Submission.objects.filter(track__in=found)
        .exclude(state=Submission.State.DRAFT)
        .select_related("track", "artist", "season")
    )
    opened = set(entries_to_clear(reader).filter(track__in=found).values_list("pk", flat=True))
    heard = set(audible_tracks(reader).filter(pk__in=found).values_list("pk", flat=True))
    lines = [
        _line(submission, other, found[other.track_id], other.pk in opened, other.track_id in heard)
        for other in others
    ]
    return sorted(lines, key=lambda line: (-line.percent * line.seconds, line.submission.pk))


def _pairs(track: int) -> QuerySet[Resemblance]:
    either = Q(one__track=track) | Q(other__track=track)
    return Resemblance.objects.filter(either).select_related("one", "other").defer("one__bits", "other__bits")


def _other(pair: Resemblance, track: int) -> Fingerprint:
    return pair.other if pair.one.track_id == track else pair.one


def _line(
    submission: Submission, other: Submission, pair: Resemblance, may_open: bool, may_play: bool
) -> SoundsLike:
    is_one = pair.one.track_id == submission.track_id
    return SoundsLike(
        submission=other,
        percent=max(1, int(pair.share * 100)),
        seconds=pair.seconds,
        here=pair.one_at if is_one else pair.other_at,
        there=pair.other_at if is_one else pair.one_at,
        same_artist=other.artist_id == submission.artist_id,
        may_open=may_open,
        may_play=may_play and other.track.rendition_id is not None,
    )
