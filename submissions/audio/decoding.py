"""Opening and decoding a stranger's file with everything closed that a music file doesn't need."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import av
import av.container
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.stream import Disposition

from submissions.audio.lengths import m4a_is_cut, mp3_seconds, ogg_is_cut, wav_seconds
from submissions.audio.limits import Limits
from submissions.audio.report import Probe, Reason, Refusal, Tags
from submissions.audio.sniff import sniff

DEMUXERS = {"wav": "wav", "flac": "flac", "mp3": "mp3", "aac": "aac", "ogg": "ogg", "m4a": "mov"}
PCM = {f"pcm_{kind}" for kind in ("u8", "s16le", "s24le", "s32le", "f32le", "f64le")}
LOSSLESS = PCM | {"flac", "alac"}
CODECS = LOSSLESS | {"mp3", "mp3float", "aac", "vorbis", "opus", "libopus"}
NAMES = {"mp3float": "mp3", "libopus": "opus"}
MAX_CHANNELS = 2
READ_BUFFER = 131_072
SPURIOUS_PACKETS = 3
MAX_BAD_SHARE = 0.005
DECODER_ERRORS = (av.error.FFmpegError, ValueError)


@dataclass(slots=True)
class Source:
    """An opened file. The counts grow while it is decoded."""

    container: str
    codec: str
    size: int
    media: av.container.InputContainer
    stream: AudioStream
    declared_seconds: float | None
    is_cut: bool
    packets: int = 0
    packet_bytes: int = 0
    bad_packets: int = 0
    first_bad_at: float | None = None
    samples: int = 0
    position: int = 0
    shape: tuple[str, str, int] | None = None
    """Sample format, channel layout and rate of the frames so far."""

    @property
    def lossless(self) -> bool:
        """True if the codec keeps every sample."""
        return self.codec in LOSSLESS

    @property
    def seconds(self) -> float:
        """Decoded so far."""
        return self.samples / self.shape[2] if self.shape else 0.0

    @property
    def bit_rate(self) -> int:
        """Bit/s of the packets decoded so far, by their size and not by a header."""
        return round(self.packet_bytes * 8 / self.seconds) if self.seconds else 0

    @property
    def sample_rate(self) -> int:
        """In Hz, as the decoder gives it out."""
        return int(self.stream.codec_context.sample_rate)

    @property
    def channels(self) -> int:
        """As the decoder gives them out."""
        return int(self.stream.codec_context.channels)

    def frames(self) -> Iterator[AudioFrame]:
        """Decode to the end. Damaged packets are counted and skipped; a change of format midway is a refusal."""
        for packet in self.media.demux(self.stream):
            if packet.size:
                self.packets += 1
                self.packet_bytes += packet.size
                self.position = max(self.position, packet.pos or 0)
            try:
                frames = packet.decode()
            except DECODER_ERRORS:
                self._count_damage()
                continue
            for frame in frames:
                self._check_shape(frame)
                self.samples += frame.samples
                yield frame

    def _count_damage(self) -> None:
        self.bad_packets += 1
        if self.first_bad_at is None:
            self.first_bad_at = self.seconds
        if (
            self.bad_packets > SPURIOUS_PACKETS
            and self.bad_packets > self.packets * 0.5
            and self.packets > 200
        ):
            raise self.damage()

    def damage(self) -> Refusal:
        """The refusal for a file whose packets can't all be decoded."""
        return Refusal(
            Reason.DAMAGED,
            bad_packets=self.bad_packets,
            packets=self.packets,
            at_seconds=round(self.first_bad_at or 0.0, 1),
        )

    @property
    def is_damaged(self) -> bool:
        """More bad packets than the odd one that sound files have at their ends; any two, if the codec is lossless."""
        if self.lossless:
            return self.bad_packets > 1
        return self.bad_packets > SPURIOUS_PACKETS and self.bad_packets > self.packets * MAX_BAD_SHARE

    def _check_shape(self, frame: AudioFrame) -> None:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self.shape is None:
            self.shape = shape
        if shape != self.shape:
            raise Refusal(
                Reason.DAMAGED,
                bad_packets=self.bad_packets + 1,
                packets=self.packets,
                at_seconds=round(self.seconds, 1),
            )


def open_source(file: BinaryIO, *, size: int, limits: Limits) -> Source:
    """Open by content, never by name. Raises ``Refusal`` for whatever can be seen before decoding."""
    if size == 0:
        raise Refusal(Reason.EMPTY)
    if size > limits.max_bytes:
        raise Refusal(Reason.TOO_LARGE, bytes=size, max_bytes=limits.max_bytes)
    container = _accepted_container(file)
    claim, is_cut = _claims(file, container, size)
    media = _open(file, container, is_cut)
    stream = _only_audio_stream(media)
    codec = stream.codec_context.name
    if codec not in CODECS:
        raise Refusal(Reason.CODEC, container=container, codec=codec)
    if codec == "flac":
        stream.codec_context.options = {"err_detect": "crccheck+explode"}
    source = Source(
        container=container,
        codec=NAMES.get(codec, codec),
        size=size,
        media=media,
        stream=stream,
        declared_seconds=_declared_seconds(claim, container, stream),
        is_cut=is_cut,
    )
    _check_format(source, limits)
    return source


def describe(source: Source) -> Probe:
    """What the headers say."""
    return Probe(
        container=source.container,
        codec=source.codec,
        lossless=source.lossless,
        sample_rate=source.sample_rate,
        channels=source.channels,
        declared_seconds=source.declared_seconds,
        tags=read_tags(source),
    )


def _accepted_container(file: BinaryIO) -> str:
    verdict, name = sniff(file)
    if verdict == "other_audio":
        raise Refusal(Reason.CONTAINER, container=name)
    if verdict == "not_audio":
        raise Refusal(Reason.NOT_AUDIO, looks_like=name)
    return name


def _refuse_to_open(url: str, flags: int, options: dict[str, str]) -> BinaryIO:
    raise PermissionError(f"a sound file asked for {url!r}")


def _open(file: BinaryIO, container: str, is_cut: bool) -> av.container.InputContainer:
    file.seek(0)
    options = {
        "format_whitelist": DEMUXERS[container],
        "protocol_whitelist": "none",
        "codec_whitelist": ",".join(sorted(CODECS)),
        "err_detect": "crccheck",
        "max_streams": "8",
    }
    try:
        return av.open(
            file,
            "r",
            format=DEMUXERS[container],
            options=options,
            buffer_size=READ_BUFFER,
            io_open=_refuse_to_open,
        )
    except DECODER_ERRORS:
        if is_cut:
            raise Refusal(Reason.TRUNCATED, seconds=0.0, declared_seconds=None) from None
        raise Refusal(Reason.UNREADABLE, container=container) from None


def _only_audio_stream(media: av.container.InputContainer) -> AudioStream:
    for stream in media.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            raise Refusal(Reason.HAS_VIDEO)
    if not media.streams.audio:
        raise Refusal(Reason.NO_AUDIO)
    return media.streams.audio[0]


def _declared_seconds(claim: float | None, container: str, stream: AudioStream) -> float | None:
    if container in ("flac", "m4a", "ogg") and stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return claim


def _claims(file: BinaryIO, container: str, size: int) -> tuple[float | None, bool]:
    """(seconds that the header declares, whether the file is visibly cut). Moves the file's position."""
    if container == "wav":
        return wav_seconds(file), False
    if container == "mp3":
        return mp3_seconds(file), False
    if container == "ogg":
        return None, ogg_is_cut(file, size)
    return None, container == "m4a" and m4a_is_cut(file, size)


def _check_format(source: Source, limits: Limits) -> None:
    if source.channels < 1 or source.channels > MAX_CHANNELS:
        raise Refusal(Reason.CHANNELS, channels=source.channels, max_channels=MAX_CHANNELS)
    if not limits.min_sample_rate <= source.sample_rate <= limits.max_sample_rate:
        raise Refusal(
            Reason.SAMPLE_RATE,
            sample_rate=source.sample_rate,
            min_sample_rate=limits.min_sample_rate,
            max_sample_rate=limits.max_sample_rate,
        )


TAG_NAMES = {
    "title": ("title",),
    "artist": ("artist", "album_artist"),
    "album": ("album",),
    "isrc": ("isrc", "tsrc"),
    "language": ("language", "lang", "tlan"),
    "genre": ("genre",),
    "date": ("date", "year", "tyer"),
}
ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
MAX_TAG = 300


def read_tags(source: Source) -> Tags:
    """Tags of the container and of the stream (Ogg keeps them there)."""
    found: dict[str, str] = {}
    for metadata in (source.stream.metadata, source.media.metadata):
        found |= {name.lower(): value for name, value in metadata.items()}
    texts = {
        field_name: next((text for name in names if (text := clean_text(found.get(name, "")))), "")
        for field_name, names in TAG_NAMES.items()
    }
    code = re.sub(r"[\s-]", "", texts["isrc"]).upper()
    texts["isrc"] = code if ISRC.fullmatch(code) else ""
    texts["language"] = "" if texts["language"].lower() == "und" else texts["language"]
    return Tags(**texts)


def clean_text(text: str) -> str:
    """NFC, in one line, without control, format, surrogate or unassigned characters, cut to 300."""
    folded = unicodedata.normalize("NFC", text.replace("\0", " "))
    kept = "".join(" " if char.isspace() else char for char in folded if _is_text(char))
    return " ".join(kept.split())[:MAX_TAG]


def _is_text(char: str) -> bool:
    return char.isspace() or unicodedata.category(char)[0] != "C"
