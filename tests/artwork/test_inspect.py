"""Pictures that artists send, good, odd and hostile."""

import io
import struct
import zlib
from random import Random

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from submissions.artwork import (
    ArtworkLimits,
    ArtworkReason,
    ArtworkRefusal,
    inspect_artwork,
    square_renditions,
)


def picture(
    kind: str = "JPEG",
    size: tuple[int, int] = (800, 800),
    mode: str = "RGB",
    color: str = "#336699",
    **options: object,
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, kind, **options)
    return out.getvalue()


def reason(content: bytes, limits: ArtworkLimits | None = None) -> ArtworkRefusal:
    with pytest.raises(ArtworkRefusal) as caught:
        inspect_artwork(content, limits=limits)
    with pytest.raises(ArtworkRefusal):
        square_renditions(content, limits=limits)
    return caught.value


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_accepted_formats(kind: str) -> None:
    report = inspect_artwork(picture(kind))
    assert (report.format, report.width, report.height, report.square) == (kind, 800, 800, True)


def test_square_renditions_are_square_and_never_enlarged() -> None:
    made = square_renditions(picture(size=(1200, 700)), sizes=(1400, 300))
    sizes = {size: Image.open(io.BytesIO(content)).size for size, content in made.items()}
    assert sizes == {1400: (700, 700), 300: (300, 300)}
    assert Image.open(io.BytesIO(square_renditions(picture(), sizes=(64,), kind="WEBP")[64])).format == "WEBP"
    assert not inspect_artwork(picture(size=(1200, 700))).square


def test_metadata_is_not_passed_on() -> None:
    exif = Image.Exif()
    exif[0x010E] = "home address"
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "home address")
    for content in (picture(exif=exif), picture("PNG", pnginfo=info)):
        assert b"home address" in content
        (made,) = square_renditions(content, sizes=(600,)).values()
        assert b"home address" not in made
        assert not Image.open(io.BytesIO(made)).getexif()


def test_camera_rotation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    report = inspect_artwork(picture(size=(900, 700), exif=exif))
    assert (report.width, report.height) == (700, 900)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "I;16", "1", "CMYK"])
def test_every_pixel_mode_becomes_rgb(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    out = io.BytesIO()
    Image.new(mode, (700, 700)).save(out, kind)
    (made,) = square_renditions(out.getvalue(), sizes=(100,)).values()
    assert Image.open(io.BytesIO(made)).mode == "RGB"


def test_transparency_falls_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (700, 700), (255, 0, 0, 0)).save(out, "PNG")
    (made,) = square_renditions(out.getvalue(), sizes=(50,)).values()
    assert np.asarray(Image.open(io.BytesIO(made))).min() > 250


def png_claiming(width: int, height: int) -> bytes:
    """A PNG header that declares a size, with a little data behind it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(9999)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(7000, 7000), (12_000, 12_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_bombs_are_refused_by_their_header(size: tuple[int, int]) -> None:
    refusal = reason(png_claiming(*size))
    assert refusal.code == ArtworkReason.TOO_MANY_PIXELS
    assert refusal.params["max_pixels"] == ArtworkLimits().max_pixels


def test_refusals_name_their_numbers() -> None:
    assert reason(b"").code == ArtworkReason.EMPTY
    small = reason(picture(size=(599, 900)))
    assert (small.code, small.params) == (
        ArtworkReason.TOO_SMALL,
        {"width": 599, "height": 900, "min_side": 600},
    )
    large = reason(picture(), ArtworkLimits(max_bytes=100))
    assert (large.code, large.params["max_bytes"]) == (ArtworkReason.TOO_LARGE, 100)


def test_animations_are_refused() -> None:
    frames = [Image.new("RGB", (700, 700), color) for color in ("red", "blue", "green")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    refusal = reason(out.getvalue())
    assert (refusal.code, refusal.params) == (ArtworkReason.ANIMATED, {"frames": 3})


@pytest.mark.parametrize(
    "content",
    [
        b"x",
        b"GIF89a" + bytes(50),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        bytes(999),
    ],
)
def test_what_is_no_picture(content: bytes) -> None:
    assert reason(content).code == ArtworkReason.NOT_A_PICTURE


def test_gif_is_not_accepted_under_another_name() -> None:
    assert reason(picture("GIF")).code == ArtworkReason.NOT_A_PICTURE


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damage_is_a_refusal_and_never_a_crash(kind: str) -> None:
    noise = Random(5)
    source = Image.frombytes("RGB", (640, 640), noise.randbytes(640 * 640 * 3))
    out = io.BytesIO()
    source.save(out, kind)
    whole = out.getvalue()
    refused = 0
    for number in range(24):
        broken = bytearray(whole[: len(whole) * (number + 1) // 25] if number % 2 else whole)
        for _ in range(0 if number % 2 else 30):
            broken[noise.randrange(len(broken))] ^= 1 << noise.randrange(8)
        try:
            inspect_artwork(bytes(broken))
        except ArtworkRefusal:
            refused += 1
    assert refused >= 12
