"""Why rows were left out and files refused, in the reader's language; and the whole report of a file, line by line.

Reasons are kept in English, as `judging.sources` says them: SAID has each once, with its facts in named places.
"""

import gzip
import io
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import batched

import polars as pl
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from judging.models import ImportBatch
from judging.sources import HEAD, REJECTED, written
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
    gettext_noop(
        "It was interrupted: the program that read it has ended. Nothing was changed. Import the file again."
    ),
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
    said = lru_cache(TOGETHER)(_quoted_words)
    with _lines(batch) as lines:
        yield next(lines)
        for some in batched(lines, TOGETHER):
            parted = (line.split(b",", 2) for line in some)  # a reason holds no comma
            yield b"".join(b"%b,%b,%b" % (row, said(reason), rest) for row, reason, rest in parted)


def _lines(batch: ImportBatch) -> gzip.GzipFile | io.BytesIO:
    """The report with its head and its reasons in English: the file of a long one, else made of the rows."""
    if batch.rejected_file:
        return gzip.open(files.absolute(batch.rejected_file))
    rows = batch.rejections.values_list("row", "reason", "line")
    return io.BytesIO(HEAD + written(pl.DataFrame(list(rows), schema=REJECTED, orient="row")))


def _quoted_words(reason: bytes) -> bytes:
    words = in_words(reason.decode()).replace('"', '""')
    return f'"{words}"'.encode() if "," in words or '"' in words else words.encode()
