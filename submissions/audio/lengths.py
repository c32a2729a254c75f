"""How long a file says it is, where FFmpeg hides the claim (WAV) or guesses it (MP3, Ogg)."""

import struct
from typing import BinaryIO

from submissions.audio.sniff import id3_size

UNKNOWN = (0, 0xFFFFFFFF)
MAX_CHUNKS = 2000
MPEG_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def wav_seconds(file: BinaryIO) -> float | None:
    """Seconds that the header of a RIFF, RF64 or BW64 file declares; None if it leaves that open."""
    file.seek(12)
    long_size = byte_rate = 0
    for _ in range(MAX_CHUNKS):
        header = file.read(8)
        if len(header) < 8:
            return None
        name, size = struct.unpack("<4sI", header)
        if name == b"data":
            return _wav_length(size, long_size, byte_rate)
        body = file.read(min(size, 28))
        if name == b"fmt " and len(body) >= 12:
            byte_rate = struct.unpack_from("<I", body, 8)[0]
        elif name == b"ds64" and len(body) >= 16:
            long_size = struct.unpack_from("<Q", body, 8)[0]
        file.seek(size + size % 2 - len(body), 1)
    return None


def _wav_length(size: int, long_size: int, byte_rate: int) -> float | None:
    if size == UNKNOWN[1] and long_size:
        size = long_size
    if size in UNKNOWN or not byte_rate:
        return None
    return size / byte_rate


def mp3_seconds(file: BinaryIO) -> float | None:
    """Seconds by the frame count of a Xing, Info or VBRI header; None where there is none."""
    file.seek(0)
    file.seek(id3_size(file.read(10)))
    head = file.read(4096).lstrip(b"\0")
    if len(head) < 200:
        return None
    version, rate_index = head[1] >> 3 & 3, head[2] >> 2 & 3
    if version not in MPEG_RATES or rate_index == 3:
        return None
    frames = _frame_count(head[:400])
    samples = 1152 if version == 3 else 576
    return frames * samples / MPEG_RATES[version][rate_index] if frames else None


def _frame_count(frame: bytes) -> int:
    for mark in (b"Xing", b"Info"):
        at = frame.find(mark)
        if at >= 0 and len(frame) >= at + 12 and frame[at + 7] & 1:
            return int.from_bytes(frame[at + 8 : at + 12])
    at = frame.find(b"VBRI")
    return int.from_bytes(frame[at + 14 : at + 18]) if at >= 0 else 0


def ogg_is_cut(file: BinaryIO, size: int) -> bool:
    """True if the last page of an Ogg file does not reach its own end, as after a broken copy."""
    start = max(0, size - 131_072)
    file.seek(start)
    tail = file.read(size - start)
    at = tail.rfind(b"OggS")
    while at >= 0:
        end = _page_end(tail, at)
        if end is not None:
            return end > len(tail)
        at = tail.rfind(b"OggS", 0, at)
    return True


def m4a_is_cut(file: BinaryIO, size: int) -> bool:
    """True if a top-level box of an MP4 file reaches past the end of the file."""
    at = 0
    for _ in range(MAX_CHUNKS):
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            return at > size
        length = int.from_bytes(header[:4])
        if length == 1:
            length = int.from_bytes(header[8:16])
        if length < 8:  # 0: to the end of the file; else no box at all
            return False
        at += length
    return at > size


def _page_end(tail: bytes, at: int) -> int | None:
    """Where a page ends; past the end if its header is cut; None if these bytes are no page."""
    if len(tail) < at + 27:
        return len(tail) + 1
    if tail[at + 4] != 0 or tail[at + 5] > 7:
        return None
    segments = tail[at + 26]
    lacing = tail[at + 27 : at + 27 + segments]
    return at + 27 + segments + sum(lacing) + (1 if len(lacing) < segments else 0)
