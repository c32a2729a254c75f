"""The same recording is known by its sound however it was treated; different ones are not taken for it."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from av import AudioResampler
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from spotlight.demo import music
from submissions.audio import Sieve, bits_of, compare, fingerprint_of, process
from submissions.audio.fingerprint import HOP, RATE, SECONDS, Bits, FingerprintMeter
from submissions.audio.likeness import STRETCH
from tests.audio import sounds
from tests.audio.conftest import LIMITS

Sound = NDArray[np.float32]


def heard(samples: Sound, rate: int = sounds.RATE) -> Bits:
    """The fingerprint of stereo samples, without a file."""
    meter = FingerprintMeter()
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", "stereo")
    frame.sample_rate = rate
    lower = AudioResampler(format="flt", layout="mono", rate=RATE)
    for piece in (frame, None):
        for mono in lower.resample(piece):
            meter.add(mono.to_ndarray()[0])
    return bits_of(meter.finish())


@pytest.fixture(scope="module")
def song() -> Sound:
    return np.asarray(music.compose(11, 20), np.float32)


@pytest.fixture(scope="module")
def bits(song: Sound) -> Bits:
    return heard(song)


@pytest.mark.parametrize(
    ("kind", "bit_rate", "gain"), [("mp3", 64_000, 0.4), ("mp3", 128_000, 1.4), ("m4a", 96_000, 0.5), ("opus", 48_000, 1.3)]
)  # fmt: skip
def test_a_trimmed_louder_copy_at_a_low_bit_rate_is_found(
    song: Sound, bits: Bits, kind: str, bit_rate: int, gain: float, tmp_path: Path
) -> None:
    copy = song[:, round(3.7 * sounds.RATE) :] * np.float32(gain)
    rate = 48_000 if kind == "opus" else sounds.RATE
    if kind == "opus":
        copy = resampled(copy, rate)
    path = sounds.write(tmp_path / f"copy.{kind}", copy, kind=kind, bit_rate=bit_rate, rate=rate)
    theirs = heard(*sounds.decoded(path))
    like = compare(bits, theirs)
    assert like
    assert like.here - like.there == pytest.approx(3.7, abs=0.1)
    assert like.seconds == pytest.approx(15.9, abs=0.2)
    assert like.share > 0.95
    assert like.errors < 0.2
    assert Sieve(bits).shared(theirs) > 5
    turned = compare(theirs, bits)
    assert turned and (turned.here, turned.there) == (like.there, like.here)


def resampled(samples: Sound, rate: int) -> Sound:
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", "stereo")
    frame.sample_rate = sounds.RATE
    turner = AudioResampler(format="fltp", layout="stereo", rate=rate)
    return np.concatenate([made.to_ndarray() for f in (frame, None) for made in turner.resample(f)], axis=1)


def test_different_pieces_are_not_taken_for_each_other(bits: Bits) -> None:
    prints = [bits, *(heard(music.compose(100 + seed, 20)) for seed in range(5))]
    assert [
        pair for pair in combinations(range(len(prints)), 2) if compare(prints[pair[0]], prints[pair[1]])
    ] == []


def test_a_part_used_in_another_piece_is_found_where_it_lies(song: Sound, bits: Bits) -> None:
    other = np.asarray(music.compose(12, 30), np.float32)
    at, length = 15 * sounds.RATE, 12 * sounds.RATE
    other[:, at : at + length] = song[:, 4 * sounds.RATE : 4 * sounds.RATE + length]
    like = compare(bits, heard(other))
    assert like
    assert like.there - like.here == pytest.approx(11, abs=0.1)
    assert like.share * like.seconds == pytest.approx(12, abs=1)


def test_music_in_loops_is_laid_where_it_belongs() -> None:
    rng = np.random.default_rng(3)
    period, count = 40, 20 * 40
    loop = np.tile(rng.integers(1, 1 << 32, period, dtype=np.uint64).astype(np.uint32), count // period)
    flips = (rng.random((count, 32)) < 0.08) @ (1 << np.arange(32, dtype=np.uint64))
    song: Bits = (loop ^ flips.astype(np.uint32)).astype(np.uint32)
    ours, theirs = song[: count - period], song[period:]
    like = compare(ours, theirs)
    assert like and like.errors == 0
    assert like.here - like.there == pytest.approx(period * SECONDS), "not where they overlap longest"


def test_silence_says_nothing(bits: Bits) -> None:
    silent = heard(np.zeros((2, 15 * sounds.RATE), np.float32))
    assert len(silent) > STRETCH
    assert not silent.any()
    assert compare(silent, silent) is None
    assert Sieve(silent).shared(silent) == 0
    padded = np.concatenate([bits[:100], np.zeros(STRETCH, np.uint32)])
    assert compare(padded, np.concatenate([bits[-100:], np.zeros(STRETCH, np.uint32)])) is None


def test_too_little_for_ten_seconds_is_not_compared(bits: Bits) -> None:
    assert compare(bits[: STRETCH - 1], bits) is None
    assert compare(bits[:STRETCH], bits)
    assert compare(bits[:0], bits) is None


def test_pieces_of_any_size_give_the_same(song: Sound) -> None:
    mono = np.asarray(song[0, : 8 * RATE], np.float32)
    prints = []
    for size in (mono.size, 1_000, 37_000):
        meter = FingerprintMeter()
        for at in range(0, mono.size, size):
            meter.add(mono[at : at + size])
        prints.append(meter.finish())
    assert prints[0] == prints[1] == prints[2]
    assert len(prints[0]) == 4 * ((mono.size - 2_048) // HOP)


def test_one_decode_makes_it_and_the_rendition_tells_the_same(song: Sound, tmp_path: Path) -> None:
    path = sounds.write(tmp_path / "song.flac", song, kind="flac")
    report = process(path, rendition=tmp_path / "out.m4a", limits=LIMITS)
    made = bits_of(report.fingerprint)
    assert len(made) * SECONDS == pytest.approx(20, abs=0.6)
    assert len(report.fingerprint) / report.seconds * 240 < 21_000, "four minutes"
    like = compare(made, bits_of(fingerprint_of(tmp_path / "out.m4a")))
    assert like
    assert (like.share > 0.95, round(like.here - like.there, 1)) == (True, 0)
    assert like.errors < 0.05
