"""The file formats: CSV text into rows with an exact place for every error, standings into CSV bytes."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from .errors import FileError
from .inputs import POINTS, Point, Reading, Sheet

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def decode(content: bytes, *, name: str) -> str:
    """UTF-8 text without a leading BOM."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rsplit(b"\n", 1)[-1].decode("utf-8", "replace")) + 1
        raise FileError(name, line, column, "this is not UTF-8 text") from error


class Row:
    """One line of a table: fields by name, and errors that know their place."""

    __slots__ = ("fields", "line", "places", "table")

    def __init__(self, table: str, places: dict[str, int], line: int, fields: list[str]) -> None:
        self.table, self.places, self.line, self.fields = table, places, line, fields

    def text(self, name: str) -> str:
        return self.fields[self.places[name]].strip()

    def needed(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise self.error(name, "must not be empty")
        return value

    def number(self, name: str) -> Decimal:
        value = self.text(name)
        if len(value) > 40 or not _NUMBER.fullmatch(value):
            raise self.error(name, f"{value[:60]!r} is not a decimal number of at most 40 characters")
        return Decimal(value)

    def count(self, name: str) -> Decimal:
        value = self.number(name)
        if value < 0:
            raise self.error(name, f"{value} is negative")
        return value

    def day(self, name: str) -> date:
        value = self.needed(name)
        try:
            if _DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise self.error(name, f"{value[:60]!r} is not a day like 2026-03-01")

    def error(self, name: str, problem: str) -> FileError:
        return FileError(self.table, self.line, self.places[name] + 1, problem, name=name)


def rows(text: str, *, table: str, columns: Sequence[str]) -> Iterator[Row]:
    """The lines of a CSV text whose header holds `columns` once each, in any order, among others."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    places: dict[str, int] = {}
    width = 0
    for line, fields in _records(reader, table):
        if not fields:
            continue
        if not width:
            places, width = _header(fields, table=table, line=line, columns=columns), len(fields)
            continue
        if len(fields) != width:
            problem = f"{len(fields)} fields, but the header has {width}"
            raise FileError(table, line, min(len(fields), width) + 1, problem)
        yield Row(table, places, line, fields)
    if not width:
        raise FileError(table, 1, 1, "the file has no header")


def _records(reader: Any, table: str) -> Iterator[tuple[int, list[str]]]:
    line = 1
    try:
        for fields in reader:
            yield line, fields
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileError(table, line, 1, f"this line cannot be read as CSV ({error})") from error


def _header(fields: list[str], *, table: str, line: int, columns: Sequence[str]) -> dict[str, int]:
    names = [field.strip() for field in fields]
    for name in columns:
        if name not in names:
            raise FileError(table, line, 1, f"the header has no column {name!r}", name=name)
        if names.count(name) > 1:
            again = names.index(name, names.index(name) + 1)
            raise FileError(table, line, again + 1, f"the header has the column {name!r} twice", name=name)
    return {name: names.index(name) for name in columns}


def read_sheets(text: str, *, criteria: Sequence[str], name: str) -> list[Sheet]:
    """Score sheets, complete or not. Raises FileError."""
    sheets: list[Sheet] = []
    pools: dict[str, str] = {}
    number = _memo(Row.number)
    once = _Once("judge", "the same entry and judge as line {}")
    for row in rows(text, table=name, columns=("entry", "judge", "pool", *criteria)):
        entry, judge, pool = row.needed("entry"), row.needed("judge"), row.text("pool")
        once.check((entry, judge), row)
        if pools.setdefault(entry, pool) != pool:
            raise row.error("pool", f"entry {entry} is in two pools, {pools[entry]!r} and {pool!r}")
        marks = {c: number(row, c) if row.text(c) else None for c in criteria}
        sheets.append(Sheet(entry, judge, marks, pool))
    return sheets


def read_readings(text: str, *, name: str) -> list[Reading]:
    """Daily readings. Raises FileError."""
    readings: list[Reading] = []
    count, day = _memo(Row.count), _memo(Row.day)
    once = _Once("day", "the same entry, region, metric and day as line {}")
    for row in rows(text, table=name, columns=Reading._fields):
        key = row.needed("entry"), row.text("region"), row.needed("metric"), day(row, "day")
        row.needed("value")
        value = count(row, "value")
        fans = count(row, "fans") if row.text("fans") else None
        once.check(key, row)
        readings.append(Reading(*key, value, fans))
    return readings


def read_points(text: str, *, name: str) -> list[Point]:
    """Points of juries and publics. Raises FileError."""
    points: list[Point] = []
    once = _Once("voter", "the same entry, voter and side as line {}")
    for row in rows(text, table=name, columns=Point._fields):
        entry, voter, side = row.needed("entry"), row.needed("voter"), row.needed("side")
        if side not in ("jury", "public"):
            raise row.error("side", f"{side[:60]!r} is neither jury nor public")
        row.needed("points")
        given = row.number("points")
        if given not in POINTS:
            raise row.error("points", f"{given} is not one of {' '.join(map(str, POINTS))}")
        once.check((entry, voter, side), row)
        points.append(Point(entry, voter, side, int(given)))
    return points


class _Once:
    """Refuses a key that an earlier line had."""

    def __init__(self, column: str, problem: str) -> None:
        self.column, self.problem = column, problem
        self.lines: dict[object, int] = {}

    def check(self, key: object, row: Row) -> None:
        first = self.lines.setdefault(key, row.line)
        if first != row.line:
            raise row.error(self.column, self.problem.format(first))


def _memo[T](read: Callable[[Row, str], T]) -> Callable[[Row, str], T]:
    """`read`, remembering what each text meant: large files repeat few values."""
    known: dict[str, T] = {}

    def remembered(row: Row, name: str) -> T:
        text = row.fields[row.places[name]]
        if text in known:
            return known[text]
        return known.setdefault(text, read(row, name))

    return remembered


def quoted(field: str) -> str:
    """A CSV field, quoted only if it holds a comma, a double quote or a line break."""
    if any(mark in field for mark in ',"\n\r'):
        return '"' + field.replace('"', '""') + '"'
    return field


def micro(count: int | None) -> str:
    """A count of 1e-6 with exactly 6 decimals; empty for missing."""
    if count is None:
        return ""
    sign, size = ("-", -count) if count < 0 else ("", count)
    return f"{sign}{size // 10**6}.{size % 10**6:06d}"
