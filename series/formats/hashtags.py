"""Hashtags in any script: what is one, and when two are the same."""

from __future__ import annotations

import re
import unicodedata

# A letter, digit or underscore of any script, marks that combine with them, the Japanese middle dot and wave.
LETTER = r"[\w·・゛゜゙゚\u0300-\u036f\u3099\u309a]"
# `#` inside an address, an entity or a word is no hashtag; between Japanese or Korean letters it is one.
HASHTAG = re.compile(rf"(?<![A-Za-z0-9_&/#＃])[#＃]({LETTER}+)")


def fold(text: str) -> str:
    """Text for comparison: NFKC and casefold, so that width and case make no difference."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", folded.casefold())


def tag_key(text: str) -> str:
    """The key under which a hashtag is stored and compared, without its `#`.

    Spaces are dropped, so a title finds its tag: `#OfftheRecord`, `＃ＯｆｆｔｈｅＲｅｃｏｒｄ` and
    `Off the Record` all give `offtherecord`. Empty if nothing is left.
    """
    key = "".join(fold(text).split()).lstrip("#")
    # Dropping a space can bring a letter and its accent together, which compose in another round.
    return key if key == text else tag_key(key)


def is_hashtag(text: str) -> bool:
    """Whether the whole text is one hashtag, with or without its `#`; digits alone are none."""
    match = re.fullmatch(rf"[#＃]?({LETTER}+)", text.strip())
    return match is not None and not match[1].isdecimal() and tag_key(text) != ""


def extract(text: str) -> list[str]:
    """Hashtags in a text, as written and without `#`, each key once, in order."""
    found: dict[str, str] = {}
    for match in HASHTAG.finditer(text):
        if not match[1].isdecimal() and tag_key(match[1]):
            found.setdefault(tag_key(match[1]), match[1])
    return list(found.values())
