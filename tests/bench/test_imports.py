"""What importing readings costs, with PostgreSQL's share: against a raw COPY of the same rows into a table without index.

Beside it the floor: what the table of readings itself costs with its index, its checks and its triggers, for rows that are
read, checked and in order already. `IMPORT_ROWS=10000000 IMPORT_FORMS=csv .venv/bin/pytest tests/bench/test_imports.py -m
bench -s` measures other sizes; the memory is that of the importing process alone.
"""

import os
from pathlib import Path

import polars as pl
import pytest
from django.db import connection

from judging.jobs import readings, staging
from judging.models import ImportBatch, Reading, Source
from judging.sources import Known, Seen, check, read
from spotlight.ledger import clock
from submissions.models import Season
from tests.bench.feeds import write_apart
from tests.bench.figures import cpu_with_server, peak_memory, say
from tests.bench.test_standings_bench import SUBMISSIONS, needed, run
from tests.making import make_artist, make_season

pytestmark = [pytest.mark.bench, pytest.mark.django_db]

ROWS = int(os.environ.get("IMPORT_ROWS", "1000000"))
FORMS = os.environ.get("IMPORT_FORMS", "csv,jsonl,parquet").split(",")
TRACKS = 100_000
FLOOR_ROWS = 1_000_000


def a_large_season() -> tuple[Season, list[str]]:
    """A season with many entries, made by the database: this process stays as small as an importing one is."""
    season, artist = make_season(), make_artist()
    track = needed("submissions_track", {"code", "title", "released_at", "id"})
    entry = needed(
        "submissions_submission",
        {"track_id", "season_id", "artist_id", "market_id", "entered_by_id", "state", "id"},
    )
    values = {
        "season": season.pk, "artist": artist.pk, "market": season.markets.get(code="jp").pk, "at": clock.now(),
        "person": artist.members.get().person_id, "size": TRACKS,
    }  # fmt: skip
    run("SET LOCAL session_replication_role = replica", {})
    query = SUBMISSIONS.format(
        track_more=track[0], track_values=track[1], entry_more=entry[0], entry_values=entry[1]
    )
    run(query, values)
    run("SET LOCAL session_replication_role = origin", {})
    return season, list(season.submissions.values_list("track__code", flat=True))


def raw_copy(path: Path) -> None:
    """The limit: the rows as they are, checked by nobody."""
    with connection.cursor() as cursor, path.open("rb") as stream:
        cursor.execute("DROP TABLE IF EXISTS raw")
        cursor.execute("CREATE TABLE raw (track text, metric text, day date, market text, value bigint)")
        cursor.copy_expert("COPY raw FROM STDIN WITH (FORMAT csv, HEADER true)", stream, 1024 * 1024)


def floor(path: Path, season: Season) -> float:
    """For each row what putting it where it belongs costs, all else being done; of the first million rows."""
    source = Source.objects.create(season=season, slug=f"floor-{path.stem}", name="Floor")
    known = Known(staging.known_tracks(season.pk), clock.now().date())
    good, size, seen = [], 0, Seen()
    for block in read(path):
        good.append(seen.part(check(block.rows, known).good)[0])
        size += good[-1].height
        if size >= FLOOR_ROWS:
            break
    rows = pl.concat(good)
    with connection.cursor() as cursor:
        spent = cpu_with_server(lambda: staging.put_straight(cursor, rows, source=source.pk, batch=0))
    return spent / rows.height


def test_readings_import(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    season, codes = a_large_season()
    (tmp_path / "codes").write_text("\n".join(codes))
    source = Source.objects.create(season=season, slug="radio", name="Radio")
    for turn, form in enumerate(["before", *FORMS]):
        plain, path = tmp_path / f"{turn}.csv", tmp_path / f"feed.{form}"
        paths = [plain] if form == "before" else [plain, path]
        write_apart(tmp_path / "codes", rows=ROWS, first_day=turn * -(-ROWS // TRACKS), paths=paths)
        if form == "before":
            bring(Source.objects.create(season=season, slug="other", name="Other"), plain)
            continue
        limit, name = limit_of(plain), f"{ROWS:,} readings as {form}"
        new, spent = measured(source, path)
        say(capsys, f"import of {name}, new days", spent, "raw COPY", limit, "at most 4")
        again, spent = measured(source, path)
        say(capsys, f"import of {name}, the same file again", spent, "raw COPY", limit, "at most 6")
        assert new.changed == new.accepted == again.accepted == Reading.objects.filter(batch=new).count()
        assert (again.changed, again.rejected) == (0, new.rejected)
        assert sum(new.reasons.values()) == new.rejected > ROWS // 200
    with capsys.disabled():
        print(f"\npeak memory of the importing process: {peak_memory()} MB; goal at most 700")
    name = "the floor: as many rows, in order, into the table of readings itself"
    say(capsys, name, floor(plain, season) * ROWS, "raw COPY", limit)


def limit_of(path: Path) -> float:
    return min(cpu_with_server(lambda: raw_copy(path)) for _ in range(2))


def measured(source: Source, path: Path) -> tuple[ImportBatch, float]:
    batches: list[ImportBatch] = []
    spent = cpu_with_server(lambda: batches.append(bring(source, path)))
    return batches[0], spent


def bring(source: Source, path: Path) -> ImportBatch:
    batch = ImportBatch.objects.create(source=source, at=clock.now())
    return readings.import_file(batch, path)
