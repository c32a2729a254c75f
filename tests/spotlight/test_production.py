"""A production database made by deploy/postgres-roles.sh, migrated, checked, served from; then made unsafe."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from spotlight import embedded
from spotlight.embedded import postgres
from spotlight.embedded.state import State
from spotlight.serve import probe

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """Below those that the system gives to whoever connects meanwhile; another one in each process."""
    for port in range(15_000 + os.getpid() % 500 * 30, 32_000, 3):
        with socket.socket() as probe_socket, contextlib.suppress(OSError):
            probe_socket.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    """A bare cluster: no roles of ours yet."""
    state = State(tmp_path_factory.mktemp("production"))
    postgres._initialise(state)
    postgres._configure(state)
    postgres._start(state)
    yield state
    embedded.stop(state.folder)
    state.remove_outside()


@pytest.fixture(scope="module")
def environment(state: State, servers: embedded.Addresses) -> dict[str, str]:
    """What docker-compose.yml gives to the web service, once the roles are made and the migrations have run."""
    psql = postgres.program(state, "psql").parent
    subprocess.run(
        [ROOT / "deploy" / "postgres-roles.sh"], check=True, capture_output=True,
        env={"PATH": f"{psql}:{os.environ['PATH']}", "PGHOST": str(state.postgres_sockets), "PGPASSWORD": state.secret("superuser"),
             "DATABASE_OWNER_PASSWORD": state.secret("owner"), "DATABASE_APP_PASSWORD": state.secret("app")},
    )  # fmt: skip
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": state.addresses().database_url,
        "REDIS_URL": servers.redis_url,
        "SECRET_KEY": "s" * 64,
        "SITE_URL": "https://spotlight.example",
        "SPOTLIGHT_VAR": str(state.folder / "var"),
        "PORT": str(free_port()),
        "WEB_PROCESSES": "1",
    }
    owner = environment | {"DATABASE_OWNER_URL": state.addresses().owner_url}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=owner, check=True)
    return environment


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "spotlight.serve.web"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


def test_it_serves(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", environment["SITE_URL"])
    web, port = start(environment), int(environment["PORT"])
    assert web.stderr is not None
    try:
        give_up_at = time.monotonic() + 240
        while not probe.is_ready("127.0.0.1", port):
            assert web.poll() is None, web.stderr.read()
            assert time.monotonic() < give_up_at
            time.sleep(0.2)
    finally:
        web.send_signal(signal.SIGTERM)
        web.communicate(timeout=240)
    assert not probe.is_ready("127.0.0.1", port)


@pytest.mark.parametrize(
    ("harm", "repair", "message"),
    [
        (
            "ALTER ROLE spotlight_app SET synchronous_commit = off",
            "ALTER ROLE spotlight_app RESET synchronous_commit",
            "E001",
        ),
        (
            "GRANT TRUNCATE ON ledger_event TO spotlight_app",
            "REVOKE TRUNCATE ON ledger_event FROM spotlight_app",
            "E002",
        ),
        (
            "ALTER TABLE ledger_work OWNER TO spotlight_app",
            "ALTER TABLE ledger_work OWNER TO spotlight_owner",
            "E002",
        ),
        ("ALTER ROLE spotlight_app SUPERUSER", "ALTER ROLE spotlight_app NOSUPERUSER", "E002"),
    ],
)
def test_it_refuses_an_unsafe_database(
    state: State, environment: dict[str, str], harm: str, repair: str, message: str
) -> None:
    connection = psycopg2.connect(state.superuser_url("spotlight"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(harm)
        web = start(environment)
        _, said = web.communicate(timeout=240)
        cursor.execute(repair)
    connection.close()
    assert web.returncode == 1
    assert f"spotlight.{message}" in said
