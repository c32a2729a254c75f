"""Short pieces of music from a seed: the demo's tracks, and the beds under its interviews.

Every choice comes from one generator, so a seed gives the same piece again. About half a second of work for a piece of
forty. Nothing here reads a clock, a file or a sample.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from spotlight.demo import synth
from spotlight.demo.mastering import estimate_loudness, master, soft_limit, write_flac, write_wav
from spotlight.demo.styles import MINOR_PENTA, MINOR_SCALES, PENTA, QUALITIES, STYLES, Style
from spotlight.demo.synth import RATE, Sound

__all__ = ["GENRES", "compose", "genre_of", "interview_bed", "write_flac", "write_wav"]

GENRES = tuple(STYLES)
LOUDNESS = -13.8
AIR = 0.4
"""How much of what lies above 2.5 kHz is added once more."""
TAIL = 2.0
STEPS = 16
LOOP_BARS = 4

Chord = tuple[int, tuple[int, ...]]
Note = tuple[int, int, int, float]
"""Step in the loop, length in steps, MIDI number, loudness."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What the seed decided before a note sounds."""

    style: Style
    key: int
    bar: float
    bars: int
    progressions: tuple[str, str]
    scale: tuple[int, ...]
    rng: Generator

    @property
    def step(self) -> float:
        """Seconds to a sixteenth."""
        return self.bar / STEPS


def compose(seed: int, seconds: float = 42.0, *, genre: str = "") -> Sound:
    """A piece of ``seconds`` (20 or more), shape (2, n), at 44.1 kHz, at -12.5 to -16.5 LUFS and without clipping.

    ``genre`` is one of ``GENRES``; left out, the seed picks it. Raises ``KeyError`` for another one.
    """
    rng = np.random.default_rng([seed, 7])
    style = STYLES[genre or GENRES[int(rng.integers(len(GENRES)))]]
    piece = _plan(style, seconds, rng)
    mix = _perform(piece, round(seconds * RATE))
    return master(mix, LOUDNESS)


def genre_of(seed: int) -> str:
    """The genre that ``compose`` picks for a seed."""
    return GENRES[int(np.random.default_rng([seed, 7]).integers(len(GENRES)))]


def _plan(style: Style, seconds: float, rng: Generator) -> Piece:
    """Stretch the tempo a little so that whole bars fill the time before the tail."""
    wanted = 4 * 60 / rng.uniform(*style.tempo)
    bars = max(8, round((seconds - TAIL) / wanted))
    verse = _pick(rng, style.progressions)
    minor = _is_minor(verse)
    alike = [text for text in style.progressions if _is_minor(text) == minor and text != verse] or [verse]
    scales = [scale for scale in style.scales if (scale in MINOR_SCALES) == minor]
    scale = _pick(rng, scales or [MINOR_PENTA if minor else PENTA])
    return Piece(
        style=style,
        key=int(rng.integers(12)),
        bar=(seconds - TAIL) / bars,
        bars=bars,
        progressions=(verse, _pick(rng, alike)),
        scale=scale,
        rng=rng,
    )


def _is_minor(progression: str) -> bool:
    """True if it stands on a minor tonic, or borrows the minor key's chords."""
    return any(root in (3, 8, 10) or (root == 0 and 3 in tones) for root, tones in _chords(progression))


def _pick[T](rng: Generator, options: Sequence[T]) -> T:
    return options[int(rng.integers(len(options)))]


def _chords(text: str) -> list[Chord]:
    """ "5maj7 7:7" as [(5, (0, 4, 7, 11)), (7, (0, 4, 7, 10))]."""
    chords = []
    for word in text.split():
        match = re.fullmatch(r"(\d+):?(.*)", word)
        assert match
        chords.append((int(match[1]), QUALITIES[match[2]]))
    return chords


# ---- parts: four bars each, as notes ----


def _voicing(piece: Piece, chord: Chord, center: int) -> list[int]:
    """The chord's notes, each in the octave nearest to ``center``."""
    root, tones = chord
    if len(set(tone % 12 for tone in tones)) < 3:  # power chords stay in root position
        base = 40 + (piece.key + root - 40) % 12
        return [base + tone for tone in tones]
    notes = {piece.key + root + tone for tone in tones}
    return sorted({note + 12 * round((center - note) / 12) for note in notes})


def _comping(piece: Piece, chords: list[Chord], pattern: str) -> list[Note]:
    notes = []
    for bar, chord in enumerate(chords):
        hits = [step for step in range(STEPS) if pattern[step] in "xs"]
        for index, step in enumerate(hits):
            until = hits[index + 1] if index + 1 < len(hits) else STEPS
            length = 2 if pattern[step] == "s" else until - step
            for note in _voicing(piece, chord, 62):
                notes.append((bar * STEPS + step, length, note, 1.0 if step % 4 == 0 else 0.8))
    return notes


def _bass_line(piece: Piece, chords: list[Chord], pattern: str) -> list[Note]:
    notes = []
    for bar, (root, _) in enumerate(chords):
        base = 33 + (piece.key + root - 33) % 12
        for step, mark in enumerate(pattern):
            if mark in "rfo":
                held = len(pattern[step + 1 :]) - len(pattern[step + 1 :].lstrip("-"))
                pitch = base + {"r": 0, "f": 7, "o": 12}[mark]
                notes.append((bar * STEPS + step, 1 + held, pitch, 1.0 if mark == "r" else 0.85))
    return notes


def _arpeggio(piece: Piece, chords: list[Chord]) -> list[Note]:
    """Chord tones up or down in a fixed figure, on every second or third sixteenth."""
    every, figure = _pick(piece.rng, (2, 3, 2, 4)), piece.rng.permutation(4)
    notes = []
    for bar, chord in enumerate(chords):
        tones = _voicing(piece, chord, 74)
        tones = (tones + [tone + 12 for tone in tones])[:4]
        for index, step in enumerate(range(0, STEPS, every)):
            notes.append((bar * STEPS + step, every + 2, tones[figure[index % 4] % len(tones)], 0.8))
    return notes


def _rhythm(rng: Generator, busy: float) -> list[int]:
    """Steps of one bar on which a melody sounds; strong beats more often."""
    weight = np.array([1.0, 0.15, 0.55, 0.25] * 4) * busy * 1.6
    weight[[0, 8]] += 0.3
    steps = np.flatnonzero(rng.random(STEPS) < weight)
    return [int(step) for step in steps] or [0]


def _melody(piece: Piece, chords: list[Chord], busy: float, center: int) -> list[Note]:
    """Call, answer, call, close: bars 0 and 2 share rhythm and contour, on other chords."""
    rng = piece.rng
    rhythms = [_rhythm(rng, busy), _rhythm(rng, busy * 0.7)]
    contours = [rng.integers(-2, 3, STEPS), rng.integers(-2, 3, STEPS)]
    ladder = [n for n in range(center - 12, center + 13) if (n - piece.key) % 12 in piece.scale]
    at = len(ladder) // 2
    notes = []
    for bar, chord in enumerate(chords):
        steps, contour = rhythms[bar % 2], contours[bar % 2]
        for index, step in enumerate(steps):
            at = int(np.clip(at + contour[index], 1, len(ladder) - 2))
            if step % 8 == 0 or index == len(steps) - 1:
                at = _nearest_chord_tone(piece, chord, ladder, at)
            until = steps[index + 1] if index + 1 < len(steps) else STEPS
            notes.append((bar * STEPS + step, min(until - step, 8), ladder[at], 0.9 + 0.1 * (step % 4 == 0)))
        at += int(np.sign(len(ladder) // 2 - at))
    return notes


def _nearest_chord_tone(piece: Piece, chord: Chord, ladder: list[int], at: int) -> int:
    tones = {(piece.key + chord[0] + tone) % 12 for tone in chord[1]}
    fitting = [index for index, note in enumerate(ladder) if note % 12 in tones]
    return min(fitting, key=lambda index: abs(index - at)) if fitting else at


# ---- sound ----


def _render(piece: Piece, notes: list[Note], voice: str, *, width: float = 0.0, ring: float = 0.25) -> Sound:
    """Four bars of notes and their tail, shape (2, n). ``width``: how far notes spread to the sides."""
    play: synth.Voice = getattr(synth, voice)
    out = np.zeros((2, int((LOOP_BARS * piece.bar + TAIL) * RATE)), np.float32)
    cache: dict[tuple[int, int], Sound] = {}
    for step, length, note, level in notes:
        if (note, length) not in cache:
            samples = int((length * piece.step + ring) * RATE)
            cache[note, length] = play(synth.hertz(note), samples, piece.rng)
        pan = width * np.sin(note * 2.4)
        _place(out, cache[note, length], _when(piece, step), level, float(pan))
    return out


def _when(piece: Piece, step: int) -> float:
    late = piece.style.swing * piece.step if step % 2 else 0.0
    return step * piece.step + late


def _place(out: Sound, sound: Sound, at: float, level: float, pan: float = 0.0) -> None:
    start = int(at * RATE)
    end = min(start + sound.size, out.shape[1])
    if end > start:
        angle = (pan + 1) * np.pi / 4
        for side, gain in enumerate((np.cos(angle), np.sin(angle))):
            out[side, start:end] += np.float32(level * gain) * sound[: end - start]


def _drums(piece: Piece, *, fill: bool) -> Sound:
    """Four bars; with a fill in the last beat if asked."""
    style, rng = piece.style, piece.rng
    kit: list[tuple[str, Callable[[Generator], Sound], float, float]] = [
        (_pick(rng, style.kicks), synth.kick, 0.9, 0.0),
        (_pick(rng, style.snares), getattr(synth, style.snare), 0.75, 0.05),
        (_pick(rng, style.hats), synth.hat if rng.random() < 0.7 else synth.shaker, 0.6, 0.3),
    ]
    out = np.zeros((2, int((LOOP_BARS * piece.bar + TAIL) * RATE)), np.float32)
    for pattern, make, level, pan in kit:
        hits = [make(rng) for _ in range(2)]
        for step in range(LOOP_BARS * STEPS):
            mark = pattern[step % STEPS]
            if mark != ".":
                accent = {"x": 1.0, "o": 0.5}[mark] * (0.92 + 0.08 * (step % 4 == 0))
                _place(out, hits[step % 2], _when(piece, step), level * accent, pan)
    if fill and style.snares[0].strip("."):
        for index in range(4):
            at = _when(piece, LOOP_BARS * STEPS - 4 + index)
            _place(out, synth.snare(rng, 240 - 30 * index), at, 0.35 + 0.1 * index, 0.4 - 0.2 * index)
    return out


LEVELS = {"drums": -14.0, "bass": -17.0, "chords": -18.5, "arp": -23.0, "melody": -15.5}
"""LUFS of each part before mastering; what counts is the distance between them."""
MAX_BOOST, MAX_DRUM_BOOST = 15.0, 2.0  # dB; a kit of two hats a bar stays quiet


def _rehearse(piece: Piece) -> dict[str, Sound]:
    """Render every part once for the verse (A) and once for the chorus (B)."""
    style, rng = piece.style, piece.rng
    voices = {
        "chords": _pick(rng, style.chords),
        "bass": _pick(rng, style.bass),
        "melody": _pick(rng, style.leads),
        "arp": _pick(rng, style.arps),
    }
    loops = {"drums A": _drums(piece, fill=False), "drums B": _drums(piece, fill=True)}
    for letter, progression in zip("AB", piece.progressions, strict=True):
        chords = _chords(progression)
        written = {
            "chords": _comping(piece, chords, _pick(rng, style.comping)),
            "bass": _bass_line(piece, chords, _pick(rng, style.bass_lines)),
            "arp": _arpeggio(piece, chords),
            "melody": _melody(
                piece, chords, style.busy * (1.25 if letter == "B" else 1), 72 + 3 * (letter == "B")
            ),
        }
        for part, notes in written.items():
            width = {"chords": 0.5, "arp": 0.8}.get(part, 0.1)
            loops[f"{part} {letter}"] = _render(piece, notes, voices[part], width=width)
    _balance(loops, style)
    return loops


def _balance(loops: dict[str, Sound], style: Style) -> None:
    """Bring every part to its level, in place; verse and chorus by the same gain."""
    for part, level in LEVELS.items():
        measured = estimate_loudness(loops[f"{part} B"], windows=8)
        wanted = level + style.balance.get(part, 0.0) - measured
        gain = np.float32(10 ** (min(wanted, MAX_DRUM_BOOST if part == "drums" else MAX_BOOST) / 20))
        for letter in "AB":
            loops[f"{part} {letter}"] *= gain


def _form(piece: Piece) -> list[tuple[str, int, tuple[str, ...]]]:
    """Sections as (letter, bars, parts): intro, verses and choruses in blocks of four bars, outro."""
    rng = piece.rng
    spare = piece.bars % LOOP_BARS
    intro = spare + (LOOP_BARS if piece.bars >= 16 and spare < 2 else 0)
    blocks = (piece.bars - intro) // LOOP_BARS
    opening = _pick(rng, (("chords",), ("arp", "chords"), ("drums", "bass"), ("arp",), ("melody", "chords")))
    full = ("drums", "bass", "chords", "melody", "arp")
    verse = _pick(
        rng,
        (
            ("drums", "bass", "chords", "melody"),
            ("bass", "chords", "melody"),
            ("drums", "bass", "arp", "melody"),
        ),
    )
    letters = _pick(rng, ("ABABAB", "AABBAB", "ABBABB"))
    form = [("A", intro, opening)] if intro else []
    for block in range(blocks - 1):
        letter = letters[block % len(letters)]
        form.append((letter, LOOP_BARS, full if letter == "B" else verse))
    return [
        *form,
        (_pick(rng, "AB"), LOOP_BARS, _pick(rng, (("chords", "melody"), full, ("arp", "chords", "bass")))),
    ]


def _perform(piece: Piece, samples: int) -> Sound:
    """Lay the loops along the form, then add echoes, room, ducking and hiss."""
    loops = _rehearse(piece)
    stems = {part: np.zeros((2, samples), np.float32) for part in LEVELS}
    bar = 0
    for letter, bars, parts in _form(piece):
        for part in parts:
            _lay(stems[part], loops[f"{part} {letter}"], piece, bar, bars)
        bar += bars
    return _mix(piece, stems)


def _lay(stem: Sound, loop: Sound, piece: Piece, bar: int, bars: int) -> None:
    """Put the first ``bars`` of a loop (all of it with its tail) at a bar."""
    start = int(bar * piece.bar * RATE)
    length = loop.shape[1] if bars >= LOOP_BARS else int(bars * piece.bar * RATE)
    for repeat in range(max(1, bars // LOOP_BARS)):
        at = start + int(repeat * LOOP_BARS * piece.bar * RATE)
        end = min(at + length, stem.shape[1])
        stem[:, at:end] += loop[:, : end - at]


def _mix(piece: Piece, stems: dict[str, Sound]) -> Sound:
    style = piece.style
    mix: Sound = stems["chords"] + stems["melody"] + stems["arp"]
    mix += np.float32(style.echo * 2) * synth.echo(stems["melody"] + stems["arp"], 3 * piece.step, 0.45)
    mix += np.float32(style.wet * 1.6) * synth.room(mix.mean(axis=0), piece.rng, style.room)
    mix += stems["bass"]
    if style.duck:
        mix *= _ducking(piece, mix.shape[1])
    if style.hiss:
        mix += np.float32(style.hiss * 0.5) * synth.smooth(synth.noise(piece.rng, mix.shape[1]), 9)
    mix += np.float32(AIR) * (mix - np.stack([synth.smooth(side, 9) for side in mix]))
    return mix + stems["drums"]


def _ducking(piece: Piece, samples: int) -> Sound:
    """A gain that dips on every beat and recovers within it."""
    beat = synth.seconds_of(samples) % np.float32(piece.bar / 4) / np.float32(piece.bar / 4)
    return (1 - np.float32(piece.style.duck) * (1 - beat) ** 2).astype(np.float32)


# ---- interviews ----

VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (530, 1840, 2480), (570, 840, 2410), (300, 870, 2240))
VOICES = (112.0, 196.0, 140.0, 226.0)


def interview_bed(seed: int, seconds: float, *, talking: Sequence[tuple[float, float, int]] = ()) -> Sound:
    """Quiet music under an interview, shape (2, n), and murmured speech wherever someone talks.

    ``talking``: (start, end, speaker) in seconds, the times of the captions; speakers are told apart by pitch. The
    murmur has the rhythm and melody of speech and no words. About -18 LUFS; the music alone -24.
    """
    rng = np.random.default_rng([seed, 11])
    style = STYLES[_pick(rng, ("ambient", "lo-fi"))]
    piece = _plan(style, max(seconds, 20.0), rng)
    music = master(_perform(piece, round(max(seconds, 20.0) * RATE)), -24.0)[:, : round(seconds * RATE)]
    speech = np.zeros_like(music)
    for start, end, speaker in talking:
        _place(speech, _murmur(rng, min(end, seconds) - start, VOICES[speaker % len(VOICES)]), start, 1.0)
    if not len(talking):
        return music
    loud = master(speech + 0.02 * synth.echo(speech, 0.05, 0.3, 2), -18.0)
    return soft_limit(loud + music * np.float32(0.7))


def _murmur(rng: Generator, seconds: float, pitch: float) -> Sound:
    """Syllables of 0.12 to 0.3 s in phrases, falling towards the end."""
    out = np.zeros(max(1, int(seconds * RATE)), np.float32)
    at = 0.05
    while at < seconds - 0.3:
        length = rng.uniform(0.12, 0.3)
        height = pitch * (1.08 - 0.16 * at / seconds + rng.normal(0, 0.04))
        syllable = synth.syllable(height, int(length * RATE), _pick(rng, VOWELS), rng)
        start = int(at * RATE)
        part = out[start : start + syllable.size]
        part += syllable[: part.size]
        at += length * 0.95 + (rng.uniform(0.2, 0.5) if rng.random() < 0.12 else 0.0)
    return out
