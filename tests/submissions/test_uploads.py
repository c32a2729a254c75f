"""Audio in pieces: whose, how much, where it goes on, and the addresses of what came of it."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client, TestCase

from spotlight.ledger import clock, files, uploads
from spotlight.ledger.models import Upload, WorkRow
from submissions.models import Submission, Track
from submissions.services import clearance
from submissions.services.entries import withdraw
from submissions.services.uploads import MOST_A_DAY
from tests.making import make_person, make_role
from tests.submissions.portal import DAY, give_audio, make_draft, make_sent, member, write_sound

pytestmark = pytest.mark.django_db
BYTES = b"0123456789" * 10


@pytest.fixture
def draft() -> Submission:
    return make_draft()


@pytest.fixture
def artist_client(draft: Submission) -> Client:
    return signed_in(draft)


def signed_in(submission: Submission) -> Client:
    client, user = Client(), member(submission.artist).user
    assert user
    client.force_login(user)
    return client


def create(client: Client, draft: Submission, size: int = len(BYTES)) -> str:
    answer = client.post(f"/submit/{draft.code}/upload/", {"name": "a.wav", "size": size})
    assert answer.status_code == 201, answer.content
    assert answer.json()["offset"] == 0
    return str(answer.json()["url"])


def patch(client: Client, url: str, chunk: bytes, offset: int | str) -> Any:
    headers = {"Upload-Offset": str(offset)}
    return client.generic(
        "PATCH", url, chunk, content_type="application/offset+octet-stream", headers=headers
    )


def test_pieces_make_a_file_and_the_file_is_checked(artist_client: Client, draft: Submission) -> None:
    url = create(artist_client, draft)
    first = patch(artist_client, url, BYTES[:60], 0)
    assert (first.status_code, first["Upload-Offset"]) == (204, "60")
    assert "Upload-Done" not in first.headers
    assert artist_client.head(url)["Upload-Offset"] == "60"
    last = patch(artist_client, url, BYTES[60:], 60)
    assert last["Upload-Done"] == f"/submit/{draft.code}/audio/"
    track = Track.objects.select_related("original").get()
    assert track.original
    assert (track.audio, track.original.size) == (Track.Audio.WAITING, 100)
    assert WorkRow.objects.get(kind="track.process").key == track.code
    assert artist_client.head(url)["Upload-Done"] == last["Upload-Done"]


def test_a_wrong_offset_says_where_to_go_on(artist_client: Client, draft: Submission) -> None:
    url = create(artist_client, draft)
    patch(artist_client, url, BYTES[:60], 0)
    for offset in (0, 59, 61):
        answer = patch(artist_client, url, b"x", offset)
        assert (answer.status_code, answer["Upload-Offset"]) == (409, "60")


def test_a_crash_between_the_last_byte_and_the_file_is_repaired_by_an_empty_piece(
    artist_client: Client, draft: Submission
) -> None:
    url = create(artist_client, draft)
    uploads.append(Upload.objects.get(), offset=0, chunk=BYTES)
    answer = patch(artist_client, url, b"", 100)
    assert answer["Upload-Done"]
    again = patch(artist_client, url, b"", 100)
    assert (again.status_code, WorkRow.objects.filter(kind="track.process").count()) == (204, 1)


@pytest.mark.parametrize(
    ("chunk", "offset", "status"),
    [(BYTES + b"x", 0, 413), (b"x", "-1", 400), (b"x", "one", 400), (b"x", "", 400), (b"x", "9" * 30, 400)],
)
def test_bad_pieces_are_refused(
    artist_client: Client, draft: Submission, chunk: bytes, offset: int | str, status: int
) -> None:
    assert patch(artist_client, create(artist_client, draft), chunk, offset).status_code == status


def test_another_type_of_bytes_is_refused(artist_client: Client, draft: Submission) -> None:
    url = create(artist_client, draft)
    assert artist_client.generic("PATCH", url, b"x", content_type="text/plain").status_code == 400


@pytest.mark.parametrize("size", ["", "-5", "many", str(10**20)])
def test_a_size_must_be_a_number(artist_client: Client, draft: Submission, size: str) -> None:
    assert artist_client.post(f"/submit/{draft.code}/upload/", {"name": "a", "size": size}).status_code == 400


def test_a_file_larger_than_the_season_takes_is_refused_before_a_byte_is_sent(
    artist_client: Client, draft: Submission
) -> None:
    answer = artist_client.post(f"/submit/{draft.code}/upload/", {"name": "a", "size": 300_000_001})
    assert answer.status_code == 413
    assert "At most" in answer.json()["error"]["message"]


def test_an_upload_is_its_owners_alone(artist_client: Client, draft: Submission, client: Client) -> None:
    url = create(artist_client, draft)
    stranger = make_person().user
    assert stranger
    client.force_login(stranger)
    assert client.head(url).status_code == 404
    assert patch(client, url, b"x", 0).status_code == 404
    assert client.delete(url).status_code == 404


def test_beginning_again_gives_up_the_older_one(artist_client: Client, draft: Submission) -> None:
    old = create(artist_client, draft)
    new = create(artist_client, draft)
    assert artist_client.head(old).status_code == 404
    assert artist_client.delete(new).status_code == 204
    assert artist_client.head(new).status_code == 404


def test_nobody_fills_the_disk(artist_client: Client, draft: Submission) -> None:
    by = member(draft.artist)
    Upload.objects.bulk_create(
        Upload(owner=by, purpose="track:x", name="a", size=1, code=f"c{n}") for n in range(MOST_A_DAY)
    )
    assert artist_client.post(f"/submit/{draft.code}/upload/", {"name": "a", "size": 5}).status_code == 429


def test_a_file_that_arrives_after_the_deadline_does_not_count(
    artist_client: Client, draft: Submission
) -> None:
    url = create(artist_client, draft)
    patch(artist_client, url, BYTES[:60], 0)
    clock.move_by(11 * DAY)
    answer = patch(artist_client, url, BYTES[60:], 60)
    assert answer.status_code == 409
    assert Track.objects.get().original is None


# ---- addresses of files ----------------------------------------------------------------------------------------------


@pytest.fixture
def heard(tmp_path: Path) -> Submission:
    """A sent entry whose audio was really checked."""
    return make_sent(sound=write_sound(tmp_path, seconds=3))


def status(client: Client, submission: Submission) -> tuple[int, int, int]:
    """Of rendition, original and artwork."""
    code = submission.track.code
    paths = [f"/media/tracks/{code}.m4a", f"/media/originals/{submission.code}", f"/media/artwork/{code}"]
    return tuple(client.get(path).status_code for path in paths)  # type: ignore[return-value]


def test_who_may_have_which_file(heard: Submission) -> None:
    reviewer, organizer, judge, fan = Client(), Client(), Client(), Client()
    for client, person in (
        (reviewer, make_role(heard.season, "clearance")),
        (organizer, make_role(heard.season, "organizer")),
        (judge, make_role(heard.season, "judge")),
        (fan, make_person()),
    ):
        assert person.user
        client.force_login(person.user)
    assert status(signed_in(heard), heard) == (200, 200, 200)
    assert status(reviewer, heard) == (200, 200, 200)
    assert status(organizer, heard) == (200, 404, 200), "organizing is not enough for the original"
    assert status(judge, heard) == status(fan, heard) == status(Client(), heard) == (404, 404, 404)
    clearance.clear(heard, by=make_role(heard.season, "clearance"))
    assert status(judge, heard) == status(fan, heard) == status(Client(), heard) == (200, 404, 200)
    withdraw(heard, by=member(heard.artist))
    assert status(Client(), heard) == (404, 404, 404)


def test_clearance_of_another_season_and_a_former_reviewer_have_nothing(heard: Submission) -> None:
    other = make_role(make_sent().season, "clearance")
    former = make_role(heard.season, "organizer")
    former.memberships.update(ended_at=clock.now())
    for person in (other, former):
        client = Client()
        assert person.user
        client.force_login(person.user)
        assert status(client, heard) == (404, 404, 404)


def test_a_draft_is_not_even_for_clearance() -> None:
    draft = make_draft()
    person = make_role(draft.season, "clearance")
    client = Client()
    assert person.user
    client.force_login(person.user)
    assert client.get(f"/media/artwork/{draft.track.code}").status_code == 404


def test_the_rendition_is_sent_in_ranges_and_the_original_for_saving(heard: Submission) -> None:
    client = signed_in(heard)
    part: Any = client.get(f"/media/tracks/{heard.track.code}.m4a", headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(b"".join(part.streaming_content))) == (206, 100)
    assert part["Content-Type"] == "audio/mp4"
    original = client.get(f"/media/originals/{heard.code}")
    assert original["Content-Disposition"].startswith("attachment")
    assert "no-store" in original["Cache-Control"]


def test_the_file_that_is_replaced_leaves_the_disk(heard: Submission, tmp_path: Path) -> None:
    before = Track.objects.select_related("original", "rendition").get()
    assert before.original and before.rendition
    paths = [files.absolute(before.original), files.absolute(before.rendition)]
    with TestCase.captureOnCommitCallbacks(execute=True):
        give_audio(heard, write_sound(tmp_path, seconds=5))
    assert [path.exists() for path in paths] == [False, False]
    before.original.refresh_from_db()
    assert before.original.state == "gone"
    assert signed_in(heard).get(f"/media/tracks/{before.code}.m4a").status_code == 404


def test_uploads_that_nobody_goes_on_with_are_forgotten(artist_client: Client, draft: Submission) -> None:
    patch(artist_client, create(artist_client, draft), BYTES[:60], 0)
    path = uploads.part(Upload.objects.get())
    assert uploads.forget_abandoned() == 0
    clock.move_by(8 * DAY)
    assert uploads.forget_abandoned() == 1
    assert not path.exists()
