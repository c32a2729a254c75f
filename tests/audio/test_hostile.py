"""Files that lie, break or attack: every one gets a verdict, and nobody is hurt."""

import json
import struct
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from submissions.audio import Limits, Reason, Refusal, probe, process
from submissions.audio.sandbox import ROOT
from tests.audio import sounds
from tests.audio.conftest import LIMITS, refusal_of
from tests.audio.many import as_argument


def verdicts(paths: list[Path], limits: Limits = LIMITS) -> list[tuple[str, float]]:
    """One verdict a file; fails if the process that decodes them dies."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.audio.many", as_argument(limits)],
        input="\n".join(map(str, paths)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return [tuple(json.loads(line)) for line in ran.stdout.splitlines()]


def saved(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def wav(
    data: bytes, *, declared: int | None = None, rate: int = 44_100, channels: int = 2, extra: bytes = b""
) -> bytes:
    """A 16-bit WAV with whatever claims."""
    byte_rate, block = min(rate * channels * 2, 2**32 - 1), min(channels * 2, 65_535)
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, byte_rate, block, 16)
    size = len(data) if declared is None else declared
    return (
        b"RIFF"
        + struct.pack("<I", 0xFFFFFFF0)
        + b"WAVE"
        + fmt
        + extra
        + b"data"
        + struct.pack("<I", size)
        + data
    )


def pcm(seconds: float) -> bytes:
    return (sounds.tone(seconds).T * 32767).astype("<i2").tobytes()


# ---- what is not audio ----

MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)

NOT_AUDIO = {
    "text.mp3": (b"Dear judges, please listen.", "text"),
    "one.wav": (b"R", "text"),
    "picture.flac": (b"\x89PNG\r\n\x1a\n" + bytes(100), "png"),
    "page.mp3": (b"<!DOCTYPE html><script>alert(1)</script>" + MP3_FRAME * 200, "html"),
    "cover.mp3": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
    "list.mp3": (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n", "playlist"),
    "list.wav": (b"ffconcat version 1.0\nfile /etc/passwd\n", "playlist"),
    "dash.m4a": (b"<?xml version='1.0'?><MPD><BaseURL>http://127.0.0.1/</BaseURL></MPD>", "xml"),
    "archive.mp3": (b"PK\x03\x04" + bytes(30) + MP3_FRAME * 50, "zip"),
    "paper.ogg": (b"%PDF-1.7\n", "pdf"),
    "noise.mp3": (Random(1).randbytes(5000), "unknown"),
}


@pytest.mark.parametrize("name", NOT_AUDIO)
def test_not_audio_says_what_it_is_instead(tmp_path: Path, name: str) -> None:
    content, looks_like = NOT_AUDIO[name]
    refusal = refusal_of(saved(tmp_path, name, content))
    assert (refusal.code, refusal.params) == (Reason.NOT_AUDIO, {"looks_like": looks_like})


def test_nothing_at_all(tmp_path: Path) -> None:
    assert refusal_of(saved(tmp_path, "a.wav", b"")).code == Reason.EMPTY


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with open(path, "wb") as file:
        file.truncate(2**31)
    refusal = refusal_of(path)
    assert (refusal.code, refusal.params) == (Reason.TOO_LARGE, {"bytes": 2**31, "max_bytes": 300_000_000})


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"FORM\0\0\0\x10AIFF", "aiff"),
        (b"\x30\x26\xb2\x75" + bytes(40), "wma"),
        (b"MThd" + bytes(40), "midi"),
    ],
)
def test_other_sound_formats_are_named(tmp_path: Path, content: bytes, name: str) -> None:
    refusal = refusal_of(saved(tmp_path, "a.wav", content))
    assert (refusal.code, refusal.params) == (Reason.CONTAINER, {"container": name})


def test_content_decides_and_not_the_name(tmp_path: Path, shelf: dict[str, Path]) -> None:
    path = saved(tmp_path, "really-an.exe", shelf["mp3"].read_bytes())
    assert probe(path).container == "mp3"


# ---- outside the limits ----


def test_limits_come_with_their_numbers(tmp_path: Path, shelf: dict[str, Path]) -> None:
    def refused(**limits: float) -> Refusal:
        return refusal_of(saved(tmp_path, "a.mp3", shelf["mp3"].read_bytes()), Limits(**limits))  # type: ignore[arg-type]

    short = refused(min_seconds=30)
    assert (short.code, short.params) == (Reason.TOO_SHORT, {"seconds": 6.0, "min_seconds": 30})
    long = refused(min_seconds=1, max_seconds=3)
    assert (long.code, long.params["max_seconds"]) == (Reason.TOO_LONG, 3)
    assert long.params["seconds"] == pytest.approx(6, abs=0.1)
    poor = refused(min_seconds=1, min_bit_rate=256_000)
    assert (poor.code, poor.params["min_bit_rate"]) == (Reason.BIT_RATE, 256_000)
    assert poor.params["bit_rate"] == pytest.approx(192_000, rel=0.05)
    slow = refused(min_sample_rate=48_000)
    assert (slow.code, slow.params["sample_rate"]) == (Reason.SAMPLE_RATE, 44_100)


def test_six_channels_are_too_many(tmp_path: Path) -> None:
    path = sounds.write(tmp_path / "a.flac", sounds.tone(3, channels=6), kind="flac")
    refusal = refusal_of(path)
    assert (refusal.code, refusal.params) == (Reason.CHANNELS, {"channels": 6, "max_channels": 2})


def test_a_film_is_not_a_track(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    with av.open(str(path), "w", format="mp4") as media:
        sound, picture = (
            media.add_stream("aac", rate=44_100, layout="stereo"),
            media.add_stream("mpeg4", rate=10),
        )
        assert isinstance(sound, AudioStream) and isinstance(picture, VideoStream)
        picture.width = picture.height = 64
        frame = AudioFrame.from_ndarray(sounds.tone(1), "fltp", "stereo")
        frame.sample_rate = 44_100
        media.mux(sound.encode(frame))
        media.mux(picture.encode(VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))))
        media.mux(sound.encode(None))
        media.mux(picture.encode(None))
    assert refusal_of(path).code == Reason.HAS_VIDEO


@pytest.mark.parametrize("level", [0.0, 0.0004])
def test_silence_is_refused_with_its_measure(tmp_path: Path, level: float) -> None:
    refusal = refusal_of(sounds.write(tmp_path / "a.flac", sounds.tone(4, level=level), kind="flac"))
    assert refusal.code == Reason.SILENT
    assert refusal.params["silence"] == 1.0
    assert refusal.params["loudness"] is not None and float(refusal.params["loudness"]) <= -65


def test_codec_is_named(tmp_path: Path) -> None:
    path = saved(
        tmp_path, "a.wav", wav(pcm(3)).replace(b"\x10\x00\x00\x00\x01\x00", b"\x10\x00\x00\x00\x07\x00", 1)
    )
    refusal = refusal_of(path)
    assert (refusal.code, refusal.params) == (Reason.CODEC, {"container": "wav", "codec": "pcm_mulaw"})


# ---- what lies ----


def test_wav_that_claims_four_gigabytes(tmp_path: Path) -> None:
    refusal = refusal_of(saved(tmp_path, "a.wav", wav(pcm(3), declared=0xFFFFFFF0)))
    assert refusal.code == Reason.TRUNCATED
    assert refusal.params == {"seconds": 3.0, "declared_seconds": pytest.approx(24_347.9, abs=0.2)}


@pytest.mark.parametrize("declared", [0xFFFFFFFF, 0])
def test_wav_that_leaves_its_length_open_is_measured(tmp_path: Path, declared: int) -> None:
    path = saved(tmp_path, "a.wav", wav(pcm(3), declared=declared))
    report = process(path, rendition=tmp_path / "out.m4a", limits=LIMITS)
    assert report.declared_seconds is None
    assert report.seconds == pytest.approx(3, abs=0.001)


def test_mp3_that_claims_more_or_fewer_frames(tmp_path: Path, shelf: dict[str, Path]) -> None:
    content = shelf["mp3"].read_bytes()
    mark = content.find(b"Xing") if b"Xing" in content else content.find(b"Info")
    for frames, code in ((10_000_000, Reason.TRUNCATED), (60, Reason.LENGTH)):
        lying = content[: mark + 8] + struct.pack(">I", frames) + content[mark + 12 :]
        assert refusal_of(saved(tmp_path, "a.mp3", lying)).code == code


@pytest.mark.parametrize(
    "content",
    [
        wav(pcm(3), rate=0),
        wav(pcm(3), rate=4_000_000_000),
        wav(pcm(3), channels=65_535),
        wav(pcm(3), channels=0),
        wav(b""),
        wav(b"")[:40],
        b"RIFF\xff\xff\xff\xffWAVE" + b"LIST\x00\x00\x00\x00" * 100_000,
        b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + bytes(1000),
        b"fLaC" + bytes(60),
        b"OggS" + bytes(60),
        b"\0\0\0\x20ftypM4A " + bytes(60),
        MP3_FRAME,
    ],
    ids=["rate-0", "rate-4G", "channels-65535", "channels-0", "no-data", "half-a-header", "100k-chunks", "id3-256MB",
         "flac-shell", "ogg-shell", "m4a-shell", "one-frame"],
)  # fmt: skip
def test_absurd_headers_get_a_verdict(tmp_path: Path, content: bytes) -> None:
    started = time.monotonic()
    assert refusal_of(saved(tmp_path, "a.bin", content)).code in set(Reason) - {Reason.TOO_HARD}
    assert time.monotonic() - started < 240


def test_rf64_is_read(tmp_path: Path) -> None:
    data = pcm(3)
    plain = wav(data, declared=0xFFFFFFFF)
    ds64 = b"ds64" + struct.pack("<IQQQI", 28, len(plain) + 28, len(data), len(data) // 4, 0)
    path = saved(tmp_path, "a.wav", b"RF64\xff\xff\xff\xffWAVE" + ds64 + plain[12:])
    report = process(path, rendition=tmp_path / "out.m4a", limits=LIMITS)
    assert report.seconds == report.declared_seconds == pytest.approx(3, abs=0.001)


def test_a_bomb_of_silence_is_cut_off_early(tmp_path: Path) -> None:
    """A quarter of an hour in 200 kB; decoding stops at the season's limit, 20 s here."""
    path = sounds.write(tmp_path / "a.flac", np.zeros((2, 44_100 * 900), np.float32), kind="flac")
    assert path.stat().st_size < 1_500_000
    started = time.monotonic()
    refusal = refusal_of(path)
    assert (refusal.code, refusal.params) == (Reason.TOO_LONG, {"seconds": 900.0, "max_seconds": 20})
    assert time.monotonic() - started < 240


def test_a_thousand_chained_streams(tmp_path: Path, shelf: dict[str, Path]) -> None:
    path = saved(tmp_path, "a.ogg", shelf["opus"].read_bytes()[:20_000] * 1000)
    started = time.monotonic()
    assert refusal_of(path).code in set(Reason)
    assert time.monotonic() - started < 240


def test_sample_table_that_claims_a_billion_entries(tmp_path: Path, shelf: dict[str, Path]) -> None:
    content = bytearray(shelf["m4a"].read_bytes())
    at = content.find(b"stsz")
    content[at + 12 : at + 16] = b"\x3f\xff\xff\xff"
    assert refusal_of(saved(tmp_path, "a.m4a", bytes(content))).code in set(Reason)


# ---- what is broken ----


def test_cut_anywhere_is_noticed(tmp_path: Path, snippets: dict[str, Path]) -> None:
    """Every format but bare AAC, which has no header to hold against it."""
    paths = []
    for kind in sounds.CODECS:
        whole = snippets[kind].read_bytes()
        for number in range(10):
            paths.append(saved(tmp_path, f"{kind}-{number}", whole[: len(whole) * (number + 1) // 11]))
    found = dict(zip(paths, verdicts(paths), strict=True))
    accepted = Counter(path.name.split("-")[0] for path, (code, _) in found.items() if code == "accepted")
    assert set(accepted) <= {"aac"}
    reasons = Counter(code for code, _ in found.values())
    assert reasons["truncated"] > 40
    assert set(reasons) <= {
        "truncated",
        "unreadable",
        "not_audio",
        "damaged",
        "no_audio",
        "too_short",
        "bit_rate",
        "accepted",
    }


def test_flipped_bits_never_crash_and_never_pass_as_whole(tmp_path: Path, snippets: dict[str, Path]) -> None:
    """MP3 and AAC carry no checksums, so there a flipped bit may only be heard; WAV is nothing but samples."""
    dice, paths = Random(11), []
    for kind in sounds.CODECS:
        whole = snippets[kind].read_bytes()
        for number in range(10):
            broken = bytearray(whole)
            for _ in range(max(1, len(whole) // (400 if number % 2 else 20_000))):
                broken[dice.randrange(len(broken))] ^= 1 << dice.randrange(8)
            paths.append(saved(tmp_path, f"{kind}-{number}", bytes(broken)))
    found = dict(zip(paths, verdicts(paths), strict=True))
    for path, (code, _) in found.items():
        heavily = int(path.name.split("-")[1]) % 2
        if path.name.startswith("flac") or (heavily and path.name.startswith(("opus", "vorbis"))):
            assert code in ("damaged", "truncated", "unreadable", "not_audio"), path.name


def test_one_flipped_bit_of_a_flac_is_found(tmp_path: Path, snippets: dict[str, Path]) -> None:
    content = bytearray(snippets["flac"].read_bytes())
    content[len(content) // 2] ^= 1
    refusal = refusal_of(saved(tmp_path, "a.flac", bytes(content)))
    assert refusal.code in (
        Reason.DAMAGED,
        Reason.TRUNCATED,
    )  # the parser drops most damaged frames by itself


def test_odd_packets_at_the_end_are_forgiven(tmp_path: Path, shelf: dict[str, Path]) -> None:
    """Old MP3 files end in tags that are no sound."""
    path = saved(tmp_path, "a.mp3", shelf["mp3"].read_bytes() + b"TAG" + b"Harbor Lights".ljust(125, b"\0"))
    assert process(path, rendition=tmp_path / "out.m4a", limits=LIMITS).seconds == pytest.approx(6, abs=0.1)


def test_hostile_tags_are_only_text(tmp_path: Path) -> None:
    tags = {
        "title": "a\u202eb\x07c\r\nd\u200b" + "x" * 5000,
        "artist": "ピノキオ 피노키오",
        "isrc": "jp-abc-24-00001",
        "genre": "<script>alert(1)</script>",
        "language": "und",
    }
    found = probe(sounds.write(tmp_path / "a.flac", sounds.tone(3), kind="flac", tags=tags)).tags
    assert found.title.startswith("abc dxxx") and len(found.title) == 300
    assert (found.artist, found.isrc, found.language) == ("ピノキオ 피노키오", "JPABC2400001", "")
    assert found.genre == "<script>alert(1)</script>"  # templates escape; nothing is guessed away here
