"""Sounds for the tests, made on the spot: nothing binary is committed."""

from collections.abc import Mapping
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from numpy.typing import NDArray

RATE = 44_100

CODECS = {
    "wav": ("wav", "pcm_s16le", None),
    "flac": ("flac", "flac", None),
    "mp3": ("mp3", "libmp3lame", 192_000),
    "m4a": ("ipod", "aac", 192_000),
    "aac": ("adts", "aac", 192_000),
    "opus": ("ogg", "libopus", 192_000),
    "vorbis": ("ogg", "vorbis", 192_000),  # FFmpeg's own encoder, marked experimental: hence strict below
}
"""kind: container, codec, bit rate"""


def tone(
    seconds: float = 6.0, *, rate: int = RATE, level: float = 0.3, channels: int = 2
) -> NDArray[np.float32]:
    """A sine of 440 Hz on the left and 550 Hz on the right over quiet noise, swelling; shape (channels, n).

    The noise keeps codecs of variable rate busy.
    """
    time = np.arange(round(seconds * rate)) / rate
    swell = level * (0.6 + 0.4 * np.sin(2 * np.pi * time))
    pitches = [440 + 110 * channel for channel in range(channels)]
    noise = np.random.default_rng(1).normal(0, level / 30, (channels, time.size))
    sines = np.stack([swell * np.sin(2 * np.pi * pitch * time) for pitch in pitches])
    return (sines + noise).astype(np.float32)


def write(
    path: Path,
    samples: NDArray[np.float32],
    *,
    kind: str = "wav",
    rate: int = RATE,
    bit_rate: int | None = None,
    codec: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Path:
    """Encode ``samples`` (channels, n) as one of ``CODECS``."""
    container, own_codec, own_bit_rate = CODECS[kind]
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[samples.shape[0]]
    with av.open(str(path), "w", format=container) as media:
        media.metadata.update(tags or {})
        stream = media.add_stream(codec or own_codec, rate=rate, options={"strict": "-2"}, layout=layout)
        assert isinstance(stream, AudioStream)
        if bit_rate or own_bit_rate:
            stream.bit_rate = bit_rate or own_bit_rate or 0
        for at in range(0, samples.shape[1], 8192):
            piece = np.ascontiguousarray(samples[:, at : at + 8192])
            frame = AudioFrame.from_ndarray(piece, "fltp", layout)
            frame.sample_rate, frame.pts = rate, at
            media.mux(stream.encode(frame))
        media.mux(stream.encode(None))
    return path


def decoded(path: Path) -> tuple[NDArray[np.float32], int]:
    """All samples of a stereo file as (2, n) float, and its rate."""
    with av.open(str(path)) as media:
        frames = [frame.to_ndarray() for frame in media.decode(audio=0)]
        return np.concatenate(frames, axis=1).astype(np.float32), media.streams.audio[0].rate
