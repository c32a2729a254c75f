"""The editor's form: everything of an episode in one place, with its refusals at the field."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from series import services
from series.models import Album, Episode, Guest, Series
from spotlight.accounts.models import User
from spotlight.ledger import clock, work
from spotlight.ledger.models import Event
from submissions.models import Season
from tests.series import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client, season: Season) -> User:
    user = making.an_editor(season)
    client.force_login(user)
    return user


def page(episode: Episode = None) -> str:
    return (
        reverse("admin:series_episode_change", args=[episode.pk])
        if episode
        else reverse("admin:series_episode_add")
    )


def values(series: Series, **changes: Any) -> dict[str, Any]:
    """What a browser sends for an episode without parts."""
    first = {
        "series": series.pk, "number": "14", "slug": "one-piano", "kind": "full", "title": "One piano", "language": "en",
        "summary": "A night crossing.", "artist": "", "album": "", "chapter_lines": "", "track_lines": "", "plan": "keep",
        "zone": "Asia/Tokyo", "publish_on": "", "publish_time": "", "reason": "",
    }  # fmt: skip
    for prefix in ("captions", "clips", "texts"):
        first |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return {**first, **changes}


def send(client: Client, address: str, data: dict[str, Any]) -> Any:
    response = client.post(address, data)
    if response.status_code == 200:
        context = response.context
        errors = dict(context["adminform"].form.errors)
        for formset in context["inline_admin_formsets"]:
            errors |= {
                f"{formset.formset.prefix}-{n}": form.errors
                for n, form in enumerate(formset.formset.forms)
                if form.errors
            }
            errors |= (
                {formset.formset.prefix: formset.formset.non_form_errors()}
                if formset.formset.non_form_errors()
                else {}
            )
        return errors
    assert response.status_code == 302, response.content
    return {}


def test_an_episode_is_made_in_one_go_and_published(
    client: Client, editor: User, series: Series, film: Path, tmp_path: Path
) -> None:
    artist = making.an_artist()
    track = making.a_track(artist)
    data = values(
        series, artist=artist.pk, track_lines=f"http://127.0.0.1:8000/tracks/{track.code}/ {track.title}", plan="now", chapter_lines="0:00 The crossing\n0:02 A locked piano",
        speakers=[Guest.objects.create(name="ハナ").pk], media_file=SimpleUploadedFile("ferry.mp4", film.read_bytes()),
    )  # fmt: skip
    data |= {
        "captions-TOTAL_FORMS": "1",
        "captions-0-language": "en",
        "captions-0-text": making.ENGLISH.replace("\n", "\r\n"),
    }
    data |= {
        "clips-TOTAL_FORMS": "1",
        "clips-0-title": "Forty takes",
        "clips-0-language": "en",
        "clips-0-order": "0",
    }
    data |= {"clips-0-media_file": SimpleUploadedFile("clip.mp4", film.read_bytes())}
    data |= {
        "texts-TOTAL_FORMS": "1",
        "texts-0-language": "ja",
        "texts-0-title": "ピアノ",
        "texts-0-summary": "夜の航路",
    }
    assert send(client, page(), data) == {}
    episode = Episode.objects.get()
    assert episode.state == Episode.State.DRAFT  # its film is not checked yet
    assert [item.track for item in episode.track_list.all()] == [track]
    work.run_due()
    data = values(series, artist=artist.pk, plan="now", chapter_lines="0:00 The crossing")
    data |= {
        "captions-TOTAL_FORMS": "1",
        "captions-INITIAL_FORMS": "1",
        "captions-0-id": episode.captions.get().pk,
        "captions-0-text": making.ENGLISH,
    }
    assert send(client, page(episode), data) == {}
    episode.refresh_from_db()
    assert episode.is_published
    assert Event.objects.get(verb="episode.published").actor == editor.person
    assert client.get("/offtherecord/one-piano/").status_code == 200
    assert episode.clips.get().media is not None


def test_the_form_opens_with_what_is_there(client: Client, editor: User, series: Series, film: Path) -> None:
    episode = making.an_episode(
        series,
        film=film,
        chapters={"version": "1.2.0", "chapters": [{"startTime": 1.5, "title": "A locked piano"}]},
    )
    text = client.get(page(episode)).content.decode()
    assert "0:01.500 A locked piano" in text
    assert "Ready: 0:03, 160 × 90" in text
    assert f"/offtherecord/{episode.slug}/" in text
    for model in (Series, Album, Guest):
        name = model._meta.model_name
        assert client.get(reverse(f"admin:series_{name}_changelist")).status_code == 200
        assert client.get(reverse(f"admin:series_{name}_add")).status_code == 200
    assert client.get(reverse("admin:series_episode_changelist") + "?q=locked").status_code == 200


def test_wrong_captions_are_refused_at_the_field_with_their_lines(
    client: Client, editor: User, series: Series
) -> None:
    wrong = "WEBVTT\n\n00:01,000 --> 00:02,000\nA\n\n00:05.000 --> 00:04.000\nB"
    data = values(series) | {
        "captions-TOTAL_FORMS": "1",
        "captions-0-language": "en",
        "captions-0-text": wrong,
    }
    errors = send(client, page(), data)["captions-0"]["text"]
    assert [error.split(":")[0] for error in errors] == ["Line 3", "Line 6"]
    assert not Episode.objects.exists()


def test_captions_may_come_as_a_file(client: Client, editor: User, series: Series) -> None:
    data = values(series) | {"captions-TOTAL_FORMS": "1", "captions-0-language": "en"}
    bad = data | {"captions-0-vtt_file": SimpleUploadedFile("a.vtt", b"WEBVTT\n\n\xff")}
    assert "Line 3: This is not UTF-8" in send(client, page(), bad)["captions-0"]["vtt_file"][0]
    good = data | {"captions-0-vtt_file": SimpleUploadedFile("a.vtt", making.ENGLISH.encode())}
    assert send(client, page(), good) == {}
    assert Episode.objects.get().captions.get().language == "en"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"chapter_lines": "0:00 A\nlater B"}, "chapter_lines", "Line 2: Begin the line with a time"),
        ({"track_lines": "aaaaaaaaaa"}, "track_lines", "Line 1: There is no track"),
        ({"slug": "shorts"}, "slug", "taken by a page"),
        ({"plan": "at"}, "publish_on", "Choose the day"),
        (
            {"plan": "at", "publish_on": "2020-01-01", "publish_time": "10:00"},
            "publish_on",
            "That time has passed",
        ),
        ({"plan": "at", "publish_on": "soon", "publish_time": "10:00"}, "publish_on", "Enter a valid date"),
        ({"plan": "withdraw"}, "plan", "Select a valid choice"),
        ({"zone": "Mars/Base"}, "zone", "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    client: Client, editor: User, series: Series, changes: Any, field: str, words: str
) -> None:
    errors = send(client, page(), values(series, **changes))
    assert words in " ".join(errors[field])


def test_an_episode_is_scheduled_in_its_own_zone(
    client: Client, editor: User, series: Series, film: Path
) -> None:
    episode = making.an_episode(series, film=film)
    day = (clock.now() + datetime.timedelta(days=9)).date()
    kept = {
        "captions-TOTAL_FORMS": "1",
        "captions-INITIAL_FORMS": "1",
        "captions-0-id": episode.captions.get().pk,
        "captions-0-text": making.ENGLISH,
    }
    data = (
        values(series, plan="at", publish_on=day.isoformat(), publish_time="18:00", zone="Asia/Seoul") | kept
    )
    assert send(client, page(episode), data) == {}
    episode.refresh_from_db()
    assert episode.publish_at == datetime.datetime.combine(day, datetime.time(9), datetime.UTC)
    assert send(client, page(episode), values(series, plan="draft") | kept) == {}
    episode.refresh_from_db()
    assert (episode.state, episode.publish_at) == (Episode.State.DRAFT, None)


def test_what_is_public_stays_complete_and_can_be_withdrawn(
    client: Client, editor: User, series: Series, film: Path
) -> None:
    episode = services.publish_episode(making.an_episode(series, film=film), by=None)
    kept = {
        "captions-TOTAL_FORMS": "1",
        "captions-INITIAL_FORMS": "1",
        "captions-0-id": episode.captions.get().pk,
        "captions-0-text": making.ENGLISH,
    }
    assert "summary" in send(client, page(episode), values(series, summary="") | kept)
    assert "slug" in send(client, page(episode), values(series, slug="elsewhere") | kept)
    assert "captions" in send(client, page(episode), values(series) | kept | {"captions-0-DELETE": "on"})
    assert "reason" in send(client, page(episode), values(series, plan="withdraw") | kept)
    assert (
        send(client, page(episode), values(series, plan="withdraw", reason="A name was wrong.") | kept) == {}
    )
    episode.refresh_from_db()
    assert episode.state == Episode.State.WITHDRAWN
    client.logout()
    assert client.get("/offtherecord/one-piano/").status_code == 404


def test_an_editor_of_another_season_finds_nothing(client: Client, series: Series, film: Path) -> None:
    episode = making.an_episode(series, film=film)
    stranger = making.an_editor(making.a_season("other-season"), "other@example.test")
    client.force_login(stranger)
    assert client.get(page(episode)).status_code in (302, 404)
    assert episode.title not in client.get(reverse("admin:series_episode_changelist")).content.decode()
    assert client.post(page(episode), values(series, title="Taken")).status_code in (302, 403, 404)
    episode.refresh_from_db()
    assert episode.title != "Taken"
    errors = send(client, page(), values(series))
    assert "series" in errors


def test_only_a_draft_that_was_never_public_is_deleted(
    client: Client, editor: User, series: Series, film: Path
) -> None:
    draft = making.an_episode(series, "draft")
    public = services.publish_episode(making.an_episode(series, film=film), by=None)
    client.post(reverse("admin:series_episode_delete", args=[draft.pk]), {"post": "yes"})
    assert client.post(
        reverse("admin:series_episode_delete", args=[public.pk]), {"post": "yes"}
    ).status_code in (403, 404)
    assert list(Episode.objects.all()) == [public]
    assert Event.objects.filter(verb="episode.removed").count() == 1


def test_series_albums_and_guests_are_written_through_the_services(
    client: Client, editor: User, season: Season
) -> None:
    data = {
        "season": season.pk,
        "title": "Off the Record",
        "slug": "otr",
        "hashtag": "#OfftheRecord",
        "language": "en",
        "texts-TOTAL_FORMS": "0",
        "texts-INITIAL_FORMS": "0",
    }
    assert client.post(reverse("admin:series_series_add"), data | {"hashtag": "two words"}).status_code == 200
    assert client.post(reverse("admin:series_series_add"), data).status_code == 302
    assert Series.objects.get().tag_key == "offtherecord"
    album = {
        "title": "Harbour Lights Off",
        "language": "en",
        "links-TOTAL_FORMS": "1",
        "links-INITIAL_FORMS": "0",
        "links-0-label": "Bandcamp",
        "links-0-url": "https://music.example/",
        "links-0-order": "0",
    }
    assert client.post(reverse("admin:series_album_add"), album).status_code == 200
    assert (
        client.post(reverse("admin:series_album_add"), album | {"artist_name": "Tangerine Ferry"}).status_code
        == 302
    )
    assert Album.objects.get().links.get().label == "Bandcamp"
    assert (
        client.post(reverse("admin:series_guest_add"), {"name": "ハナ", "language": "ja"}).status_code == 302
    )
    assert set(Event.objects.values_list("verb", flat=True)) == {
        "series.created",
        "album.created",
        "guest.created",
    }
