"""The embedded servers: made, reused, stopped, killed, moved to where their user can reach them."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
import redis

from spotlight import embedded
from spotlight.embedded import postgres, processes, redis_server
from spotlight.embedded import state as states
from spotlight.embedded.state import State


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder with running servers, in a place that needs both detours: too long a path, unreachable as root."""
    path = tmp_path_factory.mktemp("state") / ("long" * 25)
    embedded.ensure_running(path)
    yield path
    embedded.stop(path)
    assert not embedded.is_running(path)
    State(path).remove_outside()


def numbers(folder: Path) -> tuple[int, int]:
    state = State(folder)
    server, broker = postgres._postmaster(state), redis_server._server(state)
    assert server is not None
    assert broker is not None
    return server, broker


def write(folder: Path, note: str) -> None:
    found = embedded.addresses(folder)
    with psycopg2.connect(found.owner_url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        cursor.execute("INSERT INTO note VALUES (%s)", [note])
    connection.close()
    with redis.Redis.from_url(found.redis_url) as client:
        client.set(note, "kept")
        while client.info("persistence")[
            "aof_buffer_length"
        ]:  # it answers before it writes where the disk is slow
            time.sleep(0.01)


def notes(folder: Path) -> set[str]:
    found = embedded.addresses(folder)
    connection = psycopg2.connect(found.database_url)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM note")
        texts = {row[0] for row in cursor.fetchall()}
    connection.close()
    with redis.Redis.from_url(found.redis_url) as client:
        assert all(client.get(text) == b"kept" for text in texts)
    return texts


def test_running_servers_are_reused(folder: Path) -> None:
    before = numbers(folder)
    assert embedded.ensure_running(folder) == embedded.addresses(folder)
    assert numbers(folder) == before


def test_many_starters_start_one(folder: Path) -> None:
    embedded.stop(folder)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(embedded.ensure_running, [folder] * 4))) == 1
    assert embedded.is_running(folder)


def test_what_was_written_survives_a_stop(folder: Path) -> None:
    write(folder, "stopped")
    embedded.stop(folder)
    assert not embedded.is_running(folder)
    embedded.ensure_running(folder)
    assert "stopped" in notes(folder)


def test_what_was_committed_survives_kill_9(folder: Path) -> None:
    """Redis may lose its last second by promise; here a process dies, not the machine, so nothing is lost."""
    for attempt in range(3):
        write(folder, f"killed {attempt}")
        for number in numbers(folder):
            os.kill(number, signal.SIGKILL)
        embedded.ensure_running(folder)
    assert {"killed 0", "killed 1", "killed 2"} <= notes(folder)


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(folder: Path) -> None:
    """After a reboot the number may belong to anything: here to this very test."""
    embedded.stop(folder)
    state = State(folder)
    path = postgres._data(state) / "postmaster.pid"
    path.write_text(f"{os.getpid()}\n{postgres._data(state)}\n")
    state.user.give(path)
    redis_server._pid_file(state).write_text(f"{os.getpid()}\n")
    embedded.ensure_running(folder)
    assert os.getpid() not in numbers(folder)


def test_an_interrupted_first_start_is_made_anew(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    half = state.postgres_home / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    try:
        embedded.ensure_running(state.folder)
        assert not half.exists()
    finally:
        embedded.stop(state.folder)
        state.remove_outside()


def test_another_major_version_is_refused_with_advice(tmp_path: Path) -> None:
    state = State(tmp_path)
    data = state.postgres_home / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(embedded.EmbeddedError, match="made by PostgreSQL 15"):
        embedded.ensure_running(tmp_path)
    state.remove_outside()


def test_nobody_else_gets_in(folder: Path) -> None:
    state = State(folder)
    for path in (state.postgres_sockets, state.redis_sockets, state.postgres_home):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for name in ("secrets.json", "embedded.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    wrong = embedded.addresses(folder).database_url.replace(state.secret("app")[:8], "wrong")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(wrong)


def test_socket_paths_are_short_enough(folder: Path) -> None:
    state = State(folder)
    for socket in (state.postgres_sockets / ".s.PGSQL.5432", state.redis_socket):
        assert len(os.fsencode(socket)) <= 103


def test_the_server_never_runs_as_root_and_leaves_our_folders_alone(folder: Path) -> None:
    server, _ = numbers(folder)
    assert Path(f"/proc/{server}").stat().st_uid == State(folder).user.uid != 0
    assert folder.stat().st_uid == os.geteuid()


def test_the_cluster_is_as_promised(folder: Path) -> None:
    connection = psycopg2.connect(embedded.addresses(folder).database_url)
    with connection.cursor() as cursor:
        for name, value in {"fsync": "on", "synchronous_commit": "on", "listen_addresses": ""}.items():
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (value,)
        cursor.execute(
            "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'spotlight'"
        )
        assert cursor.fetchone() == ("C.UTF-8", "UTF8")
        cursor.execute("SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'")
        assert cursor.fetchone()
        cursor.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = 'spotlight_app'"
        )
        assert cursor.fetchone() == (False, False, False)
    connection.close()


def test_redis_appends_and_has_no_port(folder: Path) -> None:
    with redis.Redis.from_url(embedded.addresses(folder).redis_url) as client:
        settings = client.config_get("*")
    assert (settings["appendonly"], settings["port"]) == ("yes", "0")


def test_without_any_redis_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("shutil.which", lambda name: f"/opt/{name}" if name == "valkey-server" else None)
    assert redis_server.program() == "/opt/valkey-server"
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(embedded.EmbeddedError, match="Install redis or valkey"):
        redis_server.program()


def test_as_root_without_nobody_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("pwd.getpwnam", unknown)
    with pytest.raises(embedded.EmbeddedError, match="ordinary user"):
        states.server_user()


def test_secrets_are_made_once(tmp_path: Path) -> None:
    state = State(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(state.secret, ["secret_key"] * 8))) == 1
    assert len(State(tmp_path).secret("secret_key")) >= 50


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert processes.command_of(child.pid) == ""
    child.wait()


def test_the_command_line(folder: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "spotlight.embedded", *words, "--var", str(folder)]
        return subprocess.run(command, capture_output=True, encoding="latin-1", check=False)

    assert run("start").returncode == run("status").returncode == 0
    assert f"export DATABASE_URL='{embedded.addresses(folder).database_url}'" in run("env").stdout
    assert run("dump").stdout.startswith("PGDMP")
    assert run("stop").returncode == 0
    assert run("status").returncode == 3
    embedded.ensure_running(folder)
