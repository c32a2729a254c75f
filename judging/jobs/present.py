"""What of a file is there already: the readings of its days come out once, and only what differs goes in.

A file that is sent again costs no write at all, and a correction only its own rows.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from judging.jobs.copying import copy_fixed, fixed_row

# A key in 64 bits: track, day since 1970, number of measure and market. `judging.sources.repeats` says what fits.
PRESENT = """(
    SELECT (r.track_id << 32) | ((r.day - DATE '1970-01-01')::bigint << 16) | (n.place - 1), r.value, coalesce(r.fans, -1)
    FROM judging_reading r
    JOIN unnest(%(measures)s::text[], %(markets)s::text[]) WITH ORDINALITY AS n(measure, market, place)
      ON n.measure = r.measure AND n.market = r.market
    WHERE r.source_id = %(source)s AND r.day = ANY(%(days)s::date[])
      AND r.track_id BETWEEN %(first)s AND %(last)s
)"""
ROW = fixed_row(key=">i8", value=">i8", fans=">i8")


@dataclass(frozen=True)
class Compared:
    """Rows that aren't there yet, and rows that are there with another value. Equal ones are in neither."""

    fresh: pl.DataFrame
    changed: pl.DataFrame


def compare(rows: pl.DataFrame, *, source: int) -> Compared:
    """Part rows (`track_id`, `day`, `measure`, `market`, `value`, `fans`) by what the readings of their days say."""
    names = rows.select("measure", "market").unique().with_row_index("place")
    held = _keys(rows, names).join(_present(rows, names, source), on="key", how="left", maintain_order="left")
    is_new = held["value"].is_null()
    differs = (held["value"] != rows["value"]) | (held["fans"] != rows["fans"].fill_null(-1))
    return Compared(rows.filter(is_new), rows.filter(differs.fill_null(False)))


def _keys(rows: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    day = pl.col("day").to_physical().cast(pl.Int64) * (1 << 16)
    place: pl.Expr | pl.Series = pl.lit(0)
    if names.height > 1:
        named = rows.select("measure", "market")
        place = named.join(names, on=["measure", "market"], how="left", maintain_order="left")["place"].cast(
            pl.Int64
        )
    return rows.select((pl.col("track_id") * (1 << 32) + day + place).alias("key"))


def _present(rows: pl.DataFrame, names: pl.DataFrame, source: int) -> pl.DataFrame:
    values: dict[str, Any] = {
        "source": source, "days": rows["day"].unique().to_list(), "first": rows["track_id"].min(),
        "last": rows["track_id"].max(), "measures": names["measure"].to_list(), "markets": names["market"].to_list(),
    }  # fmt: skip
    found = copy_fixed(PRESENT, values, ROW)
    return pl.DataFrame({name: found[name].astype(np.int64) for name in ("key", "value", "fans")})
