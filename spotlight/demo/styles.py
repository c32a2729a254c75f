"""What makes a genre: tempo, harmony, patterns, instruments. Data only; ``music`` plays it.

Patterns are sixteen steps to a bar. Drums: x strong, o soft. Chords: x holds to the next, s is a stab. Bass: r root,
f fifth, o octave, - hold. Chords are semitones above the key, then a quality.
"""

from dataclasses import dataclass, field

QUALITIES = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7, 12),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "maj9": (0, 4, 7, 11, 14),
    "m9": (0, 3, 7, 10, 14),
    "add9": (0, 4, 7, 14),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "6": (0, 4, 7, 9),
}

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
DORIAN = (0, 2, 3, 5, 7, 9, 10)
PENTA = (0, 2, 4, 7, 9)
MINOR_PENTA = (0, 3, 5, 7, 10)
YO = (0, 2, 5, 7, 9)
MINOR_SCALES = (MINOR, DORIAN, MINOR_PENTA)


@dataclass(frozen=True, slots=True)
class Style:
    """One genre. Tuples of alternatives: the seed picks one of each."""

    tempo: tuple[int, int]
    progressions: tuple[str, ...]
    scales: tuple[tuple[int, ...], ...]
    chords: tuple[str, ...]
    comping: tuple[str, ...]
    bass: tuple[str, ...]
    bass_lines: tuple[str, ...]
    leads: tuple[str, ...]
    arps: tuple[str, ...]
    kicks: tuple[str, ...]
    snares: tuple[str, ...]
    hats: tuple[str, ...]
    snare: str = "snare"
    swing: float = 0.0
    room: float = 1.0
    wet: float = 0.18
    echo: float = 0.15
    duck: float = 0.0
    hiss: float = 0.0
    balance: dict[str, float] = field(default_factory=dict)
    """Decibels by which parts depart from the usual."""
    busy: float = 0.5
    """How many of the melody's steps sound."""


STYLES: dict[str, Style] = {
    "city pop": Style(
        tempo=(102, 118),
        progressions=("5maj7 7:7 4m7 9m7", "2m9 7:7 0maj9 9:7", "5maj9 4:7 9m9 0:7", "0maj7 11m7 4:7 9m7"),
        scales=(MAJOR, PENTA),
        chords=("keys", "organ"),
        comping=("x..s..s.x..s..s.", "..s...s...s..ss.", "x.....s..s..x..."),
        bass=("bass", "synth_bass"),
        bass_lines=("r..r..o.r..f..o.", "r.o.r.o.r.o.f.o.", "r--.o.r.f--.o.f."),
        leads=("brass", "lead", "voice"),
        arps=("bell", "pluck"),
        kicks=("x...x...x...x...", "x.....x.x.....x."),
        snares=("....x.......x...", "....x.......x..o"),
        hats=("x.o.x.o.x.o.x.o.", "xoxoxoxoxoxoxoxo"),
        room=0.9,
        duck=0.15,
    ),
    "lo-fi": Style(
        balance={"melody": -2, "chords": 1},
        tempo=(72, 86),
        progressions=("2m9 7:7 0maj9 9m7", "0maj9 9m9 5maj9 4m7", "9m9 2m9 5maj7 4:7", "5maj9 5m 4m7 9m7"),
        scales=(PENTA, MAJOR),
        chords=("keys",),
        comping=("x.......x.....s.", "x.........x.....", "x..x......s....."),
        bass=("sub", "bass"),
        bass_lines=("r-----..f--.r...", "r--...r-..o-....", "r-------....f-r-"),
        leads=("flute", "marimba", "keys"),
        arps=("bell", "pluck"),
        kicks=("x.....x...x.....", "x..x......x.....", "x.......x.x....."),
        snares=("....x.......x...",),
        hats=("x.o.x.o.x.o.x.oo", "o.x.o.x.o.x.o.x."),
        snare="rim",
        swing=0.2,
        room=0.7,
        hiss=0.006,
        busy=0.35,
    ),
    "folk": Style(
        balance={"drums": -6, "chords": 2, "arp": 1},
        tempo=(84, 112),
        progressions=("0 7 9m 5", "0 5 0 7", "9m 5 0 7", "0add9 4m 5 7sus4", "9m 7 5 4m"),
        scales=(PENTA, YO, MAJOR),
        chords=("pluck",),
        comping=("x...s.s.x...s.s.", "x..s..s.x..s..s."),
        bass=("bass",),
        bass_lines=("r---....f---....", "r-----r-f-----f-"),
        leads=("flute", "voice", "koto"),
        arps=("pluck", "koto"),
        kicks=("x.......x.......", "................"),
        snares=("............o...", "................"),
        hats=("o.o.o.o.o.o.o.o.", "..o...o...o...o."),
        snare="rim",
        room=1.1,
        wet=0.22,
        busy=0.45,
    ),
    "techno": Style(
        balance={"drums": 2, "bass": 1, "chords": -2},
        tempo=(122, 134),
        progressions=("0m 0m 8 10", "0m7 0m7 0m7 10", "0m 5m 0m 8", "0m 3 10 5m"),
        scales=(MINOR_PENTA, MINOR),
        chords=("pad", "brass"),
        comping=("..s..s....s..s..", "s..s..s...s..s..", "x..............."),
        bass=("synth_bass",),
        bass_lines=("..r...r...r...r.", "..rr..rr..rr..ro", "r.rr.rr.r.rr.ro."),
        leads=("lead", "marimba"),
        arps=("lead", "pluck", "marimba"),
        kicks=("x...x...x...x...",),
        snares=("....x.......x...",),
        hats=("..x...x...x...x.", "oox.oox.oox.oox."),
        snare="clap",
        room=1.3,
        echo=0.3,
        duck=0.6,
        busy=0.4,
    ),
    "ballad": Style(
        balance={"drums": -4, "melody": 1, "chords": 1},
        tempo=(64, 76),
        progressions=("0 7 9m 4m", "5 0 2m7 7sus4", "0add9 9m7 5maj7 7", "9m 5 0 7"),
        scales=(MAJOR, PENTA),
        chords=("keys", "strings"),
        comping=("x...s...x...s...", "x.......x......."),
        bass=("bass", "sub"),
        bass_lines=("r-------f-------", "r---------r-f---"),
        leads=("voice", "strings", "flute"),
        arps=("keys", "bell"),
        kicks=("x.......x.......", "x.........x....."),
        snares=("........x.......", "....o.......x..."),
        hats=("o...o...o...o...", "o.o.o.o.o.o.o.o."),
        room=1.6,
        wet=0.3,
        busy=0.4,
    ),
    "rock": Style(
        balance={"chords": 3, "arp": -2},
        tempo=(118, 148),
        progressions=("0:5 8:5 3:5 10:5", "0:5 10:5 5:5 0:5", "0:5 3:5 10:5 5:5", "0:5 3:5 5:5 8:5"),
        scales=(MINOR_PENTA, DORIAN),
        chords=("drive",),
        comping=("x.x.x.x.x.x.x.x.", "x..x..x.x..x..x.", "x.......x..x..x."),
        bass=("bass", "synth_bass"),
        bass_lines=("r.r.r.r.r.r.r.r.", "r.r.r.r.f.f.o.o."),
        leads=("drive", "lead", "voice"),
        arps=("pluck", "organ"),
        kicks=("x.....x.x.x.....", "x...x...x.x.x..."),
        snares=("....x.......x...", "....x..o.o..x..o"),
        hats=("x.x.x.x.x.x.x.x.", "x...x...x...x..."),
        room=0.8,
        wet=0.12,
        echo=0.1,
    ),
    "ambient": Style(
        balance={"drums": -14, "bass": -3, "chords": 2, "melody": -3, "arp": 2},
        tempo=(60, 74),
        progressions=(
            "0maj9 5maj9 0maj9 2m9",
            "9m9 5maj9 0maj7 7sus4",
            "0sus2 5sus2 9m7 7sus2",
            "0m9 8maj7 3maj9 10sus2",
        ),
        scales=(PENTA, YO),
        chords=("pad", "strings"),
        comping=("x...............",),
        bass=("sub",),
        bass_lines=("r---------------",),
        leads=("bell", "voice", "flute"),
        arps=("bell", "koto", "keys"),
        kicks=("................",),
        snares=("................",),
        hats=("................", "....o.......o..."),
        room=2.6,
        wet=0.45,
        echo=0.35,
        hiss=0.004,
        busy=0.25,
    ),
    "hip hop": Style(
        balance={"drums": 2, "bass": 2, "melody": -3},
        tempo=(82, 96),
        progressions=("0m7 0m7 5m7 3maj7", "0m9 8maj7 0m9 7:7", "0m7 0m7 7m7 5m7", "0m 8 5m 7"),
        scales=(MINOR_PENTA, DORIAN),
        chords=("keys", "strings", "koto"),
        comping=("x.....s.........", "x..s..s...s.....", "s..s..s.s..s..s."),
        bass=("sub", "bass"),
        bass_lines=("r--...r..r--....", "r-..r.....r-.o..", "r-----r-..f-...."),
        leads=("flute", "koto", "brass"),
        arps=("pluck", "marimba"),
        kicks=("x..x..x...x.....", "x.....xx..x..x..", "x..x....x.x....."),
        snares=("....x.......x...", "....x.......x.o."),
        hats=("x.x.x.xxx.x.x.x.", "xoxoxoxoxxxoxoxo", "x.x.xxx.x.x.x.xx"),
        snare="clap",
        swing=0.12,
        room=0.7,
        wet=0.12,
        busy=0.35,
    ),
}
