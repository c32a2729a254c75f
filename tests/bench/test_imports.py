"""What importing readings costs, with PostgreSQL's share: against a raw COPY of the same rows into a table without index.

`IMPORT_ROWS=10000000 .venv/bin/pytest tests/bench/test_imports.py -m bench -s` measures other sizes.
"""

import datetime
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from django.db import connection

from judging.jobs import readings
from judging.models import ImportBatch, Reading, Source
from spotlight.ledger import clock
from submissions.models import Season, Submission, Track
from tests.bench.figures import cpu_with_server, peak_memory, say
from tests.making import make_artist, make_season

pytestmark = [pytest.mark.bench, pytest.mark.django_db]

ROWS = int(os.environ.get("IMPORT_ROWS", "1000000"))
TRACKS = 100_000
FIRST = datetime.date(2025, 1, 1)


def a_large_season() -> tuple[Season, list[str]]:
    """A season with many entries."""
    season, artist = make_season(), make_artist()
    tracks = Track.objects.bulk_create([Track(title="Song") for _ in range(TRACKS)], batch_size=5000)
    values = {
        "season": season,
        "artist": artist,
        "state": "cleared",
        "entered_by": artist.members.get().person,
    }
    market = season.markets.get(code="jp")
    Submission.objects.bulk_create(
        [Submission(track=track, market=market, **values) for track in tracks], batch_size=5000
    )
    return season, [track.code for track in tracks]


def a_feed(codes: list[str], first_day: int) -> pl.DataFrame:
    """One reading per track and day, day by day; 0.5% of unknown tracks, 0.1% without a number, 0.1% repeated."""
    dice = np.random.default_rng(first_day)
    count = np.arange(ROWS)
    days = np.datetime64(FIRST) + (first_day + count // TRACKS).astype("timedelta64[D]")
    feed = pl.DataFrame(
        {"track": np.array(codes)[count % TRACKS], "metric": ["streams"] * ROWS, "day": days, "market": ["jp"] * ROWS,
         "value": dice.poisson(30, ROWS)}
    )  # fmt: skip
    kind = pl.Series("kind", dice.choice(3, ROWS, p=[0.994, 0.005, 0.001]))
    feed = feed.with_columns(
        pl.when(kind == 1).then(pl.lit("nobody")).otherwise("track").alias("track"),
        pl.when(kind == 2).then(pl.lit(-1)).otherwise("value").alias("value"),
    )
    return pl.concat([feed, feed.gather_every(1000)])


def write(feed: pl.DataFrame, path: Path) -> Path:
    if path.suffix == ".csv":
        feed.write_csv(path)
    elif path.suffix == ".jsonl":
        feed.write_ndjson(path)
    else:
        feed.write_parquet(path)
    return path


def raw_copy(path: Path) -> None:
    """The limit: the rows as they are, checked by nobody."""
    with connection.cursor() as cursor, path.open("rb") as stream:
        cursor.execute("DROP TABLE IF EXISTS raw")
        cursor.execute("CREATE TABLE raw (track text, metric text, day date, market text, value bigint)")
        cursor.copy_expert("COPY raw FROM STDIN WITH (FORMAT csv, HEADER true)", stream, 1024 * 1024)


def test_readings_import(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    season, codes = a_large_season()
    source = Source.objects.create(season=season, slug="radio", name="Radio")
    bring(
        Source.objects.create(season=season, slug="other", name="Other"),
        write(a_feed(codes, 0), tmp_path / "before.csv"),
    )
    for turn, suffix in enumerate(("csv", "jsonl", "parquet")):
        feed = a_feed(codes, turn * -(-ROWS // TRACKS))
        limit = limit_of(write(feed, tmp_path / "plain.csv"))
        path, name = write(feed, tmp_path / f"feed.{suffix}"), f"{ROWS:,} readings as {suffix}"
        new, spent = measured(source, path)
        say(capsys, f"import of {name}, new days", spent, "raw COPY", limit, "at most 4")
        again, spent = measured(source, path)
        say(capsys, f"import of {name}, the same file again", spent, "raw COPY", limit, "at most 6")
        assert new.changed == new.accepted == again.accepted == Reading.objects.filter(batch=new).count()
        assert (again.changed, again.rejected) == (0, new.rejected)
        assert sum(new.reasons.values()) == new.rejected > ROWS // 200
    with capsys.disabled():
        print(f"\npeak memory of the importing process: {peak_memory()} MB; goal at most 700")


def limit_of(path: Path) -> float:
    return min(cpu_with_server(lambda: raw_copy(path)) for _ in range(2))


def measured(source: Source, path: Path) -> tuple[ImportBatch, float]:
    batches: list[ImportBatch] = []
    spent = cpu_with_server(lambda: batches.append(bring(source, path)))
    return batches[0], spent


def bring(source: Source, path: Path) -> ImportBatch:
    batch = ImportBatch.objects.create(source=source, at=clock.now())
    return readings.import_file(batch, path)
