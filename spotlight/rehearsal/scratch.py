"""A database of a rehearsal's own: made, migrated and dropped again. What happens in it can reach nothing else.

It has its own clock, which may move; its mails, work and files are read by nobody; the role that makes it needs
CREATEDB and no right on the real database.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from psycopg2 import sql

from spotlight.errors import SpotlightError

MARK = "rehearsal"
NAME = re.compile(r"[a-z0-9_]{1,63}")


class NoScratch(SpotlightError):
    """No database can be made here; the message says what the operator has to do."""

    code = "no_scratch"


class Busy(SpotlightError):
    """Another rehearsal runs; there is one at a time."""

    code = "rehearsal_runs"


@contextmanager
def scratch_environment(code: str) -> Iterator[dict[str, str]]:
    """The environment of a process that works in a fresh, migrated database; both are gone afterwards.

    Raises NoScratch or Busy.
    """
    name = f"{_prefix()}{code}".lower()
    assert NAME.fullmatch(name), name
    with _server() as server, TemporaryDirectory(prefix="rehearsal-") as folder:
        _take_turn(server)
        _drop_all(server)
        _create(server, name)
        environment = _environment(name, folder)
        try:
            if not settings.REHEARSAL_TEMPLATE:
                _migrate(environment)
            _tell(name, "UPDATE ledger_clock SET movable = true")
            yield environment
        finally:
            _drop(server, name)


def is_possible() -> bool:
    """Whether this installation says where rehearsals may make their databases."""
    return bool(settings.REHEARSAL_DATABASE_URL)


def _prefix() -> str:
    return f"{MARK}_{connection.settings_dict['NAME']}_"[:45]


@contextmanager
def _server() -> Iterator[psycopg2.extensions.connection]:
    if not is_possible():
        raise NoScratch(
            _(
                "Rehearsals have no database server yet. The operator sets REHEARSAL_DATABASE_URL, see docs/operations.md."
            )
        )
    try:
        server = psycopg2.connect(_address("postgres"), connect_timeout=5)
    except psycopg2.OperationalError as problem:
        raise NoScratch(
            _(
                "The database server of rehearsals does not answer. The operator checks REHEARSAL_DATABASE_URL."
            )
        ) from problem
    server.autocommit = True
    try:
        yield server
    finally:
        server.close()


def _take_turn(server: psycopg2.extensions.connection) -> None:
    """One at a time; the turn ends with the connection."""
    with server.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [_prefix()])
        if not cursor.fetchone()[0]:
            raise Busy(_("Another rehearsal runs. It is one at a time; try again when it has ended."))


def _drop_all(server: psycopg2.extensions.connection) -> None:
    """What rehearsals left that died."""
    with server.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_prefix()])
        left = [row[0] for row in cursor.fetchall()]
    for name in left:
        _drop(server, name)


def _create(server: psycopg2.extensions.connection, name: str) -> None:
    template = settings.REHEARSAL_TEMPLATE or "template1"
    words = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    with server.cursor() as cursor:
        try:
            cursor.execute(words)
        except psycopg2.errors.InsufficientPrivilege as problem:
            raise NoScratch(
                _(
                    "The database role of rehearsals may not create databases. The operator gives it CREATEDB, see docs/operations.md."
                )
            ) from problem


def _drop(server: psycopg2.extensions.connection, name: str) -> None:
    """Without FORCE, which needs a superuser while the database is vacuumed; left alone, the server ends the vacuum itself."""
    with server.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
            [name],
        )
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _tell(name: str, words: str) -> None:
    """One statement in the new database, by the role that owns it."""
    database = psycopg2.connect(_address(name))
    try:
        with database, database.cursor() as cursor:
            cursor.execute(words)
    finally:
        database.close()


def _address(name: str) -> str:
    return urlunsplit(urlsplit(settings.REHEARSAL_DATABASE_URL)._replace(path=f"/{name}"))


def _careless(address: str) -> str:
    """Without waiting for the disk: nothing here has to survive a power cut."""
    return f"{address}{'&' if urlsplit(address).query else '?'}options=-csynchronous_commit%3Doff"


def _environment(name: str, folder: str) -> dict[str, str]:
    """This process's own, but for every server and folder; mail has nowhere to go."""
    kept: Mapping[str, str] = {
        key: value for key, value in os.environ.items()
        if key not in ("DEBUG", "DEMO", "SPOTLIGHT_DATABASE_ROLE", "REHEARSAL_DATABASE_URL") and not key.startswith("EMAIL_")
    }  # fmt: skip
    return {
        **kept, "DJANGO_SETTINGS_MODULE": "spotlight.rehearsal.scratch_settings", "SECRET_KEY": "rehearsal" * 8,
        "DATABASE_URL": _careless(_address(name)), "DATABASE_OWNER_URL": _address(name), "REDIS_URL": "memory://",
        "MEDIA_ROOT": folder, "PYTHONUNBUFFERED": "1", "PYTHONHASHSEED": "0", "LOG_LEVEL": "ERROR",
    }  # fmt: skip


def _migrate(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--noinput", "-v0"], cwd=settings.BASE_DIR, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise NoScratch(
            _("The rehearsal's database could not be prepared: %(problem)s")
            % {"problem": done.stderr.strip()[-300:]}
        )
