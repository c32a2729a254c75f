"""Sleeves drawn from a track's code: flat shapes in three inks, printed a little differently for each."""

import hashlib
import io
import random
from typing import Literal

from submissions.artwork.motifs import MOTIFS, Inks
from submissions.artwork.scene import Scene, to_image, to_svg

PALETTES = (
    ("#1F3B4D", "#E8E2D0", "#E4572E"),
    ("#F2E9DC", "#1B1F3B", "#D1495B"),
    ("#0F4C3A", "#F3D9B1", "#EE964B"),
    ("#D9DDD6", "#2B2D42", "#2A6F97"),
    ("#2B193D", "#F1DAC4", "#A3C4BC"),
    ("#E9C9B1", "#2F3E46", "#7A1E2C"),
    ("#143642", "#EC9A29", "#DAD2D8"),
    ("#F4F1DE", "#3D405B", "#81B29A"),
    ("#7A1E2C", "#F6E7CB", "#1B1B1E"),
    ("#C7D3D4", "#12263A", "#F4A259"),
    ("#EDE6DB", "#264653", "#E76F51"),
    ("#101419", "#B8C5C9", "#5E8C6A"),
    ("#385F71", "#F5F0F6", "#D7B377"),
    ("#F7D6C4", "#41436A", "#984063"),
    ("#22333B", "#EAE0D5", "#C6AC8F"),
    ("#B7C9A8", "#233D2E", "#F2F0E6"),
    ("#E5B25D", "#3B1F2B", "#B23A48"),
    ("#16213A", "#EFD9CE", "#7FB7BE"),
    ("#D6E3F0", "#0B3954", "#FF6663"),
    ("#3A2E39", "#F4D8CD", "#F15152"),
    ("#EAF0CE", "#4B3B40", "#C0503A"),
    ("#08415C", "#EEE5E9", "#CC2936"),
)


def draw_cover(code: str, *, title: str = "", artist: str = "") -> str:
    """The cover of a track as an SVG document of less than 6 kB; the same for a code, always.

    Title and artist appear only as the document's name, for those who can't see it.
    """
    return to_svg(scene_of(code), title=", ".join(part for part in (title, artist) if part))


def raster_cover(code: str, *, size: int = 1400, kind: Literal["JPEG", "PNG", "WEBP"] = "JPEG") -> bytes:
    """The same cover as an image file, ``size`` pixels square (podcasts want 1400 to 3000)."""
    out = io.BytesIO()
    image = to_image(scene_of(code), size=size)
    if kind == "PNG":
        image = image.quantize(64)
    image.save(out, kind, quality=88, optimize=True)
    return out.getvalue()


def scene_of(code: str) -> Scene:
    """The picture itself. Motif, inks and everything in it follow from the code."""
    dice = random.Random(hashlib.sha256(code.encode()).digest())
    ground, ink, accent = dice.choice(PALETTES)
    if dice.random() < 0.25:
        ground, ink = ink, ground
    motif = dice.choice(MOTIFS)
    return Scene(ground=ground, shapes=tuple(motif(dice, Inks(ground, ink, accent))))
