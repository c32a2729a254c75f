"""Composing in processes of its own: files in a folder, one per tune. No Django here."""

import os
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from spotlight.demo import music

PROCESSES = 2


def record(path: Path, tune: int, seconds: float) -> Path:
    """Compose a tune and write it as FLAC."""
    music.write_flac(path, music.compose(tune, seconds))
    return path


class Studio:
    """A few processes that compose; the files are the caller's. `kindly` leaves the machine to others."""

    def __init__(self, *, kindly: bool = False) -> None:
        self._pool = ProcessPoolExecutor(
            PROCESSES, mp_context=get_context("spawn"), initializer=os.nice, initargs=(10 if kindly else 0,)
        )

    def __enter__(self) -> "Studio":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def record(self, path: Path, tune: int, seconds: float) -> Future[Path]:
        """Ask for a tune."""
        return self._pool.submit(record, path, tune, seconds)
