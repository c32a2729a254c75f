"""Pictures from strangers: looked at under limits, then drawn anew, so that nothing of the file itself is passed on."""

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
SQUARE = 0.02
"""By how much of the longer side a picture may differ from a square and still count as one."""


class ArtworkReason(StrEnum):
    """Why a picture is refused, with the parameters each reason carries."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    """bytes, max_bytes"""
    NOT_A_PICTURE = "not_a_picture"
    """No JPEG, PNG or WebP, whatever its name says."""
    TOO_MANY_PIXELS = "too_many_pixels"
    """width, height, max_pixels; width and height are 0 where Pillow itself refused to say"""
    TOO_SMALL = "too_small"
    """width, height, min_side"""
    ANIMATED = "animated"
    """frames"""
    DAMAGED = "damaged"


class ArtworkRefusal(Exception):
    """A picture that can't be used: ``code`` says why, ``params`` holds the numbers for a sentence."""

    def __init__(self, code: ArtworkReason, **params: int) -> None:
        super().__init__(code.value, params)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class ArtworkLimits:
    """Bytes and pixels. The pixels bound memory: 36 million take about 150 MB while decoding."""

    max_bytes: int = 15_000_000
    max_pixels: int = 36_000_000
    min_side: int = 600


@dataclass(frozen=True, slots=True)
class ArtworkReport:
    """``format`` is "JPEG", "PNG" or "WEBP"; width and height as seen, after the camera's rotation."""

    format: str
    width: int
    height: int

    @property
    def square(self) -> bool:
        """Whether nothing worth mentioning is lost when it is cut square."""
        return abs(self.width - self.height) <= SQUARE * max(self.width, self.height)


def inspect_artwork(content: bytes, *, limits: ArtworkLimits | None = None) -> ArtworkReport:
    """Decode the whole picture under limits. Raises ``ArtworkRefusal``."""
    format_, picture = _decode(content, limits or ArtworkLimits())
    return ArtworkReport(format_, picture.width, picture.height)


def square_renditions(
    content: bytes,
    *,
    sizes: Sequence[int] = (1400, 640, 160),
    kind: Literal["JPEG", "WEBP"] = "JPEG",
    limits: ArtworkLimits | None = None,
) -> dict[int, bytes]:
    """The middle square of a picture in each size, as new files without metadata, profile or transparency.

    Never enlarged: a size beyond the picture's own comes out at the picture's. Raises ``ArtworkRefusal``.
    """
    _, picture = _decode(content, limits or ArtworkLimits())
    side = min(picture.size)
    renditions = {}
    for size in sizes:
        wanted = min(size, side)
        square = ImageOps.fit(picture, (wanted, wanted), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        square.save(out, kind, quality=86, optimize=True)
        renditions[size] = out.getvalue()
    return renditions


def _decode(content: bytes, limits: ArtworkLimits) -> tuple[str, Image.Image]:
    """(format, upright RGB pixels)."""
    if not content:
        raise ArtworkRefusal(ArtworkReason.EMPTY)
    if len(content) > limits.max_bytes:
        raise ArtworkRefusal(ArtworkReason.TOO_LARGE, bytes=len(content), max_bytes=limits.max_bytes)
    picture = _open(content, limits)
    _check_size(picture, limits)
    with _bad_files_refused(ArtworkReason.DAMAGED):
        return str(picture.format), _flat(ImageOps.exif_transpose(picture))


def _open(content: bytes, limits: ArtworkLimits) -> Image.Image:
    """Read the header only."""
    with _bad_files_refused(ArtworkReason.NOT_A_PICTURE), warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            return Image.open(io.BytesIO(content), formats=FORMATS)
        except Image.DecompressionBombError:
            raise ArtworkRefusal(
                ArtworkReason.TOO_MANY_PIXELS, width=0, height=0, max_pixels=limits.max_pixels
            ) from None


def _check_size(picture: Image.Image, limits: ArtworkLimits) -> None:
    """By the header, before a pixel is decoded."""
    width, height = picture.size
    if width * height > limits.max_pixels:
        raise ArtworkRefusal(
            ArtworkReason.TOO_MANY_PIXELS, width=width, height=height, max_pixels=limits.max_pixels
        )
    if min(width, height) < limits.min_side:
        raise ArtworkRefusal(ArtworkReason.TOO_SMALL, width=width, height=height, min_side=limits.min_side)
    frames = getattr(picture, "n_frames", 1)
    if frames > 1:
        raise ArtworkRefusal(ArtworkReason.ANIMATED, frames=frames)


def _flat(picture: Image.Image) -> Image.Image:
    """RGB, transparent parts over white."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        ground = Image.new("RGBA", layered.size, "white")
        ground.alpha_composite(layered)
        picture = ground
    return picture.convert("RGB")


@contextmanager
def _bad_files_refused(reason: ArtworkReason) -> Iterator[None]:
    """Pillow raises many kinds of errors for bad files; all mean the same here."""
    try:
        yield
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        TypeError,
        KeyError,
        OverflowError,
    ) as error:
        raise ArtworkRefusal(reason) from error
