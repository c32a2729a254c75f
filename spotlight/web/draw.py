"""Drawing as numbers: SVG path data and layouts. Pure: no Django, no clock; every function returns plain strings or dataclasses.

Everything is drawn on the server, so that it is there without script and needs no ``style=`` under the strict CSP.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

RULER_COLUMNS = 60
MIN_SPAN = 7


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def resample(peaks: Sequence[float], *, bars: int) -> list[float]:
    """Reduce or stretch peaks (0 to 1, any count) to ``bars`` values, keeping the largest of each slice."""
    if not peaks:
        return [0.0] * bars
    count = len(peaks)
    edges = [i * count // bars for i in range(bars + 1)]
    return [max(peaks[low : max(high, low + 1)]) for low, high in pairwise(edges)]


def wave_path(peaks: Sequence[float], *, bars: int = 120, width: int = 1000, height: int = 100) -> str:
    """Path data of a waveform of vertical bars, mirrored around the middle of a width x height box.

    Peaks are 0 to 1; values outside are clamped, and silence keeps a visible dash.
    """
    middle, step = height / 2, width / bars
    parts = []
    for i, peak in enumerate(resample(peaks, bars=bars)):
        half = max(0.03, min(1.0, peak)) * middle
        parts.append(f"M{i * step + step / 2:.0f} {middle - half:.0f}V{middle + half:.0f}")
    return "".join(parts)


def ticks_path(length: float, *, every: float = 5.0, width: int = 1000, height: int = 10) -> str:
    """Path data of ruled ticks over ``length`` (seconds), one each ``every``, widened so that at most 120 are drawn."""
    if length <= 0:
        return ""
    while length / every > 120:
        every *= 2
    count = int(length / every)
    return "".join(f"M{_number(i * every / length * width)} 0V{height}" for i in range(count + 1))


@dataclass(frozen=True)
class Stage:
    """One stage of a season: its name, bounds (aware datetimes, end exclusive), dates in words, and a sentence."""

    name: str
    start: datetime
    end: datetime
    note: str = ""


@dataclass(frozen=True)
class DialStage:
    stage: Stage
    span: int
    past: bool
    current: bool


@dataclass(frozen=True)
class Dial:
    stages: list[DialStage]
    ticks: str
    marks: str
    needle: float | None
    now: datetime


def dial(stages: Sequence[Stage], *, now: datetime) -> Dial:
    """Lay out a season on a ruler of 60 columns: spans follow duration, never under 7 columns; a tick is a week.

    The ruler is linear inside a stage. ``needle`` is 0 to 1000, or None outside the season.
    """
    spans = _spans([max((s.end - s.start).total_seconds(), 0) for s in stages])
    rows, ticks, marks, needle, at = [], [], [], None, 0.0
    for stage, span in zip(stages, spans, strict=True):
        length = span * 1000 / RULER_COLUMNS
        current = stage.start <= now < stage.end
        rows.append(DialStage(stage, span, past=stage.end <= now, current=current))
        marks.append(f"M{_number(at)} 0V24")
        weeks = max((stage.end - stage.start).days / 7, 1)
        ticks += [f"M{_number(at + week / weeks * length)} 18V29" for week in range(int(weeks) + 1)]
        if current:
            needle = at + (now - stage.start) / (stage.end - stage.start) * length
        at += length
    return Dial(rows, "".join(ticks), "".join(marks), needle, now)


def _spans(lengths: Sequence[float]) -> list[int]:
    """Whole columns that sum to 60, proportional to length, each at least the minimum that fits."""
    if not lengths:
        return []
    least = min(MIN_SPAN, RULER_COLUMNS // len(lengths))
    free = RULER_COLUMNS - least * len(lengths)
    total = sum(lengths) or 1.0
    exact = [free * length / total for length in lengths]
    spans = [int(value) for value in exact]
    rest = sorted(range(len(exact)), key=lambda i: spans[i] - exact[i])
    for i in rest[: free - sum(spans)]:
        spans[i] += 1
    return [least + span for span in spans]


def spark_path(values: Sequence[float], *, width: int = 92, height: int = 28) -> str:
    """Path data of a small line over equally spaced values, scaled to the box; a flat line for equal values."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    scale = (height - 6) / ((high - low) or 1)
    step = width / (len(values) - 1)
    points = (f"{_number(i * step)} {_number(height - 3 - (v - low) * scale)}" for i, v in enumerate(values))
    return "M" + "L".join(points)


def share(value: float, maximum: float = 1.0) -> float:
    """Where a value lies on a scale from zero, 0 to 100, clamped."""
    return max(0.0, min(100.0, 100 * value / maximum)) if maximum else 0.0


def cover(code: str) -> list[tuple[str, str]]:
    """Shapes of a stand-in sleeve for a track without artwork: (tone, path data in a 100 x 100 box), from the code alone.

    The same code always gives the same picture. Tones are ``a`` to ``d``; the first shape is the ground.
    """
    seed = _digest(code)
    shapes = [("a", "M0 0H100V100H0z")]
    kind = seed % 4
    if kind == 0:
        shapes += [("b", _ring(50 + seed % 17 - 8, 50, 38 - 9 * k)) for k in range(3)]
    elif kind == 1:
        shapes += [
            (
                "bcd"[k % 3],
                f"M{12 + 11 * k} {(seed >> k) % 40}V{100 - (seed >> (k + 3)) % 40}h6V{(seed >> k) % 40}z",
            )
            for k in range(8)
        ]
    elif kind == 2:
        shapes += [
            ("c", f"M0 {40 + seed % 30}L100 {20 + seed % 50}V100H0z"),
            ("b", _ring(30 + seed % 40, 34, 17)),
        ]
    else:
        shapes += [
            (
                "bcd"[(seed >> k) % 3],
                f"M{(k % 4) * 25} {(k // 4) * 25}h25{'v25z' if (seed >> k) & 1 else 'l-25 25z'}",
            )
            for k in range(16)
        ]
    return shapes


def _ring(x: float, y: float, r: float) -> str:
    r = max(r, 4)
    return f"M{x - r} {y}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z"


def _digest(text: str) -> int:
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def hue(code: str) -> int:
    """One of twelve palettes, 0 to 11, for a stand-in sleeve."""
    return _digest(code + "#") % 12


def joined(paths: Iterable[str]) -> str:
    """Several path data strings as one."""
    return "".join(paths)
