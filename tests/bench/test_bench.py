"""What things cost, as ratios to a limit measured in the same run. The database's own time is not in these figures; imports are measured in test_imports.py."""

import datetime

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from judging.scoring.compute import compute
from judging.scoring.inputs import Readings, Sheet
from judging.scoring.recipe import Recipe
from spotlight.ledger import clock
from submissions.models import Play, PlaySession, Submission, Track, TrackArtist
from submissions.services import plays
from tests.bench.figures import cpu, say
from tests.making import make_artist, make_season, make_submission, open_for_good

pytestmark = [pytest.mark.bench, pytest.mark.django_db]

RECIPE = Recipe.from_mapping(
    {
        "panel": {"criteria": [["song", "1"]]}, "popularity": {"metrics": [["plays", "0.7"], ["likes", "0.3"]]},
        "cut": {"size": 100}, "tie": {"seed": "bench"},
    }
)  # fmt: skip


def a_field(entries: int) -> tuple[Readings, list[Sheet]]:
    """Readings of 10 days and 2 metrics for each entry, and 3 sheets for each of at most 5,000."""
    dice = np.random.default_rng(entries)
    codes = tuple(f"e{number:07d}" for number in range(entries))
    lines = entries * 20
    entry = np.repeat(np.arange(entries), 20)
    metric = np.tile(np.repeat([0, 1], 10), entries)
    day = np.tile(np.arange(10), entries * 2) + datetime.date(2026, 5, 1).toordinal()
    value = dice.poisson(30, lines).astype(np.int64)
    region = np.zeros(lines, dtype=np.int64)
    given = Readings(
        codes, ("jp",), ("likes", "plays"), entry, region, metric, day, value, 0, value.copy(), 0
    )
    sheets = [
        Sheet(codes[number], f"j{(number + turn) % 26:02d}", {"song": int(dice.integers(0, 11))})
        for number in range(min(entries, 5_000))
        for turn in range(3)
    ]
    return given, sheets


def plain_arithmetic(given: Readings) -> None:
    """The limit: windowed sums, ranks and a sort on the same arrays in memory."""
    count = len(given.entries)
    table = given.value.reshape(count, 2, 10)
    caps = 3 * np.maximum(np.median(table, axis=2), 1)
    rates = np.minimum(table, caps[:, :, None]).sum(axis=2)
    for metric in range(2):
        order = np.argsort(rates[:, metric], kind="stable")
        np.unique(rates[order, metric], return_counts=True)
    np.lexsort((np.arange(count), rates.sum(axis=1)))


@pytest.mark.parametrize("entries", [10_000, 100_000, 1_000_000])
def test_standings(capsys: pytest.CaptureFixture[str], entries: int) -> None:
    given, sheets = a_field(entries)
    repeats = 1 if entries > 200_000 else 3
    spent = cpu(lambda: compute(RECIPE, sheets=sheets, readings=given), repeats)
    say(
        capsys,
        f"standings of {entries:,} entries",
        spent,
        "numpy arithmetic in memory",
        cpu(lambda: plain_arithmetic(given)),
    )


def test_beacon(capsys: pytest.CaptureFixture[str]) -> None:
    track = make_submission(make_season()).track
    sessions = [
        PlaySession.objects.create(track=track, listener=f"h{n}", opened_at=clock.now()).code for n in range(20)
    ]  # fmt: skip
    clock.move_by(datetime.timedelta(minutes=5))
    events = [plays.Heard(code, 60) for code in sessions]
    today = timezone.now().date()

    def beacons() -> None:
        for _ in range(20):
            plays.record(events)

    def single_rows() -> None:
        for number in range(400):
            Play.objects.create(track=track, day=today, listener=f"s{number}-{single_rows.turn}")  # type: ignore[attr-defined]
        single_rows.turn += 1  # type: ignore[attr-defined]

    single_rows.turn = 0  # type: ignore[attr-defined]
    say(
        capsys,
        "400 reports in beacons of 20",
        cpu(beacons),
        "400 single inserts by the ORM",
        cpu(single_rows),
        "1/15",
    )


def test_playlist_page(capsys: pytest.CaptureFixture[str]) -> None:
    season = open_for_good(make_season("spring"))
    artist = make_artist()
    market = season.markets.first()
    tracks = Track.objects.bulk_create(
        [
            Track(title=f"Song {n}", audio="ready", released_at=clock.now(), duration_ms=180_000)
            for n in range(5_000)
        ]
    )
    TrackArtist.objects.bulk_create([TrackArtist(track=track, artist=artist) for track in tracks])
    person = artist.members.get().person
    Submission.objects.bulk_create(
        [
            Submission(
                season=season, track=t, artist=artist, market=market, state="cleared", entered_by=person
            )
            for t in tracks
        ]
    )
    client = Client()
    client.get("/playlist/")

    def page() -> None:
        for _ in range(5):
            assert client.get("/playlist/").status_code == 200

    def nothing() -> None:
        for _ in range(5):
            assert client.get("/healthz").status_code == 200

    say(capsys, "five playlist pages at 5,000 tracks", cpu(page), "five empty answers", cpu(nothing))
