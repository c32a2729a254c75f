"""The files of a production installation: what they name exists, and no secret has a default."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "DATABASE_OWNER_PASSWORD", "DATABASE_APP_PASSWORD", "SITE_URL"}
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
OURS = ("web", "worker", "beat", "migrate")


def named_in_settings() -> set[str]:
    source = (ROOT / "spotlight" / "settings.py").read_text()
    return set(re.findall(r"""(?:environ(?:\.get)?[\[(]|flag\()"([A-Z_]+)\"""", source))


def test_all_services_are_there_and_watched() -> None:
    assert set(SERVICES) == {"nginx", "web", "worker", "beat", "migrate", "postgres", "redis"}
    assert [name for name, service in SERVICES.items() if "healthcheck" not in service] == ["migrate"]


def test_no_secret_has_a_default() -> None:
    uses = re.findall(r"\$\{([A-Z_]+)(:?[-?+])?([^}]*)\}", COMPOSE)
    assert {name for name, operator, _ in uses if operator == ":?"} == SECRETS
    assert all(operator == ":?" for name, operator, _ in uses if name in SECRETS)
    assert {(name, text) for name, _, text in uses if "PASSWORD" in name or "TOKEN" in name} >= {
        ("EMAIL_PASSWORD", "")
    }


def test_the_owner_of_the_tables_is_known_to_the_migrations_alone() -> None:
    holders = {name for name, service in SERVICES.items() if "OWNER" in str(service.get("environment"))}
    assert holders == {"migrate", "postgres"}


@pytest.mark.parametrize("name", OURS)
def test_commands_exist(name: str) -> None:
    program, *words = SERVICES[name]["command"]
    if program == "celery":
        assert importlib.util.find_spec("spotlight.celery")
        assert words[:2] == ["-A", "spotlight"]
    elif words[0] == "-m":
        assert importlib.util.find_spec(words[1])
    else:
        assert (program, words[0]) == ("python", "manage.py")


def test_the_worker_takes_every_queue() -> None:
    named = {"default"} | {
        queue
        for app in ("spotlight", "submissions", "judging", "series")
        for path in (ROOT / app).rglob("*.py")
        for queue in re.findall(r'queue="(\w+)"', path.read_text())
    }
    command = SERVICES["worker"]["command"]
    assert set(command[command.index("--queues") + 1].split(",")) == named


def test_mounted_and_copied_files_exist() -> None:
    mounted = re.findall(r"- \./([\w./-]+):", COMPOSE)
    copied = re.findall(r"^COPY (?!--from)([\w./ -]+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    for name in [*mounted, *(word for line in copied for word in line.split())]:
        assert (ROOT / name).exists(), name


def test_the_example_names_what_compose_asks_for() -> None:
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example == set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    filled = re.findall(r"^([A-Z_]+)=(.+)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert not {name for name, _ in filled} & (SECRETS - {"SITE_URL"})


def test_every_setting_is_described() -> None:
    described = (ROOT / "docs" / "operations.md").read_text()
    missing = {name for name in named_in_settings() if f"`{name}`" not in described}
    assert named_in_settings() >= {"DATABASE_URL", "SECRET_KEY", "DEBUG", "MEDIA_ROOT"}
    assert missing == set()


def test_the_production_lock_is_part_of_the_whole_one() -> None:
    def pinned(path: str) -> set[str]:
        return set(re.findall(r"^([\w.-]+==\S+)", (ROOT / path).read_text(), re.MULTILINE))

    assert pinned("deploy/requirements.lock") < pinned("requirements.lock")
    assert not any(line.startswith(("pytest", "mypy")) for line in pinned("deploy/requirements.lock"))


@pytest.mark.parametrize("path", ["requirements.lock", "deploy/requirements.lock"])
def test_locks_hold_no_address(path: str) -> None:
    text = (ROOT / path).read_text()
    assert "://" not in text
    assert "--hash=sha256:" in text


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / "deploy").glob("*.sh")), ROOT / ".ci" / "run"], ids=lambda path: path.name
)
def test_scripts_are_programs_that_parse(path: Path) -> None:
    assert path.stat().st_mode & 0o111
    assert shutil.which("bash")
    assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0
