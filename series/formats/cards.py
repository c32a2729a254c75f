"""Pictures drawn from words: the share card of a page (1200 x 630) and the square artwork of a feed.

Each character is set in the first of the given fonts that has it, so Japanese and Korean need a font with their
letters among them; without one they come out as empty boxes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont, ImageOps

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

PAPER, INK, SOFT = (236, 239, 238), (22, 33, 38), (70, 82, 87)
CARD_SIZE = (1200, 630)
MARGIN = 64
OBI = 72
# Characters that must not begin a line in Japanese (JIS X 4051), besides Latin punctuation.
NEVER_FIRST = (
    "、。，．・：；？！ー゛゜」』）】〉》〕｝”’…ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々,.:;?!)]}%"
)


@dataclass(frozen=True)
class Face:
    """A font file; `index` picks a face of a collection, `weight` and `width` set a variable font's axes."""

    path: str
    index: int = 0
    weight: int | None = None
    width: int | None = None


@dataclass(frozen=True)
class Card:
    """What stands on a picture; `brand` is the obi's color as (red, green, blue), `picture` an image file's bytes."""

    title: str
    line: str = ""
    label: str = ""
    brand: tuple[int, int, int] = (242, 181, 29)
    picture: bytes | None = None


def share_card(card: Card, faces: tuple[Face, ...]) -> bytes:
    """A JPEG of 1200 x 630 pixels: obi, label, title, line and, at the right, the picture."""
    image, draw = _sheet(CARD_SIZE, card.brand)
    right = CARD_SIZE[0] - MARGIN
    if card.picture:
        right = CARD_SIZE[0] - 480 - MARGIN // 2
        _paste(image, card.picture, (CARD_SIZE[0] - 480, 0, CARD_SIZE[0], CARD_SIZE[1]))
    _words(draw, card, faces, (OBI + MARGIN, MARGIN, right, CARD_SIZE[1] - MARGIN), most=84)
    return _jpeg(image)


def artwork(card: Card, faces: tuple[Face, ...], *, size: int = 1400) -> bytes:
    """A square JPEG, as podcast directories ask for (1400 to 3000 pixels)."""
    image, draw = _sheet((size, size), card.brand)
    margin = size // 12
    _words(
        draw, card, faces, (OBI * size // 630 + margin, margin, size - margin, size - margin), most=size // 7
    )
    return _jpeg(image)


def _sheet(size: tuple[int, int], brand: tuple[int, int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, OBI * size[1] // 630, size[1]), fill=brand)
    return image, draw


def _paste(image: Image.Image, picture: bytes, box: tuple[int, int, int, int]) -> None:
    """The picture, cropped to the box; an unreadable one leaves the paper bare."""
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            fitted = ImageOps.fit(opened.convert("RGB"), (box[2] - box[0], box[3] - box[1]))
    except (OSError, ValueError, Image.DecompressionBombError):
        return
    image.paste(fitted, box[:2])


def _words(
    draw: ImageDraw.ImageDraw,
    card: Card,
    faces: tuple[Face, ...],
    box: tuple[int, int, int, int],
    *,
    most: int,
) -> None:
    left, top, right, bottom = box
    small = max(most // 3, 24)
    label, line = _setting(faces, small), _setting(faces, small + 6)
    label.draw(draw, (left, top), card.label, SOFT)
    below = line.wrap(card.line, right - left)[:2]
    title, lines = _fit(
        faces, card.title, right - left, bottom - top - 3 * small - len(below) * line.step, most
    )
    foot = bottom - len(below) * line.step
    for number, text in enumerate(below):
        line.draw(draw, (left, foot + number * line.step), text, SOFT)
    start = foot - small // 2 - len(lines) * title.step
    for number, text in enumerate(lines):
        title.draw(draw, (left, start + number * title.step), text, INK)


def _fit(
    faces: tuple[Face, ...], text: str, width: int, height: int, most: int
) -> tuple[_Setting, list[str]]:
    """The largest setting in which the text fits; the smallest one, cut, when none does."""
    for size in range(most, most // 3, -4):
        setting = _setting(faces, size)
        lines = setting.wrap(text, width)
        if len(lines) * setting.step <= height:
            return setting, lines
    return setting, lines[: max(1, height // setting.step)]


class _Setting:
    """Faces at one size: measures, breaks and draws text."""

    def __init__(self, faces: tuple[Face, ...], size: int) -> None:
        self.fonts: list[Font] = [_load(face, size) for face in faces]
        self.fonts = self.fonts or [ImageFont.load_default(size)]
        self.missing = [bytes(font.getmask("\U0010fffd")) for font in self.fonts]
        self.step = round(size * 1.22)
        self.base = size

    def runs(self, text: str) -> Iterator[tuple[Font, str]]:
        """The text in pieces of one font."""
        piece = ""
        current = self.fonts[0]
        for char in text:
            font = current if char == " " and piece else self._font(char)
            if font is not current and piece:
                yield current, piece
                piece = ""
            current, piece = font, piece + char
        if piece:
            yield current, piece

    def _font(self, char: str) -> Font:
        for font, missing in zip(self.fonts, self.missing, strict=True):
            if char.isspace() or bytes(font.getmask(char)) != missing:
                return font
        return self.fonts[-1]

    def length(self, text: str) -> float:
        return sum(font.getlength(piece) for font, piece in self.runs(text))

    def wrap(self, text: str, width: float) -> list[str]:
        lines: list[str] = []
        for word in _breakable(text):
            joined = lines[-1] + word if lines else word
            if lines and self.length(joined.rstrip()) > width:
                lines.append(word.lstrip())
            elif lines:
                lines[-1] = joined
            else:
                lines.append(word)
        return [line.strip() for line in lines if line.strip()]

    def draw(
        self, draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, color: tuple[int, int, int]
    ) -> None:
        x, y = at
        for font, piece in self.runs(text):
            draw.text((x, y + self.base), piece, font=font, fill=color, anchor="ls")
            x += font.getlength(piece)


def _breakable(text: str) -> Iterator[str]:
    """Pieces between which a line may break: words, and single Japanese letters with what must follow them."""
    piece = ""
    for char in text:
        wide = _wide(char)
        if (
            piece
            and char not in NEVER_FIRST
            and (piece[-1] == " " or wide or _wide(piece[-1]))
            and char != " "
        ):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece


def _wide(char: str) -> bool:
    """Scripts that break anywhere; Korean breaks at its spaces."""
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff"


@lru_cache(maxsize=64)
def _setting(faces: tuple[Face, ...], size: int) -> _Setting:
    return _Setting(faces, size)


def _load(face: Face, size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(face.path, size, index=face.index, layout_engine=ImageFont.Layout.BASIC)
    if face.weight is not None:
        font.set_variation_by_axes([face.weight, *([face.width] if face.width is not None else [])])
    return font


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=88, optimize=True)
    return file.getvalue()
