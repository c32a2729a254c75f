"""Plots as SVG: bars, intervals and dots, drawn on the server with a title and a description for those who can't see them."""

import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

Scale = Callable[[float], float]
WIDTH = 640
LABEL = 19
"""Height of a name in the margin."""
LEVEL = 28
"""Ranks beside an axis are at least this far apart, also in the larger letters of a phone."""
DOT = 11
"""Dots closer than this cover each other ..."""
STACK = 10
"""... and go so much higher."""


@dataclass(frozen=True)
class Bar:
    """One bar: a label under it, its value (zero or more), and whether it needs attention."""

    label: str
    value: float
    hot: bool = False


@dataclass(frozen=True)
class Interval:
    """One row: an estimate with its interval, in the unit of the axis; ``note`` is a short figure beside the label."""

    label: str
    at: float
    low: float
    high: float
    note: str = ""
    hot: bool = False


@dataclass(frozen=True)
class Dots:
    """One row of single values, in the unit of the axis; ``own`` is the one that is the reader's."""

    label: str
    values: Sequence[float]
    own: float | None = None


@dataclass(frozen=True)
class DayBar:
    """One day of a series: its value, whether it is marked, and the quartiles of all others that day; ``label`` may be ""."""

    label: str
    value: float
    low: float
    median: float
    high: float
    hot: bool = False


def bars(rows: Sequence[Bar], *, title: str, desc: str = "", name: str = "bars") -> SafeString:
    """A bar for each row on one base line, its value above it."""
    top = max((row.value for row in rows), default=0) or 1
    step = WIDTH / max(len(rows), 1)
    width = min(step * 0.76, 120)
    parts = [
        _bar(row, x=i * step + (step - width) / 2, width=width, height=190 * row.value / top)
        for i, row in enumerate(rows)
    ]
    axis = mark_safe(f'<line class="axis" x1="0" x2="{WIDTH}" y1="224" y2="224"/>')
    return _figure([*parts, axis], height=262, title=title, desc=desc, name=name)


def _bar(row: Bar, *, x: float, width: float, height: float) -> SafeString:
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/><text class="strong" x="{}" y="{}" text-anchor="middle">{}</text>'
        '<text x="{}" y="246" text-anchor="middle">{}</text>',
        "hot" if row.hot else "bar", _n(x), _n(224 - height), _n(width), _n(height),
        _n(x + width / 2), _n(216 - height), _label(row.value), _n(x + width / 2), row.label,
    )  # fmt: skip


def series(rows: Sequence[DayBar], *, title: str, desc: str = "", name: str = "series") -> SafeString:
    """Days from left to right: a bar each, and behind them the band of the middle half of all others with its median.

    Heights are square roots: next to a day of thousands those of the others stay visible.
    """
    top = max((max(row.value, row.high) for row in rows), default=0) or 1
    step = (WIDTH - 60) / max(len(rows), 1)

    def scale(value: float) -> float:
        return 190 * math.sqrt(max(value, 0.0) / top)

    grid = [
        format_html(
            '<line class="{}" x1="50" x2="{}" y1="{}" y2="{}"/><text x="44" y="{}" text-anchor="end">{}</text>',
            "gridline" if share else "axis", WIDTH, _n(210 - 190 * share), _n(210 - 190 * share), _n(214 - 190 * share), _label(round(top * share**2, 0 if top >= 8 else 1)),
        )
        for share in (1, 0.5, 0)
    ]  # fmt: skip
    xs = [55 + i * step for i in range(len(rows))]
    parts = [_day(row, x=x, width=step, height=scale(row.value)) for row, x in zip(rows, xs, strict=True)]
    behind = [_band(rows, [x + step * 0.4 for x in xs], scale)] if rows else []
    return _figure([*grid[:2], *behind, *parts, grid[2]], height=244, title=title, desc=desc, name=name)


def _day(row: DayBar, *, x: float, width: float, height: float) -> SafeString:
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/><text x="{}" y="234" text-anchor="middle">{}</text>',
        "hot" if row.hot else "mark", _n(x), _n(210 - height), _n(width * 0.8), _n(height), _n(x + width * 0.4), row.label,
    )  # fmt: skip


def _band(rows: Sequence[DayBar], xs: Sequence[float], scale: Scale) -> SafeString:
    def points(values: Sequence[float]) -> list[str]:
        return [f"{_n(x)},{_n(210 - scale(value))}" for x, value in zip(xs, values, strict=True)]

    edge = points([row.high for row in rows]) + points([row.low for row in rows])[::-1]
    return format_html(
        '<polygon class="band" points="{}"/><polyline class="middle" points="{}"/>',
        " ".join(edge), " ".join(points([row.median for row in rows])),
    )  # fmt: skip


def intervals(
    rows: Sequence[Interval],
    *,
    low: float,
    high: float,
    marks: Sequence[float],
    title: str,
    desc: str = "",
    name: str = "intervals",
) -> SafeString:
    """A horizontal interval for each row on an axis from low to high; what needs attention is filled with the brand."""
    height = 44 + len(rows) * 34
    scale = _scale(low, high, start=196, width=414)
    parts = [_gridline(scale(mark), _signed(mark), height=height, axis=mark == 0) for mark in marks]
    parts += [_interval(row, y=30 + i * 34, scale=scale) for i, row in enumerate(rows)]
    return _figure(parts, height=height, title=title, desc=desc, name=name)


def _interval(row: Interval, *, y: int, scale: Scale) -> SafeString:
    half = 4 if row.hot else 2
    return format_html(
        '<text class="{}" x="0" y="{}">{}</text><text x="156" y="{}" text-anchor="end">{}</text>'
        '<rect class="bar" x="{}" y="{}" width="{}" height="8"/><rect class="{}" x="{}" y="{}" width="{}" height="18"/>',
        "strong" if row.hot else "", y + 4, row.label, y + 4, row.note,
        _n(scale(row.low)), y - 4, _n(scale(row.high) - scale(row.low)),
        "hot" if row.hot else "mark", _n(scale(row.at) - half), y - 9, 2 * half,
    )  # fmt: skip


def points(
    rows: Sequence[tuple[float, float]],
    *,
    title: str,
    across: tuple[str, str],
    name: str = "points",
) -> SafeString:
    """Percentages (second of each pair) over a place (first); ``across`` labels the two ends of the base line."""
    height, top, bottom = 240, 20, 200
    low, high = (rows[0][0], rows[-1][0]) if rows else (0, 1)
    scale = _scale(low, high, start=60, width=560)
    parts = [
        format_html(
            '<line class="{}" x1="50" x2="{}" y1="{}" y2="{}"/><text x="0" y="{}">{} %</text>',
            "gridline" if percent else "axis", WIDTH, _n(y), _n(y), _n(y + 4), percent,
        )
        for percent in (0, 50, 100)
        for y in [bottom - (bottom - top) * percent / 100]
    ]  # fmt: skip
    parts += [
        format_html(
            '<circle class="mark" cx="{}" cy="{}" r="5"/>',
            _n(scale(x)),
            _n(bottom - (bottom - top) * y / 100),
        )
        for x, y in rows
    ]
    ends = format_html(
        '<text x="60" y="228">{}</text><text x="{}" y="228" text-anchor="end">{}</text>', across[0], WIDTH - 20, across[1]
    )  # fmt: skip
    return _figure([*parts, ends], height=height, title=title, desc="", name=name)


def dots(
    rows: Sequence[Dots],
    *,
    low: float,
    high: float,
    marks: Sequence[float],
    title: str,
    desc: str = "",
    name: str = "dots",
) -> SafeString:
    """A row of dots for each entry, with a tick at the middle value; dots that would cover each other are stacked."""
    scale = _scale(low, high, start=196, width=424)
    levels = [_levels([scale(value) for value in sorted(row.values)]) for row in rows]
    lines = list(accumulate((38 + STACK * max(found, default=0) for found in levels), initial=-8))[1:]
    height = (lines[-1] if lines else 0) + 48
    parts = [_gridline(scale(mark), f"{mark:g}", height=height) for mark in marks]
    parts += [_dots(row, found, y=y, scale=scale) for row, found, y in zip(rows, levels, lines, strict=True)]
    return _figure(parts, height=height, title=title, desc=desc, name=name)


def _levels(places: Sequence[float]) -> list[int]:
    """For ascending places how high each dot goes: on the lowest level whose last dot it does not touch."""
    last: list[float] = []
    found = []
    for x in places:
        level = next((n for n, before in enumerate(last) if x - before >= DOT), len(last))
        last[level : level + 1] = [x]
        found.append(level)
    return found


def _dots(row: Dots, levels: Sequence[int], *, y: int, scale: Scale) -> SafeString:
    values = sorted(row.values)
    label = format_html('<text class="strong" x="0" y="{}">{}</text>', y + 4, short(row.label))
    if not values:
        return label
    own = values.index(row.own) if row.own in values else -1
    marks = format_html_join(
        "", '<circle class="{}" cx="{}" cy="{}" r="{}"/>',
        (("hot" if i == own else "mark", _n(scale(v)), y - level * STACK, "7" if i == own else "5.5") for i, (v, level) in enumerate(zip(values, levels, strict=True))),
    )  # fmt: skip
    line = '<line class="axis" stroke-width="2" x1="{}" x2="{}" y1="{}" y2="{}"/>'
    spread = format_html(line, _n(scale(values[0])), _n(scale(values[-1])), y, y)
    middle = scale(median(values))
    return label + spread + format_html(line, _n(middle), _n(middle), y + 8, y + 16) + marks


def _gridline(x: float, label: str, *, height: int, axis: bool = False) -> SafeString:
    return format_html(
        '<line class="{}" x1="{}" x2="{}" y1="8" y2="{}"/><text x="{}" y="{}" text-anchor="middle">{}</text>',
        "axis" if axis else "gridline", _n(x), _n(x), height - 30, _n(x), height - 12, label,
    )  # fmt: skip


def _figure(parts: Sequence[SafeString], *, height: int, title: str, desc: str, name: str) -> SafeString:
    labels = f"{name}-t {name}-d" if desc else f"{name}-t"
    described = format_html('<desc id="{}-d">{}</desc>', name, desc) if desc else ""
    return format_html(
        '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-labelledby="{}"><title id="{}-t">{}</title>{}{}</svg>',
        WIDTH, height, labels, name, title, described, mark_safe("".join(parts)),
    )  # fmt: skip


def _scale(low: float, high: float, *, start: float, width: float) -> Scale:
    reach = (high - low) or 1.0
    return lambda value: start + max(0.0, min(1.0, (value - low) / reach)) * width


def _n(value: float) -> str:
    return f"{value:.1f}"


def _label(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:.1f}"


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "−") if value else "0"


@dataclass(frozen=True)
class Course:
    """Places in consecutive columns, 1 at the top; None where there was none."""

    label: str
    ranks: Sequence[int | None]


def courses(
    rows: Sequence[Course],
    *,
    columns: Sequence[str],
    lowest: int,
    title: str,
    desc: str = "",
    name: str = "courses",
) -> SafeString:
    """A line for each row through its places; places below `lowest` are drawn just under it."""
    height = 56 + min(lowest, 12) * 28
    down = _scale(1, lowest + 1, start=22, width=height - 66)
    end = 450 if any(row.label for row in rows) else WIDTH - 8
    across = _scale(0, max(len(columns) - 1, 1), start=44, width=end - 44)
    marks = [1, lowest]
    for mark in (5, 10, 20, 50, 100, 200, 500):
        if mark < lowest and all(abs(down(mark) - down(other)) >= LEVEL for other in marks):
            marks.append(mark)
    parts = [_level(mark, y=down(mark), end=end + 8) for mark in sorted(set(marks))]
    parts += [_column(text, x=across(i), y=height - 12) for i, text in enumerate(columns) if text]
    lines = [
        [None if r is None else (across(i), down(min(r, lowest + 1))) for i, r in enumerate(row.ranks)]
        for row in rows
    ]
    parts += [_course(spots) for spots in lines]
    named = [(row.label, spots[-1]) for row, spots in zip(rows, lines, strict=True) if row.label and spots]
    parts += _labels([(label, last[1]) for label, last in named if last])
    return _figure(parts, height=height, title=title, desc=desc, name=name)


def _level(rank: int, *, y: float, end: int) -> SafeString:
    return format_html(
        '<line class="gridline" x1="36" x2="{}" y1="{}" y2="{}"/><text x="26" y="{}" text-anchor="end">{}</text>',
        end, _n(y), _n(y), _n(y + 4), rank,
    )  # fmt: skip


def _column(label: str, *, x: float, y: float) -> SafeString:
    return format_html('<text x="{}" y="{}" text-anchor="middle">{}</text>', _n(x), _n(y), label)


def _course(spots: Sequence[tuple[float, float] | None]) -> SafeString:
    """Pieces of line where places follow on one another, a dot at each."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for spot in spots:
        if spot is None:
            pieces.append([])
        else:
            pieces[-1].append(spot)
    lines = format_html_join(
        "", '<polyline class="course" points="{}"/>',
        ((" ".join(f"{_n(x)},{_n(y)}" for x, y in piece),) for piece in pieces if len(piece) > 1),
    )  # fmt: skip
    dots = format_html_join(
        "", '<circle class="mark" cx="{}" cy="{}" r="5"/>', ((_n(x), _n(y)) for x, y in filter(None, spots))
    )
    return format_html("{}{}", lines, dots)


def _labels(named: Sequence[tuple[str, float]]) -> list[SafeString]:
    """Names in the margin, those of tracks on one place below one another."""
    labels, free = [], 0.0
    for label, at in sorted(named, key=lambda one: one[1]):
        y = max(at, free)
        free = y + LABEL
        labels.append(format_html('<text class="strong" x="468" y="{}">{}</text>', _n(y + 4), short(label)))
    return labels


def short(label: str, room: int = 20) -> str:
    """A label for the margin; wide letters count twice."""
    used = 0
    for place, letter in enumerate(label):
        used += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > room:
            return label[:place].rstrip() + "…"
    return label
