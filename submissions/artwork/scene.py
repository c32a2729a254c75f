"""A picture as a short list of flat shapes on a square of 400 units, and its two printers: SVG and Pillow."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from PIL import Image, ImageDraw

SIDE = 400
OVERSAMPLING = 2


@dataclass(frozen=True, slots=True)
class Disc:
    """A filled circle."""

    x: float
    y: float
    radius: float
    color: str


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle's line; ``radius`` to the middle of the line."""

    x: float
    y: float
    radius: float
    width: float
    color: str


@dataclass(frozen=True, slots=True)
class Slice:
    """A sector of a disc, clockwise from ``start`` to ``end`` in degrees from three o'clock; less than a full turn."""

    x: float
    y: float
    radius: float
    start: float
    end: float
    color: str


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle."""

    x: float
    y: float
    width: float
    height: float
    color: str


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon."""

    points: tuple[tuple[float, float], ...]
    color: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, with round corners and ends."""

    points: tuple[tuple[float, float], ...]
    width: float
    color: str


Shape = Disc | Ring | Slice | Box | Area | Line


@dataclass(frozen=True, slots=True)
class Scene:
    """Shapes over a ground, the first at the bottom. Colors are "#rrggbb"."""

    ground: str
    shapes: tuple[Shape, ...]


# ---- SVG ----


def to_svg(scene: Scene, *, title: str = "") -> str:
    """A self-contained SVG document: no script, style, link or text but its ``title``."""
    name = f"<title>{escape(_plain(title))}</title>" if title else ""
    shapes = "".join(_svg(shape) for shape in scene.shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" role="img">{name}'
        f'<path fill="{scene.ground}" d="M0 0h{SIDE}v{SIDE}H0z"/>{shapes}</svg>'
    )


def _plain(text: str) -> str:
    """Without what XML 1.0 can't hold."""
    return "".join(
        char for char in text if char >= " " and not "\ud800" <= char <= "\udfff" and char < "\ufffe"
    )


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in points)


def _svg(shape: Shape) -> str:
    match shape:
        case Disc(x, y, radius, color):
            return f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}" fill="{color}"/>'
        case Ring(x, y, radius, width, color):
            place = f'cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}"'
            return f'<circle {place} fill="none" stroke="{color}" stroke-width="{_number(width)}"/>'
        case Slice():
            return _svg_slice(shape)
        case Box(x, y, width, height, color):
            place = f"M{_number(x)} {_number(y)}h{_number(width)}v{_number(height)}h{_number(-width)}z"
            return f'<path fill="{color}" d="{place}"/>'
        case Area(points, color):
            return f'<path fill="{color}" d="{_path(points)}z"/>'
        case Line(points, width, color):
            style = f'stroke="{color}" stroke-width="{_number(width)}" stroke-linecap="round" stroke-linejoin="round"'
            return f'<path fill="none" {style} d="{_path(points)}"/>'


def _svg_slice(shape: Slice) -> str:
    (x1, y1), (x2, y2) = (
        on_circle(shape.x, shape.y, shape.radius, angle) for angle in (shape.start, shape.end)
    )
    radius, large = _number(shape.radius), int(shape.end - shape.start > 180)
    arc = f"A{radius} {radius} 0 {large} 1 {_number(x2)} {_number(y2)}"
    center = f"M{_number(shape.x)} {_number(shape.y)}"
    return f'<path fill="{shape.color}" d="{center}L{_number(x1)} {_number(y1)}{arc}z"/>'


# ---- Pillow ----


def to_image(scene: Scene, *, size: int) -> Image.Image:
    """The same picture as RGB pixels, ``size`` square."""
    scale = size * OVERSAMPLING / SIDE
    large = Image.new("RGB", (size * OVERSAMPLING, size * OVERSAMPLING), scene.ground)
    pen = ImageDraw.Draw(large)
    for shape in scene.shapes:
        _paint(pen, shape, scale)
    return large.resize((size, size), Image.Resampling.BOX)


def _paint(pen: ImageDraw.ImageDraw, shape: Shape, scale: float) -> None:
    match shape:
        case Disc(x, y, radius, color):
            pen.ellipse(_round_box(x, y, radius, scale), fill=color)
        case Ring(x, y, radius, width, color):
            box = _round_box(x, y, radius + width / 2, scale)
            pen.ellipse(box, outline=color, width=max(1, round(width * scale)))
        case Slice(x, y, radius, start, end, color):
            pen.pieslice(_round_box(x, y, radius, scale), start, end, fill=color)
        case Box(x, y, width, height, color):
            left, top = x * scale, y * scale
            right, bottom = max(left, (x + width) * scale - 1), max(top, (y + height) * scale - 1)
            pen.rectangle((left, top, right, bottom), fill=color)
        case Area(points, color):
            pen.polygon([(x * scale, y * scale) for x, y in points], fill=color)
        case Line(points, width, color):
            _paint_line(pen, [(x * scale, y * scale) for x, y in points], width * scale, color)


def _round_box(x: float, y: float, radius: float, scale: float) -> tuple[float, float, float, float]:
    return ((x - radius) * scale, (y - radius) * scale, (x + radius) * scale, (y + radius) * scale)


def _paint_line(
    pen: ImageDraw.ImageDraw, points: list[tuple[float, float]], width: float, color: str
) -> None:
    pen.line(points, fill=color, width=max(1, round(width)), joint="curve")
    for x, y in (points[0], points[-1]):
        pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=color)


def on_circle(x: float, y: float, radius: float, degrees: float) -> tuple[float, float]:
    """The point at an angle, clockwise from three o'clock."""
    angle = math.radians(degrees)
    return x + radius * math.cos(angle), y + radius * math.sin(angle)
