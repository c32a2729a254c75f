"""Rows by COPY BINARY, without an object per value (format: PostgreSQL's documentation of COPY).

A file has a header of 19 bytes, then rows: the number of fields as int16, each field as its length in int32 (-1 for
null) and its bytes; then a trailer of 2 bytes.
"""

import io
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_LENGTH = struct.Struct(">i")


def fixed_row(**columns: str) -> np.dtype[np.void]:
    """The layout of a row of NOT NULL columns of fixed width, by name and numpy type such as `>i4`."""
    fields = [part for name, kind in columns.items() for part in ((f"{name}_size", ">i4"), (name, kind))]
    return np.dtype([("fields", ">i2"), *fields])


def copy_fixed(query: str, values: Mapping[str, object], row: np.dtype[np.void]) -> NDArray[np.void]:
    """The rows of a query, which stands in parentheses; its columns as in `row`."""
    return np.frombuffer(_copied_out(query, values), dtype=row)


def copy_rows(query: str, values: Mapping[str, object]) -> Iterator[list[memoryview]]:
    """The rows of a query, each field as its bytes; null comes as no bytes."""
    content = _copied_out(query, values)
    place = 0
    while place < len(content):
        fields = []
        count = int.from_bytes(content[place : place + 2])
        place += 2
        for _ in range(count):
            (size,) = _LENGTH.unpack_from(content, place)
            place += 4
            fields.append(content[place : place + max(size, 0)])
            place += max(size, 0)
        yield fields


def copy_in(table: str, columns: Sequence[str], rows: Iterable[Sequence[bytes | None]]) -> None:
    """Write rows whose fields are in PostgreSQL's binary form."""
    out = io.BytesIO()
    out.write(_HEADER)
    for row in rows:
        out.write(struct.pack(">h", len(row)))
        for field in row:
            out.write(_LENGTH.pack(-1) if field is None else _LENGTH.pack(len(field)) + field)
    out.write(_TRAILER)
    out.seek(0)
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        raw.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)", out)


def copy_table_in(table: str, columns: Mapping[str, NDArray[Any]]) -> None:
    """Write rows from columns of fixed width, in numpy's big-endian types."""
    size = len(next(iter(columns.values())))
    row = fixed_row(**{name: column.dtype.str for name, column in columns.items()})
    rows = np.empty(size, dtype=row)
    rows["fields"] = len(columns)
    for name, column in columns.items():
        rows[name], rows[f"{name}_size"] = column, column.dtype.itemsize
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        stream = io.BytesIO(_HEADER + rows.tobytes() + _TRAILER)
        raw.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)", stream)


def literal(numbers: NDArray[np.int64]) -> str:
    """Numbers as the text of a PostgreSQL array: one value to parse, where a list is thousands."""
    return "{" + ",".join(map(str, numbers.tolist())) + "}"


def int8(number: int) -> bytes:
    """bigint."""
    return struct.pack(">q", number)


def int4(number: int) -> bytes:
    """integer."""
    return struct.pack(">i", number)


def _copied_out(query: str, values: Mapping[str, object]) -> memoryview:
    out = io.BytesIO()
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        raw.copy_expert(raw.mogrify(f"COPY {query} TO STDOUT (FORMAT binary)", values), out)
    return out.getbuffer()[len(_HEADER) : -len(_TRAILER)]
