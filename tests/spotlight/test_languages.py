"""Every text is there in Japanese and Korean, with its placeholders."""

import ast
import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from spotlight.catalogs import compiled

ROOT = Path(__file__).resolve().parents[2]
APPS = ("spotlight", "submissions", "judging", "series")
LANGUAGES = ("ja", "ko")
CALLS = {"_", "gettext", "gettext_lazy", "pgettext", "pgettext_lazy", "ngettext", "ngettext_lazy"}
TAG = re.compile(r"""\{%\s*translate\s+(?:"([^"]*)"|'([^']*)')""")
HOLE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def catalogs(language: str) -> Iterator[Path]:
    yield ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
    yield from ROOT.glob(f"*/locale/{language}/LC_MESSAGES/django.po")


def known(language: str, *, plurals: bool = True) -> dict[str, str]:
    """Message to translation, over all catalogs, contexts left off."""
    told: dict[str, str] = {}
    for path in catalogs(language):
        read = gettext.GNUTranslations(io.BytesIO(compiled(path.read_text(encoding="utf-8"))))
        for key, text in read._catalog.items():  # type: ignore[attr-defined]
            if isinstance(key, tuple) and not plurals:
                continue
            message = key[0] if isinstance(key, tuple) else key
            told[message.rpartition("\x04")[2]] = text
    return told


def texts_in_templates() -> Iterator[tuple[str, str]]:
    for path in [*(ROOT / "templates").rglob("*.*"), *ROOT.glob("*/templates/**/*.*")]:
        if path.suffix in (".html", ".txt", ".xspf"):
            for match in TAG.finditer(path.read_text(encoding="utf-8")):
                yield (match[1] or match[2]).replace("%", "%%"), path.name


def texts_in_code() -> Iterator[tuple[str, str]]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", None) in CALLS and node.args:
                    place = 1 if getattr(node.func, "id", "").startswith("pgettext") else 0
                    text = node.args[place] if len(node.args) > place else None
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        yield text.value, str(path.relative_to(ROOT))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    told = known(language)
    ours = [(text, place) for text, place in (*texts_in_templates(), *texts_in_code()) if text.strip()]
    assert len(ours) > 1000, "the texts are found"
    missing = sorted({f"{place}: {text}" for text, place in ours if not told.get(text)})
    assert missing == [], "Run: make messages, then translate locale/*/LC_MESSAGES/django.po"


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive(language: str) -> None:
    wrong = [
        (message, text)
        for message, text in known(language, plurals=False).items()
        if message and text and set(HOLE.findall(text)) != set(HOLE.findall(message))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_in_the_catalogs_is_left_open(language: str) -> None:
    for path in catalogs(language):
        content = path.read_text(encoding="utf-8")
        assert "#, fuzzy" not in content.partition("\n\n")[2]
        empty = re.findall(r'msgid "(.+)"\nmsgstr ""\n\n', content)
        assert empty == []
