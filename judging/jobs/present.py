"""What of a file is there already: the readings of its days come out once, and only what differs goes in.

A file that is sent again costs no write at all, and a correction only its own rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from judging.jobs.copying import copy_fixed, fixed_row

KEY = ["track_id", "day", "name"]
PRESENT = """(
    SELECT r.track_id, (r.day - DATE '1970-01-01')::int4, n.place::int4, r.value, coalesce(r.fans, -1)
    FROM judging_reading r
    JOIN unnest(%(measures)s::text[], %(markets)s::text[]) WITH ORDINALITY AS n(measure, market, place)
      ON n.measure = r.measure AND n.market = r.market
    WHERE r.source_id = %(source)s AND r.day = ANY(%(days)s::date[])
      AND r.track_id BETWEEN %(first)s AND %(last)s
)"""
ROW = fixed_row(track_id=">i8", day=">i4", name=">i4", value=">i8", fans=">i8")


@dataclass(frozen=True)
class Compared:
    """Rows that aren't there yet, and rows that are there with another value. Equal ones are in neither."""

    fresh: pl.DataFrame
    changed: pl.DataFrame


def compare(rows: pl.DataFrame, *, source: int) -> Compared:
    """Part rows (`track_id`, `day`, `measure`, `market`, `value`, `fans`) by what the readings of their days say."""
    names = rows.select("measure", "market").unique().with_row_index("name", 1)
    there = _present(rows, names, source)
    key = [pl.col("track_id"), pl.col("day").to_physical(), pl.col("name").cast(pl.Int32)]
    named = rows.join(names, on=["measure", "market"], how="left", maintain_order="left")
    held = named.select(*key).join(there, on=KEY, how="left", maintain_order="left")
    same = (held["value"] == rows["value"]) & (held["fans"] == rows["fans"].fill_null(-1))
    is_new = held["value"].is_null()
    return Compared(rows.filter(is_new), rows.filter(~is_new & ~same.fill_null(False)))


def _present(rows: pl.DataFrame, names: pl.DataFrame, source: int) -> pl.DataFrame:
    values: Mapping[str, Any] = {
        "source": source, "days": rows["day"].unique().to_list(), "first": rows["track_id"].min(),
        "last": rows["track_id"].max(), "measures": names["measure"].to_list(), "markets": names["market"].to_list(),
    }  # fmt: skip
    found = copy_fixed(PRESENT, values, ROW)
    kinds = {"track_id": np.int64, "day": np.int32, "name": np.int32, "value": np.int64, "fans": np.int64}
    return pl.DataFrame({name: found[name].astype(kind) for name, kind in kinds.items()})


__all__ = ["Compared", "compare"]
