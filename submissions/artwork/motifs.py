"""What can be printed on a sleeve. Each motif takes dice and three inks, and gives shapes on a square of 400."""

import math
from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from submissions.artwork.scene import SIDE, Area, Box, Disc, Line, Ring, Shape, Slice, on_circle


class Inks(NamedTuple):
    """The ground shows through as a third color; ``ink`` draws, ``accent`` is used once or twice."""

    ground: str
    ink: str
    accent: str


Motif = Callable[[Random, Inks], Iterator[Shape]]


def ripples(dice: Random, inks: Inks) -> Iterator[Shape]:
    x, y, gap = dice.randint(80, 320), dice.randint(80, 320), dice.choice((11, 14, 18))
    for number in range(2, 480 // gap):
        yield Ring(x, y, number * gap, 6 if number % 5 == 0 else 1.6, inks.ink)
    yield Disc(x, y, gap * dice.uniform(2.5, 5), inks.accent)


def halftone(dice: Random, inks: Inks) -> Iterator[Shape]:
    count = dice.choice((8, 9, 10))
    pitch, x0, y0 = SIDE / count, dice.uniform(0, count), dice.uniform(0, count)
    slope = dice.uniform(0.8, 1.3) * pitch / count * 1.1
    for row in range(count):
        for column in range(count):
            radius = pitch * 0.47 - slope * math.hypot(column - x0, row - y0) * 0.6
            accent = (row + column) % 7 == 0
            yield Disc(
                (column + 0.5) * pitch,
                (row + 0.5) * pitch,
                max(1.5, radius),
                inks.accent if accent else inks.ink,
            )


def hills(dice: Random, inks: Inks) -> Iterator[Shape]:
    yield Disc(
        dice.randint(90, 310),
        dice.randint(80, 150),
        dice.randint(38, 74),
        dice.choice((inks.ink, inks.accent)),
    )
    for number, color in enumerate((inks.ink, inks.accent, inks.ground)):
        base, height = 230 + number * 60, dice.randint(20, 50)
        phase, length = dice.uniform(0, 6.3), dice.uniform(0.9, 1.8)
        ridge = [
            (x, base + height * math.sin(phase + x / SIDE * 2 * math.pi * length))
            for x in range(0, SIDE + 1, 20)
        ]
        yield Area(((0, SIDE), *ridge, (SIDE, SIDE)), color)


def stripes(dice: Random, inks: Inks) -> Iterator[Shape]:
    at = 0
    while at < SIDE:
        width = dice.choice((4, 8, 12, 20, 34))
        yield Box(at, 0, min(width, SIDE - at), SIDE, dice.choice((inks.ink, inks.ink, inks.accent)))
        at += width + dice.choice((6, 10, 18))
    x, y, radius = dice.choice((140, 200, 260)), dice.choice((140, 200, 260)), dice.randint(90, 125)
    yield Disc(x, y, radius, inks.ground)
    yield Disc(x, y, radius * dice.uniform(0.3, 0.55), inks.accent)


def strata(dice: Random, inks: Inks) -> Iterator[Shape]:
    marked, bend, phase = dice.randint(2, 7), dice.uniform(20, 60), dice.uniform(0, 6)
    for number in range(10):
        y, lean = 10 + number * 42, dice.uniform(-12, 12)
        points = tuple(
            (x, y + bend * math.sin(phase + x / 70) + lean * x / SIDE) for x in range(-20, SIDE + 21, 20)
        )
        yield Line(points, 22 if number == marked else 6, inks.accent if number == marked else inks.ink)


def eclipse(dice: Random, inks: Inks) -> Iterator[Shape]:
    turn, x, y = dice.choice((0, 90, 180, 270)), dice.randint(180, 220), dice.randint(180, 220)
    corners = [(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)]
    first = turn // 90
    yield Area(tuple(corners[(first + step) % 4] for step in range(3)), inks.ink)
    yield Slice(x, y, dice.randint(125, 160), 45 + turn, 225 + turn, inks.accent)
    away = on_circle(x, y, 75, 315 + turn)
    yield Disc(*away, dice.randint(36, 58), inks.ground)


def cards(dice: Random, inks: Inks) -> Iterator[Shape]:
    dx, dy, flip = dice.randint(14, 24), dice.randint(22, 32), dice.random() < 0.5
    for number in range(5):
        width, height = 270 - number * 10, 236 - number * 8
        x, y = 36 + number * dx, 30 + number * dy
        x = SIDE - x - width if flip else x
        yield Box(x - 5, y - 5, width + 10, height + 10, inks.ground)
        yield Box(x, y, width, height, (inks.ink, inks.accent, inks.ink)[number % 3])


def waveform(dice: Random, inks: Inks) -> Iterator[Shape]:
    count = dice.choice((24, 32, 40))
    a, b, marked = dice.uniform(0.2, 0.5), dice.uniform(0.8, 1.5), dice.randint(4, count - 6)
    pitch = SIDE / count
    for number in range(count):
        half = 26 + abs(math.sin(number * a) * 120 + math.sin(number * b) * 46)
        color = inks.accent if marked <= number < marked + 3 else inks.ink
        yield Box(number * pitch + pitch * 0.2, 200 - half, pitch * 0.55, 2 * half, color)


def overlap(dice: Random, inks: Inks) -> Iterator[Shape]:
    radius, shift, lean = dice.randint(105, 135), dice.randint(55, 85), dice.uniform(-60, 60)
    one, two = on_circle(200, 190, shift, lean), on_circle(200, 190, shift, lean + 180)
    yield Disc(*one, radius, inks.ink)
    yield Disc(*two, radius, inks.accent)
    half = math.degrees(math.acos(shift / radius))
    lens = [on_circle(*two, radius, lean + a * half / 8) for a in range(-8, 9)]
    lens += [on_circle(*one, radius, lean + 180 + a * half / 8) for a in range(-8, 9)]
    yield Area(tuple(lens), inks.ground)
    yield Box(0, 352, SIDE, dice.choice((8, 14, 22)), inks.ink)


def peaks(dice: Random, inks: Inks) -> Iterator[Shape]:
    x, top = dice.randint(140, 260), dice.randint(30, 60)
    for number in range(7):
        y, half = top + number * 26, 165 - number * 22
        color = (inks.ink, inks.ground, inks.accent, inks.ground)[number % 4]
        yield Area(((x, y), (x + half, 372 - number * 4), (x - half, 372 - number * 4)), color)


def tiles(dice: Random, inks: Inks) -> Iterator[Shape]:
    count = dice.choice((4, 5, 6))
    pitch = SIDE / count
    for row in range(count):
        for column in range(count):
            x, y, corner = column * pitch, row * pitch, dice.randrange(4)
            color = dice.choices((inks.ink, inks.accent), (3, 1))[0]
            if dice.random() < 0.2:
                yield Disc(x + pitch / 2, y + pitch / 2, pitch * 0.3, color)
            else:
                yield Slice(
                    x + pitch * (corner in (1, 2)),
                    y + pitch * (corner in (2, 3)),
                    pitch,
                    corner * 90,
                    corner * 90 + 90,
                    color,
                )


def burst(dice: Random, inks: Inks) -> Iterator[Shape]:
    x, y, count = dice.randint(120, 280), dice.randint(120, 280), dice.choice((18, 24, 30))
    step = 360 / count
    for number in range(count):
        wide = step * (0.5 if number % 3 else 0.75)
        yield Slice(x, y, 560, number * step, number * step + wide, inks.ink)
    radius = dice.randint(60, 100)
    yield Disc(x, y, radius + 16, inks.ground)
    yield Disc(x, y, radius, inks.accent)
    yield Disc(x, y, 9, inks.ground)


def skyline(dice: Random, inks: Inks) -> Iterator[Shape]:
    yield Disc(dice.randint(90, 310), dice.randint(90, 170), dice.randint(50, 90), inks.accent)
    at = 0
    while at < SIDE:
        width, height = dice.randint(34, 74), dice.randint(90, 270)
        yield Box(at, SIDE - height, min(width, SIDE - at), height, inks.ink)
        for row in range(dice.randint(0, 4)):
            yield Box(at + width * 0.25, SIDE - height + 16 + row * 26, width * 0.4, 9, inks.ground)
        at += width + dice.choice((0, 4, 10))


def rainbow(dice: Random, inks: Inks) -> Iterator[Shape]:
    x, y, turn = dice.choice(((0, 400, 270), (400, 400, 180), (200, 330, 180), (0, 0, 0), (400, 0, 90)))
    span, band = (180 if x == 200 else 90), dice.randint(26, 36)
    reach = 190 if x == 200 else 380
    colors = (inks.ink, inks.ground, inks.accent, inks.ground, inks.ink, inks.ground)
    for number in range(reach // band):
        yield Slice(x, y, reach - number * band, turn, turn + span, colors[number % 6])
    far = on_circle(x, y, 470 if x != 200 else 250, turn + span / 2)
    yield Disc(*far, 34, inks.accent)


def flower(dice: Random, inks: Inks) -> Iterator[Shape]:
    petals, long, wide = dice.choice((5, 6, 8, 10)), dice.randint(130, 175), dice.uniform(0.5, 0.9)
    lean = dice.uniform(0, 60)
    for number in range(petals):
        angle = lean + number * 360 / petals
        half = 180 / petals * wide
        outline = [
            on_circle(200, 200, long * math.sin(math.pi * s / 12) ** 0.7, angle - half + half * s / 6)
            for s in range(13)
        ]
        yield Area(((200, 200), *outline), inks.accent if number % 2 and petals % 2 == 0 else inks.ink)
    yield Disc(200, 200, dice.randint(26, 46), inks.ground)
    yield Disc(200, 200, dice.randint(10, 20), inks.accent)


def spiral(dice: Random, inks: Inks) -> Iterator[Shape]:
    x, y, turns, way = (
        dice.randint(160, 240),
        dice.randint(160, 240),
        dice.choice((4, 5, 6)),
        dice.choice((1, -1)),
    )
    steps = turns * 28
    points = tuple(
        on_circle(x, y, 10 + 230 * step / steps, way * step * 360 / 28) for step in range(steps + 1)
    )
    yield Line(points, dice.choice((10, 14, 18)), inks.ink)
    yield Disc(*points[-steps // 4], dice.randint(24, 40), inks.accent)


def moire(dice: Random, inks: Inks) -> Iterator[Shape]:
    """Two hatchings, each one line that turns round outside the picture."""
    lean, gap = dice.uniform(14, 50), dice.choice((20, 26))
    for angle, color in ((90, inks.ink), (90 + lean, inks.accent)):
        points: list[tuple[float, float]] = []
        for number in range(-16, 17):
            x, y = on_circle(200, 200, number * gap, angle)
            ends = [on_circle(x, y, 420, angle + 90), on_circle(x, y, 420, angle - 90)]
            points += ends if number % 2 else ends[::-1]
        yield Line(tuple(points), 7, color)
    yield Disc(dice.randint(130, 270), dice.randint(130, 270), dice.randint(60, 90), inks.ground)


def pillars(dice: Random, inks: Inks) -> Iterator[Shape]:
    count = dice.choice((3, 4, 5))
    pitch = SIDE / count
    for number in range(count):
        height, x = dice.randint(110, 330), number * pitch + pitch * 0.12
        width = pitch * 0.76
        color = inks.accent if number == count // 2 else inks.ink
        yield Box(x, SIDE - height, width, height, color)
        yield Disc(x + width / 2, SIDE - height, width / 2, color)
        yield Disc(x + width / 2, SIDE - height, width / 5, inks.ground)


def checks(dice: Random, inks: Inks) -> Iterator[Shape]:
    count, lean = dice.choice((6, 7, 8)), dice.uniform(0.5, 1.4)
    edges = [SIDE * (step / count) ** lean for step in range(count + 1)]
    for row in range(count):
        for column in range(row % 2, count, 2):
            x, y = edges[column], edges[row]
            yield Box(x, y, edges[column + 1] - x, edges[row + 1] - y, inks.ink)
    yield Disc(dice.randint(140, 260), dice.randint(140, 260), dice.randint(60, 100), inks.accent)


def orbit(dice: Random, inks: Inks) -> Iterator[Shape]:
    lean = dice.uniform(-40, 40)
    for number in range(4):
        long, wide = 90 + number * 34, 30 + number * 26
        points = []
        for step in range(37):
            x, y = long * math.cos(step * math.pi / 18), wide * math.sin(step * math.pi / 18)
            points.append(on_circle(200, 200, math.hypot(x, y), math.degrees(math.atan2(y, x)) + lean))
        yield Line(tuple(points), 5, inks.ink)
        yield Disc(*points[dice.randrange(36)], 8 + number * 3, inks.accent)
    yield Disc(200, 200, 44, inks.ink)


MOTIFS: tuple[Motif, ...] = (
    ripples, halftone, hills, stripes, strata, eclipse, cards, waveform, overlap, peaks,
    tiles, burst, skyline, rainbow, flower, spiral, moire, pillars, checks, orbit,
)  # fmt: skip
