"""One pass over a file: decode once, and measure, draw and encode what comes out. Runs in the child process."""

from collections.abc import Callable
from typing import BinaryIO

import av.error
from av.audio.frame import AudioFrame

from submissions.audio.decoding import Source, open_source, read_tags
from submissions.audio.encoding import M4aWriter
from submissions.audio.limits import Limits
from submissions.audio.measuring import Meter
from submissions.audio.report import Reason, Refusal, Report

MISSING_TOLERANCE = 0.2
"""Seconds that may be missing from the declared length: MP3 counts what an encoder put around the music."""
MISSING_TOLERANCE_LOSSLESS = 0.01
"""Shorter than a FLAC frame: FFmpeg drops a damaged one without a word."""
SURPLUS_TOLERANCE = 0.25
"""Seconds, or one percent if that is more, by which the sound may be longer than declared."""
BIT_RATE_TOLERANCE = 0.95

Progress = Callable[[float], None]


def analyze(
    file: BinaryIO, *, size: int, rendition: BinaryIO, reread: BinaryIO, limits: Limits, progress: Progress
) -> Report:
    """Decode ``file``, write its rendition, and report. Raises ``Refusal``; the rendition is then worthless.

    ``progress`` is called with the share of the file that was read, from 0 to 1.
    """
    source = open_source(file, size=size, limits=limits)
    target = _Target(rendition, reread, limits.rendition_bit_rate)
    try:
        for frame in source.frames():
            if source.seconds > limits.max_seconds + 1:
                raise _too_long(source, limits)
            target.take(frame)
            progress(min(1.0, source.position / size))
        _check_decoded(source, limits)
        target.take(None)
    except av.error.FFmpegError:
        raise Refusal(Reason.UNREADABLE, container=source.container) from None
    report = _report(source, target)
    _check_silence(report, limits)
    return report


class _Target:
    """Where decoded frames go: the meter, and through it the rendition; both wait for the first frame's format."""

    def __init__(self, file: BinaryIO, reread: BinaryIO, bit_rate: int) -> None:
        self._file, self._reread, self._bit_rate = file, reread, bit_rate
        self._opened: tuple[Meter, M4aWriter] | None = None

    def take(self, frame: AudioFrame | None) -> None:
        """A decoded frame, or None at the end."""
        if self._opened is None:
            assert frame is not None
            meter = Meter(frame)
            self._opened = (
                meter,
                M4aWriter(self._file, reread=self._reread, rate=meter.rate, bit_rate=self._bit_rate),
            )
        for stereo in self.meter.push(frame):
            self.writer.write(stereo)
        if frame is None:
            self.writer.close()

    @property
    def meter(self) -> Meter:
        """After the first frame."""
        assert self._opened is not None
        return self._opened[0]

    @property
    def writer(self) -> M4aWriter:
        """After the first frame."""
        assert self._opened is not None
        return self._opened[1]


def _check_decoded(source: Source, limits: Limits) -> None:
    if not source.seconds:
        raise Refusal(Reason.UNREADABLE, container=source.container)
    if source.is_damaged:
        raise source.damage()
    _check_length_claim(source)
    if source.lossless and source.bad_packets:
        raise source.damage()
    if source.seconds < limits.min_seconds:
        raise Refusal(Reason.TOO_SHORT, seconds=round(source.seconds, 2), min_seconds=limits.min_seconds)
    if source.seconds > limits.max_seconds:
        raise _too_long(source, limits)
    if not source.lossless and source.bit_rate < limits.min_bit_rate * BIT_RATE_TOLERANCE:
        raise Refusal(Reason.BIT_RATE, bit_rate=source.bit_rate, min_bit_rate=limits.min_bit_rate)


def _check_length_claim(source: Source) -> None:
    declared = source.declared_seconds
    missing = 0.0 if declared is None else declared - source.seconds
    numbers = {
        "seconds": round(source.seconds, 2),
        "declared_seconds": None if declared is None else round(declared, 2),
    }
    tolerance = MISSING_TOLERANCE_LOSSLESS if source.lossless else MISSING_TOLERANCE
    if source.is_cut or missing > tolerance:
        raise Refusal(Reason.TRUNCATED, **numbers)
    if -missing > max(SURPLUS_TOLERANCE, 0.01 * source.seconds):
        raise Refusal(Reason.LENGTH, **numbers)


def _too_long(source: Source, limits: Limits) -> Refusal:
    return Refusal(Reason.TOO_LONG, seconds=source.declared_seconds, max_seconds=limits.max_seconds)


def _check_silence(report: Report, limits: Limits) -> None:
    if report.silence > limits.max_silence or report.loudness < limits.min_loudness:
        raise Refusal(Reason.SILENT, silence=round(report.silence, 3), loudness=report.loudness)


def _report(source: Source, target: _Target) -> Report:
    waveform, silence = target.meter.waveform()
    return Report(
        container=source.container,
        codec=source.codec,
        lossless=source.lossless,
        seconds=round(source.seconds, 3),
        declared_seconds=source.declared_seconds,
        sample_rate=source.sample_rate,
        channels=source.channels,
        bit_rate=source.bit_rate,
        loudness=target.meter.loudness,
        loudness_range=target.meter.loudness_range,
        true_peak=target.meter.true_peak,
        silence=round(silence, 4),
        waveform=waveform,
        fingerprint=target.meter.fingerprint(),
        tags=read_tags(source),
        bad_packets=source.bad_packets,
        rendition_sample_rate=target.meter.rate,
        rendition_seconds=round(target.writer.seconds, 3),
    )
