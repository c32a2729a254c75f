"""The real PostgreSQL and Redis that come with the Python packages.

Used when no DATABASE_URL is given: `make run`, `make test` and development. Plain Python, no Django.
Everything lies in one state folder; two state folders never meet.

    python -m spotlight.embedded start|stop|status|env|psql|dump
"""

from __future__ import annotations

import os
from pathlib import Path

from spotlight.embedded import postgres, redis_server
from spotlight.embedded.state import Addresses, EmbeddedError, State

__all__ = [
    "Addresses",
    "EmbeddedError",
    "addresses",
    "default_state",
    "ensure_running",
    "is_running",
    "secret_key",
    "stop",
]


def default_state() -> Path:
    """The state folder: `$SPOTLIGHT_VAR`, else `var/` beside the project's packages."""
    named = os.environ.get("SPOTLIGHT_VAR")
    return Path(named).resolve() if named else Path(__file__).resolve().parents[2] / "var"


def ensure_running(folder: Path | None = None) -> Addresses:
    """Start what does not answer and return where it listens; quick when both already run.

    Safe to call from several processes at once, and after a crash of anything at any time.
    """
    state = State(folder or default_state())
    if not is_running(state.folder):
        with state.lock():
            postgres.ensure_running(state)
            redis_server.ensure_running(state)
    return state.addresses()


def is_running(folder: Path | None = None) -> bool:
    state = State(folder or default_state())
    return state.is_prepared() and postgres.answers(state) and redis_server.answers(state)


def addresses(folder: Path | None = None) -> Addresses:
    """Where the servers of this state folder listen once they run. Starts nothing."""
    state = State(folder or default_state())
    with state.lock():
        return state.addresses()


def secret_key(folder: Path | None = None) -> str:
    """Django's SECRET_KEY of this state folder, made on the first start and kept there."""
    return State(folder or default_state()).secret("secret_key")


def stop(folder: Path | None = None) -> None:
    """Stop both cleanly; nothing happens when they do not run."""
    state = State(folder or default_state())
    if not state.is_prepared():
        return
    with state.lock():
        redis_server.stop(state)
        postgres.stop(state)
