"""A folder of collected files: entered once each, with what their tags say, and a report of what was refused and why."""

import csv
import shutil
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from spotlight.demo import music
from spotlight.ledger import clock
from spotlight.ledger.models import Event
from submissions.models import Artist, Role, Season, Submission
from submissions.services import collected
from tests.making import make_entry, make_role, make_round, make_season

pytestmark = pytest.mark.django_db(transaction=True)


def write_song(path: Path, *, seed: int = 1, seconds: float = 31, **tags: str) -> Path:
    """A piece of music as Ogg with tags."""
    sound = music.compose(seed, seconds)
    with av.open(str(path), "w", format="flac") as media:
        media.metadata.update(tags)
        stream: Any = media.add_stream("flac", rate=44_100, layout="stereo")
        whole = np.ascontiguousarray((sound * 32767).astype(np.int16).T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(whole, "s16", "stereo")
        frame.sample_rate = 44_100
        media.mux(stream.encode(frame))
        media.mux(stream.encode(None))
    return path


@pytest.fixture
def season() -> Season:
    season = make_season("collected", shortest_seconds=30)
    make_role(season, Role.ORGANIZER)
    return season


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was collected. Composing takes a while, so it is done once."""
    folder = tmp_path_factory.mktemp("collection")
    (folder / "sub").mkdir()
    write_song(
        folder / "a.flac", seed=1, title="Tin Roof", artist="Quiet Ferry", ISRC="QZZZZ2600001", language="en"
    )
    write_song(folder / "sub" / "b.flac", seed=2, title="Salt", artist="Quiet Ferry")
    write_song(folder / "nobody.flac", seed=3, title="Untold")
    write_song(folder / "short.flac", seed=4, seconds=20, title="Short", artist="Paper Almanac")
    (folder / "broken.mp3").write_bytes(b"\\x89PNG not music at all")
    (folder / "readme.txt").write_text("read me")
    return folder


@pytest.fixture
def folder(collection: Path, tmp_path: Path) -> Path:
    return shutil.copytree(collection, tmp_path / "in")


def run(folder: Path, tmp_path: Path, **extra: Any) -> dict[str, dict[str, str]]:
    report = tmp_path / "report.csv"
    call_command("import_tracks", str(folder), season="collected", report=report, **extra)
    with report.open(encoding="utf-8") as lines:
        return {row["file"]: row for row in csv.DictReader(lines)}


def test_a_folder_is_entered_with_a_report(season: Season, folder: Path, tmp_path: Path) -> None:
    rows = run(folder, tmp_path)
    assert {name: row["outcome"] for name, row in rows.items()} == {
        "a.flac": "entered", "sub/b.flac": "entered", "nobody.flac": "refused", "short.flac": "refused",
        "broken.mp3": "refused", "readme.txt": "left alone",
    }  # fmt: skip
    assert all(row["reason"] for row in rows.values() if row["outcome"] != "entered")
    assert "artist" in rows["nobody.flac"]["reason"]
    sent = Submission.objects.filter(state="submitted").select_related("track")
    assert {s.track.title for s in sent} == {"Tin Roof", "Salt"}
    assert sent.get(track__title="Tin Roof").track.isrc == "QZZZZ2600001"
    assert all(s.track.audio == "ready" for s in sent)
    assert Artist.objects.filter(name="Quiet Ferry").count() == 1
    assert Event.objects.filter(verb="entry.collected", facts__reason__icontains="declared").count() == 3


def test_no_file_is_entered_twice(season: Season, folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path)
    (folder / "a copy of a.flac").write_bytes((folder / "a.flac").read_bytes())
    rows = run(folder, tmp_path)
    assert {row["outcome"] for row in rows.values()} == {"entered before", "refused", "left alone"}
    assert Submission.objects.filter(state="submitted").count() == 2


def test_an_interrupted_import_goes_on(
    season: Season, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(collected, "send", die)
        with pytest.raises(KeyboardInterrupt):
            run(folder, tmp_path)
    assert not Submission.objects.filter(state="submitted").exists()
    rows = run(folder, tmp_path)
    assert rows["a.flac"]["outcome"] == rows["sub/b.flac"]["outcome"] == "entered"
    assert Submission.objects.filter(state="submitted").count() == 2


def test_after_the_deadline_it_is_the_organizers_to_answer_for(
    season: Season, folder: Path, tmp_path: Path
) -> None:
    assert season.entries_close_at is not None
    clock.move_to(season.entries_close_at)
    assert run(folder, tmp_path, reason="They came by post.")["a.flac"]["outcome"] == "entered"
    assert Event.objects.filter(verb="entry.collected", facts__reason="They came by post.").exists()


def test_nothing_is_entered_once_judging_began(season: Season, folder: Path, tmp_path: Path) -> None:
    made = make_round(season)
    make_entry(made)
    made.state = "open"
    made.save()
    assert {row["outcome"] for row in run(folder, tmp_path).values()} == {"refused", "left alone"}


@pytest.mark.parametrize("wrong", [{"season": "none"}, {"season": "collected", "by": "nobody@example.test"}])
def test_wrong_names_are_said(season: Season, tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("import_tracks", str(tmp_path), **wrong)
