"""What the library answers: a report, a quick probe, or a refusal with its reason."""

import base64
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from submissions.audio.waveform import Waveform


class Reason(StrEnum):
    """Why a file is refused, with the parameters each reason carries."""

    EMPTY = "empty"
    """No bytes at all."""
    TOO_LARGE = "too_large"
    """bytes, max_bytes"""
    NOT_AUDIO = "not_audio"
    """looks_like: what it seems to be instead ("png", "pdf", "text", … or "unknown")"""
    CONTAINER = "container"
    """container: an audio format that is not accepted ("aiff", "wma", …)"""
    CODEC = "codec"
    """container, codec: an accepted container around a codec that is not"""
    HAS_VIDEO = "has_video"
    NO_AUDIO = "no_audio"
    TOO_SHORT = "too_short"
    """seconds, min_seconds"""
    TOO_LONG = "too_long"
    """max_seconds, seconds (what the file declares, or null; decoding stops at the limit)"""
    BIT_RATE = "bit_rate"
    """bit_rate, min_bit_rate (bit/s)"""
    SAMPLE_RATE = "sample_rate"
    """sample_rate, min_sample_rate, max_sample_rate (Hz)"""
    CHANNELS = "channels"
    """channels, max_channels"""
    SILENT = "silent"
    """silence (share from 0 to 1), loudness (LUFS)"""
    TRUNCATED = "truncated"
    """seconds that could be decoded, declared_seconds (null where the format declares none): cut off, or with damage in it"""
    LENGTH = "length"
    """seconds decoded, declared_seconds: it holds more than it declares"""
    DAMAGED = "damaged"
    """bad_packets, packets, at_seconds: the first damage"""
    UNREADABLE = "unreadable"
    """container: it begins like one, but can't be opened, or the decoder gave up"""
    TOO_HARD = "too_hard"
    """Decoding went over its share of time or memory."""


class Refusal(Exception):
    """A file that can't be entered: ``code`` says why, ``params`` holds the numbers for a sentence."""

    def __init__(self, code: Reason, **params: float | int | str | None) -> None:
        super().__init__(code.value, params)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Tags:
    """Text found in the file: NFC, no control characters, at most 300 characters each; empty where absent."""

    title: str = ""
    artist: str = ""
    album: str = ""
    isrc: str = ""
    """Twelve characters without hyphens, upper case; empty unless it has the shape of one."""
    language: str = ""
    genre: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """What the headers say. Nothing is decoded, so nothing of it is proven."""

    container: str
    codec: str
    lossless: bool
    sample_rate: int
    channels: int
    declared_seconds: float | None
    tags: Tags


@dataclass(frozen=True, slots=True)
class Report:
    """What one decode of the whole file measured. Every number is of the decoded sound, not of a header.

    ``loudness`` LUFS (EBU R 128 integrated, mono measured as heard from two loudspeakers), ``loudness_range`` LU,
    ``true_peak`` dBTP of the loudest channel, ``silence`` the share below -60 dBFS, ``bit_rate`` bit/s of the audio
    packets.
    """

    container: str
    codec: str
    lossless: bool
    seconds: float
    declared_seconds: float | None
    sample_rate: int
    channels: int
    bit_rate: int
    loudness: float
    loudness_range: float
    true_peak: float
    silence: float
    waveform: Waveform
    fingerprint: bytes
    """See ``submissions.audio.fingerprint``; 86 bytes a second."""
    tags: Tags
    bad_packets: int
    rendition_sample_rate: int
    rendition_seconds: float
    rendition_bytes: int = 0
    rendition_sha256: str = ""


def report_as_json(report: Report) -> dict[str, Any]:
    """A report as JSON's types; waveform and fingerprint in base64."""
    fields = asdict(replace(report, waveform=Waveform(b"")))
    packed = {"waveform": report.waveform.data, "fingerprint": report.fingerprint}
    return fields | {name: base64.b64encode(held).decode() for name, held in packed.items()}


def report_from_json(fields: dict[str, Any]) -> Report:
    """The inverse of ``report_as_json``."""
    known = dict(fields)
    known["waveform"] = Waveform(base64.b64decode(known["waveform"]))
    known["fingerprint"] = base64.b64decode(known["fingerprint"])
    known["tags"] = Tags(**known["tags"])
    return Report(**known)


def probe_from_json(fields: dict[str, Any]) -> Probe:
    """The inverse of ``dataclasses.asdict`` for a probe."""
    return Probe(**{**fields, "tags": Tags(**fields["tags"])})
