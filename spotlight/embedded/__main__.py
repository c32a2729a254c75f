"""`python -m spotlight.embedded start|stop|status|env|psql|dump [--var FOLDER]`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from spotlight import embedded
from spotlight.embedded import postgres
from spotlight.embedded.state import DATABASE, OWNER_ROLE, SUPERUSER, State


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m spotlight.embedded", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
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
    embedded.ensure_running(folder)
    return _become(State(folder), "psql", OWNER_ROLE, "owner")


def _dump(folder: Path) -> int:
    """The whole database in pg_dump's custom format, to standard output."""
    if sys.stdout.isatty():
        raise embedded.EmbeddedError(
            "Send the dump into a file: python -m spotlight.embedded dump > spotlight.dump"
        )
    embedded.ensure_running(folder)
    return _become(State(folder), "pg_dump", SUPERUSER, "superuser", "--format=custom", "--no-owner")


def _become(state: State, name: str, role: str, secret: str, *options: str) -> int:
    """Run one of PostgreSQL's programs in our place; the password stays out of the list of processes."""
    path = str(postgres.program(state, name))
    target = {"PGHOST": str(state.postgres_sockets), "PGUSER": role, "PGPASSWORD": state.secret(secret)}
    os.execve(path, [path, *options, DATABASE], os.environ | target)


COMMANDS = {"start": _start, "stop": _stop, "status": _status, "env": _env, "psql": _psql, "dump": _dump}

if __name__ == "__main__":
    sys.exit(main())
