"""With a database of its own Spotlight is in production, and whatever is unsafe refuses to start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spotlight.embedded.state import State
from spotlight.settings import broker, database

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DATABASE_URL": "postgresql://app:x@db/spotlight",
    "SECRET_KEY": "k" * 50,
    "SITE_URL": "https://spotlight.example",
}
ASKED = "from spotlight import settings as s; print(s.EMBEDDED, s.DEMO, s.SESSION_COOKIE_SECURE, s.DATABASES['default']['USER'])"


def load(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    clean |= {"SPOTLIGHT_VAR": str(tmp_path / "var"), **environment}
    return subprocess.run(
        [sys.executable, "-c", ASKED], cwd=ROOT, env=clean, capture_output=True, text=True, check=False
    )


def test_production_with_all_it_needs(tmp_path: Path) -> None:
    assert load(tmp_path, **PRODUCTION).stdout == "False False True app\n"
    assert not (tmp_path / "var").exists()


def test_the_owner_connects_only_when_asked(tmp_path: Path) -> None:
    owner = {"DATABASE_OWNER_URL": "postgresql://owner:y@db/spotlight", "SPOTLIGHT_DATABASE_ROLE": "owner"}
    assert load(tmp_path, **PRODUCTION, **owner).stdout.split()[-1] == "owner"


def test_the_embedded_default(tmp_path: Path) -> None:
    assert load(tmp_path).stdout == "True True False spotlight_app\n"
    State(tmp_path / "var").remove_outside()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY must be set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY must be set"),
        ({"DEBUG": "yes"}, "DEBUG may be on only"),
        ({"DEMO": "1"}, "Demo accounts exist only"),
    ],
)
def test_production_refuses(tmp_path: Path, change: dict[str, str], message: str) -> None:
    done = load(tmp_path, **PRODUCTION | change)
    assert done.returncode != 0
    assert message in done.stderr


def test_addresses_are_read() -> None:
    found = database("postgresql://u%40x:p%2Fw@/name?host=/run/a%20b&sslmode=require")
    assert [found[key] for key in ("USER", "PASSWORD", "HOST", "NAME", "PORT", "OPTIONS")] == [
        "u@x", "p/w", "/run/a b", "name", "", {"sslmode": "require"},
    ]  # fmt: skip
    assert database("postgresql://u:p@db:6432/name")["PORT"] == "6432"
    assert (
        broker("unix:///run/a%20b/redis.sock?db=3") == "redis+socket:///run/a%20b/redis.sock?virtual_host=3"
    )
    assert broker("redis://cache:6379/1") == "redis://cache:6379/1"
