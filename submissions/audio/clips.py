"""A piece of a track for a fan's video: 15 to 60 seconds, cut to the sample, faded, with its credit inside."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import av
import av.container
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from submissions.audio.encoding import M4aWriter

MIN_SECONDS, MAX_SECONDS = 15.0, 60.0
FADE_IN, FADE_OUT = 0.02, 0.6
PREROLL = 0.2  # decoded before the cut and thrown away: AAC needs the frame before
BIT_RATE = 192_000
TAGS = {"title", "artist", "album", "comment", "copyright", "genre", "date", "description"}


class ClipOutsideTrack(ValueError):
    """The length is not 15 to 60 seconds, or the piece doesn't lie within the track."""


def cut_clip(rendition: Path, *, start: float, seconds: float, out: Path, tags: Mapping[str, str]) -> float:
    """Write seconds ``start`` to ``start + seconds`` of a rendition as M4A to ``out``; return its length in seconds.

    Fades in over 20 ms and out over 0.6 s. ``tags``: title, artist, album, comment, copyright, genre, date,
    description; others raise ``ValueError``. ``out`` appears whole or not at all. ``rendition`` must come from
    ``process``: it is decoded in this process. Raises ``ClipOutsideTrack``.
    """
    if not MIN_SECONDS <= seconds <= MAX_SECONDS or start < 0:
        raise ClipOutsideTrack(f"{seconds} s from {start} s")
    if unknown := set(tags) - TAGS:
        raise ValueError(f"no such tag: {sorted(unknown)}")
    samples, rate = _decode(rendition, start, seconds)
    _fade(samples, rate)
    _write(samples, rate, out, tags)
    return float(samples.shape[1] / rate)


def _decode(rendition: Path, start: float, seconds: float) -> tuple[NDArray[np.float32], int]:
    """Exactly the samples wanted, shape (2, n)."""
    with av.open(str(rendition), format="mov", options={"protocol_whitelist": "file"}) as media:
        stream = media.streams.audio[0]
        rate = int(stream.codec_context.sample_rate)
        first, count = round(start * rate), round(seconds * rate)
        if start > PREROLL:  # from the very beginning the decoder itself drops what precedes the music
            media.seek(int((start - PREROLL) * 1_000_000))
        wanted = np.zeros((2, count), np.float32)
        filled = 0
        for frame in media.decode(stream):
            filled += _copy(frame, wanted, first, rate)
            if filled >= count:
                return wanted, rate
    raise ClipOutsideTrack(f"{seconds} s from {start} s reach beyond the end")


def _copy(frame: AudioFrame, wanted: NDArray[np.float32], first: int, rate: int) -> int:
    """Copy the part of a frame that lies in the piece; return how many samples that were."""
    assert frame.time is not None
    at: int = round(frame.time * rate) - first
    low, high = max(at, 0), min(at + frame.samples, int(wanted.shape[1]))
    if high <= low:
        return 0
    wanted[:, low:high] = frame.to_ndarray()[:, low - at : high - at]
    return high - low


def _fade(samples: NDArray[np.float32], rate: int) -> None:
    for seconds, part in ((FADE_IN, samples), (FADE_OUT, samples[:, ::-1])):
        count = int(seconds * rate)
        part[:, :count] *= np.sin(np.linspace(0, np.pi / 2, count, dtype=np.float32)) ** 2


def _write(samples: NDArray[np.float32], rate: int, out: Path, tags: Mapping[str, str]) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".part-", suffix=".m4a", dir=out.parent)
    try:
        with os.fdopen(descriptor, "wb") as target, open(name, "rb") as reread:
            writer = M4aWriter(target, reread=reread, rate=rate, bit_rate=BIT_RATE, tags=tags)
            for at in range(0, samples.shape[1], 8192):
                frame = AudioFrame.from_ndarray(
                    np.ascontiguousarray(samples[:, at : at + 8192]), "fltp", "stereo"
                )
                frame.sample_rate = rate
                writer.write(frame)
            writer.close()
        os.chmod(name, 0o644)
        os.replace(name, out)
    finally:
        Path(name).unlink(missing_ok=True)
