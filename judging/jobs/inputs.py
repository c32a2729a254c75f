"""What a round's standings are computed from: filed sheets and counted readings, in canonical order.

Every entry of the field stands on at least one line: a sheet without marks where nobody filed one, and, for what is
counted here, a reading of 0 on the first day that counts. Zero is a measurement; missing is not.
"""

import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from judging.jobs.copying import copy_fixed, fixed_row
from judging.jobs.counts import OWN
from judging.jobs.tallies import last_day
from judging.models import Entry, Round
from judging.queries.recipes import recipe_of
from judging.scoring.compute import Result, compute
from judging.scoring.evidence import compute_without
from judging.scoring.inputs import Reading, Readings, Sheet
from judging.scoring.recipe import Recipe

LINES_AT_ONCE = 100_000
NOBODY = "-"
"""The judge of a sheet without marks."""

SHEETS = """
SELECT e.code, j.code, a.pool, jsonb_object_agg(c.key, trim_scale(m.value)::text)::text
FROM judging_scoresheet s
JOIN judging_assignment a ON a.id = s.assignment_id AND a.state = 'open'
JOIN judging_entry e ON e.id = a.entry_id AND (e.state = 'in') = %(in)s
JOIN judging_seat j ON j.id = a.seat_id
JOIN judging_score m ON m.sheet_id = s.id
JOIN judging_criterion c ON c.id = m.criterion_id
WHERE s.round_id = %(round)s AND s.state = 'filed'
GROUP BY e.code, j.code, a.pool ORDER BY e.code COLLATE "C", j.code COLLATE "C"
"""
READINGS = """(
    SELECT e.place::int4, array_position(%(regions)s::text[], r.market)::int4, m.place::int4,
           (r.day - DATE '0001-01-01' + 1)::int4, r.value::int8, coalesce(r.fans, -1)::int8
    FROM (SELECT e.id, s.track_id, e.counts_from, row_number() OVER (ORDER BY e.code COLLATE "C") - 1 AS place
          FROM judging_entry e JOIN submissions_submission s ON s.id = e.submission_id
          WHERE e.round_id = %(round)s AND e.state = 'in') e
    JOIN judging_reading r ON r.track_id = e.track_id AND r.day BETWEEN e.counts_from AND %(last)s
     AND (%(everything)s OR CASE WHEN r.track_id = %(track)s AND r.source_id = %(origin)s AND r.measure = ANY(%(named)s::text[])
          AND r.market = ANY(%(markets)s::text[]) AND r.day = ANY(%(days)s::date[]) THEN %(counts)s ELSE NOT r.set_aside END)
    JOIN judging_source o ON o.id = r.source_id AND (o.is_active OR o.slug = %(also)s) AND o.season_id = %(season)s
    JOIN (SELECT source, measure, place FROM unnest(%(sources)s::text[], %(measures)s::text[])
          WITH ORDINALITY AS t(source, measure, place)) m ON m.source = o.slug AND m.measure = r.measure
)"""
ROW = fixed_row(entry=">i4", region=">i4", metric=">i4", day=">i4", value=">i8", fans=">i8")


@dataclass(frozen=True)
class Supposed:
    """Readings to count or to leave out whether they are set aside or not; `everything`: all count. To look at, never to keep."""

    track: int = 0
    source: int = 0
    measures: Sequence[str] = ()
    markets: Sequence[str] = ()
    days: Sequence[date] = ()
    counts: bool = True
    everything: bool = False


AS_IT_IS = Supposed()


@dataclass(frozen=True)
class Inputs:
    """Everything that standings depend on. `readings` is None where the round has no metrics.

    `evidence` are the sheets of entries that left the round: they rank nothing and still say how their judges mark.
    """

    recipe: Recipe
    entries: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    readings: Readings | None
    evidence: tuple[Sheet, ...] = ()

    def score(self) -> Result:
        """Standings by the library. A round without a rubric has no panel: its sheets say only who takes part."""
        if self.evidence and self.recipe.panel.criteria:
            return compute_without(
                self.recipe, sheets=self.sheets, evidence=self.evidence, readings=self.readings
            )
        return compute(
            self.recipe, sheets=self.sheets if self.recipe.panel.criteria else None, readings=self.readings
        )

    def digest(self) -> str:
        """SHA-256 over recipe, entries, sheets and readings; equal inputs have equal digests."""
        total = hashlib.sha256(self.recipe.canonical_bytes())
        total.update(json.dumps([list(self.entries), [plain(s) for s in self.sheets]]).encode())
        if self.evidence:
            total.update(json.dumps([plain(s) for s in self.evidence]).encode())
        if self.readings is not None:
            r = self.readings
            total.update(json.dumps([r.entries, r.regions, r.metrics]).encode())
            order = np.lexsort((r.day, r.metric, r.region, r.entry))
            for column in (r.entry, r.region, r.metric, r.day, r.value, r.fans):
                total.update(np.ascontiguousarray(column[order], dtype="<i8").tobytes())
        return total.hexdigest()

    def every_sheet(self) -> tuple[Sheet, ...]:
        """The sheets with one without marks for each entry that nobody heard."""
        return self.sheets

    def sheets_digest(self) -> str:
        """SHA-256 of SHEETS.csv as the scoring program reads it."""
        return hashlib.sha256(self.sheets_csv()).hexdigest()

    def readings_digest(self) -> str:
        """SHA-256 of READINGS.csv as the scoring program reads it."""
        total = hashlib.sha256()
        for few in self._csv_of_readings():
            total.update(few)
        return total.hexdigest()

    def sheets_csv(self) -> bytes:
        """SHEETS.csv: one line a sheet, by entry and judge; those of entries that left the round too."""
        criteria = [name for name, _ in self.recipe.panel.criteria]
        lines = [",".join(["entry", "judge", "pool", *criteria])]
        for sheet in sorted((*self.sheets, *self.evidence), key=lambda s: (s.entry, s.judge)):
            lines.append(
                ",".join(
                    [sheet.entry, sheet.judge, sheet.pool, *(str(sheet.marks.get(c, "")) for c in criteria)]
                )
            )
        return ("\n".join(lines) + "\n").encode()

    def readings_csv(self) -> bytes:
        """READINGS.csv: one line a reading, by entry, region, metric and day."""
        return b"".join(self._csv_of_readings())

    def _csv_of_readings(self) -> Iterator[bytes]:
        yield b"entry,region,metric,day,value,fans\n"
        for few in itertools.batched(self.reading_lines(), LINES_AT_ONCE):
            yield "".join(
                f"{r.entry},{r.region},{r.metric},{r.day},{r.value},{'' if r.fans is None else r.fans}\n"
                for r in few
            ).encode()

    def reading_lines(self) -> Iterator[Reading]:
        """The readings as rows, in canonical order; never all of them at once."""
        r = self.readings
        if r is None:
            return
        order = np.lexsort((r.day, r.metric, r.region, r.entry))
        for first in range(0, len(order), LINES_AT_ONCE):
            some = order[first : first + LINES_AT_ONCE]
            columns = (c[some].tolist() for c in (r.entry, r.region, r.metric, r.day, r.value, r.fans))
            for e, g, m, d, v, f in zip(*columns, strict=True):
                yield Reading(
                    r.entries[e], r.regions[g], r.metrics[m], date.fromordinal(d), v, None if f < 0 else f
                )


def plain(sheet: Sheet) -> list[object]:
    """A sheet as JSON."""
    return [
        sheet.entry,
        sheet.judge,
        sheet.pool,
        {key: str(mark) for key, mark in sorted(sheet.marks.items())},
    ]


def load(round: Round, supposed: Supposed = AS_IT_IS, *, also: str = "") -> Inputs:
    """Read a round's inputs as they are now, or with readings supposed to count or not; with those of the source `also`."""
    entries = list(round.entries.filter(state=Entry.State.IN).select_related("submission__market"))
    entries.sort(key=lambda entry: entry.code)
    return Inputs(
        recipe=recipe_of(round),
        entries=tuple(entry.code for entry in entries),
        sheets=filed_sheets(round, entries),
        readings=counted_readings(round, entries, supposed, also=also),
        evidence=sheets_with_marks(round, of_leavers=True),
    )


def indexes(round: Round) -> NDArray[np.int64]:
    """Index in the round's arrays of each entry that is still in, by code."""
    entries = round.entries.filter(state=Entry.State.IN).values_list("code", "index")
    return np.array([index for _, index in sorted(entries)], dtype=np.int64)


def filed_sheets(round: Round, entries: Sequence[Entry]) -> tuple[Sheet, ...]:
    """The filed sheets on these entries, and one without marks for each entry that has none."""
    sheets = sheets_with_marks(round)
    heard = {sheet.entry for sheet in sheets}
    nobody = tuple(Sheet(entry.code, NOBODY, {}, "") for entry in entries if entry.code not in heard)
    return tuple(sorted((*sheets, *nobody), key=lambda sheet: (sheet.entry, sheet.judge)))


def sheets_with_marks(round: Round, *, of_leavers: bool = False) -> tuple[Sheet, ...]:
    """The filed sheets on entries that are still in, or on those that left the round, by entry and judge."""
    with connection.cursor() as cursor:
        cursor.execute(SHEETS, {"round": round.pk, "in": not of_leavers})
        rows = cursor.fetchall()
    return tuple(Sheet(entry, seat, json.loads(marks), pool) for entry, seat, pool, marks in rows)


def counted_readings(
    round: Round, entries: Sequence[Entry], supposed: Supposed = AS_IT_IS, *, also: str = ""
) -> Readings | None:
    """The readings that count, from each entry's first counting day to the round's last, with the zeros of the first day."""
    metrics = list(round.metrics.all())
    if not metrics or not entries:
        return None
    regions = _regions(round)
    rows = copy_fixed(
        READINGS,
        {
            "regions": regions,
            "round": round.pk,
            "season": round.season_id,
            "also": also,
            "last": last_day(round),
            "sources": [m.source for m in metrics],
            "measures": [m.measure for m in metrics],
            "track": supposed.track,
            "origin": supposed.source,
            "named": list(supposed.measures),
            "markets": list(supposed.markets),
            "days": list(supposed.days),
            "counts": supposed.counts,
            "everything": supposed.everything,
        },
        ROW,
    )
    table = np.stack(
        [rows[name].astype(np.int64) for name in ("entry", "region", "metric", "day", "value", "fans")]
    )
    table[1:3] -= 1  # PostgreSQL counts places from 1
    own = [place for place, metric in enumerate(metrics) if metric.source == OWN]
    table = np.concatenate([table, _zeros(entries, regions, own, table)], axis=1)
    return _arranged(table, [e.code for e in entries], regions, [m.key for m in metrics])


def _regions(round: Round) -> list[str]:
    """All markets that readings of this season name, in code order; the empty name is a region like any other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT r.market FROM judging_reading r JOIN judging_source o ON o.id = r.source_id WHERE o.season_id = %s",
            [round.season_id],
        )
        found = {row[0] for row in cursor.fetchall()}
    return sorted(found | set(round.season.markets.values_list("code", flat=True)) | {""})


def _zeros(
    entries: Sequence[Entry], regions: list[str], own: list[int], table: NDArray[np.int64]
) -> NDArray[np.int64]:
    """A reading of 0 on the first counting day for each entry and own metric that has none there."""
    place = {region: index for index, region in enumerate(regions)}
    homes = [place[entry.submission.market.code if entry.submission.market else ""] for entry in entries]
    days = [entry.counts_from.toordinal() for entry in entries]
    there = set(zip(*table[:4].tolist(), strict=True)) if table.shape[1] else set()
    keys = [
        (index, homes[index], metric, days[index]) for index in range(len(entries)) for metric in own
    ]  # fmt: skip
    missing = [(*key, 0, 0) for key in keys if key not in there]
    return np.array(missing, dtype=np.int64).reshape(-1, 6).T


def _arranged(
    table: NDArray[np.int64], codes: list[str], regions: list[str], metrics: list[str]
) -> Readings | None:
    """The library's arrays: codes sorted, and only those that a line names."""
    if not table.shape[1]:
        return Readings.of([])
    named = [_sorted_places(table[row], names) for row, names in enumerate((codes, regions, metrics))]
    return Readings(
        entries=named[0][0], regions=named[1][0], metrics=named[2][0],
        entry=named[0][1], region=named[1][1], metric=named[2][1],
        day=table[3], value=table[4], value_scale=0, fans=table[5], fans_scale=0,
    )  # fmt: skip


def _sorted_places(column: NDArray[np.int64], names: list[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    used = np.unique(column)
    order = sorted(used.tolist(), key=lambda index: names[index])
    place = np.zeros(len(names), dtype=np.int64)
    place[order] = np.arange(len(order))
    return tuple(names[index] for index in order), place[column]
