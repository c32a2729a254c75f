"""Drawn covers: the same for a code, unlike for different codes, and nothing in them but shapes."""

import io
from random import Random
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from submissions.artwork import draw_cover, raster_cover, scene_of
from submissions.artwork.motifs import MOTIFS, Inks
from submissions.artwork.scene import Scene, to_image, to_svg

CODES = [f"TRACK{number}" for number in range(400)]
SVG = "{http://www.w3.org/2000/svg}"
ATTRIBUTES = {
    "viewBox", "role", "d", "fill", "cx", "cy", "r", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin",
}  # fmt: skip


def test_a_code_has_one_cover() -> None:
    assert draw_cover("K7Q2") == draw_cover("K7Q2")
    assert raster_cover("K7Q2", size=200) == raster_cover("K7Q2", size=200)
    assert len({draw_cover(code) for code in CODES}) == len(CODES)


def test_every_motif_comes_up_and_looks_unlike_the_others() -> None:
    inks = Inks("#000000", "#ffffff", "#888888")
    pictures = [
        np.asarray(to_image(Scene(inks.ground, tuple(m(Random(1), inks))), size=40), float) for m in MOTIFS
    ]
    for number, picture in enumerate(pictures):
        for other in pictures[:number]:
            assert np.abs(picture - other).mean() > 12
    drawn = {tuple(type(shape).__name__ for shape in scene_of(code).shapes) for code in CODES}
    assert len(drawn) >= len(MOTIFS)


def test_covers_are_small_safe_documents() -> None:
    for code in CODES:
        text = draw_cover(code, title="A" * 80, artist="B" * 80)
        assert len(text.encode()) < 6000
        for element in ElementTree.fromstring(text).iter():
            assert element.tag in {SVG + name for name in ("svg", "title", "path", "circle")}
            assert set(element.attrib) <= ATTRIBUTES
            assert not any("url" in value or "javascript" in value for value in element.attrib.values())


def test_title_can_not_break_out() -> None:
    text = draw_cover("X", title='</title><script>alert(1)</script>"&\x00\x1b', artist="東京 & \ud800서울")
    root = ElementTree.fromstring(text)
    assert root.findtext(SVG + "title") == '</title><script>alert(1)</script>"&, 東京 & 서울'
    assert "<script" not in text
    assert "<title>" not in draw_cover("X")


@pytest.mark.parametrize(("kind", "largest"), [("JPEG", 400_000), ("PNG", 120_000), ("WEBP", 300_000)])
def test_raster_has_the_size_asked_for(kind: str, largest: int) -> None:
    content = raster_cover("K7Q2", size=1400, kind=kind)  # type: ignore[arg-type]
    picture = Image.open(io.BytesIO(content))
    assert (picture.format, picture.size) == (kind, (1400, 1400))
    assert len(content) < largest


def test_both_printers_draw_the_same_ground_and_shapes() -> None:
    scene = scene_of("K7Q2")
    assert f'fill="{scene.ground}"' in to_svg(scene)
    assert to_svg(scene).count("<circle") + to_svg(scene).count("<path") == len(scene.shapes) + 1
    colors = {tuple(color) for color in np.asarray(to_image(scene, size=100)).reshape(-1, 3)}
    assert tuple(int(scene.ground[at : at + 2], 16) for at in (1, 3, 5)) in colors
