"""What has to be done before the web server may answer. Everything here may run again at any time."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
from pathlib import Path

import psycopg2

from spotlight import catalogs, embedded
from spotlight.serve.children import ROOT, python


class CannotServe(Exception):
    """Spotlight can't start; the message says why and what to do."""


def check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise CannotServe(f"Port {port} is reserved for root. Take another: make run PORT=8000") from None
        except OSError:
            raise CannotServe(
                f"Port {port} is taken by another program. Take another: make run PORT={port + 1}"
            ) from None


def migrate(environment: dict[str, str], addresses: embedded.Addresses | None) -> None:
    """Bring the database up to date as its owner. On the embedded default its clock may be moved."""
    _manage("migrate", "--noinput", "-v0", environment=environment)
    if addresses is not None:
        with psycopg2.connect(addresses.owner_url) as connection, connection.cursor() as cursor:
            cursor.execute("UPDATE ledger_clock SET movable = true WHERE NOT movable")
        connection.close()


def check_production(environment: dict[str, str]) -> None:
    """Refuse to serve on a database that forgets, that the application could alter, or that holds demo accounts."""
    _manage("check", "--deploy", "--database", "default", "--fail-level", "ERROR", environment=environment)


def collect_static(environment: dict[str, str], state: Path) -> None:
    """Collect static files when one of them, or the packages, changed since the last time."""
    stamp, digest = state / "static.stamp", _static_digest()
    if stamp.exists() and stamp.read_text() == digest and (state / "static").is_dir():
        return
    _manage("collectstatic", "--noinput", "--clear", "-v0", environment=environment)
    stamp.write_text(digest)


def _static_digest() -> str:
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    folders = [ROOT / "static", *ROOT.glob("*/static"), *ROOT.glob("spotlight/*/static")]
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        found = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def compile_catalogs() -> None:
    catalogs.compile_all()


def has_command(name: str) -> bool:
    """Whether an app brings this management command."""
    return any(ROOT.glob(f"*/management/commands/{name}.py")) or any(
        ROOT.glob(f"spotlight/*/management/commands/{name}.py")
    )


def _manage(*arguments: str, environment: dict[str, str]) -> None:
    done = subprocess.run(
        python("manage.py", *arguments),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotServe(f"`manage.py {' '.join(arguments)}` failed:\n{done.stdout}{done.stderr}")


def child_environment(state: Path, host: str, port: int) -> dict[str, str]:
    """What every child process is told."""
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
    environment = os.environ | {"SPOTLIGHT_VAR": str(state), "PYTHONUNBUFFERED": "1"}
    environment.setdefault("DJANGO_SETTINGS_MODULE", "spotlight.settings")
    environment.setdefault("SITE_URL", f"http://{shown}:{port}")
    return environment
