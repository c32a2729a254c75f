"""Stored files: bytes are safe on disk (fsync, rename) before their row is written."""

import hashlib
import os
import time
from pathlib import Path

from django.conf import settings
from django.db import transaction

from spotlight.accounts.codes import long_code
from spotlight.accounts.models import Person
from spotlight.ledger.models import StoredFile

BLOCK = 1024 * 1024
LEFT_AFTER = 2 * 86400.0
"""Seconds; no program works on one file for so long."""


def absolute(stored: StoredFile) -> Path:
    """Where the bytes of a stored file lie."""
    return Path(settings.MEDIA_ROOT) / stored.path


def scratch(suffix: str = "") -> Path:
    """A fresh path on the same file system, for something that `keep` will take over or the caller removes."""
    folder = Path(settings.MEDIA_ROOT) / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{long_code()}{suffix}"


def forget_scratch() -> int:
    """Remove what programs that were killed left behind: scratch files that nobody wrote to for two days. Says how many."""
    left = [
        path
        for path in (Path(settings.MEDIA_ROOT) / "scratch").glob("*")
        if time.time() - path.stat().st_mtime > LEFT_AFTER
    ]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def keep(
    source: Path,
    *,
    kind: StoredFile.Kind,
    media_type: str,
    owner: Person | None = None,
    name: str = "",
    suffix: str = "",
) -> StoredFile:
    """Take over a finished file: flush it, move it under a name of ours, write its row. `source` is gone afterwards."""
    digest, size = _hash_and_flush(source)
    code = long_code()
    relative = f"{kind}/{code[:2]}/{code}{suffix}"
    target = Path(settings.MEDIA_ROOT) / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(source, target)
    _flush_folder(target.parent)
    return StoredFile.objects.create(
        code=code,
        kind=kind,
        owner=owner,
        path=relative,
        name=name[:255],
        media_type=media_type,
        size=size,
        sha256=digest,
    )


def keep_bytes(content: bytes, *, kind: StoredFile.Kind, media_type: str, **extra: object) -> StoredFile:
    """The same for bytes in memory."""
    path = scratch()
    path.write_bytes(content)
    return keep(path, kind=kind, media_type=media_type, **extra)  # type: ignore[arg-type]


def remove(stored: StoredFile) -> None:
    """Let the bytes go once the current transaction is done; the row stays and says that they are gone."""
    StoredFile.objects.filter(pk=stored.pk).update(state=StoredFile.State.GONE)
    path = absolute(stored)
    transaction.on_commit(lambda: path.unlink(missing_ok=True), robust=True)


def _hash_and_flush(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb+") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            size += len(block)
        os.fsync(stream.fileno())
    return digest.hexdigest(), size


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
