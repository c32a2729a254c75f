"""Which entries sound alike: found whatever comes first, shown to clearance only, forgotten with the audio."""

from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from spotlight.accounts.models import Person
from spotlight.demo import music
from spotlight.ledger import work
from submissions.jobs.fingerprints import compare_track
from submissions.models import Fingerprint, Resemblance, Submission
from submissions.queries.fingerprints import sounds_like, tracks_without_fingerprint
from tests.audio import sounds
from tests.making import make_role
from tests.submissions.portal import give_audio, make_open_season, make_sent, member, write_sound

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def masters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A song, a poorer copy that begins 3.7 seconds later, and another song."""
    folder = tmp_path_factory.mktemp("masters")
    song, other = (np.asarray(music.compose(seed, 16), np.float32) for seed in (21, 22))
    copy = song[:, round(3.7 * sounds.RATE) :] * np.float32(0.6)
    return {
        "song": sounds.write(folder / "song.flac", song, kind="flac"),
        "copy": sounds.write(folder / "copy.mp3", copy, kind="mp3", bit_rate=128_000),
        "other": sounds.write(folder / "other.flac", other, kind="flac"),
    }


def desk_of(person: Person, submission: Submission) -> str:
    client = Client()
    assert person.user
    client.force_login(person.user)
    return client.get(f"/admin/clearance/{submission.code}/").content.decode()


def test_a_poorer_trimmed_copy_is_named_on_both_pages_and_nowhere_else(masters: dict[str, Path]) -> None:
    last_year, season = make_open_season(), make_open_season()
    first = make_sent(last_year, sound=masters["song"], title="Harbor")
    other = make_sent(season, sound=masters["other"], title="Elsewhere")
    copy = make_sent(season, sound=masters["copy"], title="Harbor lights")
    reviewer, earlier = make_role(season, "clearance"), make_role(last_year, "clearance")
    assert reviewer.user and earlier.user

    (like,) = sounds_like(copy, reviewer.user)
    assert (like.submission, like.same_artist, like.may_open, like.may_play) == (first, False, False, False)
    assert like.percent > 95
    assert like.seconds == pytest.approx(12, abs=0.5)
    assert like.there - like.here == pytest.approx(3.7, abs=0.1)
    assert sounds_like(other, reviewer.user) == []
    (back,) = sounds_like(first, earlier.user)
    assert (back.submission, back.here, back.there) == (copy, like.there, like.here)

    page = desk_of(reviewer, copy)
    assert "Sounds like <b>Harbor</b> by 夜凪 (Test season, submitted)" in page
    assert f"{like.percent} % of 0:12 alike" in page
    assert first.code not in page
    assert f"/media/tracks/{first.track.code}.m4a" not in page, "nobody hears what they may not"
    make_role(last_year, "clearance", reviewer)
    page = desk_of(reviewer, copy)
    assert f"/admin/clearance/{first.code}/" in page
    assert f"/media/tracks/{first.track.code}.m4a" in page
    assert "sounds-like" not in desk_of(reviewer, other)

    artist = Client()
    artist.force_login(member(copy.artist).user)
    for path in ("/me/", f"/submit/{copy.code}/", f"/submit/{copy.code}/review/"):
        answer = artist.get(path, follow=True)
        assert b"ounds like" not in answer.content and b"alike" not in answer.content, path
    copy.refresh_from_db()
    assert copy.state == Submission.State.SUBMITTED, "nothing is decided by it"


def pretend_fingerprint(submission: Submission) -> None:
    """The same fingerprint for every entry, compared at once."""
    bits = np.random.default_rng(5).integers(1, 1 << 32, 400, dtype=np.uint64).astype("<u4").tobytes()
    Fingerprint.objects.create(track=submission.track, bits=bits)
    compare_track(submission.track.code)


def test_the_same_artist_is_named_drafts_are_not_and_other_audio_starts_anew(tmp_path: Path) -> None:
    season = make_open_season()
    first = make_sent(season)
    copy = make_sent(season, first.artist)
    for entry in (first, copy):
        pretend_fingerprint(entry)
    reviewer = make_role(season, "clearance")
    assert reviewer.user
    assert [like.same_artist for like in sounds_like(copy, reviewer.user)] == [True]
    assert "entered by the same artist" in desk_of(reviewer, copy)
    Submission.objects.filter(pk=first.pk).update(state=Submission.State.DRAFT)
    assert sounds_like(copy, reviewer.user) == []
    Submission.objects.filter(pk=first.pk).update(state=Submission.State.SUBMITTED)

    pair = Resemblance.objects.get()
    compare_track(copy.track.code)
    compare_track(first.track.code)
    assert Resemblance.objects.get() == pair, "again changes nothing"

    give_audio(copy, write_sound(tmp_path))
    assert not Resemblance.objects.exists()
    assert list(Fingerprint.objects.values_list("track", flat=True)) == [first.track_id]
    assert sounds_like(Submission.objects.get(pk=copy.pk), reviewer.user) == []
    compare_track(copy.track.code)
    assert Fingerprint.objects.count() == 1, "not before the new audio is checked"


def test_what_was_checked_before_gets_its_fingerprint_afterwards(masters: dict[str, Path]) -> None:
    season = make_open_season()
    pair = [make_sent(season, sound=masters[name]) for name in ("song", "copy")]
    make_sent(season)  # no rendition: nothing to listen to
    reviewer = make_role(season, "clearance")
    before = Resemblance.objects.get()
    Resemblance.objects.all().delete()
    Fingerprint.objects.all().delete()
    assert "has not been compared" in desk_of(reviewer, pair[0])
    told = StringIO()
    for _ in range(2):
        call_command("make_fingerprints", stdout=told)
    assert told.getvalue().count("2 tracks") == 2
    assert work.run_due() >= 2
    after = Resemblance.objects.get()
    assert after.seconds == pytest.approx(before.seconds, abs=0.2)
    assert after.share == pytest.approx(before.share, abs=0.05)
    call_command("make_fingerprints", stdout=told)
    assert told.getvalue().endswith("0 tracks wait for their fingerprint; the workers make them.\n")
    assert not tracks_without_fingerprint().exists()
    assert "has not been compared" not in desk_of(reviewer, pair[0])


def test_many_that_sound_alike_cost_as_many_queries_as_one() -> None:
    season = make_open_season(quota=9)
    reviewer, counts = make_role(season, "clearance"), []
    assert reviewer.user
    entries: list[Submission] = []
    for _ in range(4):
        entries.append(make_sent(season))
        pretend_fingerprint(entries[-1])
        with CaptureQueriesContext(connection) as captured:
            found = sounds_like(entries[0], reviewer.user)
        counts.append((len(found), len(captured)))
    assert [found for found, _ in counts] == [0, 1, 2, 3]
    assert counts[1][1] == counts[3][1]
