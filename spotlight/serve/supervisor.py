"""Starts everything in order, keeps it running, ends it cleanly."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from spotlight import embedded
from spotlight.embedded.processes import last_lines
from spotlight.serve import children, preparation, probe
from spotlight.serve.children import Child
from spotlight.serve.preparation import CannotServe

READY_SECONDS = 90.0
WATCH_SECONDS = 0.5
SERVERS_SECONDS = 3.0
END_SECONDS = 15.0


class Supervisor:
    def __init__(self, *, state: Path, host: str, port: int, demo: bool = True) -> None:
        self.state, self.host, self.port, self.demo = state.resolve(), host, port, demo
        self.is_embedded = not os.environ.get("DATABASE_URL")
        self.environment = preparation.child_environment(self.state, host, port)
        self.address = f"http://{host}:{port}"
        self.children: list[Child] = []
        self._ends = False
        self._servers_at = 0.0
        self._accounts_shown = False
        self._relayed = 0

    def run(self) -> None:
        """Serve until asked to end. Raises CannotServe when that never began."""
        with self._only_one():
            preparation.check_port(self.host, self.port)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, self._end)
            try:
                self._begin()
                while not self._ends:
                    self._watch()
                    time.sleep(WATCH_SECONDS)
            finally:
                self._finish()

    def _begin(self) -> None:
        began = time.monotonic()
        addresses = None
        if self.is_embedded:
            addresses = self._step("PostgreSQL and Redis", lambda: embedded.ensure_running(self.state))
        self._step("Database, pages and languages", lambda: self._prepare(addresses))
        if not self.is_embedded:
            self._step("Database settings and rights", lambda: preparation.check_production(self.environment))
        if self._ends:
            return
        self._start(self._web(), *self._seeding())
        self._step("Web server", self._wait_until_ready)
        if self._ends:
            return
        self._start(self._child("worker", children.worker()), self._child("beat", children.beat()))
        say(f"\nSpotlight is ready after {time.monotonic() - began:.0f} s: {self.address}\nCtrl-C ends it.\n")

    def _prepare(self, addresses: embedded.Addresses | None) -> None:
        with ThreadPoolExecutor(max_workers=3) as pool:
            tasks = [
                pool.submit(preparation.migrate, self.environment, addresses),
                pool.submit(preparation.collect_static, self.environment, self.state),
                pool.submit(preparation.compile_catalogs),
            ]
            try:
                for task in tasks:
                    task.result()
            except CannotServe:
                if not self._ends:  # Ctrl-C reached the command too
                    raise

    def _web(self) -> Child:
        return self._child("web", children.web(self.host, self.port))

    def _seeding(self) -> list[Child]:
        """Fills the demo, once: the command sees for itself what is there."""
        if not (self.demo and self.is_embedded and preparation.has_command("seed_demo")):
            return []
        self._relayed = self._demo_log.stat().st_size if self._demo_log.exists() else 0
        return [self._child("demo", children.python("manage.py", "seed_demo"), starts_again=False)]

    def _start(self, *fresh: Child) -> None:
        """The web server comes first: on a small machine the others would only delay the first page."""
        for child in fresh:
            child.start()
            self.children.append(child)

    def _child(self, name: str, command: list[str], *, starts_again: bool = True) -> Child:
        log = self.state / "log" / f"{name}.log"
        return Child(
            name=name, command=command, log=log, environment=self.environment, starts_again=starts_again
        )

    def _wait_until_ready(self) -> None:
        web = self.children[0]
        give_up_at = time.monotonic() + READY_SECONDS
        while not self._ends and not self._is_ready():
            if time.monotonic() > give_up_at or web.failures > 2:
                raise CannotServe(
                    f"The web server does not answer. Its log {web.log} ends:\n{last_lines(web.log, 25)}"
                )
            self._watch()
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        return probe.is_ready("127.0.0.1" if self.host == "0.0.0.0" else self.host, self.port)

    def _watch(self) -> None:
        for child in self.children:
            child.watch(say)
        self._watch_servers()
        self._relay_demo()
        self._show_accounts()

    def _watch_servers(self) -> None:
        """PostgreSQL and Redis are no children of ours: start them again when they do not answer."""
        now = time.monotonic()
        if not self.is_embedded or now - self._servers_at < SERVERS_SECONDS:
            return
        self._servers_at = now
        if embedded.is_running(self.state):
            return
        say("PostgreSQL or Redis does not answer, starting it again")
        embedded.ensure_running(self.state)
        for child in self.children:
            if child.name in {"worker", "beat"}:  # a broker that went away is not always noticed
                child.ask_to_end()

    @property
    def _demo_log(self) -> Path:
        return self.state / "log" / "demo.log"

    def _relay_demo(self) -> None:
        """Show the lines that the demo's seeding has written since the last look."""
        if not self._demo_log.exists():
            return
        with open(self._demo_log, "rb") as log:
            log.seek(self._relayed)
            lines = log.read()
        complete = lines[: lines.rfind(b"\n") + 1]
        self._relayed += len(complete)
        for line in complete.decode(errors="replace").splitlines():
            say(f"  demo: {line}")

    def _show_accounts(self) -> None:
        path = self.state / "demo-accounts.json"
        seeding = next((child for child in self.children if child.name == "demo"), None)
        if self._accounts_shown or seeding is None or seeding.runs() or not path.exists():
            return
        self._accounts_shown = True
        say(f"\n{self.address}  sign-ins (also in {path}):")
        for account in json.loads(path.read_text()):
            say(f"  {account['role']:<12} {account['email']:<36} {account['password']}")

    def _step[T](self, name: str, work: Callable[[], T]) -> T:
        began = time.monotonic()
        say(f"· {name} …", end=" ")
        result = work()
        say(f"{time.monotonic() - began:.1f} s")
        return result

    def _end(self, number: int, frame: object) -> None:
        if self._ends:
            raise KeyboardInterrupt
        self._ends = True

    def _finish(self) -> None:
        say("\nEnding …")
        for child in self.children:
            child.ask_to_end()
        give_up_at = time.monotonic() + END_SECONDS
        try:
            for child in self.children:
                child.end(within=give_up_at - time.monotonic())
        except KeyboardInterrupt:
            for child in self.children:
                child.end(within=0)
        if self.is_embedded:
            embedded.stop(self.state)
        say("Everything has ended.")

    @contextmanager
    def _only_one(self) -> Iterator[None]:
        """One supervisor for a state folder."""
        self.state.mkdir(parents=True, exist_ok=True)
        with open(self.state / "serve.lock", "a+") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotServe(f"Spotlight already runs from {self.state}: {_noted(handle)}") from None
            _note(handle, self.address)
            yield


def _note(handle: IO[str], address: str) -> None:
    handle.seek(0)
    handle.truncate()
    handle.write(address)
    handle.flush()


def _noted(handle: IO[str]) -> str:
    handle.seek(0)
    return handle.read()


def say(line: str, *, end: str = "\n") -> None:
    """Tell whoever started us; if the terminal or pipe is gone, go on without."""
    try:
        print(line, end=end, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (for the rest of this process)
