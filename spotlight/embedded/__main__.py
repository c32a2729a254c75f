"""`python -m spotlight.embedded start|stop|status|env|psql [--var FOLDER]`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from spotlight import embedded
from spotlight.embedded import postgres
from spotlight.embedded.state import State


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m spotlight.embedded", description=__doc__)
    parser.add_argument("command", choices=["start", "stop", "status", "env", "psql"])
    parser.add_argument("--var", type=Path, default=None, help="state folder; default $SPOTLIGHT_VAR or var/")
    options = parser.parse_args()
    folder = (options.var or embedded.default_state()).resolve()
    try:
        return COMMANDS[options.command](folder)
    except embedded.EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1


def _start(folder: Path) -> int:
    embedded.ensure_running(folder)
    print(f"PostgreSQL and Redis run in {folder}")
    return 0


def _stop(folder: Path) -> int:
    embedded.stop(folder)
    print(f"PostgreSQL and Redis of {folder} are stopped")
    return 0


def _status(folder: Path) -> int:
    running = embedded.is_running(folder)
    print(f"{'running' if running else 'not running'} in {folder}")
    return 0 if running else 3


def _env(folder: Path) -> int:
    """For tools such as psql. With DATABASE_URL set the application takes itself to be in production."""
    found = embedded.addresses(folder)
    print(f"export DATABASE_URL='{found.database_url}'")
    print(f"export DATABASE_OWNER_URL='{found.owner_url}'")
    print(f"export REDIS_URL='{found.redis_url}'")
    return 0


def _psql(folder: Path) -> int:
    found = embedded.ensure_running(folder)
    psql = postgres.program(State(folder), "psql")
    os.execv(psql, [str(psql), found.owner_url])


COMMANDS = {"start": _start, "stop": _stop, "status": _status, "env": _env, "psql": _psql}

if __name__ == "__main__":
    sys.exit(main())
