import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from series.formats.probe import Probe, probe
from tests.series.making import write_film, write_sound


@pytest.fixture
def look(tmp_path: Path) -> Callable[[Path], Any]:
    return lambda path: probe(path, tmp_path / "out.mp4", tmp_path / "poster.jpg")


def test_a_film_is_described_and_gets_a_still(look: Callable[[Path], Probe], tmp_path: Path) -> None:
    found = look(write_film(tmp_path / "film.mp4", options={"movflags": "faststart"}))
    assert (found.refusal, found.media_type, found.width, found.height) == ("", "video/mp4", 160, 90)
    assert 2900 <= found.duration_ms <= 3200
    assert not found.rewritten
    assert found.poster
    assert (tmp_path / "poster.jpg").read_bytes()[:2] == b"\xff\xd8"


def test_a_film_with_its_index_last_is_rewritten(look: Callable[[Path], Probe], tmp_path: Path) -> None:
    found = look(write_film(tmp_path / "film.mp4"))
    assert found.rewritten
    data = (tmp_path / "out.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    again = probe(tmp_path / "out.mp4", tmp_path / "second.mp4", tmp_path / "poster.jpg")
    assert not again.rewritten
    assert abs(again.duration_ms - found.duration_ms) < 100


def test_webm_is_taken_as_it_is(look: Callable[[Path], Probe], tmp_path: Path) -> None:
    found = look(write_film(tmp_path / "film.webm", seconds=1))
    assert (found.refusal, found.media_type, found.rewritten) == ("", "video/webm", False)


@pytest.mark.parametrize(
    ("name", "media_type"), [("a.mp3", "audio/mpeg"), ("a.m4a", "audio/mp4"), ("a.ogg", "audio/ogg")]
)
def test_sound_alone_is_described(
    look: Callable[[Path], Probe], tmp_path: Path, name: str, media_type: str
) -> None:
    found = look(write_sound(tmp_path / name))
    assert (found.refusal, found.media_type, found.width, found.poster) == ("", media_type, 0, False)


def test_a_film_without_sound_is_refused(look: Callable[[Path], Probe], tmp_path: Path) -> None:
    assert look(write_film(tmp_path / "film.mp4", sound=False)).refusal == "silent"


def test_what_browsers_do_not_play_is_refused(look: Callable[[Path], Probe], tmp_path: Path) -> None:
    assert look(write_sound(tmp_path / "a.wav")).refusal == "codec"


@pytest.mark.parametrize("data", [b"", b"no film at all" * 100, b"\x00" * 5000])
def test_what_is_no_film_is_refused(look: Callable[[Path], Probe], tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.mp4").write_bytes(data)
    assert look(tmp_path / "x.mp4").refusal == "unreadable"


def test_a_film_that_was_cut_off_is_refused(look: Callable[[Path], Probe], tmp_path: Path) -> None:
    whole = write_film(tmp_path / "film.mp4", seconds=12, options={"movflags": "faststart"}).read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    assert look(tmp_path / "cut.mp4").refusal == "truncated"


def test_it_runs_as_a_program_of_its_own(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.mp3")
    command = [
        sys.executable,
        "-m",
        "series.formats.probe",
        str(path),
        str(tmp_path / "o"),
        str(tmp_path / "p"),
    ]
    done = subprocess.run(command, capture_output=True, check=True)
    assert json.loads(done.stdout)["media_type"] == "audio/mpeg"
