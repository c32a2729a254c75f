"""Why rows were left out and files refused, in the reader's language; and the whole report of a file, line by line.

Reasons are kept in English, as `judging.sources` says them: SAID has each once, with its facts in named places.
"""

import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import batched

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from judging.models import ImportBatch
from spotlight.ledger import files

SAID = (
    gettext_noop("repeats row %(row)s"),
    gettext_noop("%(found)s fields instead of %(wanted)s"),
    gettext_noop("unknown track"),
    gettext_noop("metric is not a short name such as plays"),
    gettext_noop("value is not a whole number of 0 or more"),
    gettext_noop("fans is not a whole number of 0 or more"),
    gettext_noop("market is not a short code such as jp"),
    gettext_noop("day is not a date such as 2026-04-05"),
    gettext_noop("day lies in the future"),
    gettext_noop("the line is not a JSON object"),
    gettext_noop("repeats an earlier row"),
    gettext_noop("wrong number of fields"),
    gettext_noop("A line of the file is longer than 8 MB."),
    gettext_noop("It is not UTF-8 text. Write it as UTF-8 and send it again."),
    gettext_noop("The first line must name the columns; missing: %(names)s."),
    gettext_noop("The first line names a column twice: %(names)s."),
    gettext_noop("A column holds lists instead of single values: %(names)s."),
    gettext_noop("The file can't be read as CSV after line %(line)s: a quotation mark is never closed."),
    gettext_noop("The file can't be read as CSV after line %(line)s: text follows a closing quotation mark."),
    gettext_noop(
        "The file can't be read as CSV after line %(line)s: a field is longer than 131,072 letters."
    ),
    gettext_noop("The file can't be read as CSV after line %(line)s."),
    gettext_noop("The file can't be read as Parquet. Write it again and import that."),
    gettext_noop("The body is not JSON: something is wrong at line %(line)s, column %(column)s."),
    gettext_noop("The body is not JSON: a number is too long."),
    gettext_noop("The body is not JSON: it is nested too deeply."),
    gettext_noop("It was stopped."),
)
PLAIN = frozenset(said for said in SAID if "%(" not in said)
TOGETHER = 1000


def _pattern(said: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(said)), re.DOTALL)


PATTERNS = [(_pattern(said), said) for said in SAID if said not in PLAIN]


def in_words(reason: str) -> str:
    """A reason in the reader's language; one that SAID does not have, as it is."""
    if reason in PLAIN:
        return _(reason)
    for pattern, said in PATTERNS:
        if found := pattern.fullmatch(reason):
            return _(said) % found.groupdict()
    return reason


def rejected_csv(batch: ImportBatch) -> Iterator[bytes]:
    """Every rejected row of an import as lines of a CSV, some at a time, whatever their number."""
    rows = _filed(batch) if batch.rejected_file else _listed(batch)
    yield b"row,reason,line\n"
    for some in batched(rows, TOGETHER):
        yield b"".join(some)


def _listed(batch: ImportBatch) -> Iterator[bytes]:
    for rejection in batch.rejections.iterator():
        line = io.StringIO()
        row = [rejection.row, in_words(rejection.reason), _harmless(rejection.line)]
        csv.writer(line, lineterminator="\n").writerow(row)
        yield line.getvalue().encode()


def _harmless(text: str) -> str:
    """Spreadsheets must not take a line for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _filed(batch: ImportBatch) -> Iterator[bytes]:
    """The lines of the report's file, harmless already, with their reasons in words."""
    assert batch.rejected_file is not None
    said = lru_cache(TOGETHER)(_quoted_words)
    with gzip.open(files.absolute(batch.rejected_file)) as lines:
        next(lines)
        for row, reason, rest in _parted(lines):
            yield b"%b,%b,%b" % (row, said(reason), rest)


def _parted(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Number, reason and the rest of each line; a reason holds no comma."""
    return (line.split(b",", 2) for line in lines)


def _quoted_words(reason: bytes) -> bytes:
    words = in_words(reason.decode()).replace('"', '""')
    return f'"{words}"'.encode() if "," in words or '"' in words else words.encode()


__all__ = ["SAID", "in_words", "rejected_csv"]
