"""Real music from three Debian packages, fetched into `var/proof` and never committed."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import av

from spotlight.demo.synth import RATE

PACKAGES = ("singularity-music", "marsshooter-data", "wesnoth-1.16-music")
LEAST_SECONDS = 45
BY_HAND = 3


class NoMusic(Exception):
    """The packages can't be fetched here."""


@dataclass(frozen=True)
class Piece:
    """A piece of music: file, length, and what its tags say."""

    path: Path
    seconds: float
    artist: str
    title: str


def fetch(folder: Path) -> list[Piece]:
    """All pieces of 45 seconds or more with an artist, by path. Downloads what is not there yet."""
    debs, music = folder / "debs", folder / "music"
    debs.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not list(debs.glob(f"{package}_*.deb")):
            _download(package, debs)
    if not music.is_dir():
        for deb in sorted(debs.glob("*.deb")):
            subprocess.run(["dpkg", "-x", str(deb), str(music)], check=True)
    pieces = [piece for path in sorted(music.rglob("*.ogg")) if (piece := _look(path)) is not None]
    return [piece for piece in pieces if piece.seconds >= LEAST_SECONDS and piece.artist]


def _download(package: str, folder: Path) -> None:
    command = ["apt-get", "download", "-q", package]
    if subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0:
        return
    subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
    if subprocess.run(command, cwd=folder, check=False).returncode:
        raise NoMusic(
            f"apt-get can't download {package} here. This needs Debian 12 or Ubuntu with their archives."
        )


def _look(path: Path) -> Piece | None:
    with av.open(str(path)) as media:
        tags = {key.lower(): value for key, value in media.metadata.items()}
        for stream in media.streams.audio:
            tags |= {key.lower(): value for key, value in stream.metadata.items()}
        seconds = (media.duration or 0) / 1_000_000
    return Piece(path, seconds, tags.get("artist", ""), tags.get("title", "") or path.stem)


def set_out(pieces: list[Piece], folder: Path) -> list[Piece]:
    """Put all but three into a folder for `import_tracks`; returns the three, which are uploaded by hand."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ordered = sorted(pieces, key=lambda piece: piece.seconds)
    by_hand = ordered[10 : 10 + BY_HAND]
    for number, piece in enumerate(p for p in pieces if p not in by_hand):
        (folder / f"{number:02d}-{piece.path.name}").symlink_to(piece.path)
    return by_hand


def as_wav(piece: Piece, folder: Path) -> Path:
    """The piece decoded to WAV, as an artist would have it."""
    path = folder / f"{piece.path.stem}.wav"
    with av.open(str(piece.path)) as source, av.open(str(path), "w", format="wav") as target:
        stream = target.add_stream("pcm_s16le", rate=RATE, layout="stereo")
        resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
        for frame in source.decode(audio=0):
            for made in resampler.resample(frame):
                made.pts = None
                target.mux(stream.encode(made))
        target.mux(stream.encode(None))
    return path
