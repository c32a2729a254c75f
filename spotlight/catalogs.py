"""Compiles the catalogs of translations (.po into .mo) without gettext's programs, which many machines lack.

python -m spotlight.catalogs
"""

from __future__ import annotations

import ast
import os
import struct
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAGIC = 0x950412DE


def compile_all(root: Path = ROOT) -> list[Path]:
    """Compile each catalog that is newer than its compiled form; returns what was written."""
    written = []
    for source in _sources(root):
        target = source.with_suffix(".mo")
        if _is_older(target, source):
            scratch = target.with_suffix(f".{os.getpid()}")
            scratch.write_bytes(compiled(source.read_text(encoding="utf-8")))
            os.replace(scratch, target)
            written.append(target)
    return written


def _sources(root: Path) -> list[Path]:
    """Those of the project and its apps; not those of installed packages."""
    return sorted(
        path for folder in ("", "*/", "*/*/") for path in root.glob(f"{folder}locale/*/LC_MESSAGES/*.po")
    )


def _is_older(target: Path, source: Path) -> bool:
    return not target.exists() or target.stat().st_mtime < source.stat().st_mtime


def compiled(catalog: str) -> bytes:
    """The .mo form of a catalog: header, two tables of (length, offset) sorted by key, texts.

    Format: GNU gettext manual, "The Format of GNU MO Files". Fuzzy and empty translations are left out.
    """
    messages = dict(sorted((key.encode(), text.encode()) for key, text in _messages(catalog)))
    keys = b"".join(key + b"\0" for key in messages)
    texts = b"".join(text + b"\0" for text in messages.values())
    start = 7 * 4
    keys_at = start + 16 * len(messages)
    tables = _table(list(messages), keys_at) + _table(list(messages.values()), keys_at + len(keys))
    header = struct.pack("<7I", MAGIC, 0, len(messages), start, start + 8 * len(messages), 0, keys_at)
    return header + tables + keys + texts


def _table(entries: list[bytes], offset: int) -> bytes:
    table = b""
    for entry in entries:
        table += struct.pack("<2I", len(entry), offset)
        offset += len(entry) + 1
    return table


def _messages(catalog: str) -> Iterator[tuple[str, str]]:
    """Pairs of key and text as .mo files hold them: context before EOT, plural forms joined by NUL."""
    for block in catalog.replace("\r\n", "\n").split("\n\n"):
        fields = _fields(block)
        if "msgid" not in fields:
            continue
        texts = [fields[name] for name in sorted(fields) if name.startswith("msgstr")]
        if not all(texts) or not texts:
            continue
        key = fields["msgid"] + (f"\0{fields['msgid_plural']}" if "msgid_plural" in fields else "")
        yield (f"{fields['msgctxt']}\x04{key}" if "msgctxt" in fields else key), "\0".join(texts)


def _fields(block: str) -> dict[str, str]:
    """`msgid`, `msgstr[1]`, … of one entry; nothing for an entry that is fuzzy or obsolete."""
    fields: dict[str, str] = {}
    name = ""
    for line in map(str.strip, block.splitlines()):
        if line.startswith("#,") and "fuzzy" in line:
            return {}
        if line.startswith("msg"):
            name, _, text = line.partition(" ")
            fields[name] = ast.literal_eval(text)
        elif line.startswith('"'):
            fields[name] += ast.literal_eval(line)
    return fields


if __name__ == "__main__":
    for path in compile_all():
        print(path.relative_to(ROOT))
