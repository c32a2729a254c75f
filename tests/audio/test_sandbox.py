"""The child process: what it may do, how it ends, and what is left when it does."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from submissions.audio import Interrupted, Limits, Reason, Refusal, process
from submissions.audio.sandbox import ROOT
from tests.audio import sounds
from tests.audio.conftest import LIMITS

LONG = Limits(min_seconds=1, max_seconds=400)


@pytest.fixture(scope="module")
def long_song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute and a half, which takes a good second."""
    once = sounds.tone(6)
    return sounds.write(tmp_path_factory.mktemp("long") / "a.flac", np.tile(once, 15), kind="flac")


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(line) for line in listed.stdout.split()]


def sound_child() -> int:
    """The decoding child of this process."""
    for pid in children_of(os.getpid()):
        if b"submissions.audio" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    raise AssertionError("no child")


def test_killed_child_is_an_interruption_and_leaves_nothing(long_song: Path, tmp_path: Path) -> None:
    def kill(share: float) -> None:
        os.kill(sound_child(), signal.SIGKILL)

    with pytest.raises(Interrupted):
        process(long_song, rendition=tmp_path / "out.m4a", limits=LONG, progress=kill)
    assert list(tmp_path.iterdir()) == []


def test_an_older_rendition_stays_until_the_new_one_is_whole(long_song: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.m4a"
    target.write_bytes(b"old")

    def stop(share: float) -> None:
        assert target.read_bytes() == b"old"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        process(long_song, rendition=target, limits=LONG, progress=stop)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
    assert not [pid for pid in children_of(os.getpid()) if _is_sound_child(pid)]


def _is_sound_child(pid: int) -> bool:
    try:
        return b"submissions.audio" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_child_ends_when_its_parent_is_killed(long_song: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from submissions.audio import *\n"
        "process(Path(sys.argv[1]), rendition=Path(sys.argv[2]), limits=Limits(max_seconds=400),"
        " progress=lambda share: print(share, flush=True))"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(long_song), str(tmp_path / "out.m4a")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    with parent:
        assert parent.stdout
        parent.stdout.readline()
        (child,) = children_of(parent.pid)
        parent.kill()
    ends = time.monotonic() + 240
    while _is_sound_child(child) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not _is_sound_child(child)
    assert not (tmp_path / "out.m4a").exists()


def test_overrun_of_the_clock_says_nothing_about_the_file(long_song: Path, tmp_path: Path) -> None:
    limits = Limits(max_seconds=400, wall_seconds=0.1)
    with pytest.raises(Interrupted, match="in time"):
        process(long_song, rendition=tmp_path / "out.m4a", limits=limits)
    assert list(tmp_path.iterdir()) == []


def test_overrun_of_processor_time_is_refused(long_song: Path, tmp_path: Path) -> None:
    song = np.tile(sounds.tone(6), 60)
    path = sounds.write(tmp_path / "a.wav", song)
    with pytest.raises(Refusal) as caught:
        process(path, rendition=tmp_path / "out.m4a", limits=Limits(max_seconds=400, cpu_seconds=1))
    assert caught.value.code == Reason.TOO_HARD


def test_crash_of_the_decoder_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, shelf: dict[str, Path], tmp_path: Path
) -> None:
    _instead(monkeypatch, "import os; os.kill(os.getpid(), 11)")
    with pytest.raises(Refusal) as caught:
        process(shelf["wav"], rendition=tmp_path / "out.m4a")
    assert caught.value.code == Reason.UNREADABLE


@pytest.mark.parametrize("program", ["raise SystemExit(3)", "pass", "print('{}')"])
def test_silent_child_is_an_interruption(
    monkeypatch: pytest.MonkeyPatch, shelf: dict[str, Path], tmp_path: Path, program: str
) -> None:
    _instead(monkeypatch, program)
    with pytest.raises(Interrupted):
        process(shelf["wav"], rendition=tmp_path / "out.m4a")


def test_chattering_child_is_ended(
    monkeypatch: pytest.MonkeyPatch, shelf: dict[str, Path], tmp_path: Path
) -> None:
    _instead(monkeypatch, "while True: print('x' * 9999)")
    with pytest.raises(Refusal):
        process(shelf["wav"], rendition=tmp_path / "out.m4a")


def test_stuck_child_is_killed(
    monkeypatch: pytest.MonkeyPatch, shelf: dict[str, Path], tmp_path: Path
) -> None:
    _instead(monkeypatch, "import time; time.sleep(900)")
    started = time.monotonic()
    with pytest.raises(Interrupted):
        process(shelf["wav"], rendition=tmp_path / "out.m4a", limits=Limits(wall_seconds=0.2))
    assert time.monotonic() - started < 240


def _instead(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    real = subprocess.Popen

    def start(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        return real([sys.executable, "-c", program], **options)

    monkeypatch.setattr("submissions.audio.sandbox.subprocess.Popen", start)


def test_child_gets_no_secret_and_no_descriptor_of_ours(
    monkeypatch: pytest.MonkeyPatch, shelf: dict[str, Path], tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET_KEY", "of the parent")
    seen = tmp_path / "seen.json"
    program = (
        "import json, os\n"
        f"with open({str(seen)!r}, 'w') as out:\n"
        "    json.dump([dict(os.environ), sorted(map(int, os.listdir('/proc/self/fd')))], out)"
    )
    _instead(monkeypatch, program)
    with pytest.raises(Interrupted):
        process(shelf["wav"], rendition=tmp_path / "out.m4a")
    environment, descriptors = json.loads(seen.read_text())
    assert "of the parent" not in environment.values()
    assert "DATABASE_URL" not in environment
    assert len(descriptors) <= 3 + 3 + 2  # standard streams, source and rendition twice, and what looked here


def test_rights_given_up_are_gone() -> None:
    program = (
        "import os, socket\n"
        "from submissions.audio.__main__ import give_up_rights, load_everything\n"
        "from submissions.audio import Limits\n"
        "load_everything(); give_up_rights(Limits())\n"
        "for attempt in (lambda: open('/etc/passwd'), lambda: socket.socket(), lambda: os.pipe(), lambda: os.dup(1),\n"
        "                lambda: os.system('true') == 0 or 1 / 0):\n"
        "    try: attempt(); print('could')\n"
        "    except (OSError, ZeroDivisionError) as error: print(type(error).__name__)\n"
        "print(os.geteuid() != 0)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["OSError"] * 4 + ["ZeroDivisionError", "True"]


def test_memory_stays_small_however_long_the_file(long_song: Path, tmp_path: Path) -> None:
    program = (
        "import resource, sys; from pathlib import Path; from submissions.audio import *\n"
        "process(Path(sys.argv[1]), rendition=Path(sys.argv[2]), limits=Limits(max_seconds=400))\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", program, str(long_song), str(tmp_path / "out.m4a")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 150_000  # kB


def test_too_little_memory_is_no_crash(shelf: dict[str, Path], tmp_path: Path) -> None:
    limits = Limits(min_seconds=1, memory_bytes=120_000_000)
    with pytest.raises((Refusal, Interrupted)):
        process(shelf["mp3"], rendition=tmp_path / "out.m4a", limits=limits)
    assert list(tmp_path.iterdir()) == []


def test_missing_source_and_folder_are_plain_errors(shelf: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        process(tmp_path / "none.wav", rendition=tmp_path / "out.m4a", limits=LIMITS)
    with pytest.raises(FileNotFoundError):
        process(shelf["wav"], rendition=tmp_path / "none" / "out.m4a", limits=LIMITS)
