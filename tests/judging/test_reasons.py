"""Reasons of rows and files in the reader's language."""

import pytest
from django.utils import translation

from judging.queries.reasons import SAID, in_words
from judging.sources import BadFile, read_bytes


@pytest.mark.parametrize("language", ["ja", "ko"])
def test_every_reason_is_translated_with_its_facts(language: str) -> None:
    facts = {"row": "12", "found": "3", "wanted": "4", "names": "day, value", "line": "5", "column": "8"}
    with translation.override(language):
        for said in SAID:
            plain = said % facts if "%(" in said else said
            words = in_words(plain)
            assert words != plain and not words.isascii() and "%(" not in words, said
            assert all(fact in words for name, fact in facts.items() if f"%({name})s" in said), said
    assert in_words("something new") == "something new"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[1,", "something is wrong at line 1, column 4"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" + b"1" * 5000 + b"]", "number is too long"),
        (b"[\xff]", "not UTF-8"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_bodies_that_are_not_read_say_why_in_words(body: bytes, said: str) -> None:
    with pytest.raises(BadFile, match=said) as refused:
        list(read_bytes(body))
    with translation.override("ja"):
        assert not in_words(str(refused.value)).isascii()
