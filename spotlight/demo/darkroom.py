"""Films of the demo: a drawn picture that slowly moves under an interview. No Django here."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from PIL import Image

from spotlight.demo import music
from spotlight.demo.synth import RATE, Sound
from submissions.artwork import raster_cover

FRAMES_A_SECOND = 6
BLOCK = 44_100


@dataclass(frozen=True)
class Cut:
    """What a film is made of: seeds of picture and music, length, who talks when (start, end, speaker), and its shape."""

    picture: str
    tune: int
    seconds: float
    talking: tuple[tuple[float, float, int], ...]
    width: int = 640
    height: int = 360
    start: float = 0.0


def still(picture: str, *, width: int = 1280, height: int = 720) -> bytes:
    """A poster as JPEG: the part of the cover that the film begins with."""
    out = io.BytesIO()
    _window(_cover(picture, max(width, height)), 0.0, width, height).save(out, "JPEG", quality=86)
    return out.getvalue()


def film(path: Path, cut: Cut) -> Path:
    """Write the film as MP4 (H.264, AAC)."""
    whole = music.interview_bed(cut.tune, cut.start + cut.seconds, talking=cut.talking)
    sound = whole[:, round(cut.start * RATE) :]
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as media:
        video: Any = media.add_stream(
            "libx264", rate=FRAMES_A_SECOND, options={"preset": "veryfast", "crf": "27"}
        )
        video.width, video.height, video.pix_fmt = cut.width, cut.height, "yuv420p"
        audio: Any = media.add_stream("aac", rate=RATE, layout="stereo", bit_rate=96_000)
        for frame in _frames(cut):
            media.mux(video.encode(frame))
        media.mux(video.encode(None))
        for piece in _pieces(sound):
            media.mux(audio.encode(piece))
        media.mux(audio.encode(None))
    return path


def _frames(cut: Cut) -> Iterator[VideoFrame]:
    cover = _cover(cut.picture, max(cut.width, cut.height))
    count = int(cut.seconds * FRAMES_A_SECOND)
    for number in range(count):
        seen = _window(cover, number / max(count - 1, 1), cut.width, cut.height)
        frame: VideoFrame = VideoFrame.from_image(seen)  # type: ignore[no-untyped-call]  # not annotated there
        frame.pts, frame.time_base = number, Fraction(1, FRAMES_A_SECOND)
        yield frame


def _cover(picture: str, side: int) -> Image.Image:
    """A cover a quarter larger than the longer side, so that there is room to move."""
    return Image.open(io.BytesIO(raster_cover(picture, size=round(side * 1.25)))).convert("RGB")


def _window(cover: Image.Image, at: float, width: int, height: int) -> Image.Image:
    """What is seen at a moment (0 to 1): the window drifts from one corner to the other."""
    left, top = (cover.width - width) * at, (cover.height - height) * (0.25 + 0.5 * at)
    return cover.transform(
        (width, height), Image.Transform.AFFINE, (1, 0, left, 0, 1, top), Image.Resampling.BILINEAR
    )


def _pieces(sound: Sound) -> Iterator[AudioFrame]:
    planar = np.ascontiguousarray(sound, dtype=np.float32)
    for at in range(0, sound.shape[1], BLOCK):
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(planar[:, at : at + BLOCK]), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
        yield frame
