"""What is done to the running product, without warning."""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import redis

from spotlight.embedded.state import State


class Attacks:
    """The product that runs from a state folder, under the supervisor with this number."""

    def __init__(self, state: State, supervisor: int, chance: random.Random) -> None:
        self.state, self.supervisor, self.chance = state, supervisor, chance

    @property
    def kinds(self) -> dict[str, Callable[[], None]]:
        """Names as they are printed."""
        return {
            "FLUSHALL": self.flush,
            "worker's group": lambda: _kill_group(self._child(" worker ")),
            "one pool child": self.kill_pool_child,
            "web server": lambda: _kill(self._child("gunicorn")),
            "web server's group": lambda: _kill_group(self._child("gunicorn")),
            "beat": lambda: _kill(self._child(" beat ")),
            "Redis": lambda: _kill(_number(self.state.redis_folder / "redis.pid")),
            "PostgreSQL": lambda: _kill(_number(self.state.postgres_home / "data" / "postmaster.pid")),
        }

    def flush(self) -> None:
        with redis.Redis(unix_socket_path=str(self.state.redis_socket)) as client:
            client.flushall()

    def kill_pool_child(self) -> None:
        _kill(self.chance.choice(_children(self._child(" worker "))))

    def _child(self, word: str) -> int:
        return next(number for number in _children(self.supervisor) if word in _command(number))


def _children(number: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{number}/task/{number}/children").read_text().split()]


def _command(number: int) -> str:
    return Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def _number(path: Path) -> int:
    return int(path.read_text().split()[0])


def _kill(number: int) -> None:
    os.kill(number, signal.SIGKILL)


def _kill_group(number: int) -> None:
    os.killpg(number, signal.SIGKILL)
