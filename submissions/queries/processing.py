"""Where the check of a track's audio stands, in words for the artist."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext as _

from spotlight.ledger import work
from spotlight.ledger.models import WorkRow
from submissions.models import Track

KIND = "track.process"
Audio = Track.Audio


@dataclass(frozen=True)
class AudioState:
    """``state`` is none, waiting, checking, ready, refused or failed; ``percent`` of the check; ``sentence`` if refused or failed."""

    state: str
    percent: int = 0
    sentence: str = ""

    @property
    def is_moving(self) -> bool:
        """Whether it will change by itself, so that a page should ask again."""
        return self.state in (Audio.WAITING, Audio.CHECKING)


def audio_state(track: Track) -> AudioState:
    """The state of a track's audio, with the progress of the work row that checks it."""
    if track.audio == Audio.REFUSED:
        return AudioState("refused", sentence=refusal_sentence(track.refusal))
    if track.audio not in (Audio.WAITING, Audio.CHECKING):
        return AudioState(track.audio)
    row = work.latest(KIND, track.code)
    if row and row.state == WorkRow.State.FAILED:
        return AudioState(
            "failed", sentence=_("We could not check this file. Upload it again, or write to us.")
        )
    return AudioState(track.audio, percent=int(100 * row.progress) if row else 0)


def refusal_sentence(refusal: dict[str, Any]) -> str:
    """What happened and what to do, for a refusal as the job stored it: {"code", …numbers}."""
    code = str(refusal.get("code", ""))
    words = SENTENCES.get(code)
    return (
        words(_Numbers(refusal))
        if words
        else _("This file could not be used. Export it again as WAV or FLAC and upload that.")
    )


lazy_sentence = lazy(refusal_sentence, str)
"""The same in the language of whoever reads it later, such as a mail's."""


class _Numbers(dict[str, Any]):
    """The numbers of a refusal in the units that people use."""

    def seconds(self, key: str) -> str:
        value = self.get(key)
        if value is None:
            return "?"
        whole = round(float(value))
        return f"{whole // 60}:{whole % 60:02}"

    def thousands(self, key: str) -> int:
        return int(float(self.get(key) or 0) / 1000)

    def megabytes(self, key: str) -> int:
        return round(float(self.get(key) or 0) / 1_000_000)


def _looks_like(n: _Numbers) -> str:
    kind = str(n.get("looks_like", "unknown"))
    if kind in ("unknown", "text"):
        return _("This is not an audio file. Upload WAV, FLAC, MP3, M4A or Ogg.")
    return _("This looks like %(kind)s, not like audio. Upload WAV, FLAC, MP3, M4A or Ogg.") % {
        "kind": kind.upper()
    }


SENTENCES: dict[str, Callable[[_Numbers], str]] = {
    "empty": lambda n: _("This file is empty. Export the track again and upload the new file."),
    "too_large": lambda n: _("This file is %(size)d MB. This season takes up to %(limit)d MB. Export it as FLAC or MP3.")
    % {"size": n.megabytes("bytes"), "limit": n.megabytes("max_bytes")},
    "not_audio": _looks_like,
    "container": lambda n: _("%(format)s files can’t be used here. Export the track as WAV, FLAC, MP3, M4A or Ogg.")
    % {"format": str(n.get("container", "")).upper()},
    "codec": lambda n: _("The sound in this %(format)s file is coded as %(codec)s, which can’t be used here. Export it as WAV or FLAC.")
    % {"format": str(n.get("container", "")).upper(), "codec": str(n.get("codec", ""))},
    "has_video": lambda n: _("This is a video. Export only the sound, as WAV, FLAC, MP3, M4A or Ogg."),
    "no_audio": lambda n: _("There is no sound in this file. Export the track again and upload the new file."),
    "too_short": lambda n: _("This track is %(length)s long. This season takes tracks from %(limit)s on. Upload the whole track.")
    % {"length": n.seconds("seconds"), "limit": n.seconds("min_seconds")},
    "too_long": lambda n: _("This track is longer than %(limit)s, the longest that this season takes. Upload a shorter version.")
    % {"limit": n.seconds("max_seconds")},
    "bit_rate": lambda n: _("This file is %(rate)d kbps. This season needs %(limit)d or more. Export again, or upload WAV.")
    % {"rate": n.thousands("bit_rate"), "limit": n.thousands("min_bit_rate")},
    "sample_rate": lambda n: _("This file has %(rate)d samples a second. It must have %(low)d to %(high)d. Export it at 44,100 or 48,000 Hz.")
    % {"rate": n.get("sample_rate") or 0, "low": n.get("min_sample_rate") or 0, "high": n.get("max_sample_rate") or 0},
    "channels": lambda n: _("This file has %(count)d channels. Export it in stereo or mono.") % {"count": n.get("channels") or 0},
    "silent": lambda n: _("This file is almost silent. Listen to it, export it again at its full level and upload that."),
    "truncated": lambda n: _("This file breaks off after %(length)s. The upload or the export was cut short. Export it again and upload the new file.")
    % {"length": n.seconds("seconds")},
    "length": lambda n: _("This file says that it is %(said)s long, but holds %(length)s. Export it again and upload the new file.")
    % {"said": n.seconds("declared_seconds"), "length": n.seconds("seconds")},
    "damaged": lambda n: _("This file is damaged at %(at)s. Export it again and upload the new file.") % {"at": n.seconds("at_seconds")},
    "unreadable": lambda n: _("This file can’t be opened. Export it again as WAV or FLAC and upload the new file."),
    "too_hard": lambda n: _("Reading this file took too long, so we stopped. Export it again as WAV or FLAC and upload the new file."),
}  # fmt: skip
