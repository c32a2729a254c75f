"""The documents name what there is: settings, commands, work, addresses, models; and their links lead somewhere."""

import re
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps

from spotlight.celery import app
from spotlight.ledger import work
from tests.spotlight.access.routes import routes

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted(
    [*ROOT.glob("docs/**/*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
)
APPS = ("spotlight", "submissions", "judging", "series")
READ = re.compile(r"""(?:environ\.get\(|environ\[|\bflag\()\s*"([A-Z][A-Z_]+)\"""")
# Set by the program for its own processes, never by people.
INTERNAL = {"DJANGO_SETTINGS_MODULE"}
# Described as a whole: the admin panel and the pages of allauth.
WHOLE = ("admin/", "accounts/")
LAYERS = (
    "urls",
    "views",
    "api",
    "admin",
    "forms",
    "services",
    "tasks",
    "jobs",
    "queries",
    "permissions",
    "models",
)


def text(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def sources() -> list[Path]:
    return [path for name in APPS for path in (ROOT / name).rglob("*.py")]


def test_every_setting_of_the_environment_is_in_operations() -> None:
    read = {name for path in sources() for name in READ.findall(path.read_text())} - INTERNAL
    assert len(read) > 20
    documented = text("operations.md")
    assert sorted(name for name in read if f"`{name}`" not in documented) == []
    example = (ROOT / ".env.example").read_text()
    assert (
        sorted(name for name in re.findall(r"^#? ?([A-Z][A-Z_]+)=", example, re.M) if name not in documented)
        == []
    )


def test_every_command_is_in_operations() -> None:
    commands = {
        path.stem
        for path in ROOT.glob("*/**/management/commands/[!_]*.py")
        if not {".venv", "var"} & set(path.relative_to(ROOT).parts)
    }
    assert commands
    documented = text("operations.md")
    assert sorted(name for name in commands if f"manage.py {name}" not in documented) == []


def test_all_work_is_in_operations() -> None:
    current_app.loader.import_default_modules()
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    documented = text("operations.md")
    assert sorted(name for name in {*tasks, *work.KINDS} if f"`{name}`" not in documented) == []


def test_every_public_address_is_documented() -> None:
    documented = text("api.md") + text("off-the-record.md")
    written = {shape(address) for address in re.findall(r"`(/[^`\s]*)`", documented)}
    served = {shape("/" + r.pattern) for r in routes() if not r.pattern.startswith(WHOLE)}
    assert sorted(served - written) == []


def shape(address: str) -> str:
    """An address with its arguments left out, so that names of arguments don't matter."""
    address = re.sub(r"\(\?P<\w+>(?:\([^)]*\)|[^)])*\)", "<>", address)
    return re.sub(r"<[^>]*>", "<>", address.split("?")[0]).replace("^", "").replace("$", "").replace("\\", "")


def test_every_model_is_in_the_glossary() -> None:
    models = {m.__name__ for m in apps.get_models() if m.__module__.split(".")[0] in APPS}
    named = set(re.findall(r"\(`(\w+)`\)", text("glossary.md")))
    assert models - named == set(), "missing"
    assert named - models == set(), "gone"


def test_architecture_names_the_tree() -> None:
    documented = text("architecture.md")
    parts = {
        f"{path.parent.name}/{path.name}" for name in APPS for path in (ROOT / name).iterdir()
        if path.is_dir() and path.name not in {*LAYERS, "__pycache__", "migrations", "management", "locale"}
    }  # fmt: skip
    assert sorted(part for part in parts if part not in documented) == []


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    broken = [
        target
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text())
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_named_in_documents_exist(path: Path) -> None:
    named = re.findall(
        r"`((?:spotlight|submissions|judging|series|tests|static|templates|deploy)/[\w/.-]+\.\w+)`",
        path.read_text(),
    )
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_documents_named_in_the_code_exist() -> None:
    named = {name for path in sources() for name in re.findall(r"\bdocs/[\w/-]+\.md\b", path.read_text())}
    assert len(named) > 3
    assert sorted(name for name in named if not (ROOT / name).exists()) == []
