"""Who plays in the demo: everybody once, the same each time, nobody real."""

import csv
import datetime
import itertools
from pathlib import Path
from statistics import median

import pytest

from judging.services.desk import Draft
from series.formats import webvtt
from spotlight.demo import cast, crowd, panel, talk


def test_the_cast_is_the_same_each_time_and_everybody_in_it_is_different() -> None:
    first, second = cast.entrants(cast.FULL), cast.entrants(cast.FULL)
    assert first == second
    everybody = first["running"] + first["earlier"]
    assert len(everybody) >= 230
    assert len({entrant.name.text for entrant in everybody}) == len(everybody)
    assert len({entrant.email for entrant in everybody}) == len(everybody)
    assert {entrant.market for entrant in everybody} == {"jp", "kr", "other"}
    assert all(entrant.email.endswith("@example.test") for entrant in everybody)


def test_the_next_season_is_korean_and_begins_with_the_artist_whom_a_visitor_plays() -> None:
    casting = cast.entrants(cast.FULL)
    assert casting["next"][0].email == "artist@example.test"
    assert {entrant.market for entrant in casting["next"]} == {"kr"}
    tunes = [entrant.tune for group in casting.values() for entrant in group]
    assert len(tunes) == len(set(tunes))


def test_marks_follow_the_hidden_quality_and_stay_on_the_scale() -> None:
    artists = [f"artist-{n}" for n in range(200)]
    means = []
    for artist in artists:
        marks = panel.marks_for(artist, "folk", "judge@example.test", ["song", "sound"])
        assert marks == panel.marks_for(artist, "folk", "judge@example.test", ["song", "sound"])
        assert all(0 <= mark <= 10 and mark * 2 == int(mark * 2) for mark in marks.values())
        means.append(float(sum(marks.values())) / 2)
    order = sorted(range(200), key=lambda n: crowd.quality(artists[n]))
    assert sum(means[n] for n in order[-50:]) / 50 > sum(means[n] for n in order[:50]) / 50 + 2
    assert Draft(marks=panel.marks_for("a", "folk", "j", ["song"])).marks


def test_captions_match_the_talk_in_every_language() -> None:
    said = talk.interview("seed", "ja")
    assert said == talk.interview("seed", "ja")
    assert all(one.start < one.end for one in said)
    assert all(a.end <= b.start for a, b in itertools.pairwise(said))
    for language in ("en", "ja", "ko"):
        cues = webvtt.parse(talk.captions(said, language)).cues
        assert [round(one.start * 1000) for one in said] == [cue.start for cue in cues]


def test_a_day_of_the_visitors_artist_is_bought_and_stands_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [datetime.date(2026, 5, 1) + datetime.timedelta(days=n) for n in range(14)]
    monkeypatch.setattr(
        "spotlight.ledger.clock.now", lambda: datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
    )
    visitor = cast.visitors_track()
    assert (crowd.quality(visitor), crowd.rate(visitor, 1)) == (cast.VISITORS_QUALITY, cast.VISITORS_RATE)
    heard = [
        crowd.Heard(n, f"code{n}", key, days[0], "kr", rate=1.6)
        for n, key in enumerate([visitor, "other/song"])
    ]
    crowd.write_readings(tmp_path / "all.csv", heard, days, bought=(visitor, days[8]))
    with (tmp_path / "all.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    mine, theirs = (
        [int(row["value"]) for row in rows if row["track"] == code] for code in ("code0", "code1")
    )
    assert mine[8] > 30 * median(mine) and sorted(mine)[-2] < 3 * median(mine)
    assert max(theirs) < 3 * median(theirs)
