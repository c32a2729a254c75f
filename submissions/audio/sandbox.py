"""The parent's side: start a child for one file, listen to it, end it when it takes too long."""

import hashlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any, BinaryIO

from submissions.audio.limits import Limits
from submissions.audio.report import Probe, Reason, Refusal, Report, probe_from_json, report_from_json

ROOT = Path(__file__).resolve().parents[2]
MAX_ANSWER = 1_000_000
PARTING_SECONDS = 5
OVERRUN_SIGNALS = {signal.SIGXCPU, signal.SIGXFSZ}
CRASH_SIGNALS = {signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT}

Progress = Callable[[float], None]


class Interrupted(Exception):
    """The child was ended from outside, could not start, or the machine was too busy to let it finish: nothing is known
    about the file. Try again. (A file that is itself too much work runs out of processor time, and is refused.)"""


def process(
    source: Path, *, rendition: Path, limits: Limits | None = None, progress: Progress | None = None
) -> Report:
    """Measure ``source`` and write its streaming rendition (AAC-LC in M4A), both in one decode in a child process.

    ``rendition`` appears whole or not at all (written beside, synced, renamed; an older one is replaced). ``progress``
    gets the share of the file read, rising from 0 to 1; what it raises ends the child and passes through. May be repeated. Raises ``Refusal`` (the file can't be
    entered), ``Interrupted`` (try again), ``FileNotFoundError``, ``OSError`` (a full disk).
    """
    limits = limits or Limits()
    with open(source, "rb") as file, _written_whole(rendition) as (target, part):
        with open(part, "rb") as reread:
            answer = _ask(file, [target, reread], limits, progress or _ignore)
        report = report_from_json(answer["report"])
    if progress:
        progress(1.0)
    return replace(report, rendition_bytes=rendition.stat().st_size, rendition_sha256=_sha256(rendition))


def probe(source: Path, *, limits: Limits | None = None) -> Probe:
    """Look at the headers of ``source`` in a child process: a third of a second, nothing decoded, nothing written.

    Raises ``Refusal`` for what can be seen so early (not audio, container, codec, channels, sample rate, size), and
    ``Interrupted``.
    """
    with open(source, "rb") as file:
        return probe_from_json(_ask(file, [], limits or Limits(), _ignore)["probe"])


def _ignore(share: float) -> None:
    pass


def _ask(source: BinaryIO, rendition: list[BinaryIO], limits: Limits, progress: Progress) -> dict[str, Any]:
    order = {
        "source": source.fileno(),
        "rendition": [file.fileno() for file in rendition],
        "limits": asdict(limits),
    }
    with tempfile.TemporaryFile() as errors:
        with _start(order, errors) as child:
            try:
                answer = _listen(child, limits.wall_seconds, progress)
                with suppress(subprocess.TimeoutExpired):
                    child.wait(timeout=PARTING_SECONDS)
            finally:
                child.kill()  # nothing happens to one that has ended
        return _judge(child, answer, errors)


def _start(order: dict[str, Any], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    """A child with no environment of ours (no secrets), no input, and only the descriptors of this file."""
    return subprocess.Popen(
        [sys.executable, "-B", "-m", "submissions.audio", json.dumps(order)],
        cwd=ROOT,
        env={"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        pass_fds=[order["source"], *order["rendition"]],
        start_new_session=True,
    )


def _listen(child: subprocess.Popen[bytes], seconds: float, progress: Progress) -> dict[str, Any] | None:
    """The child's last word, or None if it ended without one. Passes progress on; ends the child on overrun."""
    answer = None
    for line in _lines(child, time.monotonic() + seconds):
        message = _message(line)
        if "progress" in message:
            progress(float(message["progress"]))
        else:
            answer = message
    return answer


def _message(line: bytes) -> dict[str, Any]:
    """A line that is no JSON object comes from a child that a file has taken over."""
    try:
        message = json.loads(line)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise Refusal(Reason.UNREADABLE, container="")
    return message


def _lines(child: subprocess.Popen[bytes], ends_at: float) -> Iterator[bytes]:
    assert child.stdout is not None
    held, total = b"", 0
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while total < MAX_ANSWER:
            if not selector.select(max(0.0, ends_at - time.monotonic())):
                raise Interrupted("no answer in time")
            piece = os.read(child.stdout.fileno(), 65_536)
            if not piece:
                return
            total += len(piece)
            *lines, held = (held + piece).split(b"\n")
            yield from lines
    raise Refusal(Reason.TOO_HARD)


def _judge(
    child: subprocess.Popen[bytes], answer: dict[str, Any] | None, errors: IO[bytes]
) -> dict[str, Any]:
    if answer and "refusal" in answer:
        raise Refusal(Reason(answer["refusal"]["code"]), **answer["refusal"]["params"])
    if answer and child.returncode == 0:
        return answer
    if -child.returncode in OVERRUN_SIGNALS:
        raise Refusal(Reason.TOO_HARD)
    if -child.returncode in CRASH_SIGNALS:
        raise Refusal(Reason.UNREADABLE, container="")
    errors.seek(0)
    raise Interrupted(f"exit {child.returncode}: {errors.read(4000).decode(errors='replace')[-2000:]}")


@contextmanager
def _written_whole(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file beside ``path`` that takes its name only if the block succeeds, after reaching the disk."""
    descriptor, name = tempfile.mkstemp(prefix=".part-", suffix=path.suffix, dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file, part
            os.fsync(file.fileno())
        os.chmod(part, 0o644)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
