"""The state folder: where things lie, who runs them, and the secrets made on the first start."""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

DATABASE = "spotlight"
SUPERUSER = "postgres"
OWNER_ROLE = "spotlight_owner"
APP_ROLE = "spotlight_app"
LONGEST_SOCKET_FOLDER = 85  # a unix socket path holds 103 bytes at most on macOS, 107 on Linux
SECRET_NAMES = ("superuser", "owner", "app", "secret_key")


class EmbeddedError(Exception):
    """The embedded servers can't run here; the message says why and what to do."""


@dataclass(frozen=True)
class Addresses:
    """`owner_url` migrates and owns the tables; `database_url` is what the application may do."""

    owner_url: str
    database_url: str
    redis_url: str


@dataclass(frozen=True)
class ServerUser:
    """Who runs PostgreSQL, which refuses to run as root: nobody then, else ourselves."""

    uid: int
    gid: int
    is_other: bool

    def options(self) -> dict[str, Any]:
        """Arguments for `subprocess`: this user, and none of the caller's PG* variables."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        options: dict[str, Any] = {"cwd": "/", "env": environment}
        if self.is_other:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def can_reach(self, path: Path) -> bool:
        if not self.is_other:
            return os.access(path, os.X_OK)
        return subprocess.run(["test", "-x", str(path)], **self.options(), check=False).returncode == 0

    def give(self, path: Path) -> None:
        if self.is_other:
            os.chown(path, self.uid, self.gid)


def server_user() -> ServerUser:
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid(), is_other=False)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedError(
            "PostgreSQL does not run as root, and there is no user 'nobody' to run it as. Start Spotlight as an ordinary user."
        ) from None
    return ServerUser(nobody.pw_uid, nobody.pw_gid, is_other=True)


class State:
    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    @property
    def _record_path(self) -> Path:
        return self.folder / "embedded.json"

    def is_prepared(self) -> bool:
        return self._record_path.exists()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One process at a time starts or stops the servers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "embedded.lock", "w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @cached_property
    def user(self) -> ServerUser:
        return server_user()

    @cached_property
    def postgres_home(self) -> Path:
        """The folder of the cluster, which only PostgreSQL's user enters: below the state folder when that user
        can get there, else a fresh folder in /var/lib."""
        recorded = self._read().get("postgres_home")
        if recorded and Path(recorded).is_dir():
            return Path(recorded)
        home = self._new_postgres_home()
        self._write(postgres_home=str(home))
        return home

    def _new_postgres_home(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.user.can_reach(self.folder):
            home = self.folder / "postgres"
            home.mkdir(mode=0o700, exist_ok=True)
        else:
            home = Path(tempfile.mkdtemp(prefix="spotlight-postgres-", dir="/var/lib"))
            (home / "state-folder").write_text(f"{self.folder}\n")
        self.user.give(home)
        return home

    @cached_property
    def postgres_sockets(self) -> Path:
        return self._socket_folder("postgres_sockets", self.postgres_home / "socket", for_postgres=True)

    @cached_property
    def redis_sockets(self) -> Path:
        return self._socket_folder("redis_sockets", self.folder / "redis", for_postgres=False)

    def _socket_folder(self, name: str, preferred: Path, *, for_postgres: bool) -> Path:
        """`preferred` unless its path is too long for a socket: then a short one, remembered and made anew
        should someone clean the temporary folder."""
        recorded = self._read().get(name)
        if recorded and Path(recorded).is_dir():
            return Path(recorded)
        if len(os.fsencode(preferred)) <= LONGEST_SOCKET_FOLDER:
            preferred.mkdir(mode=0o700, exist_ok=True)
            folder = preferred
        else:
            folder = Path(tempfile.mkdtemp(prefix="spotlight-", dir="/tmp"))
        if for_postgres:
            self.user.give(folder)
        self._write(**{name: str(folder)})
        return folder

    @property
    def redis_socket(self) -> Path:
        return self.redis_sockets / "redis.sock"

    @property
    def redis_folder(self) -> Path:
        return self.folder / "redis"

    def secret(self, name: str) -> str:
        """A secret of this state folder: a password, or Django's `secret_key`."""
        found: str | None = self._secrets().get(name)
        if found:
            return found
        with self._exclusive_secrets() as known:
            for missing in {*SECRET_NAMES, name} - known.keys():
                known[missing] = secrets.token_urlsafe(48)
            return str(known[name])

    def _secrets(self) -> dict[str, str]:
        path = self.folder / "secrets.json"
        return json.loads(path.read_text()) if path.exists() and path.stat().st_size else {}

    @contextmanager
    def _exclusive_secrets(self) -> Iterator[dict[str, str]]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "secrets.lock", "w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            known = self._secrets()
            yield known
            _replace(self.folder / "secrets.json", known)

    def database_url(self, *, role: str, secret: str, database: str = DATABASE) -> str:
        password = quote(self.secret(secret), safe="")
        return (
            f"postgresql://{role}:{password}@/{database}?host={quote(str(self.postgres_sockets), safe='/')}"
        )

    def superuser_url(self, database: str = "postgres") -> str:
        return self.database_url(role=SUPERUSER, secret="superuser", database=database)

    def addresses(self) -> Addresses:
        return Addresses(
            owner_url=self.database_url(role=OWNER_ROLE, secret="owner"),
            database_url=self.database_url(role=APP_ROLE, secret="app"),
            redis_url=f"unix://{quote(str(self.redis_socket), safe='/')}?db=0",
        )

    def remove_outside(self) -> None:
        """Remove what had to be put outside of the state folder. Only for stopped servers that nobody wants again."""
        for recorded in map(Path, self._read().values()):
            if recorded.name.startswith("spotlight-") and recorded.parent in {Path("/tmp"), Path("/var/lib")}:
                shutil.rmtree(recorded, ignore_errors=True)

    def _read(self) -> dict[str, str]:
        return json.loads(self._record_path.read_text()) if self._record_path.exists() else {}

    def _write(self, **changes: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        _replace(self._record_path, self._read() | changes)


def _replace(path: Path, content: dict[str, str]) -> None:
    """Write a private JSON file as a whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    os.replace(name, path)
