"""The text that search compares: names and titles folded so that script, width, case and accents don't matter."""

import unicodedata

KATAKANA, HIRAGANA, KANA_COUNT = 0x30A1, 0x3041, 86
TO_HIRAGANA = {KATAKANA + n: HIRAGANA + n for n in range(KANA_COUNT)}


def fold(text: str) -> str:
    """NFKC, case folded, katakana as hiragana, Latin letters without accents, single spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(TO_HIRAGANA)
    return " ".join("".join(_bare(letter) for letter in plain).split())


def search_key(*names: str) -> str:
    """The folded names, one a line, each once, in the order given; empty ones left out."""
    return "\n".join(dict.fromkeys(filter(None, map(fold, names))))


def _bare(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() and base.isalpha() else letter
