"""What nobody sends: nonsense for whatever an address reads, and bodies that are none."""

import json
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

FORM = "application/x-www-form-urlencoded"
NONSENSE = (
    "", "\0", "-1", "9" * 30, "NaN", "1e999", "0000-00-00", "10000-01-01T25:61", "zzzz", "\u0661\u00b2", "'\"<%", "\ufffd\uffff",
    "2147483648", "[]", "x" * 5000, "99:99:99", "../../etc/passwd",
)  # fmt: skip
LONG = "x" * 1_000_000

PARAMETERS = (
    "album", "all", "app_label", "artist", "as", "compare", "cursor", "division", "e", "entries", "entry", "field_name", "fix", "format",
    "from", "genre", "hashtag", "judges", "kind", "lang", "language", "lines", "market", "minutes", "model_name", "next", "o", "ordering",
    "p", "page", "q", "removed", "s", "season", "series", "sort", "state", "state__exact", "t", "tag", "term", "to", "track", "url", "view",
    "week", "year", "_facets", "_popup",
)  # fmt: skip
"""Whatever some page or address of the API reads from the address; the wide test finds out whether one is missing."""

_DEEP = b"[" * 20_000
BODIES: tuple[tuple[bytes, str], ...] = (
    (b"{", "application/json"),
    (b"\xff\xfe", "application/json"),
    (_DEEP, "application/json"),
    (b"null", "application/json"),
    (b'"\\ud800"', "application/json"),
    (b"1e999", "application/json"),
    (b"x=1", "multipart/form-data"),
    (b"x", "multipart/form-data; boundary=zz"),
    (b'--zz\r\nContent-Disposition: form-data; name="artwork"; filename="a.png"\r\n\r\n\x89PNG', "multipart/form-data; boundary=zz"),
    (b'--zz\r\nContent-Disposition: form-data; name="n\xff"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--zz--\r\n', "multipart/form-data; boundary=zz"),
    (b"\xff=%ff&a&&=", f"{FORM}; charset=utf-16"),
    (b"a=1", f"{FORM}; charset=nonsense"),
    (b"&".join(b"a%d=1" % n for n in range(2000)), FORM),
    (b"\x00\x01", "application/offset+octet-stream"),
    (b"<a/>", "text/xml"),
)  # fmt: skip


class Noting(QueryDict):
    """A form or a query string that remembers what was looked for in it."""

    def __init__(self, *given: Any, **more: Any) -> None:
        self.asked: dict[str, None] = {}
        super().__init__(*given, **more)

    def __getitem__(self, key: str) -> Any:
        self.asked[key] = None
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked[str(key)] = None
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """One value."""
        self.asked[key] = None
        return super().get(key, default)

    def getlist(self, key: str, default: Any = None) -> Any:
        """All values."""
        self.asked[key] = None
        return super().getlist(key, default)


def mixed(names: Any, shift: int = 0) -> str:
    """Every name with nonsense, each with other nonsense than its neighbor; every third name twice."""
    pairs = [(name, NONSENSE[(n + shift) % len(NONSENSE)]) for n, name in enumerate(names)]
    return urlencode(pairs + [(name, NONSENSE[shift % len(NONSENSE)]) for name, _ in pairs[::3]])


def as_json(names: Any) -> list[bytes]:
    """Objects that hold things of the wrong kind under names that an address reads."""
    kinds: tuple[Any, ...] = (
        None,
        [],
        {},
        [[]],
        {"a": 1},
        True,
        -1,
        1e308,
        10**40,
        "\0",
        "\ud800",
        "x" * 5000,
        [{}] * 3,
    )
    return [json.dumps(dict.fromkeys(names, kind)).encode() for kind in kinds]
