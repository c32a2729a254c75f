"""A background recompute of standings, whole: database and client, against the same exact arithmetic in memory."""

import datetime
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction

from judging.jobs import running, standings, tallies
from judging.models import Entry, Reading, Round, Source
from judging.scoring.compute import compute
from judging.scoring.inputs import Windows
from spotlight.ledger import clock
from submissions.models import Submission
from tests.making import advance, make_artist, make_round, make_season, make_seat

pytestmark = [pytest.mark.bench, pytest.mark.django_db]
HEARD = 5_000
JUDGES = 26

SUBMISSIONS = """
WITH made AS (
    INSERT INTO submissions_track (code, title, released_at{track_more})
    SELECT 'b' || lpad(n::text, 9, '0'), 'Song ' || n, %(at)s{track_values} FROM generate_series(1, %(size)s) n RETURNING id
)
INSERT INTO submissions_submission (track_id, season_id, artist_id, market_id, entered_by_id, state{entry_more})
SELECT id, %(season)s, %(artist)s, %(market)s, %(person)s, 'cleared'{entry_values} FROM made
"""
ENTRIES = """
INSERT INTO judging_entry (round_id, submission_id, code, alias, index, "group", state, counts_from)
SELECT %(round)s, id, 'e' || lpad(place::text, 9, '0'), 'a' || place, place - 1, '', 'in', %(first)s
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM submissions_submission WHERE season_id = %(season)s) s
"""
READINGS = """
INSERT INTO judging_reading (day, source_id, track_id, measure, market, value, fans, set_aside)
SELECT %(first)s::date + d, %(source)s, s.track_id, m.measure, 'jp', v.value, v.value, false
FROM generate_series(%(from)s, %(to)s - 1) d CROSS JOIN (VALUES ('plays', 1.0::float8), ('likes', 0.1)) m(measure, share)
CROSS JOIN (SELECT id, track_id, exp(5 * ((id * 48271) %% 10007)::float8 / 10007) AS level
            FROM submissions_submission WHERE season_id = %(season)s OFFSET 0) s
CROSS JOIN LATERAL (SELECT (m.share * s.level * (0.2 + ((s.id * 7919 + d * 104729) %% 1000)::float8 / 500))::int AS value) v
"""
SHEETS = """
WITH dealt AS (
    INSERT INTO judging_assignment (round_id, entry_id, seat_id, position, pool, state, is_repair, created_at{more})
    SELECT e.round_id, e.id, j.id, e.index, '', 'open', false, %(at)s{values}
    FROM judging_entry e CROSS JOIN generate_series(0, 2) turn
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS number FROM judging_seat WHERE round_id = %(round)s) j
      ON j.number = (e.index + turn) %% %(judges)s
    WHERE e.round_id = %(round)s AND e.index < %(heard)s RETURNING id, round_id, entry_id, seat_id
), filed AS (
    INSERT INTO judging_scoresheet (round_id, assignment_id, state, filed_at, updated_at{sheet_more})
    SELECT round_id, id, 'filed', %(at)s, %(at)s{sheet_values} FROM dealt RETURNING id
)
INSERT INTO judging_score (sheet_id, criterion_id, value)
SELECT f.id, c.id, (f.id * 7 + c.id) %% 11 FROM filed f CROSS JOIN judging_criterion c WHERE c.round_id = %(round)s
"""


def needed(table: str, given: set[str]) -> tuple[str, str]:
    """Further columns without a default in the database, and values for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'NO'"
            " AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER'",
            [table],
        )
        missing = [(name, kind) for name, kind in cursor.fetchall() if name not in given]
    known = {
        "boolean": "false", "jsonb": "'{}'", "date": "'2026-01-01'", "timestamp with time zone": "now()",
        "character varying": "''", "text": "''", "uuid": "gen_random_uuid()",
    }  # fmt: skip
    unique = {
        "code": "substr(md5(random()::text), 1, 12)",
        "embed_code": "substr(md5(random()::text), 1, 12)",
    }
    values = [unique.get(name, known.get(kind, "0")) for name, kind in missing]
    return "".join(f', "{name}"' for name, _ in missing), "".join(f", {value}" for value in values)


@pytest.fixture
def a_round() -> Callable[[int, int], Round]:
    def make(size: int, days: int) -> Round:
        season = make_season("bench")
        made = make_round(season, cut=100, minimum_sheets=3)
        for _ in range(JUDGES):
            make_seat(made)
        artist = make_artist()
        values = {
            "season": season.pk, "artist": artist.pk, "market": season.markets.get(code="jp").pk, "at": clock.now(),
            "person": artist.members.get().person_id, "size": size, "round": made.pk, "judges": JUDGES, "heard": HEARD,
            "first": clock.now().date() - datetime.timedelta(days=days),
        }  # fmt: skip
        track = needed("submissions_track", {"code", "title", "released_at", "id"})
        entry = needed(
            "submissions_submission",
            {"track_id", "season_id", "artist_id", "market_id", "entered_by_id", "state", "id"},
        )
        run("SET LOCAL session_replication_role = replica", {})
        run(
            SUBMISSIONS.format(
                track_more=track[0], track_values=track[1], entry_more=entry[0], entry_values=entry[1]
            ),
            values,
        )
        run(ENTRIES, values)
        run("SET LOCAL session_replication_role = origin", {})
        advance(made, "open")
        deal = needed(
            "judging_assignment",
            {"id", "round_id", "entry_id", "seat_id", "position", "pool", "state", "is_repair", "created_at"},
        )
        sheet = needed(
            "judging_scoresheet", {"id", "round_id", "assignment_id", "state", "filed_at", "updated_at"}
        )
        run(SHEETS.format(more=deal[0], values=deal[1], sheet_more=sheet[0], sheet_values=sheet[1]), values)
        fill_empty_table(made, days)
        return Round.objects.get(pk=made.pk)

    return make


def run(query: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, values)


def count_days(made: Round, first: int, last: int) -> None:
    """Readings of two metrics for every entry on these days."""
    source, _ = Source.objects.get_or_create(season=made.season, slug="spotlight", defaults={"name": "own"})
    entry = Entry.objects.filter(round=made)[0]
    run(
        READINGS,
        {
            "first": entry.counts_from,
            "from": first,
            "to": last,
            "source": source.pk,
            "season": made.season_id,
        },
    )


def fill_empty_table(made: Round, days: int) -> None:
    """The same for the first days: keys and indexes are built at once, and nothing is noted as there are no tallies."""
    run("SET CONSTRAINTS ALL IMMEDIATE", {})
    run("SET LOCAL session_replication_role = replica", {})
    # emptied, so that it is a file of its own which goes with the transaction
    run("TRUNCATE judging_reading", {})
    run("ALTER TABLE judging_reading DROP CONSTRAINT judging_reading_pkey; DROP INDEX reading_day", {})
    count_days(made, 0, days)
    run(
        "ALTER TABLE judging_reading ADD PRIMARY KEY (track_id, day, source_id, measure, market);"
        "CREATE INDEX reading_day ON judging_reading USING brin (day);"
        "INSERT INTO judging_readingmarket (source_id, market) SELECT DISTINCT source_id, market FROM judging_reading",
        {},
    )
    run("SET LOCAL session_replication_role = origin", {})


# ---- measuring -------------------------------------------------------------------------------------------------------


def server_cpu() -> float:
    """Processor seconds of the server process that works for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def client_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Processor seconds of client and server."""
    before = client_cpu(), server_cpu()
    work()
    return client_cpu() - before[0], server_cpu() - before[1]


def peak_memory(work: Callable[[], object]) -> float:
    """How far the client's memory goes up meanwhile, in MB."""
    Path("/proc/self/clear_refs").write_text("5")
    before = status("VmRSS")
    work()
    return (status("VmHWM") - before) / 1024


def status(name: str) -> int:
    return int(
        next(
            line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name)
        ).split()[1]
    )


@dataclass(frozen=True)
class Figures:
    built: float
    client: float
    server: float
    limit: float
    simple: float
    memory: float
    stored: float
    day: float

    @property
    def recompute(self) -> float:
        return self.client + self.server


def measure(made: Round, size: int, days: int) -> Figures:
    """One background recompute after a change of one mark, and what it is measured against."""
    built = sum(spent(lambda: recomputed(made)))
    repeats = 1 if size > 200_000 else 3
    runs = []
    for turn in range(repeats):
        change_a_mark(made, turn)
        runs.append(spent(lambda: recomputed(made)))
    client, server = min(runs, key=sum)
    change_a_mark(made, repeats)
    memory = peak_memory(lambda: recomputed(made))
    limit, simple = in_memory(made, repeats)
    stored = stored_per_entry(made, size)
    count_days(made, days, days + 1)
    # a day beyond the window changes nothing: the same standings again
    day = sum(spent(lambda: standings.compute(made)))
    return Figures(built, client, server, limit, simple, memory, stored, day)


def recomputed(made: Round) -> None:
    number = made.standings.count()
    found = standings.compute(made)
    assert found is not None
    assert found.number == number + 1


def change_a_mark(made: Round, turn: int) -> None:
    sheet = made.sheets.order_by("pk")[turn]
    score = sheet.scores.order_by("pk")[0]
    sheet.scores.filter(pk=score.pk).update(value=(score.value + 1) % 11)


def in_memory(made: Round, repeats: int) -> tuple[float, float]:
    """The exact arithmetic on arrays that are there already; and the simple one: log sums, percentiles, means, a sort."""
    with transaction.atomic():
        given = running.load(made)
    readings = given.readings
    assert readings is not None
    sheets, _ = given.sheets.arranged(given.recipe.panel.criteria)
    exact = min(
        spent(lambda: compute(given.recipe, sheets=sheets, readings=readings))[0] for _ in range(repeats)
    )
    simple = min(spent(lambda: plain(readings, len(given.entries)))[0] for _ in range(repeats))
    return exact, simple


def plain(readings: Windows, size: int) -> None:
    """Floats only: log of the sums, percent ranks, their mean, a rank."""
    total = np.zeros(size)
    for cell in readings.cells:
        assert cell.tally is not None
        rate = np.zeros(size)
        rate[cell.entry] = np.log1p(cell.tally.sums / cell.tally.days)
        percent = np.empty(size)
        percent[np.argsort(rate, kind="stable")] = np.arange(size) / size
        total += percent
    rank = np.empty(size, dtype=np.int64)
    rank[np.argsort(-total, kind="stable")] = np.arange(size)


def stored_per_entry(made: Round, size: int) -> float:
    """Bytes of the arrays of one standings per entry; its top rows come on top."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_column_size(ranks) + pg_column_size(blends) FROM judging_standings WHERE round_id = %s LIMIT 1",
            [made.pk],
        )
        return float(cursor.fetchone()[0]) / size


FOUND: dict[tuple[int, int], Figures] = {}


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    def write(text: str) -> None:
        with capsys.disabled():
            print("\n" + text, end="", flush=True)

    return write


@pytest.mark.parametrize(("size", "days"), [(10_000, 10), (100_000, 10), (100_000, 60), (1_000_000, 10)])
def test_recompute(
    a_round: Callable[[int, int], Round], say: Callable[[str], None], size: int, days: int
) -> None:
    set_up: list[Round] = []
    seconds = sum(spent(lambda: set_up.append(a_round(size, days))))
    made = set_up[0]
    assert Submission.objects.filter(season=made.season).count() == size
    assert Reading.objects.filter(source__season=made.season).count() == size * days * 2
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = FOUND[size, days] = measure(made, size, days)
    say(
        f"standings of {size:,} entries, {days} days, {HEARD * 3:,} sheets (set up in {seconds:.1f} s, first tallies and standings in {found.built:.1f} s)\n"
        f"  recompute: {found.recompute:.3f} s (client {found.client:.3f}, PostgreSQL {found.server:.3f})\n"
        f"  ratio to the same exact arithmetic on arrays in memory ({found.limit:.3f} s): {found.recompute / found.limit:.2f}; goal 2.5\n"
        f"  ratio to simple float arithmetic ({found.simple:.3f} s): {found.recompute / found.simple:.1f}\n"
        f"  memory of the client: {found.memory:.0f} MB more at its peak; goal 300 at 1,000,000 entries\n"
        f"  stored: {found.stored:.1f} bytes per entry and {standings.ROWS_WHILE_RUNNING:,} rows; goal 10\n"
        f"  after one more day for all entries: {found.day:.2f} s"
    )
    compare(say)
    tallies.forget(made)


def compare(say: Callable[[str], None]) -> None:
    """Growth with entries and with days, once both ends are there."""
    if (100_000, 10) in FOUND and (1_000_000, 10) in FOUND:
        grown = FOUND[1_000_000, 10].recompute / FOUND[100_000, 10].recompute
        say(f"growth from 100,000 to 1,000,000 entries: exponent {np.log10(grown):.2f}; goal 1.1")
    elif (100_000, 60) in FOUND and (100_000, 10) in FOUND:
        ratio = FOUND[100_000, 60].recompute / FOUND[100_000, 10].recompute
        say(f"100,000 entries, 60 days against 10 days: {ratio:.2f}; goal 1.1")
