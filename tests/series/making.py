"""Things of the hub for tests: invented people, and files that are really sound and film."""

import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from series import services
from series.models import Episode, Series
from spotlight.accounts.models import Person, User
from spotlight.ledger import files
from spotlight.ledger.models import StoredFile
from submissions.models import Artist, Membership, Role, Season, Track, TrackArtist

ENGLISH = """WEBVTT

00:00.000 --> 00:01.000
<v Hana>It is eleven hours from Osaka.

00:01.200 --> 00:02.000
<v Joon>And there is this upright.
"""
JAPANESE = """WEBVTT

00:00.000 --> 00:01.000
<v ハナ>大阪から十一時間かかります。
"""


def write_film(
    path: Path,
    *,
    seconds: float = 3,
    size: tuple[int, int] = (160, 90),
    sound: bool = True,
    options: dict[str, str] | None = None,
) -> Path:
    """A film with a moving picture and a tone; the container follows the file's suffix."""
    rate, fps = 24000, 10
    with av.open(str(path), "w", options=options or {}) as container:
        webm = path.suffix == ".webm"
        picture = container.add_stream("libvpx-vp9" if webm else "libx264", rate=fps)
        picture.width, picture.height, picture.pix_fmt = *size, "yuv420p"
        tone = (
            container.add_stream("libopus" if webm else "aac", rate=48000 if webm else rate)
            if sound
            else None
        )
        for number in range(round(seconds * fps)):
            frame = av.VideoFrame.from_ndarray(
                np.full((size[1], size[0], 3), (number * 8) % 255, np.uint8), format="rgb24"
            )
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(picture.encode(frame))
        container.mux(picture.encode())
        if tone:
            _add_tone(container, tone, seconds=seconds, rate=tone.rate)
    return path


def write_sound(path: Path, *, seconds: float = 3) -> Path:
    """A tone; mp3, m4a, ogg or wav by the suffix."""
    codec = {".mp3": "libmp3lame", ".m4a": "aac", ".ogg": "libopus", ".wav": "pcm_s16le"}[path.suffix]
    with av.open(str(path), "w", format="mp4" if path.suffix == ".m4a" else None) as container:
        _add_tone(container, container.add_stream(codec, rate=48000), seconds=seconds, rate=48000)
    return path


def _add_tone(container: Any, stream: Any, *, seconds: float, rate: int) -> None:
    wave = (np.sin(np.arange(int(rate * seconds)) * 440 * 2 * np.pi / rate) * 0.3).astype(np.float32)
    size = stream.codec_context.frame_size or 960
    resampler = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=rate)
    for start in range(0, len(wave) - size, size):
        frame = av.AudioFrame.from_ndarray(
            wave[None, start : start + size].copy(), format="flt", layout="mono"
        )
        frame.rate, frame.pts = rate, start
        for part in resampler.resample(frame):
            container.mux(stream.encode(part))
    container.mux(stream.encode())


def a_person(email: str = "", *, name: str = "Mari Oshiro") -> Person:
    user = User.objects.create_user(email, "password of a test") if email else None
    return Person.objects.create(user=user, name=name)


def a_season(slug: str = "spotlight-2026") -> Season:
    return Season.objects.create(slug=slug, name="Spotlight 2026", hashtag="Spotlight")


def an_editor(season: Season, email: str = "editor@example.test", role: Role = Role.EDITOR) -> User:
    person = a_person(email)
    Membership.objects.create(season=season, person=person, role=role)
    return person.user


def a_series(season: Season | None = None, slug: str = "off-the-record", **fields: Any) -> Series:
    return services.save_series(
        Series(season=season, slug=slug, **{"host": "Mari Oshiro", **fields}), by=None
    )


def an_artist(slug: str = "tangerine-ferry", name: str = "Tangerine Ferry", **fields: Any) -> Artist:
    return Artist.objects.create(slug=slug, name=name, is_public=True, **fields)


def a_track(artist: Artist, title: str = "B Flat, More or Less", *, released: bool = True) -> Track:
    at = datetime.datetime(2026, 4, 5, tzinfo=datetime.UTC) if released else None
    sound = files.keep_bytes(b"a rendition", kind=StoredFile.Kind.RENDITION, media_type="audio/mp4")
    track = Track.objects.create(
        title=title, language="en", released_at=at, duration_ms=180_000, rendition=sound
    )
    TrackArtist.objects.create(track=track, artist=artist)
    return track


def stored(source: Path, *, media_type: str = "application/octet-stream") -> StoredFile:
    """A copy of the file among the stored ones."""
    copy = files.scratch(source.suffix)
    copy.write_bytes(source.read_bytes())
    return files.keep(
        copy, kind=StoredFile.Kind.MEDIA, media_type=media_type, name=source.name, suffix=source.suffix
    )


def an_episode(
    series: Series,
    slug: str = "one-piano",
    *,
    film: Path | None = None,
    captions: str = ENGLISH,
    **fields: Any,
) -> Episode:
    """A draft; with a film it is ready to be published."""
    values = {
        "title": "The ferry had one piano and it was locked",
        "summary": "A night crossing to Beppu.",
        "language": "en",
    }
    episode = services.create_episode(series, by=None, slug=slug, **{**values, **fields})
    if film:
        give_film(episode, film)
        services.put_captions(episode, language=episode.language, text=captions, by=None)
    episode.refresh_from_db()
    return episode


def give_film(recording: Any, film: Path) -> None:
    """A checked file at once, without the job."""
    recording.media = stored(film, media_type="video/mp4")
    recording.check_state, recording.duration_ms, recording.width, recording.height = "ready", 3000, 160, 90
    recording.save()
