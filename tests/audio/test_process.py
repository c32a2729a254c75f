"""What one pass measures and writes, in every accepted format."""

import math
from pathlib import Path

import numpy as np
import pytest

from submissions.audio import Report, process
from submissions.audio.report import report_as_json, report_from_json
from tests.audio import sounds
from tests.audio.conftest import LIMITS

EXPECTED = {
    "wav": ("wav", "pcm_s16le", True),
    "flac": ("flac", "flac", True),
    "mp3": ("mp3", "mp3", False),
    "m4a": ("m4a", "aac", False),
    "aac": ("aac", "aac", False),
    "opus": ("ogg", "opus", False),
    "vorbis": ("ogg", "vorbis", False),
}


@pytest.fixture(scope="module")
def reports(
    shelf: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Report, Path]]:
    folder = tmp_path_factory.mktemp("renditions")
    done = {}
    for kind, path in shelf.items():
        rendition = folder / f"{kind}.m4a"
        done[kind] = process(path, rendition=rendition, limits=LIMITS), rendition
    return done


@pytest.mark.parametrize("kind", EXPECTED)
def test_measures_every_format_alike(reports: dict[str, tuple[Report, Path]], kind: str) -> None:
    report, _ = reports[kind]
    assert (report.container, report.codec, report.lossless) == EXPECTED[kind]
    assert report.seconds == pytest.approx(6.0, abs=0.06)
    assert (report.channels, report.bad_packets) == (2, 0)
    assert report.sample_rate == (48_000 if kind == "opus" else 44_100)
    assert report.loudness == pytest.approx(reports["wav"][0].loudness, abs=0.5)
    assert report.true_peak == pytest.approx(20 * math.log10(0.32), abs=4 if kind == "vorbis" else 1)
    assert report.silence < 0.01


@pytest.mark.parametrize("kind", EXPECTED)
def test_rendition_is_the_same_sound_as_plain_aac(reports: dict[str, tuple[Report, Path]], kind: str) -> None:
    report, rendition = reports[kind]
    samples, rate = sounds.decoded(rendition)
    assert rate == report.rendition_sample_rate == report.sample_rate
    assert samples.shape[1] / rate == pytest.approx(report.seconds, abs=0.05)
    assert report.rendition_bytes == rendition.stat().st_size
    original = sounds.tone(rate=rate)
    middle = slice(rate, 5 * rate)
    if kind in ("wav", "flac"):
        error = np.sqrt(np.mean((samples[:, middle] - original[:, middle]) ** 2))
        assert error < 0.015


def test_rendition_starts_with_its_index(reports: dict[str, tuple[Report, Path]]) -> None:
    head = reports["wav"][1].read_bytes()
    assert head[4:8] == b"ftyp"
    assert 0 < head.index(b"moov") < head.index(b"mdat")


def test_rendition_carries_no_metadata(tmp_path: Path) -> None:
    tags = {"title": "Harbor Lights", "artist": "Mina Sato", "comment": "private note"}
    source = sounds.write(tmp_path / "song.flac", sounds.tone(), kind="flac", tags=tags)
    report = process(source, rendition=tmp_path / "out.m4a", limits=LIMITS)
    assert (report.tags.title, report.tags.artist) == ("Harbor Lights", "Mina Sato")
    written = (tmp_path / "out.m4a").read_bytes()
    for text in (b"Harbor", b"Sato", b"private", b"Lavf", b"Lavc"):
        assert text not in written


def test_same_file_gives_the_same_bytes(shelf: dict[str, Path], tmp_path: Path) -> None:
    first, second = (process(shelf["mp3"], rendition=tmp_path / "a.m4a", limits=LIMITS) for _ in range(2))
    assert first == second
    assert first.rendition_sha256


def test_loudness_of_a_known_signal(tmp_path: Path) -> None:
    """EBU Tech 3341, case 1: a 1 kHz stereo sine at -23 dBFS reads -23 LUFS; a mono one sounds as loud."""
    time = np.arange(20 * 48_000) / 48_000
    sine = (10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)
    for name, samples in (("stereo", np.stack([sine, sine])), ("mono", sine[None])):
        path = sounds.write(tmp_path / f"{name}.wav", samples, rate=48_000)
        report = process(path, rendition=tmp_path / "out.m4a", limits=LIMITS)
        assert report.loudness == pytest.approx(-23.0, abs=0.1), name
        assert report.loudness_range == pytest.approx(0.0, abs=0.1)


def test_true_peak_lies_above_the_samples(tmp_path: Path) -> None:
    """A sine at a quarter of the rate, sampled 45 degrees off its crests: samples -3 dB, crests 0 dB; right channel."""
    time = np.arange(6 * 48_000)
    right = 0.9 * np.sin(2 * np.pi * time / 4 + np.pi / 4) * np.minimum(1, time / 48_000)
    samples = np.stack([0.1 * right, right]).astype(np.float32)
    path = sounds.write(tmp_path / "a.wav", samples, rate=48_000)
    report = process(path, rendition=tmp_path / "out.m4a", limits=LIMITS)
    assert 20 * math.log10(np.abs(samples).max()) == pytest.approx(-3.9, abs=0.1)
    assert report.true_peak == pytest.approx(20 * math.log10(0.9), abs=0.3)


def test_progress_rises_to_one(tmp_path: Path) -> None:
    path = sounds.write(tmp_path / "a.wav", sounds.tone(20, rate=44_100))
    seen: list[float] = []
    process(path, rendition=tmp_path / "out.m4a", limits=LIMITS, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_high_rates_come_out_playable(tmp_path: Path) -> None:
    for rate, expected in ((96_000, 48_000), (88_200, 44_100), (32_000, 48_000)):
        path = sounds.write(tmp_path / "a.wav", sounds.tone(3, rate=rate), rate=rate)
        report = process(path, rendition=tmp_path / "out.m4a", limits=LIMITS)
        assert (report.sample_rate, report.rendition_sample_rate) == (rate, expected)
        assert report.rendition_seconds == pytest.approx(3.0, abs=0.05)


def test_report_survives_json(reports: dict[str, tuple[Report, Path]]) -> None:
    report, _ = reports["flac"]
    assert report_from_json(report_as_json(report)) == report
