"""Look into a video or sound file: `python -m series.formats.probe FILE OUT POSTER` prints what it is as JSON.

Run it as a child process with limits: the file may be hostile. OUT gets a copy that can start playing before it
is whole (MP4 with its index first), POSTER a still as JPEG; neither is written where there is no need for it.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av
import av.error

PLAYABLE_VIDEO = {"h264", "vp8", "vp9", "av1", "libdav1d"}
PLAYABLE_AUDIO = {"aac", "mp3", "mp3float", "opus", "vorbis", "libopus", "libvorbis", "flac"}
MEMORY = 3 * 2**30
CPU_SECONDS = 300


@dataclass(frozen=True)
class Probe:
    """`refusal` is empty for a file that browsers play; media_type is what to serve it as."""

    refusal: str = ""
    media_type: str = ""
    suffix: str = ""
    duration_ms: int = 0
    width: int = 0
    height: int = 0
    rewritten: bool = False
    poster: bool = False


def main(source: str, out: str, poster: str) -> None:
    """Probe with this process's own limits and print the result."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    print(json.dumps(asdict(probe(Path(source), Path(out), Path(poster)))))


def probe(source: Path, out: Path, poster: Path) -> Probe:
    """What the file is, or why it cannot be used."""
    try:
        with av.open(str(source)) as container:
            found = _describe(container, source)
        if found.refusal:
            return found
        rewritten = found.media_type == "video/mp4" and not _starts_fast(source) and _rewrite(source, out)
        still = found.width > 0 and _still(source, poster, found.duration_ms)
    except (av.error.FFmpegError, ValueError, OSError):
        return Probe(refusal="unreadable")
    return Probe(**{**asdict(found), "rewritten": rewritten, "poster": still})


def _describe(container: Any, source: Path) -> Probe:
    audio = container.streams.audio[0] if container.streams.audio else None
    video = next(
        (
            stream
            for stream in container.streams.video
            if not stream.disposition & stream.disposition.attached_pic
        ),
        None,
    )
    if audio is None:
        return Probe(refusal="silent")
    if audio.codec_context.name not in PLAYABLE_AUDIO or (
        video and video.codec_context.name not in PLAYABLE_VIDEO
    ):
        return Probe(refusal="codec")
    media_type, suffix = _media_type(container.format.name, bool(video))
    if not media_type:
        return Probe(refusal="container")
    promised = (container.duration or 0) / 1000
    reached = _last_moment(container)
    if reached <= 0:
        return Probe(refusal="unreadable")
    if promised and reached < promised * 0.98 - 1000:
        return Probe(refusal="truncated")
    width, height = (video.width, video.height) if video else (0, 0)
    return Probe(media_type=media_type, suffix=suffix, duration_ms=round(reached), width=width, height=height)


def _media_type(container: str, video: bool) -> tuple[str, str]:
    """By the container's name in FFmpeg; empty for one that browsers do not play."""
    kind = "video" if video else "audio"
    names = set(container.split(","))
    if "mp4" in names:
        return f"{kind}/mp4", ".mp4" if video else ".m4a"
    if "webm" in names:
        return f"{kind}/webm", ".webm"
    return {"mp3": ("audio/mpeg", ".mp3"), "ogg": ("audio/ogg", ".ogg")}.get(container, ("", ""))


def _last_moment(container: Any) -> float:
    """Where the last packet ends, in milliseconds; packets are read, not decoded."""
    last = 0.0
    for packet in container.demux():
        if packet.pts is not None:
            last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return last * 1000


def _starts_fast(source: Path) -> bool:
    """Whether an MP4's index (moov) comes before its data (mdat)."""
    with source.open("rb") as stream:
        while len(header := stream.read(8)) == 8:
            size, name = int.from_bytes(header[:4]), header[4:]
            if name in (b"moov", b"mdat"):
                return name == b"moov"
            if size == 1:
                size = int.from_bytes(stream.read(8)) - 8
            if size < 8:
                return True
            stream.seek(size - 8, 1)
    return True


def _rewrite(source: Path, out: Path) -> bool:
    """Copy the streams, without decoding, into an MP4 that has its index first."""
    with (
        av.open(str(source)) as container,
        av.open(str(out), "w", format="mp4", options={"movflags": "faststart"}) as target,
    ):
        streams = [*container.streams.video[:1], *container.streams.audio[:1]]
        copies = {stream.index: target.add_stream_from_template(stream) for stream in streams}
        for packet in container.demux(*streams):
            if packet.dts is not None:
                packet.stream = copies[packet.stream.index]
                target.mux(packet)
    return True


def _still(source: Path, poster: Path, duration_ms: int) -> bool:
    """A frame from a tenth into the film."""
    with av.open(str(source)) as container:
        container.seek(duration_ms * 100, backward=True)
        for frame in container.decode(video=0):
            image = frame.to_image()  # type: ignore[no-untyped-call]
            image.thumbnail((1600, 1600))
            image.save(poster, "JPEG", quality=86)
            return True
    return False


if __name__ == "__main__":
    main(*sys.argv[1:4])
