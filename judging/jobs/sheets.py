"""Filed sheets of a running round as arrays, kept in blocks of entries and brought up to date where sheets changed.

Triggers (migration 0018) note each assignment whose sheet, marks, state or pool changed, in the transaction of the
change. Whoever needs the sheets reads just those again. Made from scratch, blocks are the same.
"""

import hashlib
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from judging.jobs.copying import copy_fixed, copy_in, copy_rows, fixed_row, int4, int8
from judging.models import Round, SheetBlock

SIZE = 1024
"""Entries per block."""
STALE = """(
    WITH gone AS (DELETE FROM judging_stalesheet WHERE round_id = %(round)s RETURNING assignment_id)
    SELECT DISTINCT coalesce(assignment_id, -1)::int8 FROM gone
)"""
NOTE = fixed_row(assignment=">i8")
BLOCKS = (
    "(SELECT number, layout::text, rows FROM judging_sheetblock WHERE round_id = %(round)s ORDER BY number)"
)
POOLS = "SELECT DISTINCT pool FROM judging_assignment WHERE round_id = %(round)s"
POOLS_OF_FEW = "SELECT DISTINCT pool FROM judging_assignment WHERE id = ANY(%(assignments)s::int8[])"
# The look-ups of a few go row by row over an index (LATERAL … OFFSET 0), so that no plan rests on statistics.
FEW = """(
    SELECT e.index::int4, a.id::int8, a.seat_id::int8, array_position(%(pools)s::text[], a.pool::text)::int4,
           m.criterion_id::int8, (m.value * 100)::int4
    FROM unnest(%(assignments)s::int8[]) AS noted(id)
    CROSS JOIN LATERAL (SELECT * FROM judging_assignment WHERE id = noted.id AND state = 'open' OFFSET 0) a
    CROSS JOIN LATERAL (SELECT index FROM judging_entry WHERE id = a.entry_id OFFSET 0) e
    CROSS JOIN LATERAL (SELECT id FROM judging_scoresheet WHERE assignment_id = a.id AND state = 'filed' OFFSET 0) s
    CROSS JOIN LATERAL (SELECT criterion_id, value FROM judging_score WHERE sheet_id = s.id OFFSET 0) m
)"""
ALL = """(
    SELECT e.index::int4, a.id::int8, a.seat_id::int8, array_position(%(pools)s::text[], a.pool::text)::int4,
           m.criterion_id::int8, (m.value * 100)::int4
    FROM judging_scoresheet s JOIN judging_assignment a ON a.id = s.assignment_id AND a.state = 'open'
    JOIN judging_entry e ON e.id = a.entry_id JOIN judging_score m ON m.sheet_id = s.id
    WHERE s.round_id = %(round)s AND s.state = 'filed'
)"""
MARK = fixed_row(index=">i4", assignment=">i8", seat=">i8", pool=">i4", criterion=">i8", value=">i4")
COLUMNS = ("round_id", "number", "layout", "rows")
Rows = NDArray[np.void]


@dataclass(frozen=True)
class Filed:
    """All filed sheets of a round with at least one mark, also of entries that left it: `rows` as in `row_type`.

    `pools` names the pools that rows point at, `criteria` the ids of the columns of their marks.
    """

    rows: Rows
    pools: tuple[str, ...]
    criteria: tuple[int, ...]

    def digest(self) -> bytes:
        """SHA-256 of everything that scores depend on."""
        return hashlib.sha256(json.dumps([self.pools, self.criteria]).encode() + self.rows.tobytes()).digest()


@dataclass(frozen=True)
class _Block:
    number: int
    pools: tuple[str, ...]
    rows: Rows


def row_type(criteria: int) -> np.dtype[np.void]:
    """A sheet: index of its entry, assignment, seat, place of its pool, marks in hundredths (-1 where a criterion has none)."""
    return np.dtype(
        [("index", "<i4"), ("assignment", "<i8"), ("seat", "<i8"), ("pool", "<i4"), ("marks", "<i2", (criteria,))]
    )  # fmt: skip


def load(round: Round, criteria: Iterable[int]) -> Filed:
    """Bring the blocks of a round up to date and hand over their sheets. In a transaction; one at a time per round."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sheets'), %s)", [round.pk])
    columns = tuple(sorted(criteria))
    stale = copy_fixed(STALE, {"round": round.pk}, NOTE)["assignment"].astype(np.int64)
    known = None if (stale < 0).any() else _read(round, columns)
    if known:
        known = _retold(round, columns, known, stale) if len(stale) else known
    else:
        forget(round)
        known = _cut(*_sheets(round, columns, None))
        _write(round, columns, [], known)
    return _joined(known, columns)


def forget(round: Round) -> None:
    """Drop the blocks of a round: it is over, or they shall be made from scratch."""
    SheetBlock.objects.filter(round=round).delete()
    round.stale_sheets.all().delete()


def _retold(
    round: Round, columns: Sequence[int], known: list[_Block], stale: NDArray[np.int64]
) -> list[_Block]:
    """The blocks with what was noted read again; changed ones are written."""
    fresh = {block.number: block for block in _cut(*_sheets(round, columns, stale.tolist()))}
    after = {block.number: block for block in known}
    changed = set(fresh)
    for block in known:
        gone = np.isin(block.rows["assignment"], stale)
        if gone.any() or block.number in fresh:
            changed.add(block.number)
            after[block.number] = _Block(block.number, block.pools, block.rows[~gone])
    for number in changed:
        parts = [found[number] for found in (after, fresh) if number in found]
        after[number] = next(iter(_cut(*_one(parts))), _Block(number, (), parts[0].rows[:0]))
    _write(round, columns, changed, [after[number] for number in sorted(changed)])
    return [after[number] for number in sorted(after)]


def _joined(blocks: Sequence[_Block], columns: tuple[int, ...]) -> Filed:
    rows, pools = _one(blocks) if blocks else (np.zeros(0, row_type(len(columns))), ())
    return Filed(rows, pools, columns)


def _one(blocks: Sequence[_Block]) -> tuple[Rows, tuple[str, ...]]:
    """The rows of all blocks under one list of pools."""
    pools = tuple(sorted({pool for block in blocks for pool in block.pools}))
    if all(block.pools == pools for block in blocks):
        return np.concatenate([block.rows for block in blocks]), pools
    place = {pool: number for number, pool in enumerate(pools)}
    parts = []
    for block in blocks:
        rows = block.rows.copy()
        if len(rows):
            rows["pool"] = np.array([place[pool] for pool in block.pools])[rows["pool"]]
        parts.append(rows)
    return np.concatenate(parts), pools


def _cut(rows: Rows, pools: tuple[str, ...]) -> list[_Block]:
    """Rows cut into blocks of entries, in order, each naming just the pools that it needs."""
    rows = rows[np.lexsort((rows["assignment"], rows["index"]))]
    numbers, starts = np.unique(rows["index"] // SIZE, return_index=True)
    found = []
    for number, start, end in zip(numbers.tolist(), starts, [*starts, len(rows)][1:], strict=True):
        part = rows[start:end].copy()
        used, place = np.unique(part["pool"], return_inverse=True)
        names = [pools[k] for k in used.tolist()]
        order = np.array(sorted(range(len(names)), key=names.__getitem__))
        part["pool"] = np.argsort(order)[place]
        found.append(_Block(number, tuple(sorted(names)), part))
    return found


def _sheets(
    round: Round, columns: Sequence[int], assignments: list[int] | None
) -> tuple[Rows, tuple[str, ...]]:
    """Sheets of these assignments, or of all, in any order, and the names of pools."""
    with connection.cursor() as cursor:
        values = {"round": round.pk, "assignments": assignments}
        cursor.execute(POOLS if assignments is None else POOLS_OF_FEW, values)
        pools = tuple(sorted(pool for (pool,) in cursor.fetchall()))
    values["pools"] = list(pools)
    marks = copy_fixed(ALL if assignments is None else FEW, values, MARK)
    _, first, row = np.unique(marks["assignment"], return_index=True, return_inverse=True)
    rows = np.zeros(len(first), row_type(len(columns)))
    for name in ("index", "assignment", "seat", "pool"):
        rows[name] = marks[name][first]
    rows["pool"] -= 1  # PostgreSQL counts places from 1
    rows["marks"] = -1
    rows["marks"][row, np.searchsorted(columns, marks["criterion"].astype(np.int64))] = marks["value"]
    return rows, pools


# ---- storing ---------------------------------------------------------------------------------------------------------


def _read(round: Round, columns: Sequence[int]) -> list[_Block] | None:
    """The blocks as they are; None where there are none of these criteria."""
    found = []
    for number, layout, rows in copy_rows(BLOCKS, {"round": round.pk}):
        about: Mapping[str, list[int] | list[str]] = json.loads(bytes(layout))
        if about["criteria"] != list(columns):
            return None
        pools = tuple(str(pool) for pool in about["pools"])
        found.append(_Block(int.from_bytes(number), pools, np.frombuffer(rows, row_type(len(columns)))))
    return found or None


def _write(round: Round, columns: Sequence[int], gone: Iterable[int], blocks: Iterable[_Block]) -> None:
    """Write blocks in place of those with these numbers; one without sheets is no row."""
    SheetBlock.objects.filter(round=round, number__in=list(gone)).delete()
    for few in itertools.batched((block for block in blocks if len(block.rows)), 64):
        copy_in("judging_sheetblock", COLUMNS, [_row(round, columns, block) for block in few])


def _row(round: Round, columns: Sequence[int], block: _Block) -> list[bytes | None]:
    layout = json.dumps({"criteria": list(columns), "pools": block.pools})
    return [int8(round.pk), int4(block.number), b"\x01" + layout.encode(), block.rows.tobytes()]
