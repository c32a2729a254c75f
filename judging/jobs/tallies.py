"""Running aggregates of a round's readings, kept in blocks of entries and brought up to date where readings changed.

Triggers (migration 0008) note each track whose readings, market or source changed, in the transaction of the change.
Whoever needs the tallies reads the daily lines of just these tracks again; all others keep their sums. When the last
day of all moves on, sums are made anew from the windows beside them. Made from scratch, blocks are the same.
"""

import datetime
import hashlib
import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from judging.jobs import blocks
from judging.jobs.blocks import CODE, SIZE, TALLY, TOO_LARGE, Block, Grid, Lines, Names
from judging.jobs.copying import copy_fixed, copy_in, copy_rows, fixed_row, int4, int8
from judging.jobs.counts import OWN
from judging.models import Metric, ReadingMarket, Round, Source, TallyBlock
from judging.scoring.codes import Codes
from judging.scoring.inputs import Cell, Indexes, Tally, Windows
from judging.scoring.recipe import PopularityRules

# Each look-up goes row by row over an index (LATERAL … OFFSET 0), so that no plan rests on statistics: a round that has
# just got a million entries has none yet.
STALE = """(
    WITH gone AS (DELETE FROM judging_staletrack WHERE round_id = %(round)s RETURNING track_id)
    SELECT -1::int4 FROM gone WHERE track_id IS NULL
    UNION
    SELECT e.index::int4 FROM (SELECT DISTINCT track_id FROM gone) g
    CROSS JOIN LATERAL (SELECT id FROM submissions_submission WHERE track_id = g.track_id OFFSET 0) s
    CROSS JOIN LATERAL (
        SELECT index FROM judging_entry WHERE round_id = %(round)s AND submission_id = s.id OFFSET 0
    ) e
)"""
ENTRIES = """
WITH wanted AS MATERIALIZED (
    SELECT index - %(first)s AS place, code, counts_from - DATE '0001-01-01' + 1 AS day, submission_id FROM judging_entry
    WHERE round_id = %(round)s AND index >= %(first)s AND index < %(first)s + %(size)s
)
SELECT w.place, w.code, w.day, coalesce(m.code, '') FROM wanted w
CROSS JOIN LATERAL (SELECT market_id FROM submissions_submission WHERE id = w.submission_id OFFSET 0) s
LEFT JOIN submissions_market m ON m.id = s.market_id ORDER BY w.place
"""
LINES = """(
    WITH wanted AS MATERIALIZED (
        SELECT e.index - %(first)s AS place, s.track_id, e.counts_from FROM judging_entry e
        CROSS JOIN LATERAL (SELECT track_id FROM submissions_submission WHERE id = e.submission_id OFFSET 0) s
        WHERE e.round_id = %(round)s AND e.index >= %(first)s AND e.index < %(first)s + %(size)s
          AND e.index = ANY(%(indexes)s)
    )
    SELECT w.place::int4, g.place::int4, m.place::int4, (r.day - DATE '0001-01-01' + 1)::int4,
           r.value::int8, coalesce(r.fans, -1)::int8
    FROM wanted w CROSS JOIN LATERAL (
        SELECT * FROM judging_reading r
        WHERE r.track_id = w.track_id AND r.day BETWEEN w.counts_from AND %(last)s AND NOT r.set_aside OFFSET 0
    ) r
    JOIN unnest(%(sources)s::bigint[], %(measures)s::text[]) WITH ORDINALITY AS m(source_id, measure, place)
      ON m.source_id = r.source_id AND m.measure = r.measure
    JOIN unnest(%(markets)s::text[]) WITH ORDINALITY AS g(market, place) ON g.market = r.market
)"""
LINE = fixed_row(entry=">i4", region=">i4", metric=">i4", day=">i4", value=">i8", fans=">i8")
BLOCKS = """(
    SELECT number, basis, codes, first, last, cells::text, tallies, windows_sha256
    FROM judging_tallyblock WHERE round_id = %(round)s AND basis = %(basis)s ORDER BY number
)"""
WINDOWS = (
    "(SELECT width, item, windows FROM judging_tallyblock WHERE round_id = %(round)s AND number = %(number)s)"
)
OUT = "(SELECT index::int4 FROM judging_entry WHERE round_id = %(round)s AND state <> 'in')"
INDEX = fixed_row(index=">i4")
BLOCKS_AT_ONCE = 32
COLUMNS = (
    "round_id", "number", "basis", "codes", "first", "last", "cells", "tallies", "windows", "width", "item", "windows_sha256"
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A round's entries still in, by code: their index in the round's arrays, their readings, and the digest of both."""

    entries: Codes
    index: Indexes
    readings: Windows
    digest: str
    everybody: NDArray[np.bytes_]
    """Codes by index, also of entries that left."""


@dataclass(frozen=True)
class _Source:
    """What is read again for a round, and under which rules."""

    round: Round
    rules: PopularityRules
    metrics: list[Metric]
    active: dict[str, int]
    markets: list[str]
    last: datetime.date

    @property
    def basis(self) -> str:
        rules = [self.rules.window_days, str(self.rules.winsor), self.last.isoformat()]
        metrics = [[m.source, m.measure] for m in self.metrics]
        return hashlib.sha256(json.dumps([rules, metrics, SIZE, 1]).encode()).hexdigest()


def load(round: Round, rules: PopularityRules) -> Field:
    """Bring the tallies of a round up to date and hand them over. Belongs in a transaction; one at a time per round."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tallies'), %s)", [round.pk])
    active = dict(Source.objects.filter(season=round.season_id, is_active=True).values_list("slug", "pk"))
    source = _Source(round, rules, list(round.metrics.all()), active, _markets(round), last_day(round))
    out = copy_fixed(OUT, {"round": round.pk}, INDEX)["index"].astype(np.int64)
    return _field(source, _current(source, out), out)


def forget(round: Round) -> None:
    """Drop the tallies of a round: it is over, or they shall be made from scratch."""
    TallyBlock.objects.filter(round=round).delete()
    round.stale_tracks.all().delete()


def last_day(round: Round) -> datetime.date:
    """The last day whose readings count: the day of the last sheets, in the season's zone."""
    return round.locks_at.astimezone(ZoneInfo(round.season.zone)).date()


# ---- bringing blocks up to date --------------------------------------------------------------------------------------


def _current(source: _Source, out: Indexes) -> list[Block]:
    """All blocks, true to the readings as they are now; what changed is written."""
    stale = copy_fixed(STALE, {"round": source.round.pk}, INDEX)["index"].astype(np.int64)
    if (stale < 0).any():
        TallyBlock.objects.filter(round=source.round).delete()
    TallyBlock.objects.filter(round=source.round).exclude(basis=source.basis).delete()
    before = {block.number: block for block in _read(source)}
    size = _size(source.round)
    after = [
        _retold(source, before.get(number, blocks.empty(number)), stale, size)
        for number in range(-(-size // SIZE))
    ]
    last = max((_last(block, out) for block in after), default=0)
    after = [blocks.settled(block, last, source.rules) for block in after]
    _write(source, [block for block in after if _differs(block, before.get(block.number))])
    return after


def _size(round: Round) -> int:
    last = round.entries.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def _last(block: Block, out: Indexes) -> int:
    """The last day of those who are still in."""
    last = block.last.copy()
    last[[index - block.number * SIZE for index in out.tolist() if index // SIZE == block.number]] = 0
    return int(last.max(initial=0))


def _differs(block: Block, before: Block | None) -> bool:
    if before is None or block.windows_sha256 != before.windows_sha256:
        return True
    return block.content() != before.content() or not np.array_equal(block.last, before.last)


def _retold(source: _Source, block: Block, stale: Indexes, size: int) -> Block:
    """The block with its stale and its new entries read again."""
    first = block.number * SIZE
    known, wanted = len(block.codes), min(SIZE, size - first)
    places = np.union1d(stale[stale // SIZE == block.number] - first, np.arange(known, wanted))
    if not len(places):
        return block
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES, {"round": source.round.pk, "first": first, "size": wanted})
        entries = cursor.fetchall()
    block = blocks.grown(block, _codes(entries, wanted))
    stale_ones = set(places.tolist())
    lines = _lines(source, first, places, [entry for entry in entries if entry[0] in stale_ones])
    return blocks.retold(block, places, lines, source.rules)


def _codes(entries: Iterable[tuple[int, str, int, str]], size: int) -> NDArray[np.bytes_]:
    codes = np.zeros(size, dtype=CODE)
    for place, code, _, _ in entries:
        codes[place] = code.encode()
    return codes


def _lines(source: _Source, first: int, places: Indexes, entries: list[tuple[int, str, int, str]]) -> Lines:
    """The daily lines of some entries of a block, with a 0 on the first counting day for what is counted here."""
    with (
        connection.cursor() as cursor
    ):  # a few tracks at a time: by the index on (track, day), never the whole table
        cursor.execute("SET LOCAL enable_seqscan = off")
    rows = copy_fixed(
        LINES,
        {
            "round": source.round.pk, "first": first, "size": SIZE, "last": source.last,
            "sources": [source.active.get(m.source) for m in source.metrics], "measures": [m.measure for m in source.metrics],
            "markets": source.markets, "indexes": (places + first).tolist(),
        },
        LINE,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("RESET enable_seqscan")
    regions = len(source.markets)
    entry, region, metric, day, value, fans = (
        rows[name].astype(np.int64) for name in ("entry", "region", "metric", "day", "value", "fans")
    )
    cell = (metric - 1) * regions + region - 1
    zeros = _zeros(source, entries, entry, cell, day)
    none = np.zeros(len(zeros[0]), dtype=np.int64)
    return Lines(
        names=[(m.key, market) for m in source.metrics for market in source.markets],
        entry=np.concatenate([entry, zeros[0]]),
        cell=np.concatenate([cell, zeros[1]]),
        day=np.concatenate([day, zeros[2]]),
        value=np.concatenate([value, none]),
        fans=np.concatenate([fans, none]),
    )


def _zeros(
    source: _Source, entries: list[tuple[int, str, int, str]], entry: Indexes, cell: Indexes, day: Indexes
) -> tuple[Indexes, Indexes, Indexes]:
    """Entry, cell and first counting day for each entry and own metric that has no line there."""
    place = {market: index for index, market in enumerate(source.markets)}
    mine = np.array([e for e, _, _, _ in entries], dtype=np.int64)
    homes = np.array([place[market] for _, _, _, market in entries], dtype=np.int64)
    days = np.array([counts_from for _, _, counts_from, _ in entries], dtype=np.int64)
    start = np.zeros(SIZE, dtype=np.int64)
    start[mine] = days
    there = (cell * SIZE + entry)[day == start[entry]]
    missing = []
    for number, metric in enumerate(source.metrics):
        if metric.source == OWN:
            cells = number * len(source.markets) + homes
            new = ~np.isin(cells * SIZE + mine, there)
            missing.append((mine[new], cells[new], days[new]))
    none = np.zeros(0, dtype=np.int64)
    found = tuple(np.concatenate([none, *columns]) for columns in zip(*missing, strict=True))
    return found if found else (none, none, none)  # type: ignore[return-value]


def _markets(round: Round) -> list[str]:
    """All markets that readings of this season name, in code order; the empty name is a region like any other."""
    named = ReadingMarket.objects.filter(source__season=round.season_id).values_list("market", flat=True)
    return sorted({*named, *round.season.markets.values_list("code", flat=True), ""})


# ---- storing ---------------------------------------------------------------------------------------------------------


def _read(source: _Source) -> Iterable[Block]:
    for fields in copy_rows(BLOCKS, {"round": source.round.pk, "basis": source.basis}):
        number, _, codes, first, last, cells, tallies, digest = fields
        layout = json.loads(bytes(cells))
        yield Block(
            number=int.from_bytes(number),
            codes=np.frombuffer(codes, dtype=CODE),
            first=np.frombuffer(first, dtype="<i4").astype(np.int64),
            last=np.frombuffer(last, dtype="<i4").astype(np.int64),
            names=tuple((metric, region) for metric, region, _ in layout),
            counts=tuple(count for _, _, count in layout),
            tallies=np.frombuffer(tallies, dtype=TALLY),
            windows=_windows(source.round.pk, int.from_bytes(number), len(tallies) // TALLY.itemsize),
            windows_sha256=bytes(digest).decode(),
        )


def _windows(round: int, number: int, rows: int) -> Callable[[], Grid]:
    def read() -> Grid:
        width, item, content = next(copy_rows(WINDOWS, {"round": round, "number": number}))
        kind = {1: "<u1", 2: "<u2", 4: "<u4", 8: "<i8"}[int.from_bytes(item)]
        return np.frombuffer(content, dtype=kind).reshape(rows, int.from_bytes(width))

    return read


def _write(source: _Source, changed: list[Block]) -> None:
    for few in itertools.batched(changed, BLOCKS_AT_ONCE):
        rows = [
            _row(source, block) for block in few
        ]  # before the old ones go: their windows may still lie there
        TallyBlock.objects.filter(round=source.round, number__in=[block.number for block in few]).delete()
        copy_in("judging_tallyblock", COLUMNS, rows)


def _row(source: _Source, block: Block) -> list[bytes | None]:
    windows = block.windows()
    cells = [[*name, count] for name, count in zip(block.names, block.counts, strict=True)]
    return [
        int8(source.round.pk), int4(block.number), source.basis.encode(), block.codes.tobytes(),
        block.first.astype("<i4").tobytes(), block.last.astype("<i4").tobytes(), b"\x01" + json.dumps(cells).encode(),
        block.tallies.tobytes(), windows.tobytes(), int4(windows.shape[1]), windows.dtype.itemsize.to_bytes(2),
        block.windows_sha256.encode(),
    ]  # fmt: skip


# ---- handing over ----------------------------------------------------------------------------------------------------


def _field(source: _Source, current: list[Block], out: Indexes) -> Field:
    """The entries that are in, by code, with their cells."""
    everybody = np.concatenate([np.zeros(0, CODE), *(block.codes for block in current)])
    stays = everybody != b""
    stays[out] = False
    index = np.flatnonzero(stays)
    codes = everybody[index]
    if (codes[1:] < codes[:-1]).any():
        order = np.argsort(codes)
        codes, index = codes[order], index[order]
    place = np.full(len(stays), -1, dtype=np.int64)
    place[index] = np.arange(len(index))
    first = np.concatenate([np.zeros(0, np.int64), *(block.first for block in current)])[index]
    last = max((_last(block, out) for block in current), default=0)
    readings = Windows(Codes(codes), first, last, _cells(current, place))
    return Field(Codes(codes), index, readings, _digest(source, current, out), everybody)


def _digest(source: _Source, current: list[Block], out: Indexes) -> str:
    total = hashlib.sha256(source.basis.encode() + out.tobytes())
    for block in current:
        total.update(block.codes.tobytes() + block.content() + block.windows_sha256.encode())
    return total.hexdigest()


def _cells(current: list[Block], place: Indexes) -> list[Cell]:
    """One cell per metric and region, from the rows of all blocks."""
    parts: dict[Names, list[tuple[Block, slice]]] = defaultdict(list)
    for block in current:
        edges = np.cumsum([0, *block.counts]).tolist()
        for name, start, end in zip(block.names, edges[:-1], edges[1:], strict=True):
            parts[name].append((block, slice(start, end)))
    cells = [_cell(name, rows, place) for name, rows in sorted(parts.items())]
    return [cell for cell in cells if len(cell.entry)]


def _cell(name: Names, parts: list[tuple[Block, slice]], place: Indexes) -> Cell:
    tallies = np.concatenate([block.tallies[rows] for block, rows in parts])
    starts = np.repeat([block.number * SIZE for block, _ in parts], [r.stop - r.start for _, r in parts])
    entry = place[tallies["place"] + starts]
    here = np.flatnonzero(entry >= 0)
    if (np.diff(entry[here]) < 0).any():
        here = here[np.argsort(entry[here])]
    if len(here) < len(entry) or (np.diff(here) < 0).any():
        entry, tallies = entry[here], tallies[here]
    sums, days = tallies["sum"], tallies["days"].astype(np.int64)

    def windows() -> Grid:
        grids = [block.windows()[rows] for block, rows in parts]
        width = max(grid.shape[1] for grid in grids)
        return np.concatenate([blocks.widened(grid, width).astype(np.int64) for grid in grids])[here]

    known = not (sums == TOO_LARGE).any()
    metric, region = name
    return Cell(
        region,
        metric,
        entry,
        windows,
        tallies["fans"].astype(np.int64),
        Tally(np.ascontiguousarray(sums), days) if known else None,
    )
