"""Cutting a sound for a fan's video."""

from pathlib import Path

import av
import numpy as np
import pytest

from submissions.audio import ClipOutsideTrack, Limits, cut_clip, process
from tests.audio import sounds

TAGS = {
    "title": "밤의 항구",
    "artist": "海辺のミナ",
    "copyright": "CC BY 4.0",
    "comment": "https://example.org/tracks/K7Q2/",
}


@pytest.fixture(scope="module")
def rendition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty seconds in which no two places are alike."""
    folder = tmp_path_factory.mktemp("track")
    time = np.arange(40 * sounds.RATE) / sounds.RATE
    noise = np.random.default_rng(2).normal(0, 0.05, (2, time.size))
    sweep = 0.3 * np.sin(2 * np.pi * (200 * time + 20 * time**2))
    source = sounds.write(folder / "a.flac", (noise + sweep).astype(np.float32), kind="flac")
    process(source, rendition=folder / "a.m4a", limits=Limits(min_seconds=1))
    return folder / "a.m4a"


def test_cut_is_exact_to_the_sample(rendition: Path, tmp_path: Path) -> None:
    start, seconds = 12.345, 15.5
    assert cut_clip(rendition, start=start, seconds=seconds, out=tmp_path / "clip.m4a", tags={}) == seconds
    whole, rate = sounds.decoded(rendition)
    clip, _ = sounds.decoded(tmp_path / "clip.m4a")
    assert clip.shape[1] == round(seconds * rate)
    piece = slice(5 * rate, 6 * rate)
    heard = clip[0, piece]
    offsets = range(-40, 41)
    first = round(start * rate) + 5 * rate
    errors = [float(np.mean((whole[0, first + o : first + o + rate] - heard) ** 2)) for o in offsets]
    assert offsets[int(np.argmin(errors))] == 0


@pytest.mark.parametrize(("start", "seconds"), [(0.0, 15.0), (25.0, 15.0), (0.0, 40.0)])
def test_edges_of_the_track(rendition: Path, tmp_path: Path, start: float, seconds: float) -> None:
    assert cut_clip(rendition, start=start, seconds=seconds, out=tmp_path / "clip.m4a", tags={}) == seconds


def test_fades_at_both_ends(rendition: Path, tmp_path: Path) -> None:
    cut_clip(rendition, start=10, seconds=20, out=tmp_path / "clip.m4a", tags={})
    clip, rate = sounds.decoded(tmp_path / "clip.m4a")

    def level(at: float, length: float) -> float:
        return float(np.sqrt(np.mean(clip[:, int(at * rate) : int((at + length) * rate)] ** 2)))

    assert level(0, 0.002) < 0.2 * level(5, 0.5)
    assert level(0.03, 0.05) > 0.8 * level(5, 0.5)
    assert level(19.99, 0.01) < 0.05 * level(5, 0.5)
    assert 0.3 * level(5, 0.5) < level(19.6, 0.2) < 0.9 * level(5, 0.5)


def test_credit_travels_inside(rendition: Path, tmp_path: Path) -> None:
    out = tmp_path / "clip.m4a"
    cut_clip(rendition, start=3, seconds=15, out=out, tags=TAGS)
    with av.open(str(out)) as media:
        assert {name: media.metadata.get(name) for name in TAGS} == TAGS
    content = out.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert [path.name for path in tmp_path.iterdir()] == ["clip.m4a"]


@pytest.mark.parametrize(
    ("start", "seconds"), [(0, 14.9), (0, 60.1), (-1, 20), (26, 15), (39, 20), (100, 15)]
)
def test_outside_the_track_or_the_rules(
    rendition: Path, tmp_path: Path, start: float, seconds: float
) -> None:
    with pytest.raises(ClipOutsideTrack):
        cut_clip(rendition, start=start, seconds=seconds, out=tmp_path / "clip.m4a", tags={})
    assert list(tmp_path.iterdir()) == []


def test_unknown_tag_is_a_programming_error(rendition: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="licence"):
        cut_clip(rendition, start=0, seconds=15, out=tmp_path / "clip.m4a", tags={"licence": "x"})
