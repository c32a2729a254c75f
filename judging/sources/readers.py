"""CSV, JSON Lines and Parquet to blocks of rows, whatever the size of the file.

A block is a frame of texts: `row` (its number in the file), `problem` (why the row can't be read, or null), `line` (the
row as it came, for reports; not for Parquet) and the columns of NEEDED and OPTIONAL, null where the file has none.
In a CSV the line with the names is row 1; JSON Lines and Parquet count from 1.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

NEEDED = ("track", "metric", "day", "value")
OPTIONAL = ("market", "fans")
COLUMNS = NEEDED + OPTIONAL
BLOCK_BYTES = 8 * 1024 * 1024
BLOCK_ROWS = 250_000
FEW_LINES = 1_000
NO_OBJECT = "the line is not a JSON object"
CSV_PROBLEMS = {
    "unexpected end": "a quotation mark is never closed",
    "expected after": "text follows a closing quotation mark",
    "field limit": "a field is longer than 131,072 letters",
}
SCHEMA: dict[str, Any] = dict.fromkeys(COLUMNS, pl.String)


class BadFile(Exception):
    """The file as a whole can't be read; nothing of it is imported."""


class Form(StrEnum):
    """How a file of readings is written."""

    CSV = "csv"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True)
class Block:
    """Some rows of a file, in its order, and how much of the file is read with them, 0 to 1."""

    rows: pl.DataFrame
    share: float


def form_of(path: Path) -> Form:
    """The form of a file, by how it begins."""
    with path.open("rb") as stream:
        start = stream.read(1024)
    if start.startswith(b"PAR1"):
        return Form.PARQUET
    return Form.JSON_LINES if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else Form.CSV


def read(path: Path) -> Iterator[Block]:
    """The blocks of a file. Raises BadFile as soon as the file as a whole proves unreadable."""
    form = form_of(path)
    if form == Form.PARQUET:
        yield from _parquet(path)
        return
    size = max(path.stat().st_size, 1)
    with path.open("rb") as stream:
        for rows in _csv(stream) if form == Form.CSV else _json_lines(stream):
            yield Block(rows, min(stream.tell() / size, 1.0))


def read_bytes(body: bytes) -> Iterator[Block]:
    """The blocks of a pushed body: a JSON array of objects, or JSON Lines. Raises BadFile."""
    if not body.lstrip().startswith(b"["):
        yield from (Block(rows, 1.0) for rows in _json_lines(io.BytesIO(body)))
        return
    listed = _listed(_text(body))
    lines = [json.dumps(one, ensure_ascii=False) for one in listed]
    yield Block(_by_objects(_numbered(pl.DataFrame({"line": lines}, schema={"line": pl.String}), 1)), 1.0)


def _listed(text: str) -> list[Any]:
    try:
        listed: list[Any] = json.loads(text)
    except json.JSONDecodeError as problem:
        place = f"line {problem.lineno}, column {problem.colno}"
        raise BadFile(f"The body is not JSON: something is wrong at {place}.") from problem
    except ValueError as problem:
        raise BadFile("The body is not JSON: a number is too long.") from problem
    except RecursionError as problem:
        raise BadFile("The body is not JSON: it is nested too deeply.") from problem
    return listed


# CSV


def _csv(stream: BinaryIO) -> Iterator[pl.DataFrame]:
    """Lines without quotes are split by column; from the first quote on, a reader that knows them goes on."""
    pieces, row, places = _pieces(stream), 2, None
    for piece in pieces:
        if b'"' in piece:
            yield from _quoted(chain([piece], pieces), places, row)
            return
        lines = _lines(piece)
        if places is None:
            places, lines = _places(next(csv.reader([*lines["line"][:1], ""]))), lines.slice(1)
        if lines.height:
            yield _split(_numbered(lines, row), places)
        row += lines.height
    if places is None:
        _places([])


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes in pieces that end with a line; line ends are one newline each, a byte order mark is left out."""
    rest, chunk = b"", _chunk(stream).removeprefix(b"\xef\xbb\xbf")
    while chunk:
        piece, chunk = rest + chunk, _chunk(stream)
        cut = piece.rfind(b"\n") + 1 if chunk else len(piece)
        if not cut and len(piece) >= BLOCK_BYTES:
            raise BadFile("A line of the file is longer than 8 MB.")
        rest = piece[cut:]
        if cut:
            yield piece[:cut]


def _chunk(stream: BinaryIO) -> bytes:
    chunk = stream.read(BLOCK_BYTES)
    while chunk.endswith(b"\r") and (more := stream.read(1)):
        chunk += more
    return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in chunk else chunk


def _text(piece: bytes) -> str:
    try:
        return str(piece, "utf-8")
    except UnicodeDecodeError as problem:
        raise BadFile("It is not UTF-8 text. Write it as UTF-8 and send it again.") from problem


def _lines(piece: bytes) -> pl.DataFrame:
    _text(piece)
    return pl.read_lines(io.BytesIO(piece), name="line")


def _numbered(lines: pl.DataFrame, first: int) -> pl.DataFrame:
    numbers = pl.int_range(first, first + lines.height, dtype=pl.Int64, eager=True).alias("row")
    return lines.with_columns(numbers, pl.lit(None, pl.String).alias("problem")).filter(pl.col("line") != "")


def _places(header: list[str]) -> list[str]:
    """The names of the columns in their order. Raises BadFile if one is missing or there twice."""
    names = [name.strip().lower() for name in header]
    names = ["track" if name == "isrc" and "track" not in names else name for name in names]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise BadFile(f"The first line must name the columns; missing: {', '.join(missing)}.")
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        raise BadFile(f"The first line names a column twice: {', '.join(twice)}.")
    return names


def _split(lines: pl.DataFrame, places: list[str]) -> pl.DataFrame:
    """Lines without quotes, cut at their commas."""
    count = len(places)
    found = pl.col("line").str.count_matches(",", literal=True) + 1
    parts = pl.col("line").str.split_exact(",", count - 1)
    wanted = [_part(parts, places, name) for name in COLUMNS]
    frame = lines.with_columns(_wrong_count(found, count), *wanted)
    return frame.select("row", "problem", "line", *COLUMNS)


def _part(parts: pl.Expr, places: list[str], name: str) -> pl.Expr:
    if name not in places:
        return pl.lit(None, pl.String).alias(name)
    return parts.struct.field(f"field_{places.index(name)}").alias(name)


def _wrong_count(found: pl.Expr, count: int) -> pl.Expr:
    said = pl.concat_str(found.cast(pl.String), pl.lit(f" fields instead of {count}"))
    return pl.when(found != count).then(said).alias("problem")


def _quoted(pieces: Iterable[bytes], places: list[str] | None, row: int) -> Iterator[pl.DataFrame]:
    """The rest of a CSV record by record: quotes may hold commas and line ends."""
    records = csv.reader(chain.from_iterable(io.StringIO(_text(piece)) for piece in pieces), strict=True)
    try:
        if places is None:
            places = _places(next(records, []))
        numbered = ((number, fields) for number, fields in enumerate(records, row) if fields)
        while some := list(islice(numbered, BLOCK_ROWS)):
            yield _recorded(some, places)
    except csv.Error as problem:
        line = row - 1 + records.line_num
        raise BadFile(f"The file can't be read as CSV after line {line}{_why(problem)}.") from problem


def _why(problem: csv.Error) -> str:
    return next((f": {why}" for said, why in CSV_PROBLEMS.items() if said in str(problem)), "")


def _recorded(records: list[tuple[int, list[str]]], places: list[str]) -> pl.DataFrame:
    count = len(places)
    at = {name: places.index(name) for name in COLUMNS if name in places}
    rows = [
        (number, None, ",".join(fields), *(fields[at[name]] if name in at else None for name in COLUMNS))
        if len(fields) == count
        else (number, f"{len(fields)} fields instead of {count}", ",".join(fields), *[None] * len(COLUMNS))
        for number, fields in records
    ]
    schema = {"row": pl.Int64, "problem": pl.String, "line": pl.String, **SCHEMA}
    return pl.DataFrame(rows, schema=schema, orient="row")


# JSON Lines


def _json_lines(stream: BinaryIO) -> Iterator[pl.DataFrame]:
    row = 1
    for piece in _pieces(stream):
        lines = _lines(piece)
        if lines.height:
            yield _by_objects(_numbered(lines, row), piece)
        row += lines.height


def _by_objects(lines: pl.DataFrame, piece: bytes | None = None) -> pl.DataFrame:
    """Lines with their objects' values. A line that can't be read is looked for by halves."""
    try:
        found = pl.read_ndjson(piece or "\n".join(lines["line"]).encode(), schema=SCHEMA)
    except pl.exceptions.PolarsError:
        found = None
    if found is not None and found.height == lines.height:
        return lines.hstack(found).select("row", "problem", "line", *COLUMNS)
    if lines.height <= FEW_LINES:
        return _one_by_one(lines)
    half = lines.height // 2
    return pl.concat([_by_objects(lines.slice(0, half)), _by_objects(lines.slice(half))])


def _one_by_one(lines: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for number, line in lines.select("row", "line").iter_rows():
        try:
            values = json.loads(line, object_pairs_hook=lambda pairs: dict(reversed(pairs)))
        except (ValueError, RecursionError):
            values = None
        known = isinstance(values, dict)
        cells = [_cell(values.get(name)) if known else None for name in COLUMNS]
        rows.append((number, None if known else NO_OBJECT, line, *cells))
    schema = {"row": pl.Int64, "problem": pl.String, "line": pl.String, **SCHEMA}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _cell(value: object) -> str | None:
    """A value as polars writes it: whole numbers without a point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if value is None or isinstance(value, str) else json.dumps(value)


# Parquet


def _parquet(path: Path) -> Iterator[Block]:
    try:
        scan = pl.scan_parquet(path)
        named = _named(scan.collect_schema())
        rows = scan.select(pl.len()).collect().item()
        wanted = [_as_text(named, name) for name in COLUMNS]
        for first in range(0, rows, BLOCK_ROWS):
            some = scan.slice(first, BLOCK_ROWS).select(wanted).collect()
            numbers = pl.int_range(first + 1, first + 1 + some.height, dtype=pl.Int64, eager=True)
            empty = pl.lit(None, pl.String)
            yield Block(
                some.select(numbers.alias("row"), empty.alias("problem"), empty.alias("line"), *COLUMNS),
                min((first + BLOCK_ROWS) / rows, 1.0),
            )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as problem:
        raise BadFile("The file can't be read as Parquet. Write it again and import that.") from problem


def _named(schema: pl.Schema) -> dict[str, tuple[str, pl.DataType]]:
    """Our name of each column, with its name and type in the file. Raises BadFile."""
    places = _places(list(schema.names()))
    found = {our: (theirs, schema[theirs]) for our, theirs in zip(places, schema.names(), strict=True)}
    nested = [name for name in COLUMNS if name in found and found[name][1].is_nested()]
    if nested:
        raise BadFile(f"A column holds lists instead of single values: {', '.join(nested)}.")
    return found


def _as_text(named: dict[str, tuple[str, pl.DataType]], name: str) -> pl.Expr:
    if name not in named:
        return pl.lit(None, pl.String).alias(name)
    theirs, kind = named[name]
    column = pl.col(theirs)
    if kind.is_float():  # numbers with gaps in them are often written as floats
        whole = column.cast(pl.Int64, strict=False)
        column = pl.when(whole == column).then(whole.cast(pl.String)).otherwise(column.cast(pl.String))
    if kind == pl.Datetime:
        column = column.dt.date()
    if kind == pl.Binary:
        column = pl.lit(None, pl.String)
    return column.cast(pl.String).alias(name)
