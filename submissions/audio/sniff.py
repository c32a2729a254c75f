"""What a file is, by its first bytes: the decoder is chosen here and never guessed by FFmpeg."""

from collections.abc import Callable
from typing import BinaryIO

HEAD = 8192

OTHER_AUDIO = {
    b"FORM": "aiff",
    b"\x30\x26\xb2\x75": "wma",
    b"MThd": "midi",
    b".snd": "au",
    b"MAC ": "ape",
    b"wvpk": "wavpack",
    b"DSD ": "dsf",
    b"caff": "caf",
    b"#!AMR": "amr",
    b"riff": "w64",
}

NOT_AUDIO = {
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"%PDF": "pdf",
    b"PK\x03\x04": "zip",
    b"Rar!": "rar",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"\x1aE\xdf\xa3": "video",
    b"\xd0\xcf\x11\xe0": "document",
    b"\x7fELF": "program",
    b"MZ": "program",
}


def sniff(file: BinaryIO) -> tuple[str, str]:
    """(verdict, name): verdict is "audio", "other_audio" or "not_audio". Reads at most a few kilobytes."""
    head = _after_id3(file)
    for name in ("wav", "flac", "ogg", "m4a", "mp3", "aac"):
        if _IS[name](head):
            return "audio", name
    if head[:4] == b"RIFF":
        return "not_audio", "image" if head[8:12] == b"WEBP" else "video"
    for signatures, verdict in ((OTHER_AUDIO, "other_audio"), (NOT_AUDIO, "not_audio")):
        for magic, name in signatures.items():
            if head.startswith(magic):
                return verdict, name
    return "not_audio", _kind_of_text(head)


def id3_size(head: bytes) -> int:
    """Length of an ID3v2 tag at the start, with header and footer; 0 if there is none."""
    if len(head) < 10 or head[:3] != b"ID3":
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return size + (20 if head[5] & 0x10 else 10)


def _after_id3(file: BinaryIO) -> bytes:
    """The head of the file behind its ID3 tags (some files carry two) and zero padding."""
    start = 0
    for _ in range(3):
        file.seek(start)
        head = file.read(HEAD)
        tag = id3_size(head)
        if not tag:
            break
        start += tag
    file.seek(0)
    return head.lstrip(b"\0") if start else head


def _is_frame_sync(head: bytes, *, layer_bits: tuple[int, ...]) -> bool:
    return len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] >> 1 & 3 in layer_bits


def _is_mp3(head: bytes) -> bool:
    head = head.lstrip(b"\0")
    return (
        _is_frame_sync(head, layer_bits=(1,))
        and head[1] >> 3 & 3 != 1
        and head[2] >> 4 not in (0, 15)
        and head[2] >> 2 & 3 != 3
    )


_IS: dict[str, Callable[[bytes], bool]] = {
    "wav": lambda head: head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE",
    "flac": lambda head: head[:4] == b"fLaC",
    "ogg": lambda head: head[:4] == b"OggS",
    "m4a": lambda head: head[4:8] == b"ftyp",
    "mp3": _is_mp3,
    "aac": lambda head: _is_frame_sync(head, layer_bits=(0,)) and head[1] & 0xF0 == 0xF0,
}


def _kind_of_text(head: bytes) -> str:
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<script", b"<body")):
        return "html"
    if start.startswith((b"<?xml", b"<svg")):
        return "svg" if b"<svg" in start else "xml"
    if start.startswith((b"#extm3u", b"ffconcat", b"[playlist]")):
        return "playlist"
    text = bool(head) and not any(byte < 9 or 13 < byte < 32 for byte in head[:512])
    return "text" if text else "unknown"
