"""Servers, databases and browsers of the tests.

PostgreSQL and Redis start with the first test that needs them, in `var/test`, and end with the run. The migrated
schema is kept there as a template database, so migrations run only after they changed.
"""

import fcntl
import hashlib
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection, connections
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from spotlight import catalogs, embedded
from spotlight.accounts import codes
from spotlight.embedded.state import APP_ROLE, OWNER_ROLE, State

# A busy machine is no failure: examples may take their time. `make test` tries the same ones each time, so that nothing
# passes or fails by chance; `make exact` draws others each time.
_patient = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.register_profile("others", _patient)
hypothesis_settings.register_profile("same", _patient, derandomize=True)
hypothesis_settings.load_profile("same")

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 90_000
"""Milliseconds to wait for what a page will do: only a failure ever takes so long, whatever else the machine does."""
BROWSER_OPTIONS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    config.stash[_LOCK] = _one_run_at_a_time(settings.STATE_DIR)
    catalogs.compile_all()  # a fresh clone has none, and a process that looked for one looks no more
    config.stash[_FOUND_RUNNING] = embedded.is_running(settings.STATE_DIR)


LONGEST_FIRST = (
    "test_access.py", "test_two_worlds.py", "test_supervisor.py", "test_rehearsal.py", "test_demo.py", "test_races.py",
    "test_every_page.py", "test_production.py", "test_desk.py", "test_listening.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest begin first, so that no process is left alone with one at the end."""
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Codes are the same each time: they break ties and order things, so a test must not draw others in every run.

    With LUCK set to anything they are others: a test that then fails hangs on what a code happens to be.
    """
    vars(codes)["secrets"] = random.Random(item.nodeid + os.environ.get("LUCK", ""))


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.stash.get(_LOCK, None) is None:
        return
    if not config.stash[_FOUND_RUNNING]:
        connections.close_all()
        embedded.stop(settings.STATE_DIR)
    config.stash[_LOCK].close()


_LOCK = pytest.StashKey[Any]()
_FOUND_RUNNING = pytest.StashKey[bool]()


def _one_run_at_a_time(state: Path) -> Any:
    state.mkdir(parents=True, exist_ok=True)
    handle = open(state / "run.lock", "w")  # noqa: SIM115 (held until the end of the run)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"Another test run uses {state}: waiting for its end.", file=sys.stderr)
        fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request leaves its language behind; the next test begins in English all the same."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def servers() -> embedded.Addresses:
    """PostgreSQL and Redis, running."""
    return embedded.ensure_running(settings.STATE_DIR)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, servers: embedded.Addresses
) -> None:
    """Let the test database be a copy of the migrated template."""
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = _template(State(settings.STATE_DIR))


def _template(state: State) -> str:
    """The name of a database in which the present migrations have run; the owner's clock in it may move."""
    name = f"template_{_migrations_digest()}"
    with open(state.folder / "template.lock", "w") as handle, _superuser(state) as cursor:
        fcntl.flock(handle, fcntl.LOCK_EX)
        cursor.execute(f"GRANT SET ON PARAMETER session_replication_role TO {OWNER_ROLE}")
        cursor.execute(f"GRANT {APP_ROLE} TO {OWNER_ROLE}")  # so that `as_app_role` can step down
        cursor.execute(f"GRANT pg_signal_backend TO {OWNER_ROLE}")  # drops a database that is being vacuumed
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%'")
        known = {row[0] for row in cursor.fetchall()}
        if name not in known:
            for old in known:
                cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
            _make_template(state, cursor, name)
    return name


def _make_template(state: State, cursor: Any, name: str) -> None:
    fresh = f"fresh_{name}"
    cursor.execute(f'DROP DATABASE IF EXISTS "{fresh}" WITH (FORCE)')
    cursor.execute(f'CREATE DATABASE "{fresh}" OWNER {OWNER_ROLE}')
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "SPOTLIGHT_TEST_TEMPLATE": fresh}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.exit(f"the migrations fail:\n{done.stdout}{done.stderr}", returncode=3)
    with _superuser(state, fresh) as owner:
        owner.execute("UPDATE ledger_clock SET movable = true")
    cursor.execute(f'ALTER DATABASE "{fresh}" RENAME TO "{name}"')


def _migrations_digest() -> str:
    digest = hashlib.sha256()
    sources = sorted(ROOT.glob("*/migrations/*.py")) + sorted(ROOT.glob("spotlight/*/migrations/*.py"))
    for path in [*sources, ROOT / "requirements.lock"]:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


class _superuser:
    def __init__(self, state: State, database: str = "postgres") -> None:
        self._connection = psycopg2.connect(state.superuser_url(database))
        self._connection.autocommit = True

    def __enter__(self) -> Any:
        return self._connection.cursor()

    def __exit__(self, *_: object) -> None:
        self._connection.close()


@pytest.fixture
def as_app_role(db: None) -> Iterator[None]:
    """Run the test with the application's rights: no table ownership, no DDL, no TRUNCATE."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE spotlight_app")
    yield
    if connection.connection is not None and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@pytest.fixture
def redis_server(servers: embedded.Addresses) -> Iterator[redis.Redis]:
    """The tests' Redis, emptied: a database of its own for each parallel worker."""
    number = 1 + int("".join(filter(str.isdigit, os.environ.get("PYTEST_XDIST_WORKER", ""))) or 14)
    with redis.Redis.from_url(servers.redis_url.replace("db=0", f"db={number}")) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture(scope="session", autouse=True)
def _mails_go_into_the_outbox(django_test_environment: None) -> None:
    """As in the product: Django's test environment would keep them in memory instead."""
    settings.MAILERS["default"]["BACKEND"] = "spotlight.ledger.mail.OutboxBackend"


@pytest.fixture(scope="session", autouse=True)
def _what_migrations_made_stays() -> None:
    """`tests.database` keeps it when it empties the tables, so nothing has to be made again after each test."""
    flush.emit_post_migrate_signal = lambda *_: None  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def _empty_media() -> Iterator[None]:
    yield
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: one on the PATH, else Playwright's own."""
    found = os.environ.get("SPOTLIGHT_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)
    options = [*BROWSER_OPTIONS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=options)
        expect.set_options(timeout=PATIENCE)
        monkeypatch = pytest.MonkeyPatch()
        monkeypatch.setattr(chromium, "new_context", _patient_contexts(chromium.new_context))
        yield chromium
        chromium.close()


def _patient_contexts(new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    """Whoever opens a profile of its own is as patient as the others."""

    def made(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.set_default_timeout(PATIENCE)
        return context

    return made


@pytest.fixture
def live(live_server: Any) -> Iterator[str]:
    """The address of a running web server on the test's database, which has answered everything before that is emptied."""
    yield str(live_server.url)
    give_up_at = time.monotonic() + PATIENCE / 1000
    while any("process_request" in thread.name for thread in threading.enumerate()):
        if time.monotonic() > give_up_at:  # somebody keeps a connection, and asks nothing
            break
        time.sleep(0.005)


@pytest.fixture
def page(browser: Browser, live: str) -> Iterator[Page]:
    """A page of a fresh browser profile on the live server. A script error on any page of it fails the test."""
    with browser.new_context(
        base_url=live, locale="en-US", viewport={"width": 1280, "height": 900}
    ) as context:
        problems: list[str] = []
        context.on("weberror", lambda error: problems.append(str(error.error)))
        context.on(
            "console",
            lambda line: problems.append(line.text) if "Content Security Policy" in line.text else None,
        )
        yield context.new_page()
    assert problems == [], "the pages reported script errors"
