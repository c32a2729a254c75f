"""Instruments, drums and effects as numpy functions. Mono float32 in and out unless a shape says otherwise.

The oscillator is a discrete summation formula (Moorer 1976): all harmonics k at amplitude r^k in closed form, so that
brightness is one number which may change with time, like a filter.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

RATE = 44_100
Sound = NDArray[np.float32]
Signal = NDArray[np.floating[Any]]
Voice = Callable[[float, int, Generator], Sound]


def hertz(midi: float) -> float:
    """Frequency of a MIDI note number; 69 is 440 Hz."""
    return float(440 * 2 ** ((midi - 69) / 12))


def seconds_of(samples: int) -> Sound:
    """The time of each sample."""
    return np.arange(samples, dtype=np.float32) / np.float32(RATE)


def noise(rng: Generator, samples: int) -> Sound:
    """White, of unit power."""
    return rng.standard_normal(samples, dtype=np.float32)


def _turns(frequency: float, samples: int) -> Sound:
    phase = np.arange(samples) * (frequency / RATE) % 1.0
    return (phase * (2 * np.pi)).astype(np.float32)


def _wave(turns: Signal, brightness: Signal | float) -> Sound:
    """Peak 1; brightness 0 is a sine, 0.9 close to a saw."""
    r = np.asarray(brightness, np.float32)
    return np.asarray((1 - r * r) * np.sin(turns) / (1 - 2 * r * np.cos(turns) + r * r), np.float32)


def _tamed(brightness: float, frequency: float) -> float:
    """Less bright for high notes, so that nothing audible folds back below the Nyquist frequency."""
    return float(min(brightness, 10 ** (-2.2 * frequency / (RATE / 2))))


def _decay(samples: int, rate: float) -> Sound:
    return np.exp(np.float32(-rate) * seconds_of(samples))


def _shaped(signal: Signal, attack: float, release: float) -> Sound:
    """With linear attack and release, in seconds."""
    wave = np.array(signal, np.float32)
    rise, fall = min(int(attack * RATE), wave.size), min(int(release * RATE), wave.size)
    wave[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    if fall:
        wave[-fall:] *= np.linspace(1, 0, fall, dtype=np.float32)
    return wave


def keys(frequency: float, samples: int, rng: Generator) -> Sound:
    """An electric piano: two-operator FM."""
    body = np.sin(_turns(frequency, samples) + 1.6 * _decay(samples, 5) * np.sin(_turns(frequency, samples)))
    bell = 0.18 * np.sin(_turns(frequency * 7.01, samples)) * _decay(samples, 18)
    return _shaped((body + bell) * _decay(samples, 1.5), 0.003, 0.05)


def pluck(frequency: float, samples: int, rng: Generator) -> Sound:
    """A nylon string."""
    brightness = _tamed(0.82, frequency) * _decay(samples, 5 + frequency / 200)
    wave = _wave(_turns(frequency, samples), brightness) * _decay(samples, 2.4 + frequency / 500)
    return _shaped(wave, 0.002, 0.04)


def koto(frequency: float, samples: int, rng: Generator) -> Sound:
    """A bright string that starts a little sharp."""
    time = seconds_of(samples)
    bend = 0.35 * (1 - np.exp(-30 * time)) / 30 * frequency * 0.03 * 2 * np.pi
    brightness = _tamed(0.9, frequency) * _decay(samples, 7)
    return _shaped(_wave(_turns(frequency, samples) + bend, brightness) * _decay(samples, 3.2), 0.001, 0.04)


def bell(frequency: float, samples: int, rng: Generator) -> Sound:
    """A music box."""
    wave = np.zeros(samples, np.float32)
    for ratio, level, fall in ((1, 1.0, 2.5), (2.76, 0.35, 6), (5.4, 0.18, 12)):
        if frequency * ratio < RATE / 2.2:
            wave += level * np.sin(_turns(frequency * ratio, samples)) * _decay(samples, fall)
    return _shaped(wave * 0.7, 0.002, 0.05)


def marimba(frequency: float, samples: int, rng: Generator) -> Sound:
    """Wood, short."""
    wave = np.sin(_turns(frequency, samples)) * _decay(samples, 7)
    wave += 0.3 * np.sin(_turns(frequency * 3.93, samples)) * _decay(samples, 25)
    return _shaped(wave, 0.002, 0.03)


def pad(frequency: float, samples: int, rng: Generator) -> Sound:
    """Three slow oscillators, slightly apart."""
    slow = 0.45 + 0.15 * np.sin(2 * np.pi * 0.2 * seconds_of(samples) + rng.uniform(0, 6.3))
    slow = slow * _tamed(1.0, frequency * 2)
    apart = [_wave(_turns(frequency * ratio, samples), slow) for ratio in (0.9965, 1.0, 1.0041)]
    return _shaped(np.mean(apart, axis=0), 0.35, 0.5)


def strings(frequency: float, samples: int, rng: Generator) -> Sound:
    """A small section, brighter than ``pad`` and quicker."""
    brightness = _tamed(0.68, frequency)
    wave = _wave(_turns(frequency * 0.997, samples), brightness)
    wave += _wave(_vibrato(frequency * 1.002, samples, 5.2, 0.004), brightness)
    return _shaped(wave / 2, 0.12, 0.25)


def organ(frequency: float, samples: int, rng: Generator) -> Sound:
    """Drawbars 8', 4' and 2 2/3' with a slow tremolo."""
    wave = np.sin(_turns(frequency, samples)) + 0.5 * np.sin(_turns(frequency * 2, samples))
    wave += 0.3 * np.sin(_turns(frequency * 3, samples))
    return _shaped(wave * 0.55 * (1 + 0.12 * np.sin(2 * np.pi * 5.8 * seconds_of(samples))), 0.01, 0.06)


def _vibrato(frequency: float, samples: int, rate: float, depth: float) -> Sound:
    time = seconds_of(samples)
    swing = depth * frequency / rate * np.minimum(1, time * 3) * np.sin(2 * np.pi * rate * time)
    return _turns(frequency, samples) + swing.astype(np.float32)


def flute(frequency: float, samples: int, rng: Generator) -> Sound:
    """Breath and a vibrato that comes late."""
    wave = _wave(_vibrato(frequency, samples, 5, 0.006), _tamed(0.22, frequency))
    wave += 0.02 * noise(rng, samples)
    return _shaped(wave, 0.05, 0.09)


def lead(frequency: float, samples: int, rng: Generator) -> Sound:
    """A hollow synthesizer: odd harmonics only."""
    turns, brightness = _vibrato(frequency, samples, 5.5, 0.004), _tamed(0.6, frequency)
    wave = _wave(turns, brightness) - _wave(turns + np.float32(np.pi), brightness)
    return _shaped(0.6 * wave * (0.5 + 0.5 * _decay(samples, 3)), 0.008, 0.05)


def brass(frequency: float, samples: int, rng: Generator) -> Sound:
    """A synthesized section that opens as it sounds."""
    time = seconds_of(samples)
    brightness = _tamed(0.78, frequency) * (1 - 0.75 * np.exp(-14 * time)) * np.exp(-0.8 * time)
    wave = _wave(_turns(frequency * 0.998, samples), brightness) + _wave(
        _turns(frequency * 1.003, samples), brightness
    )
    return _shaped(wave / 2, 0.02, 0.08)


def voice(frequency: float, samples: int, rng: Generator) -> Sound:
    """A wordless "ah": harmonics under three formants (Peterson and Barney 1952: 730, 1090, 2440 Hz)."""
    turns = _vibrato(frequency, samples, 5.1, 0.007)
    return _shaped(_formants(turns, frequency, (730, 1090, 2440)), 0.06, 0.12)


def _formants(turns: Signal, frequency: float, centers: tuple[float, float, float]) -> Sound:
    """Harmonics of ``turns`` weighted by three resonances, by the recurrence sin(k+1) = 2 cos sin(k) - sin(k-1)."""
    twice_cos, before, current = 2 * np.cos(turns), np.zeros_like(turns), np.sin(turns)
    wave = np.zeros_like(turns)
    for harmonic in range(1, min(24, int(4000 / frequency)) + 1):
        at = harmonic * frequency
        gain = sum(g / (1 + ((at - c) / 110) ** 2) for c, g in zip(centers, (1, 0.6, 0.25), strict=True))
        wave += np.float32(gain + 0.35 / harmonic**1.5) * current
        before, current = current, twice_cos * current - before
    return (wave * 0.8).astype(np.float32)


def bass(frequency: float, samples: int, rng: Generator) -> Sound:
    """A round electric bass."""
    wave = _wave(_turns(frequency, samples), 0.62 * _decay(samples, 5) + 0.12)
    return _shaped(np.tanh(1.3 * wave) * _decay(samples, 1.2), 0.004, 0.03)


def synth_bass(frequency: float, samples: int, rng: Generator) -> Sound:
    """A saw that closes quickly."""
    wave = _wave(_turns(frequency, samples), 0.88 * _decay(samples, 8) + 0.1)
    return _shaped(np.tanh(1.6 * wave), 0.003, 0.02)


def sub(frequency: float, samples: int, rng: Generator) -> Sound:
    """Little more than a sine."""
    return _shaped(np.tanh(1.8 * np.sin(_turns(frequency, samples))), 0.006, 0.06)


def drive(frequency: float, samples: int, rng: Generator) -> Sound:
    """An overdriven guitar; give it fifths."""
    turns = _vibrato(frequency, samples, 4.6, 0.0015)
    wave = np.tanh(4 * _wave(turns, _tamed(0.55, frequency)) * (0.35 + 0.65 * _decay(samples, 1.4)))
    return _shaped(smooth(wave, 7) * 0.8, 0.004, 0.05)


def kick(rng: Generator, depth: float = 1.0) -> Sound:
    """A falling sine."""
    time = seconds_of(int(0.32 * RATE))
    turns = 2 * np.pi * (48 * time + 120 * depth / 32 * (1 - np.exp(-32 * time)))
    return _shaped(np.tanh(2 * np.sin(turns) * np.exp(-9 * time)), 0.001, 0.05)


def snare(rng: Generator, tone: float = 190.0) -> Sound:
    """A skin and its wires."""
    samples = int(0.24 * RATE)
    grains = crisp(noise(rng, samples)) * _decay(samples, 19)
    return _shaped(0.35 * grains + 0.6 * np.sin(_turns(tone, samples)) * _decay(samples, 28), 0.001, 0.03)


def clap(rng: Generator) -> Sound:
    """Several hands, not quite together."""
    samples = int(0.22 * RATE)
    grains = crisp(noise(rng, samples)) * _decay(samples, 24)
    late = int(0.011 * RATE)
    grains[late:] += grains[:-late] * 0.8
    return 0.35 * smooth(grains, 3)


def rim(rng: Generator) -> Sound:
    """A stick on the edge."""
    samples = int(0.06 * RATE)
    return 0.7 * np.sin(_turns(1700, samples)) * _decay(samples, 90) + 0.3 * marimba(820, samples, rng)


def hat(rng: Generator, length: float = 0.06) -> Sound:
    """Metal."""
    samples = int(max(length, 0.03) * 2.5 * RATE)
    grains = crisp(crisp(smooth(noise(rng, samples), 3)))
    return 0.3 * grains * _decay(samples, 1.8 / length)


def shaker(rng: Generator) -> Sound:
    """Grains, swelling in."""
    return _shaped(1.1 * hat(rng, 0.05), 0.02, 0.02)


def smooth(wave: Sound, width: int) -> Sound:
    """A running mean of ``width`` samples: a gentle low-pass."""
    return np.convolve(wave, np.full(width, 1 / width, np.float32), "same").astype(np.float32)


def crisp(wave: Sound) -> Sound:
    """The difference of neighbors: a gentle high-pass."""
    return np.diff(wave, prepend=np.float32(0)).astype(np.float32)


def echo(stereo: Sound, seconds: float, feedback: float, repeats: int = 4) -> Sound:
    """Only the echoes of a (2, n) sound, bouncing between the sides."""
    wet, step = np.zeros_like(stereo), int(seconds * RATE)
    for repeat in range(1, repeats + 1):
        lag = step * repeat
        if lag < stereo.shape[1]:
            side = stereo[::-1] if repeat % 2 else stereo
            wet[:, lag:] += np.float32(feedback**repeat) * side[:, :-lag]
    return wet


def room(mono: Sound, rng: Generator, size: float) -> Sound:
    """Only the reverberation, shape (2, n): three stages of sparse echoes, some 200 in all; ``size`` in seconds."""
    sides = []
    source = smooth(mono, 5)
    for _ in range(2):
        side = source
        for count, low, high in ((5, 0.004, 0.03), (6, 0.03, 0.14), (6, 0.14, 0.5)):
            side = _scatter(side, rng, count, low * size, high * size, size)
        sides.append(side)
    return np.stack(sides)


def _scatter(mono: Sound, rng: Generator, count: int, low: float, high: float, size: float) -> Sound:
    wet = np.zeros_like(mono)
    for lag in rng.uniform(low, high, count):
        samples = max(1, int(lag * RATE))
        gain = np.float32(np.exp(-2.2 * lag / size) * rng.choice((-1, 1)) / np.sqrt(count))
        wet[samples:] += gain * mono[:-samples]
    return wet


def syllable(frequency: float, samples: int, formants: tuple[float, float, float], rng: Generator) -> Sound:
    """A vowel of falling pitch, now and then behind a hissed consonant."""
    time = seconds_of(samples)
    turns = _turns(frequency, samples) - (frequency * 0.08 * np.pi * time**2 / time[-1]).astype(np.float32)
    sound = _shaped(0.5 * _formants(turns, frequency, formants), 0.025, 0.05)
    if rng.random() < 0.35:
        hiss = min(int(0.05 * RATE), samples)
        sound[:hiss] += 0.06 * crisp(noise(rng, hiss))
    return sound
