"""Rejected rows as lines of a CSV that does no harm in a spreadsheet."""

import io
from typing import Any

import polars as pl

HEAD = b"row,reason,line\n"
REJECTED: Any = {"row": pl.Int64, "reason": pl.String, "line": pl.String}
FORMULA = r"^[=+\-@\t]"


def written(rejected: pl.DataFrame) -> bytes:
    """One line for each row of `REJECTED`; a line of the file that a spreadsheet would take for a formula gets an apostrophe."""
    line = pl.col("line").str.replace_all(r"[\r\n]", " ")
    harmless = pl.when(line.str.contains(FORMULA)).then(pl.lit("'") + line).otherwise(line)
    content = io.BytesIO()
    rejected.select("row", "reason", harmless).write_csv(content, include_header=False)
    return content.getvalue()
