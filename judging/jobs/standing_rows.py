"""Rows of standings by COPY: from columns while a round runs, one by one with what explains them at its close."""

import io
import json
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from judging.jobs.copying import copy_fixed, copy_table_in, fixed_row, literal
from judging.models import Standings
from judging.scoring.compute import Result
from judging.scoring.inputs import Indexes

KEYS = "(SELECT index::int4, id::int8 FROM judging_entry WHERE round_id = %(round)s AND index = ANY(%(indexes)s::int4[]))"
KEY = fixed_row(index=">i4", entry=">i8")
ROW = (
    "standings_id", "entry_id", "rank", "blend", "popularity", "panel", "theta", "panel_sd", "probability",
    "sheets", "tie_level", "is_selected", "parts",
)  # fmt: skip


def write(standings: Standings, result: Result, at: Indexes) -> None:
    """The first rows; `at` gives the index of the entry on each rank. No popularity where there is no reading."""
    ids, measured = _entry_ids(standings, at), result.measured[: len(at)]
    _write_some(standings, result, np.flatnonzero(measured), ids, {"popularity": result.popularity})
    _write_some(standings, result, np.flatnonzero(~measured), ids, {})


def _write_some(
    standings: Standings, result: Result, rows: Indexes, ids: Indexes, more: dict[str, NDArray[Any]]
) -> None:
    """These rows; columns that are not named are null, and their parts are empty."""
    if not len(rows):
        return
    panel = {"panel": result.panel, "theta": result.theta, "panel_sd": result.panel_sd}
    wide = {"entry_id": ids, "blend": result.blend, "probability": result.probability, **panel, **more}
    columns = {name: column[rows].astype(">i8") for name, column in wide.items() if column is not None}
    copy_table_in(
        "judging_standing",
        {
            "standings_id": np.full(len(rows), standings.pk, dtype=">i8"),
            "rank": (rows + 1).astype(">i4"),
            "sheets": result.sheets[rows].astype(">i4"),
            "tie_level": result.tie_level[rows].astype(">i2"),
            "is_selected": result.selected[rows].astype(np.uint8),
            **columns,
        },
    )


def _entry_ids(standings: Standings, at: Indexes) -> Indexes:
    """Primary keys of the entries with these indexes."""
    found = copy_fixed(KEYS, {"round": standings.round_id, "indexes": literal(at)}, KEY)
    ids = np.zeros(int(at.max(initial=-1)) + 1, dtype=np.int64)
    ids[found["index"]] = found["entry"]
    return ids[at]


def write_explained(
    standings: Standings, result: Result, at: Indexes, parts: dict[str, dict[str, Any]]
) -> None:
    """All rows, each with the parts that explanations need."""
    ids = _entry_ids(standings, at).tolist()
    block = io.StringIO()
    for row, entry in zip(result.rows(len(at)), ids, strict=True):
        numbers = (row.popularity, row.panel, row.theta, row.panel_sd)
        texts = "\t".join(["\\N" if number is None else str(number) for number in numbers])
        explained = json.dumps(parts[row.entry]).replace("\\", "\\\\")
        block.write(
            f"{standings.pk}\t{entry}\t{row.rank}\t{row.blend}\t{texts}\t{row.probability}\t{row.sheets}\t"
            f"{row.tie_level}\t{int(row.selected)}\t{explained}\n"
        )
    block.seek(0)
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        raw.copy_expert(f"COPY judging_standing ({', '.join(ROW)}) FROM STDIN", block)
