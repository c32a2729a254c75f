import numpy as np

from submissions.audio.waveform import POINTS, Waveform, WaveformMeter


def drawn(samples: np.ndarray, rate: int = 44_100, piece: int = 1024) -> tuple[Waveform, float]:
    meter = WaveformMeter(rate)
    for at in range(0, samples.shape[1], piece):
        meter.add(samples[:, at : at + piece].astype(np.float32))
    return meter.finish()


def test_keeps_lowest_and_highest_sample_of_each_channel() -> None:
    samples = np.zeros((2, 44_100 * 8))
    samples[0, 44_100] = 0.5
    samples[1, 44_100 * 4] = -1.0
    waveform, _ = drawn(samples)
    points = waveform.array
    assert points.shape == (2, POINTS, 2)
    assert points[0, 100].tolist() == [0, 64]
    assert points[1, 400].tolist() == [-127, 0]
    assert np.count_nonzero(points) == 2


def test_pieces_do_not_matter() -> None:
    samples = np.random.default_rng(3).normal(0, 0.2, (2, 100_000))
    assert drawn(samples, piece=77) == drawn(samples, piece=40_000)


def test_silence_is_a_share() -> None:
    samples = np.zeros((2, 44_100 * 10))
    samples[:, : 44_100 * 3] = 0.1
    assert drawn(samples)[1] == 0.7
    assert drawn(np.zeros((2, 44_100)))[1] == 1.0
    assert drawn(np.zeros((2, 0)))[1] == 1.0


def test_less_sound_than_points_repeats_values() -> None:
    waveform, _ = drawn(np.full((2, 44_100), 0.5))
    assert waveform.array.shape == (2, POINTS, 2)
    assert np.all(waveform.array == 64)


def test_bars_are_relative_to_the_loudest() -> None:
    samples = np.zeros((2, 44_100 * 8))
    samples[0, : 44_100 * 4] = 0.25
    samples[1, 44_100 * 4 :] = -0.5
    waveform, _ = drawn(samples)
    assert waveform.bars(4) == [0.5, 0.5, 1.0, 1.0]
    assert Waveform(bytes(3200)).bars(3) == [0.0, 0.0, 0.0]
    assert Waveform(b"").bars(3) == [0.0, 0.0, 0.0]
