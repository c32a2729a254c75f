"""What editors do, and what is refused."""

import datetime
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from series import services
from series.jobs import media, publication
from series.models import CaptionTrack, Clip, Episode, Recording, Series
from spotlight.errors import InvalidInput
from spotlight.ledger import clock, files, work
from spotlight.ledger.models import Event, StoredFile, WorkRow
from submissions.models import Season
from tests.series import making

pytestmark = pytest.mark.django_db


def verbs() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("verb", flat=True))


def test_an_episode_needs_file_summary_and_captions_to_be_public(series: Series, film: Path) -> None:
    episode = making.an_episode(series, summary="")
    with pytest.raises(publication.EpisodeIncomplete) as refused:
        services.publish_episode(episode, by=None)
    assert "video or sound file" in str(refused.value)
    assert "summary" in str(refused.value)
    assert "captions" in str(refused.value)
    episode.refresh_from_db()
    assert episode.state == Episode.State.DRAFT


def test_publishing_is_logged_and_happens_once(series: Series, film: Path) -> None:
    mari = making.a_person()
    episode = services.publish_episode(making.an_episode(series, film=film), by=mari)
    assert episode.is_published
    event = Event.objects.get(verb="episode.published")
    assert (event.actor, event.season, event.subject) == (mari, "spotlight-2026", f"episode:{episode.code}")
    with pytest.raises(services.WrongState):
        services.publish_episode(episode, by=mari)


def test_a_scheduled_episode_comes_out_at_its_time_by_the_databases_clock(series: Series, film: Path) -> None:
    at = clock.now() + datetime.timedelta(days=7)
    episode = services.schedule_episode(
        making.an_episode(series, film=film), publish_at=at, zone="Asia/Seoul", by=None
    )
    work.run_due()
    episode.refresh_from_db()
    assert episode.state == Episode.State.SCHEDULED
    clock.move_to(at - datetime.timedelta(minutes=5))
    work.run_due()
    episode.refresh_from_db()
    assert episode.state == Episode.State.SCHEDULED
    clock.move_to(at)
    work.run_due()
    episode.refresh_from_db()
    assert episode.is_published
    assert episode.published_at >= at
    assert verbs()[-1] == "episode.published"


def test_publishing_twice_by_the_job_changes_nothing(series: Series, film: Path) -> None:
    at = clock.now() + datetime.timedelta(hours=1)
    episode = services.schedule_episode(
        making.an_episode(series, film=film), publish_at=at, zone="Asia/Tokyo", by=None
    )
    clock.move_to(at)
    publication.publish_due(episode.code)
    publication.publish_due(episode.code)
    assert verbs().count("episode.published") == 1


def test_a_later_time_wins_over_the_first(series: Series, film: Path) -> None:
    first, later = (clock.now() + datetime.timedelta(days=days) for days in (1, 3))
    episode = services.schedule_episode(
        making.an_episode(series, film=film), publish_at=first, zone="Asia/Tokyo", by=None
    )
    services.schedule_episode(episode, publish_at=later, zone="Asia/Tokyo", by=None)
    clock.move_to(first + datetime.timedelta(minutes=1))
    work.run_due()
    episode.refresh_from_db()
    assert episode.state == Episode.State.SCHEDULED
    clock.move_to(later)
    work.run_due()
    episode.refresh_from_db()
    assert episode.is_published


def test_a_draft_again_does_not_come_out(series: Series, film: Path) -> None:
    at = clock.now() + datetime.timedelta(hours=1)
    episode = services.schedule_episode(
        making.an_episode(series, film=film), publish_at=at, zone="Asia/Tokyo", by=None
    )
    services.unschedule_episode(episode, by=None)
    clock.move_to(at)
    work.run_due()
    episode.refresh_from_db()
    assert episode.state == Episode.State.DRAFT
    with pytest.raises(services.WrongState):
        services.unschedule_episode(episode, by=None)


def test_a_time_that_has_passed_and_an_unknown_zone_are_refused(series: Series, film: Path) -> None:
    episode = making.an_episode(series, film=film)
    with pytest.raises(InvalidInput) as refused:
        services.schedule_episode(episode, publish_at=clock.now(), zone="Asia/Tokyo", by=None)
    assert refused.value.field == "publish_at"
    with pytest.raises(InvalidInput) as refused:
        services.schedule_episode(
            episode, publish_at=clock.now() + datetime.timedelta(1), zone="Mars/Base", by=None
        )
    assert refused.value.field == "zone"


def test_a_withdrawn_episode_keeps_its_first_date_when_it_returns(series: Series, film: Path) -> None:
    episode = services.publish_episode(making.an_episode(series, film=film), by=None)
    first = episode.published_at
    with pytest.raises(services.WrongState):
        services.withdraw_episode(making.an_episode(series, "other"), reason="", by=None)
    services.withdraw_episode(episode, reason="A name was wrong.", by=None)
    clock.move_by(datetime.timedelta(days=2))
    assert services.publish_episode(episode, by=None).published_at == first


def test_what_is_public_stays_complete(series: Series, film: Path) -> None:
    episode = services.publish_episode(making.an_episode(series, film=film), by=None)
    with pytest.raises(publication.EpisodeIncomplete):
        services.update_episode(episode, by=None, summary=" ")
    with pytest.raises(publication.EpisodeIncomplete):
        services.remove_captions(episode.captions.get(), by=None)
    assert CaptionTrack.objects.count() == 1
    with pytest.raises(services.WrongState):
        services.update_episode(episode, by=None, slug="another-address")


def test_wrong_captions_are_refused_with_their_line(series: Series, film: Path) -> None:
    episode = making.an_episode(series, film=film)
    with pytest.raises(services.CaptionsRefused) as refused:
        services.put_captions(episode, language="ja", text="WEBVTT\n\n00:01,000 --> 00:02,000\nA", by=None)
    assert "Line 3: " in str(refused.value)
    with pytest.raises(InvalidInput, match="ends after the recording"):
        services.put_captions(episode, language="ja", text="WEBVTT\n\n00:01.000 --> 01:02.000\nA", by=None)


def test_captions_in_another_language_are_subtitles(series: Series, film: Path) -> None:
    episode = making.an_episode(series, film=film)
    services.put_captions(episode, language="ja", text=making.JAPANESE, by=None)
    assert dict(episode.captions.values_list("language", "kind")) == {"en": "captions", "ja": "subtitles"}


def test_a_new_file_is_checked_and_takes_the_old_ones_place(
    series: Series, film: Path, tmp_path: Path
) -> None:
    episode = making.an_episode(series, film=film)
    before = episode.media
    services.attach_media(episode, making.stored(making.write_film(tmp_path / "new.mp4", seconds=4)), by=None)
    assert (episode.check_state, episode.media) == (Recording.Check.WAITING, before)
    work.run_due()
    episode.refresh_from_db()
    assert episode.check_state == Recording.Check.READY
    assert episode.media != before
    assert 3900 <= episode.duration_ms <= 4200
    assert episode.poster is not None
    assert files.absolute(episode.media).stat().st_size == episode.media.size


def test_a_refused_file_leaves_what_played_before(series: Series, film: Path, tmp_path: Path) -> None:
    episode = making.an_episode(series, film=film)
    (tmp_path / "x.mp4").write_bytes(b"no film")
    services.attach_media(episode, making.stored(tmp_path / "x.mp4"), by=None)
    work.run_due()
    before = episode.media
    episode.refresh_from_db()
    assert (episode.check_state, episode.refusal, episode.media) == (
        Recording.Check.REFUSED,
        "unreadable",
        before,
    )


def test_the_check_may_run_twice(series: Series, tmp_path: Path) -> None:
    episode = making.an_episode(series)
    services.attach_media(episode, making.stored(making.write_sound(tmp_path / "a.mp3")), by=None)
    media.check_recording(media.key_of(episode))
    media.check_recording(media.key_of(episode))
    assert verbs().count("recording.checked") == 1
    assert StoredFile.objects.filter(kind="media").count() == 1


def test_a_file_that_was_replaced_during_its_check_changes_nothing(
    series: Series, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    episode = making.an_episode(series)
    services.attach_media(episode, making.stored(film), by=None)
    second, look = making.stored(making.write_sound(tmp_path / "a.mp3")), media.probe

    def slow_look(source: Any, **where: Any) -> Any:
        found = look(source, **where)
        services.attach_media(episode, second, by=None)
        return found

    monkeypatch.setattr(media, "probe", slow_look)
    media.check_recording(media.key_of(episode))
    episode.refresh_from_db()
    assert (episode.check_state, episode.media, episode.incoming) == (Recording.Check.WAITING, None, second)
    monkeypatch.undo()
    work.run_due()
    episode.refresh_from_db()
    assert (episode.media.media_type, episode.has_video) == ("audio/mpeg", False)


def test_clips_are_checked_too(series: Series, film: Path) -> None:
    clip = services.create_clip(making.an_episode(series), title="Forty takes", language="en", by=None)
    services.attach_media(clip, making.stored(film), by=None)
    assert WorkRow.objects.get(kind=media.KIND).key == f"clip:{clip.code}"
    work.run_due()
    assert Clip.objects.get().check_state == Recording.Check.READY
    services.remove_clip(clip, by=None)
    assert not Clip.objects.exists()


def test_a_poster_is_stored_upright_and_without_its_metadata(series: Series) -> None:
    picture, metadata = Image.new("RGB", (60, 40), "red"), Image.Exif()
    metadata[0x0112], metadata[0x010F] = 6, "A camera"
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=metadata)
    episode = making.an_episode(series)
    services.set_poster(episode, file.getvalue(), by=None)
    with Image.open(files.absolute(episode.poster)) as kept:
        assert kept.size == (40, 60)
        assert not kept.getexif()


def test_what_is_no_picture_is_refused(series: Series) -> None:
    with pytest.raises(InvalidInput, match="no picture"):
        services.set_poster(making.an_episode(series), b"<svg onload=alert(1)>", by=None)


@pytest.mark.parametrize("hashtag", ["", "Off the Record", "#", "2024", "a-b"])
def test_a_series_needs_a_hashtag(season: Season, hashtag: str) -> None:
    with pytest.raises(InvalidInput):
        making.a_series(season, "other", hashtag=hashtag)


def test_a_series_stores_how_its_hashtag_is_compared(season: Season) -> None:
    series = making.a_series(season, "other", hashtag="＃ＯｆｆｔｈｅＲｅｃｏｒｄ")
    assert (series.hashtag, series.tag_key) == ("ＯｆｆｔｈｅＲｅｃｏｒｄ", "offtherecord")
