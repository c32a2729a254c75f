"""What things cost, as ratios to a limit measured in the same run. The database's own time is not in these figures; imports are measured in test_imports.py."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from spotlight.ledger import clock
from submissions.models import Play, PlaySession, Submission, Track, TrackArtist
from submissions.services import plays
from tests.bench.figures import cpu, say
from tests.making import make_artist, make_season, make_submission, open_for_good

pytestmark = [pytest.mark.bench, pytest.mark.django_db]


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
