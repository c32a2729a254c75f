"""Texts that people wrote in several languages: the reader's language, else the season's own."""

from collections.abc import Mapping

from django.utils.translation import get_language


def reader_language() -> str:
    """The language that the present reader sees: `en`, `ja` or `ko`."""
    return (get_language() or "en").split("-")[0]


def pick(default: str, others: Mapping[str, object] | None, language: str = "") -> str:
    """The text in `language` (default: the reader's) if somebody wrote it, else `default`."""
    found = (others or {}).get(language or reader_language())
    return found if isinstance(found, str) and found else default
