"""Rows of a file that were left out: counted by reason, the first at hand for the page, all of them in a file."""

import gzip
from collections import Counter
from itertools import batched
from pathlib import Path
from typing import IO

import polars as pl
from django.utils.functional import cached_property

from judging.models import ImportBatch, ImportRejection
from judging.sources import HEAD, REJECTED, written
from spotlight.ledger import files
from spotlight.ledger.models import StoredFile

KEPT = 10_000
KIND = (
    pl.when(pl.col("reason").str.starts_with("repeats row")).then(pl.lit("repeats an earlier row"))
    .when(pl.col("reason").str.contains(" fields instead of ", literal=True)).then(pl.lit("wrong number of fields"))
    .otherwise("reason").alias("reason")
)  # fmt: skip
"""A reason without the numbers of its row."""


class Rejections:
    """Takes rejected rows (`row`, `reason`, `line`) as they are found; whatever their number, it holds KEPT of them."""

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()
        self.first: list[tuple[int, str, str]] = []
        self.path: Path | None = None

    def add(self, bad: pl.DataFrame) -> None:
        """Count, keep the first, and write the rest down."""
        kinds = bad.select(KIND).to_series().value_counts(name="count")
        self.reasons.update(dict(kinds.iter_rows()))
        if self.path is None and self.reasons.total() > KEPT:
            self._out.write(written(pl.DataFrame(self.first, schema=REJECTED, orient="row")))
        if self.path is not None:
            self._out.write(written(bad))
        self._keep_first(bad)

    def _keep_first(self, bad: pl.DataFrame) -> None:
        if len(self.first) >= KEPT:
            bad = bad.filter(pl.col("row") < self.first[-1][0])
        if bad.height:
            self.first = sorted([*self.first, *bad.sort("row").head(KEPT).rows()])[:KEPT]

    def add_csv(self, stream: IO[bytes]) -> None:
        """The same for many rows in a CSV without names, in pieces."""
        for lines in batched(stream, KEPT):
            self.add(pl.read_csv(b"".join(lines), has_header=False, schema=REJECTED))

    @cached_property
    def _out(self) -> gzip.GzipFile:
        self.path = files.scratch(".csv.gz")
        out = gzip.open(self.path, "wb", compresslevel=1)  # noqa: SIM115 (closed by `end`)
        out.write(HEAD)
        return out

    def end(self) -> None:
        """Nothing more is added; what was not kept is gone."""
        if self.path is not None:
            self._out.close()
            self.path.unlink(missing_ok=True)

    def keep(self, batch: ImportBatch) -> None:
        """Put the report on the batch, which the caller saves."""
        batch.rejections.all().delete()
        ImportRejection.objects.bulk_create(
            [
                ImportRejection(batch=batch, row=row, reason=reason, line=line)
                for row, reason, line in self.first
            ],
            batch_size=1000,
        )
        batch.reasons, batch.rejected = dict(self.reasons), self.reasons.total()
        if self.path is not None:
            self._out.close()
            batch.rejected_file = files.keep(
                self.path, kind=StoredFile.Kind.READINGS, media_type="application/gzip",
                name=f"rejected-{batch.code}.csv.gz", suffix=".csv.gz",
            )  # fmt: skip
