"""The check of a track's audio: real files, every kind of refusal in words, a newer file wins, a killed worker."""

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from spotlight.ledger import clock, files, work
from spotlight.ledger.models import Event, Mail, WorkRow
from submissions import audio
from submissions.jobs import processing
from submissions.models import Submission, Track
from submissions.queries.processing import SENTENCES, audio_state, refusal_sentence
from submissions.services.entries import submit
from tests.audio import sounds
from tests.submissions.portal import fill, give_audio, make_draft, make_open_season, member, write_sound

pytestmark = pytest.mark.django_db


def fresh(draft: Submission) -> Track:
    return Track.objects.select_related("original", "rendition").get(pk=draft.track_id)


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3", "m4a", "opus", "vorbis"])
def test_real_files_become_renditions_with_their_measures(kind: str, tmp_path: Path) -> None:
    draft = make_draft()
    path = sounds.write(
        tmp_path / f"master.{'ogg' if kind in ('opus', 'vorbis') else kind}",
        sounds.tone(4, rate=48_000),
        kind=kind,
        rate=48_000,
    )
    give_audio(draft, path)
    assert work.run_due() == 2, "checked, then compared"
    track = fresh(draft)
    assert (track.audio, track.refusal) == (Track.Audio.READY, {})
    assert track.rendition
    assert files.absolute(track.rendition).read_bytes()[4:8] == b"ftyp"
    assert track.duration_ms == pytest.approx(4000, abs=60)
    assert track.loudness is not None
    assert -30 < track.loudness < -5
    assert max(bytes(track.peaks or b"")) == 255
    assert audio_state(track).state == "ready"
    assert set(WorkRow.objects.values_list("state", flat=True)) == {WorkRow.State.DONE}


def test_doing_it_twice_changes_nothing(tmp_path: Path) -> None:
    draft = make_draft()
    give_audio(draft, write_sound(tmp_path))
    work.run_due()
    before = fresh(draft)
    work.enqueue("track.process", before.code)
    work.run_due()
    assert fresh(draft).rendition_id == before.rendition_id


@pytest.mark.parametrize(
    ("limits", "sound", "words"),
    [
        ({"shortest_seconds": 30}, {}, "This track is 0:04 long. This season takes tracks from 0:30 on."),
        ({"longest_seconds": 3}, {}, "longer than 0:03"),
        (
            {"lowest_kbps": 256},
            {"kind": "mp3", "bit_rate": 96_000, "seconds": 30},
            "This file is 96 kbps. This season needs 256 or more.",
        ),
    ],
)
def test_the_seasons_limits_are_said_with_numbers(
    limits: dict[str, int], sound: dict[str, Any], words: str, tmp_path: Path
) -> None:
    draft = make_draft(make_open_season(**limits))
    give_audio(draft, write_sound(tmp_path, **sound))
    work.run_due()
    state = audio_state(fresh(draft))
    assert state.state == "refused"
    assert words in state.sentence
    assert fresh(draft).rendition is None


def test_what_is_no_audio_is_refused_and_the_artist_who_sent_it_is_told(tmp_path: Path) -> None:
    draft = fill(make_draft())
    path = tmp_path / "song.mp3"
    path.write_bytes(b"%PDF-1.7 this is a score, not a recording")
    give_audio(draft, path)
    submit(draft, by=member(draft.artist))
    work.run_due()
    assert "looks like PDF" in audio_state(fresh(draft)).sentence
    mail = Mail.objects.get(template="audio_refused")
    assert "PDF" in mail.text, "in the language of the artist"
    assert Event.objects.filter(verb="track.audio_refused").count() == 1


def test_every_reason_has_a_sentence_that_survives_missing_numbers() -> None:
    assert set(SENTENCES) == {str(reason) for reason in audio.Reason}
    for code in [*SENTENCES, "", "new-one"]:
        for language in ("en", "ja", "ko"):
            with translation.override(language):
                assert len(refusal_sentence({"code": code})) > 10


def test_a_newer_file_wins_while_the_older_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = make_draft()
    give_audio(draft, write_sound(tmp_path, seconds=5))
    newer = sounds.write(tmp_path / "newer.flac", sounds.tone(3), kind="flac")
    real = audio.process
    sent: list[bool] = []

    def slow(*args: Any, **kwargs: Any) -> audio.Report:
        found = real(*args, **kwargs)
        if not sent:
            sent.append(True)
            give_audio(draft, newer)
        return found

    monkeypatch.setattr(audio, "process", slow)
    work.run_due()
    track = fresh(draft)
    assert track.original and track.original.name == "newer.flac"
    assert (track.audio, track.duration_ms) == (Track.Audio.READY, 3000)
    assert track.rendition
    assert len(list((files.absolute(track.rendition).parent.parent).glob("*/*.m4a"))) >= 1
    assert not list(files.scratch().parent.glob("*.m4a"))


def test_an_older_file_stops_being_read_when_a_newer_one_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = make_draft()
    give_audio(draft, write_sound(tmp_path))
    track = fresh(draft)
    monkeypatch.setattr(processing, "ASK_EVERY", -1.0)
    watch = processing._watched(track, lambda share: None)
    watch(0.1)
    give_audio(draft, sounds.write(tmp_path / "b.wav", sounds.tone(3)))
    with pytest.raises(processing.Superseded):
        watch(0.2)


def test_a_killed_worker_leaves_work_that_the_next_one_does(tmp_path: Path) -> None:
    draft = make_draft()
    give_audio(draft, write_sound(tmp_path))
    row = WorkRow.objects.get()
    assert work.lease(row.pk)  # a worker took it, and died in the middle
    Track.objects.filter(pk=draft.track_id).update(audio=Track.Audio.CHECKING)
    work.carry(row.pk)
    assert fresh(draft).audio == Track.Audio.CHECKING  # still leased
    WorkRow.objects.update(leased_until=clock.ServerNow() - work.LEASE)
    work.carry(row.pk)
    assert fresh(draft).audio == Track.Audio.READY


def test_an_interrupted_child_says_nothing_about_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = make_draft()
    give_audio(draft, write_sound(tmp_path))

    def interrupted(*args: Any, **kwargs: Any) -> None:
        raise audio.Interrupted("killed")

    monkeypatch.setattr(audio, "process", interrupted)
    work.run_due()
    assert audio_state(fresh(draft)).is_moving
    WorkRow.objects.update(state=WorkRow.State.FAILED)
    assert "Upload it again" in audio_state(fresh(draft)).sentence


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "ASK_EVERY", -1.0)
    draft = make_draft()
    give_audio(draft, write_sound(tmp_path, seconds=20))
    seen: list[int] = []
    real = audio.process

    def watched(*args: Any, progress: Any, **kwargs: Any) -> audio.Report:
        def told(share: float) -> None:
            progress(share)
            thread = threading.Thread(target=look)
            thread.start()
            thread.join()

        return real(*args, progress=told, **kwargs)

    def look() -> None:
        try:
            seen.append(audio_state(Track.objects.get(pk=draft.track_id)).percent)
        finally:
            connection.close()

    monkeypatch.setattr(audio, "process", watched)
    work.run_due()
    assert seen == sorted(seen)
    assert seen[-1] > 0
