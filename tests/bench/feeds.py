"""Large files of readings, written by a process of its own so that the importing one stays small.

`python -m tests.bench.feeds CODES ROWS FIRST_DAY PATH...`; the ending of a path says in which form.
"""

import datetime
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl

FIRST = datetime.date(2025, 1, 1)


def a_feed(codes: list[str], rows: int, first_day: int) -> pl.DataFrame:
    """One reading per track and day, day by day; 0.5% of unknown tracks, 0.1% without a number, 0.1% repeated."""
    dice = np.random.default_rng(first_day)
    count = np.arange(rows)
    days = np.datetime64(FIRST) + (first_day + count // len(codes)).astype("timedelta64[D]")
    feed = pl.DataFrame(
        {"track": np.array(codes)[count % len(codes)], "metric": ["streams"] * rows, "day": days, "market": ["jp"] * rows,
         "value": dice.poisson(30, rows)}
    )  # fmt: skip
    kind = pl.Series("kind", dice.choice(3, rows, p=[0.994, 0.005, 0.001]))
    feed = feed.with_columns(
        pl.when(kind == 1).then(pl.lit("nobody")).otherwise("track").alias("track"),
        pl.when(kind == 2).then(pl.lit(-1)).otherwise("value").alias("value"),
    )
    return pl.concat([feed, feed.gather_every(1000)])


def write(feed: pl.DataFrame, path: Path) -> None:
    if path.suffix == ".csv":
        feed.write_csv(path)
    elif path.suffix == ".jsonl":
        feed.write_ndjson(path)
    else:
        feed.write_parquet(path)


def write_apart(codes: Path, *, rows: int, first_day: int, paths: list[Path]) -> None:
    """The same feed in several forms."""
    arguments = [str(codes), str(rows), str(first_day), *map(str, paths)]
    subprocess.run([sys.executable, "-m", "tests.bench.feeds", *arguments], check=True)


if __name__ == "__main__":
    names, rows, first_day, *paths = sys.argv[1:]
    made = a_feed(Path(names).read_text().split(), int(rows), int(first_day))
    for path in paths:
        write(made, Path(path))
