"""`make run`: starts, restarts what dies, tells what is in its way, ends without leaving anything behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from spotlight import embedded
from spotlight.embedded import processes
from spotlight.embedded.state import State
from spotlight.serve import children, preparation, probe
from spotlight.serve.children import Child
from tests.spotlight.test_production import free_port

ROOT = Path(__file__).resolve().parents[2]


class Run:
    """A running `python -m spotlight.serve` and what it has said so far."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self.output = folder, port, folder.parent / f"{folder.name}.out"
        clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
        self.environment = clean | {"SPOTLIGHT_VAR": str(folder)}
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=output, stderr=output
            )

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "spotlight.serve", "--port", str(self.port), "--no-demo"]

    def said(self) -> str:
        return self.output.read_text()

    def children(self) -> dict[str, int]:
        """Numbers of web, worker and beat."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        words = {"gunicorn": "web", " worker ": "worker", " beat ": "beat"}
        lines = {number: f"{processes.command_of(int(number))} " for number in listed}
        return {
            name: int(number)
            for number, line in lines.items()
            for word, name in words.items()
            if word in line
        }

    def everything(self) -> set[int]:
        """All processes that know this state folder, and the embedded servers."""
        mark = f"SPOTLIGHT_VAR={self.folder}\0".encode()
        found = set()
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and (mark in (entry / "environ").read_bytes() + b"\0"):
                    found.add(int(entry.name))
            except OSError:
                continue
        return found - {os.getpid()}


def until(check: Callable[[], object], seconds: float = 240) -> None:
    give_up_at = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < give_up_at, "waited too long"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    run = Run(tmp_path_factory.mktemp("serve") / "var", free_port())
    until(lambda: "ready after" in run.said() or run.process.poll() is not None)
    yield run
    run.process.kill()
    run.process.wait()
    _end(run.everything())
    embedded.stop(run.folder)
    State(run.folder).remove_outside()


def _end(numbers: set[int]) -> None:
    for number in numbers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def test_it_starts_and_says_where(run: Run) -> None:
    assert "Spotlight is ready" in run.said(), run.said()
    assert f"http://127.0.0.1:{run.port}" in run.said()
    assert probe.is_ready("127.0.0.1", run.port)
    until(lambda: set(run.children()) == {"web", "worker", "beat"})


def test_a_second_one_is_told_about_the_first(run: Run) -> None:
    other = subprocess.run(
        run.command, cwd=ROOT, env=run.environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert other.returncode == 1
    assert f"already runs from {run.folder}: http://127.0.0.1:{run.port}" in other.stderr


def test_a_taken_port_is_named_with_a_free_one(run: Run, tmp_path: Path) -> None:
    environment = run.environment | {"SPOTLIGHT_VAR": str(tmp_path)}
    other = subprocess.run(
        run.command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert other.returncode == 1
    assert (
        f"Port {run.port} is taken by another program. Take another: make run PORT={run.port + 1}"
        in other.stderr
    )
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_what_was_killed_comes_back(run: Run, name: str) -> None:
    until(lambda: len(run.children()) == 3)
    before = run.children()[name]
    os.kill(before, signal.SIGKILL)
    until(lambda: run.children().get(name, before) != before)
    until(lambda: probe.is_ready("127.0.0.1", run.port))


def test_killed_servers_come_back(run: Run) -> None:
    state = State(run.folder)
    for path in (state.postgres_home / "data" / "postmaster.pid", state.redis_folder / "redis.pid"):
        os.kill(int(path.read_text().split()[0]), signal.SIGKILL)
    until(lambda: "starting it again" in run.said().rsplit("PostgreSQL or Redis", 1)[-1])
    until(lambda: probe.is_ready("127.0.0.1", run.port))


def test_ctrl_c_ends_everything_and_the_next_start_is_quick(run: Run) -> None:
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(240) == 0
    assert "Everything has ended." in run.said()
    until(lambda: run.everything() == set())
    assert not embedded.is_running(run.folder)
    again = Run(run.folder, run.port)
    until(lambda: "ready after" in again.said())
    run.process, run.output = again.process, again.output


def test_when_the_supervisor_is_killed_its_children_end(run: Run) -> None:
    until(lambda: len(run.children()) == 3)
    run.process.kill()
    run.process.wait()
    until(
        lambda: (
            not any(
                word in processes.command_of(n) for n in run.everything() for word in ("gunicorn", "celery")
            )
        )
    )
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", run.port))


def test_a_closed_terminal_is_no_reason_to_leave_things_running(run: Run) -> None:
    """Whoever read our output has gone: everything still ends, servers included."""
    embedded.stop(run.folder)
    read, write = os.pipe()
    process = subprocess.Popen(run.command, cwd=ROOT, env=run.environment, stdout=write, stderr=write)
    os.close(write)
    os.read(read, 100)
    os.close(read)
    until(lambda: embedded.is_running(run.folder))
    process.send_signal(signal.SIGHUP)
    process.wait(240)
    assert not embedded.is_running(run.folder)


def test_the_pause_before_a_restart_grows(tmp_path: Path) -> None:
    said: list[str] = []
    child = Child(
        "web", [sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "web.log", dict(os.environ)
    )
    pauses = []
    for _ in range(4):
        child.start()
        assert child.process is not None
        child.process.wait()
        before = time.monotonic()
        child._note_death(before, said.append)
        pauses.append(child._start_at - before)
    assert pauses == [0, 1, 2, 4]
    assert "web ended with 3" in said[0]


def test_long_logs_are_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "LOG_BYTES", 10)
    log = tmp_path / "log" / "web.log"
    children._shorten(log)
    log.write_text("a long history")
    children._shorten(log)
    assert not log.exists()
    assert log.with_suffix(".old.log").read_text() == "a long history"


def test_a_failing_command_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        preparation.CannotServe, match=r"(?s)manage.py no_such_command. failed.*Unknown command"
    ):
        preparation._manage("no_such_command", environment=dict(os.environ))
