"""The whole product under a small load, killed piece by piece, then counted. `make chaos`; four to six minutes.

What was acknowledged is there once: work, plays, mails, recordings. CHAOS_SEED chooses another order, CHAOS_ROUNDS
how often everything is done. Two sources break the rules on purpose, and the same counting must find that out.
"""

import contextlib
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from spotlight import embedded
from spotlight.embedded.state import State
from spotlight.serve import probe
from tests.chaos.attacks import Attacks
from tests.chaos.counts import Counting
from tests.chaos.mailbox import Mailbox
from tests.spotlight.test_production import free_port

ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("CHAOS_SEED", "1"))
ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "3"))
HEALTHY_SECONDS = 120.0

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(2400)]


class Product:
    """The supervisor with everything under it, and the load, in a state folder of their own."""

    def __init__(self, folder: Path, mailbox: Mailbox) -> None:
        self.state, self.port = State(folder / "var"), free_port()
        self.journal, self.output = folder / "journal", folder / "output"
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
        self.environment = kept | {
            "SPOTLIGHT_VAR": str(self.state.folder),
            "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mailbox.port),
            "EMAIL_TLS": "no",
        }
        self.supervisor = self._run("-m", "spotlight.serve", "--port", str(self.port), "--no-demo")
        self.load: subprocess.Popen[bytes] | None = None

    def _run(self, *arguments: str) -> subprocess.Popen[bytes]:
        with open(self.output, "ab") as output:
            return subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=self.environment, stdout=output, stderr=output
            )

    def begin(self) -> None:
        """Wait until it serves, then put the load on it."""
        until(lambda: "ready after" in self.output.read_text() or self.supervisor.poll() is not None, 400)
        assert self.supervisor.poll() is None, self.output.read_text()
        with psycopg2.connect(self.state.addresses().owner_url) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE chaos_effect (key text NOT NULL)")
        connection.close()
        self.load = self._run("-m", "tests.chaos.load", str(self.journal), str(self.port))
        until(lambda: self.journal.exists() and {"audio", "play"} <= self.journal_kinds(), 120)

    def journal_kinds(self) -> set[str]:
        return {line.split(" ")[0] for line in self.journal.read_text().splitlines()}

    def is_healthy(self) -> bool:
        return probe.is_ready("127.0.0.1", self.port)

    def rest(self) -> None:
        """No more load."""
        assert self.load is not None
        self.load.terminate()
        self.load.wait(60)

    def end(self) -> None:
        for process in filter(None, (self.load, self.supervisor)):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(60)
            process.kill()
            process.wait()
        embedded.stop(self.state.folder)
        self.state.remove_outside()


def until(check: Callable[[], object], seconds: float) -> float:
    """Wait for it; returns the seconds that it took."""
    began = time.monotonic()
    while not check():
        assert time.monotonic() - began < seconds, f"waited {seconds:.0f} s"
        time.sleep(0.25)
    return time.monotonic() - began


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box
        box.shutdown()


@pytest.fixture
def product(tmp_path: Path, mailbox: Mailbox) -> Iterator[Product]:
    product = Product(tmp_path, mailbox)
    yield product
    product.end()


def test_nothing_acknowledged_is_lost_or_doubled(
    product: Product, mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    product.begin()
    attacks = attack(product, random.Random(SEED))
    back_after = until(product.is_healthy, HEALTHY_SECONDS)
    product.rest()
    counting = Counting(product.journal, product.state.addresses().owner_url)
    quiet_after = settle(counting)

    counts = {
        "work": counting.work(),
        "plays": counting.plays(),
        "mails": counting.mails(mailbox.received),
        "recordings": counting.recordings(),
    }
    hasty, careless = counting.work("control-hasty"), counting.work("control-careless")
    undone = counting.undone()
    again = sum(len(numbers) - len(set(numbers)) for numbers in mailbox.received.values())
    with capsys.disabled():
        print(f"\nseed {SEED}: {', '.join(f'{n} x {kind}' for kind, n in sorted(attacks.items()))}")
        print("\n".join(f"{name:>12} {count}" for name, count in counts.items()))
        print(f"control: acknowledged before the commit {hasty}\ncontrol: handler without a look {careless}")
        print(f"{again} mails handed over again under the same Message-ID, {len(undone)} work rows undone")
        print(f"healthy {back_after:.0f} s after the last attack, all work done {quiet_after:.0f} s later")

    assert not undone
    assert all(count.acknowledged for count in counts.values())
    assert {name: (count.lost, count.doubled) for name, count in counts.items()} == {
        name: ([], []) for name in counts
    }
    assert hasty.lost, "the count would not have seen a loss"
    assert careless.doubled, "the count would not have seen a doubling"


def attack(product: Product, chance: random.Random) -> Counter[str]:
    """Everything, several times, in a random order; one time in three before the last thing has healed."""
    attacks = Attacks(product.state, product.supervisor.pid, chance)
    kinds = list(attacks.kinds) * ROUNDS
    chance.shuffle(kinds)
    done: Counter[str] = Counter()
    for kind in kinds:
        time.sleep(chance.uniform(1, 6))
        if chance.random() < 2 / 3:
            until(product.is_healthy, HEALTHY_SECONDS)
        if strike(attacks, kind):
            done[kind] += 1
    return done


def strike(attacks: Attacks, kind: str) -> bool:
    """Attack once what is there to be attacked; what has not come back yet is waited for."""
    give_up_at = time.monotonic() + 60
    while time.monotonic() < give_up_at:
        try:
            attacks.kinds[kind]()
            return True
        except (OSError, LookupError, StopIteration, redis.RedisError):
            time.sleep(0.2)
    return False


def settle(counting: Counting) -> float:
    """Seconds until no work is left. A busy machine may take its time, as long as there is less and less of it."""
    began = moved = time.monotonic()
    fewest = len(counting.undone())
    while fewest and time.monotonic() - moved < HEALTHY_SECONDS:
        time.sleep(1)
        left = len(counting.undone())
        if left < fewest:
            fewest, moved = left, time.monotonic()
    return time.monotonic() - began
