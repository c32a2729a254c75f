"""The last step of a piece: loudness, peaks, and a file."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from spotlight.demo.synth import RATE, Sound


def master(mix: Sound, loudness: float) -> Sound:
    """Scale to about ``loudness`` LUFS, round off peaks above 0.5, keep below 0.7, and fade both ends."""
    out: Sound = mix - mix.mean(axis=1, keepdims=True)
    for _ in range(2):  # rounding off peaks takes some loudness, so twice
        gain = 10 ** ((loudness - estimate_loudness(out)) / 20)
        out = soft_limit(out * np.float32(gain))
    rise, fall = int(0.01 * RATE), int(1.2 * RATE)
    out[:, :rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    out[:, -fall:] *= np.linspace(1, 0, fall, dtype=np.float32) ** 2
    return out


def soft_limit(stereo: Sound, knee: float = 0.5, ceiling: float = 0.7) -> Sound:
    """Bend what is above ``knee`` so that nothing passes ``ceiling``; room for peaks between the samples remains."""
    size, room = np.abs(stereo), ceiling - knee
    bent = np.minimum(size, knee) + room * np.tanh(np.maximum(size - knee, 0) / room)
    return np.copysign(bent, stereo)


def estimate_loudness(stereo: Sound, *, windows: int = 24) -> float:
    """LUFS within about 1 LU: K-weighted power (ITU-R BS.1770, by its magnitude) of windows spread over the piece,
    without those 10 LU below the mean."""
    window = 32_768
    starts = np.linspace(0, stereo.shape[1] - window, windows).astype(int)
    pieces = np.stack([stereo[:, at : at + window] for at in starts]) * np.hanning(window).astype(np.float32)
    spectra = np.abs(np.fft.rfft(pieces)) ** 2 * _k_weight(window)
    power = spectra.sum(axis=(1, 2)) * (2 / (window**2 * 0.375))
    heard = power[power >= power.mean() / 10]
    return float(-0.691 + 10 * np.log10(max(float(heard.mean()), 1e-10)))


def _k_weight(window: int) -> Sound:
    """Power gain: a high-pass at 38 Hz (second order) and a shelf of 4 dB above 1.7 kHz."""
    hertz = np.fft.rfftfreq(window, 1 / RATE)
    high_pass = hertz**4 / (hertz**4 + 38.0**4)
    shelf = 1 + (10**0.4 - 1) * hertz**4 / (hertz**4 + 1700.0**4)
    return (high_pass * shelf).astype(np.float32)


def write_wav(path: Path, stereo: Sound) -> None:
    """16-bit PCM at 44.1 kHz."""
    _write(path, stereo, "wav", "pcm_s16le")


def write_flac(path: Path, stereo: Sound) -> None:
    """16-bit FLAC at 44.1 kHz: about half the size of WAV."""
    _write(path, stereo, "flac", "flac")


def _write(path: Path, stereo: Sound, container: str, codec: str) -> None:
    integers = np.rint(np.clip(stereo, -1, 1) * 32767).astype(np.int16)
    with av.open(str(path), "w", format=container, options={"fflags": "+bitexact"}) as media:
        stream = media.add_stream(codec, rate=RATE, layout="stereo", options={"flags": "+bitexact"})
        assert isinstance(stream, AudioStream)
        for at in range(0, integers.shape[1], 65_536):
            piece = np.ascontiguousarray(integers[:, at : at + 65_536].T).reshape(1, -1)
            frame = AudioFrame.from_ndarray(piece, "s16", "stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
            media.mux(stream.encode(frame))
        media.mux(stream.encode(None))
