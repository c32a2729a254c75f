"""AAC-LC in an M4A that starts playing at once: the index at the front, no metadata but what is asked for."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, BinaryIO

import av
import av.container
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

FAST_CODER = "fast"
"""FFmpeg's quicker coder: 0.43 of the time of the default one. On dense rock at 160 kbit/s its noise was within 2 dB
below 5 kHz (lower at 0.5 to 2 kHz) and 1 to 2.5 dB higher above."""


class M4aWriter:
    """Encodes stereo planar float frames of one sample rate.

    ``target`` is open for writing; ``reread`` is a second handle on the same file, which the muxer needs to move the
    index to the front (a child process can't open it, having no right to open anything).
    """

    def __init__(
        self,
        target: BinaryIO,
        *,
        reread: BinaryIO,
        rate: int,
        bit_rate: int,
        coder: str = FAST_CODER,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        def reopen(url: str, flags: int, options: dict[str, str]) -> BinaryIO:
            reread.seek(0)
            return reread

        self._samples = 0
        self._rate = rate
        self._media = av.open(
            target,
            "w",
            format="ipod",
            options={"movflags": "+faststart", "fflags": "+bitexact"},
            io_open=reopen,
        )
        self._media.metadata.update(tags or {})
        self._stream = self._add_stream(rate, bit_rate, coder)

    def _add_stream(self, rate: int, bit_rate: int, coder: str) -> AudioStream:
        options: dict[str, Any] = {"aac_coder": coder, "flags": "+bitexact"}
        stream = self._media.add_stream("aac", rate=rate, options=options, layout="stereo")
        stream.bit_rate = bit_rate
        return stream

    @property
    def seconds(self) -> float:
        """Written so far."""
        return self._samples / self._rate

    def write(self, frame: AudioFrame) -> None:
        """Append a frame, whatever its time stamp: the rendition has no gaps."""
        frame.pts = self._samples
        frame.time_base = Fraction(1, self._rate)
        self._samples += frame.samples
        self._media.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Flush the encoder and write the index."""
        self._media.mux(self._stream.encode(None))
        self._media.close()
