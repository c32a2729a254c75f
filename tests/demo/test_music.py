"""The demo's music: repeatable, within bounds, and no two pieces alike."""

import time
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from spotlight.demo import music
from spotlight.demo.synth import RATE, Sound
from submissions.audio import Limits, process


@pytest.fixture(scope="module")
def pieces() -> dict[str, Sound]:
    """One piece of each genre."""
    return {genre: music.compose(40 + index, 30, genre=genre) for index, genre in enumerate(music.GENRES)}


def test_a_seed_gives_the_same_piece_again() -> None:
    assert np.array_equal(music.compose(3, 24), music.compose(3, 24))
    assert music.genre_of(3) in music.GENRES


def test_genre_is_the_seeds_own_choice_unless_given() -> None:
    seeds = range(40)
    assert {music.genre_of(seed) for seed in seeds} == set(music.GENRES)
    with pytest.raises(KeyError):
        music.compose(1, 24, genre="polka")


@pytest.mark.parametrize("seconds", [20.0, 33.3])
def test_length_is_exact(seconds: float) -> None:
    piece = music.compose(5, seconds)
    assert piece.shape == (2, round(seconds * RATE))
    assert piece.dtype == np.float32


@pytest.mark.parametrize("genre", music.GENRES)
def test_pieces_are_loud_enough_and_do_not_clip(pieces: dict[str, Sound], genre: str, tmp_path: Path) -> None:
    music.write_flac(tmp_path / "a.flac", pieces[genre])
    report = process(tmp_path / "a.flac", rendition=tmp_path / "a.m4a", limits=Limits(min_seconds=10))
    assert -16.5 < report.loudness < -12
    assert report.true_peak < -0.5
    assert report.silence < 0.1
    assert report.seconds == pytest.approx(30, abs=0.001)
    assert abs(np.mean(pieces[genre], axis=1)).max() < 0.01


def chroma(piece: Sound) -> Sound:
    """Energy by pitch class in 24 stretches of the piece: a rough fingerprint of its harmony."""
    window = 16_384
    starts = np.linspace(0, piece.shape[1] - window, 24).astype(int)
    frames = np.stack([piece.mean(axis=0)[at : at + window] for at in starts]) * np.hanning(window)
    power = np.abs(np.fft.rfft(frames))
    hertz = np.fft.rfftfreq(window, 1 / RATE)
    audible = (hertz > 110) & (hertz < 2000)
    classes = np.rint(12 * np.log2(hertz[audible] / 440)).astype(int) % 12
    folded = np.stack([power[:, audible][:, classes == c].sum(axis=1) for c in range(12)], axis=1)
    return np.asarray(folded / np.linalg.norm(folded), np.float32).ravel()


def test_no_two_pieces_are_alike() -> None:
    prints = [chroma(music.compose(seed, 24, genre=music.GENRES[seed % 4])) for seed in range(12)]
    assert max(float(a @ b) for a, b in combinations(prints, 2)) < 0.93
    assert float(prints[0] @ chroma(music.compose(0, 24, genre=music.GENRES[0]))) == pytest.approx(1.0)


def test_both_sides_differ(pieces: dict[str, Sound]) -> None:
    for genre, (left, right) in pieces.items():
        assert 0.2 < np.corrcoef(left, right)[0, 1] < 0.999, genre


def test_a_piece_takes_about_a_second_at_most() -> None:
    started = time.process_time()
    music.compose(8, 40)
    assert time.process_time() - started < 3


def test_interview_speaks_only_where_someone_talks(tmp_path: Path) -> None:
    talk = music.interview_bed(4, 30, talking=[(2.0, 9.0, 0), (15.0, 22.0, 1)])
    bed = music.interview_bed(4, 30)
    assert talk.shape == bed.shape == (2, 30 * RATE)

    def power(sound: Sound, start: float, end: float) -> float:
        return float(np.mean(sound[:, int(start * RATE) : int(end * RATE)] ** 2))

    for start, end in ((2.5, 8.5), (15.5, 21.5)):
        assert power(talk, start, end) > 3 * power(bed, start, end)
    assert power(talk, 10, 14) < 1.2 * power(bed, 10, 14)
    music.write_wav(tmp_path / "a.wav", talk)
    report = process(tmp_path / "a.wav", rendition=tmp_path / "a.m4a", limits=Limits(min_seconds=10))
    assert -21 < report.loudness < -15


def test_an_interview_may_be_of_any_length() -> None:
    assert music.interview_bed(1, 7.5).shape == (2, round(7.5 * RATE))
    assert music.interview_bed(1, 95.0, talking=[(90.0, 99.0, 2)]).shape == (2, 95 * RATE)
