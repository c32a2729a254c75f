"""The picture of a track: per point and channel the lowest and highest sample."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

POINTS = 800
CHANNELS = 2
SILENCE = 0.001  # -60 dBFS
WINDOWS_PER_SECOND = 100
BATCH = 32_768


@dataclass(frozen=True, slots=True)
class Waveform:
    """``data`` holds int8 values of -127 to 127 (full scale), laid out [channel][point][min, max]; left comes first."""

    data: bytes

    @property
    def array(self) -> NDArray[np.int8]:
        """Shape (2, points, 2): channel, point, (min, max)."""
        return np.frombuffer(self.data, np.int8).reshape(CHANNELS, -1, 2)

    def bars(self, count: int) -> list[float]:
        """``count`` heights from 0 to 1, both channels together, the loudest bar at 1 (all 0 for silence)."""
        if not self.data:
            return [0.0] * count
        heights = np.abs(self.array.astype(np.int16)).max(axis=(0, 2))
        bars = _spread(heights, count, np.maximum)
        top = max(int(bars.max()), 1)
        return [round(float(bar) / top, 3) for bar in bars]


class WaveformMeter:
    """Collects stereo samples in any pieces, and reduces them at the end. Keeps 100 values a second."""

    def __init__(self, sample_rate: int) -> None:
        self._window = sample_rate // WINDOWS_PER_SECOND
        self._pieces: list[NDArray[np.float32]] = []
        self._held = 0
        self._lows: list[NDArray[np.float32]] = []
        self._highs: list[NDArray[np.float32]] = []

    def add(self, samples: NDArray[np.float32]) -> None:
        """``samples``: shape (2, n), full scale at 1."""
        self._pieces.append(samples)
        self._held += samples.shape[1]
        if self._held >= BATCH:
            self._reduce()

    def _reduce(self) -> None:
        samples = np.concatenate(self._pieces, axis=1)
        whole = samples.shape[1] // self._window * self._window
        windows = samples[:, :whole].reshape(CHANNELS, -1, self._window)
        self._lows.append(windows.min(axis=2))
        self._highs.append(windows.max(axis=2))
        self._pieces = [samples[:, whole:]]
        self._held = samples.shape[1] - whole

    def finish(self, points: int = POINTS) -> tuple[Waveform, float]:
        """The waveform, and the share of 10 ms windows that stay below -60 dBFS (1.0 for no sound at all)."""
        if self._held:
            self._reduce()
        if not self._lows or not sum(part.shape[1] for part in self._lows):
            return Waveform(bytes(CHANNELS * points * 2)), 1.0
        lows = np.concatenate(self._lows, axis=1)
        highs = np.concatenate(self._highs, axis=1)
        silence = float((np.maximum(highs, -lows).max(axis=0) < SILENCE).mean())
        pairs = np.stack([_spread(lows, points, np.minimum), _spread(highs, points, np.maximum)], axis=2)
        return Waveform(np.clip(np.rint(pairs * 127), -127, 127).astype(np.int8).tobytes()), silence


def _spread[T: np.generic](values: NDArray[T], count: int, fold: np.ufunc) -> NDArray[T]:
    """Fold the last axis into ``count`` neighboring groups; with fewer values than groups, values repeat."""
    starts = np.arange(count) * values.shape[-1] // count
    spread: NDArray[T] = fold.reduceat(values, starts, axis=-1)
    return spread
