"""Loudness and true peak by EBU R 128, the waveform and the fingerprint, of sound as it streams past."""

import math
from collections.abc import Iterator
from fractions import Fraction

import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from av.filter.context import FilterContext

from submissions.audio.fingerprint import RATE as FINGERPRINT_RATE
from submissions.audio.fingerprint import FingerprintMeter
from submissions.audio.waveform import Waveform, WaveformMeter

FLOOR = -70.0  # LUFS and dB: the absolute gate of R 128, and what silence reads as
ENDED = (av.error.BlockingIOError, av.error.EOFError)


def rendition_rate(sample_rate: int) -> int:
    """44,100 Hz for itself and its multiples, 48,000 Hz for everything else."""
    return 44_100 if sample_rate % 44_100 == 0 else 48_000


class Meter:
    """Feeds every decoded frame to the loudness filter and, as stereo float, to the waveform and onwards, and as mono to the fingerprint.

    Loudness is FFmpeg's ``ebur128``, over whole tenths of a second; a mono file is measured as it sounds from both
    loudspeakers, which is how its rendition plays.
    """

    def __init__(self, first: AudioFrame) -> None:
        self.rate = rendition_rate(first.sample_rate)
        self._graph = Graph()
        self._graph.threads = 1
        self._source = self._graph.add_abuffer(
            sample_rate=first.sample_rate,
            format=first.format.name,
            layout=first.layout.name,
            time_base=Fraction(1, first.sample_rate),
        )
        self._loudness, self._stereo, self._mono = self._connect()
        self._waveform = WaveformMeter(self.rate)
        self._fingerprint = FingerprintMeter()
        self._values: dict[str, str] = {}
        self._pushed = 0

    def _connect(self) -> tuple[FilterContext, FilterContext, FilterContext]:
        add = self._graph.add
        stereo = f"sample_fmts=fltp:sample_rates={self.rate}:channel_layouts=stereo"
        mono = f"sample_fmts=flt:sample_rates={FINGERPRINT_RATE}:channel_layouts=mono"
        split, meter, convert, lower = (
            add("asplit", "3"),
            add("ebur128", "peak=true:dualmono=true:metadata=1"),
            add("aformat", stereo),
            add("aformat", mono),
        )
        gather = add("asetnsamples", f"n={FINGERPRINT_RATE}:p=0")
        sinks = add("abuffersink"), add("abuffersink"), add("abuffersink")
        self._source.link_to(split)
        for output, filter_ in enumerate((meter, convert, lower)):
            split.link_to(filter_, output)
        for last, sink in zip((meter, convert, gather), sinks, strict=True):
            last.link_to(sink)
        lower.link_to(gather)
        self._graph.configure()
        return sinks

    def push(self, frame: AudioFrame | None) -> Iterator[AudioFrame]:
        """Take a decoded frame (None at the end), give out what became of it: stereo, planar float, at ``rate``."""
        if frame is not None:
            frame.pts = self._pushed
            frame.time_base = Fraction(1, frame.sample_rate)
            self._pushed += frame.samples
        self._source.push(frame)
        for measured in _pull(self._loudness):
            self._values = measured.metadata or self._values
        for stereo in _pull(self._stereo):
            self._waveform.add(stereo.to_ndarray().astype(np.float32, copy=False))
            yield stereo
        for mono in _pull(self._mono):
            self._fingerprint.add(mono.to_ndarray()[0])

    def waveform(self) -> tuple[Waveform, float]:
        """The waveform, and the share of silence."""
        return self._waveform.finish()

    def fingerprint(self) -> bytes:
        """The fingerprint, see ``FingerprintMeter.finish``."""
        return self._fingerprint.finish()

    @property
    def loudness(self) -> float:
        """LUFS, integrated and gated; -70 for silence."""
        return self._value("I", FLOOR)

    @property
    def loudness_range(self) -> float:
        """LU."""
        return self._value("LRA", 0.0)

    @property
    def true_peak(self) -> float:
        """dBTP of the loudest channel; -70 for silence."""
        peak = self._value("true_peak", 0.0)
        return max(FLOOR, round(20 * math.log10(peak), 2)) if peak > 0 else FLOOR

    def _value(self, name: str, default: float) -> float:
        value = float(self._values.get(f"lavfi.r128.{name}", default))
        return round(value, 2) if math.isfinite(value) else default


def _pull(sink: FilterContext) -> Iterator[AudioFrame]:
    while True:
        try:
            frame = sink.pull()
        except ENDED:
            return
        assert isinstance(frame, AudioFrame)
        yield frame
