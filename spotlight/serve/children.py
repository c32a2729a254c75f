"""The processes of the application, each restarted when it dies, each with a log of its own."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 20.0
LOG_BYTES = 10_000_000
PR_SET_PDEATHSIG = 1


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def web(host: str, port: int, processes: int = 2) -> list[str]:
    return python(
        "-m", "gunicorn", "spotlight.wsgi:application", "--bind", f"{host}:{port}", "--worker-class", "gthread",
        "--workers", str(processes), "--threads", "8", "--timeout", "120", "--graceful-timeout", "10", "--keep-alive", "5",
        "--max-requests", "20000", "--max-requests-jitter", "2000", "--no-control-socket", "--log-level", "warning",
    )  # fmt: skip


def worker() -> list[str]:
    return python(
        "-m", "celery", "-A", "spotlight", "worker", "--pool", "prefork", "--concurrency", "2", "--queues", "default,media",
        "-O", "fair", "--without-gossip", "--without-mingle", "--loglevel", "warning",
    )  # fmt: skip


def beat() -> list[str]:
    return python("-m", "celery", "-A", "spotlight", "beat", "--pidfile=", "--loglevel", "warning")


@dataclass
class Child:
    """One process. `watch` starts it again after it died: at once first, then with growing pauses."""

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str]
    starts_again: bool = True
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    _started_at: float = 0.0
    _start_at: float = field(default=0.0)

    def start(self) -> None:
        _shorten(self.log)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=_end_with_parent(),
            )  # fmt: skip
        self._started_at = time.monotonic()

    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def watch(self, say: Callable[[str], None]) -> None:
        """Call it often: notices a death, waits its pause out, starts again."""
        if self.runs() or not self.starts_again:
            return
        now = time.monotonic()
        if self.process is not None:
            self._note_death(now, say)
        if now >= self._start_at:
            self.start()

    def _note_death(self, now: float, say: Callable[[str], None]) -> None:
        assert self.process is not None
        self.failures = 1 if now - self._started_at > STEADY_SECONDS else self.failures + 1
        pause = 0.0 if self.failures == 1 else min(2.0 ** (self.failures - 2), LONGEST_PAUSE)
        say(
            f"{self.name} ended with {self.process.returncode}, starting it again in {pause:.0f} s (see {self.log})"
        )
        self._start_at = now + pause
        self.process = None

    def ask_to_end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self, *, within: float) -> None:
        """Wait for the end that was asked for; then end the whole process group by force."""
        if self.process is None:
            return
        try:
            self.process.wait(timeout=max(within, 0.1))
        except subprocess.TimeoutExpired:
            _kill_group(self.process.pid)
            self.process.wait()
        _kill_group(self.process.pid)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _shorten(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        os.replace(log, log.with_suffix(".old.log"))


def _end_with_parent() -> Callable[[], object] | None:
    """On Linux the kernel ends a child whose supervisor was killed."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
