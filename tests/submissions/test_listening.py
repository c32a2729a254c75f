"""Pages of listeners: what is public, in which order, and what they may do there."""

import datetime
import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from series.models import Series
from spotlight.ledger import clock, files, work
from spotlight.ledger.models import StoredFile
from submissions.models import (
    Artist,
    Like,
    Play,
    PlaySession,
    Report,
    Save,
    Season,
    Share,
    Sound,
    Submission,
    Track,
    Use,
)
from submissions.queries import listening as queries
from submissions.views import reuse
from tests.making import PASSWORD, make_person, make_season, make_submission, open_for_good

pytestmark = pytest.mark.django_db
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


def playable(season: Season, **extra: Any) -> Track:
    made = make_submission(season, **extra)
    Artist.objects.filter(pk=made.artist_id).update(is_public=True, verified_at=clock.now())
    stored = files.keep_bytes(b"sound", kind=StoredFile.Kind.RENDITION, media_type="audio/mp4")
    Track.objects.filter(pk=made.track_id).update(rendition=stored)
    made.track.refresh_from_db()
    return made.track


def client_of(person: Any) -> Client:
    client = Client(headers={"user-agent": AGENT})
    assert client.login(email=person.user.email, password=PASSWORD)
    return client


@pytest.fixture
def season() -> Season:
    return open_for_good(make_season("spring"))


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"user-agent": AGENT})


def test_only_what_is_released_has_a_page(season: Season, visitor: Client) -> None:
    shown = playable(season)
    hidden = [
        playable(season, state=Submission.State.SUBMITTED),
        playable(season, hidden_at=clock.now()),
        make_submission(season).track,
    ]
    assert visitor.get(f"/tracks/{shown.code}/").status_code == 200
    assert visitor.get(f"/embed/tracks/{shown.code}/").status_code == 200
    for track in hidden:
        assert visitor.get(f"/tracks/{track.code}/").status_code == 404
        assert visitor.get(f"/embed/tracks/{track.code}/").status_code == 404
    page = visitor.get("/playlist/").content.decode()
    assert shown.title in page
    assert not [t for t in hidden if t.title and t.title in page]


def test_an_artist_is_public_from_the_first_clearance_on(season: Season, visitor: Client) -> None:
    artist = playable(season).billing.get().artist
    assert visitor.get(f"/artists/{artist.slug}/").status_code == 200
    Artist.objects.filter(pk=artist.pk).update(is_public=False)
    assert visitor.get(f"/artists/{artist.slug}/").status_code == 404


def test_only_the_embed_may_be_framed(season: Season, visitor: Client) -> None:
    track = playable(season)
    page, framed = visitor.get(f"/tracks/{track.code}/"), visitor.get(f"/embed/tracks/{track.code}/")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert "frame-ancestors *" in framed["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed


def test_the_order_is_stable_for_a_day_and_fair_over_days(season: Season) -> None:
    for _ in range(6):
        playable(season)
    tracks = queries.season_tracks(season, queries.Browse())
    day = datetime.date(2026, 5, 1)
    orders = [
        tuple(queries.rotated(tracks, listener="x", day=day + datetime.timedelta(days=n))) for n in range(300)
    ]
    assert orders[0] == tuple(queries.rotated(tracks, listener="x", day=day))
    assert len(set(orders)) > 100
    first = [order[0] for order in orders]
    assert all(25 <= first.count(key) <= 80 for key in orders[0]), (
        "each track comes first about every sixth day"
    )


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("market=kr", {"서울"}),
        ("language=ja", {"夜"}),
        ("genre=folk", {"夜"}),
        ("genre=nonsense", {"夜", "서울"}),
    ],
)
def test_filters(season: Season, visitor: Client, asked: str, titles: set[str]) -> None:
    playable(season, title="夜", language="ja", genre="folk")
    playable(season, title="서울", language="ko", genre="techno", market="kr")
    page = visitor.get(f"/playlist/?{asked}").content.decode()
    assert {title for title in ("夜", "서울") if f">{title}<" in page} == titles


def test_rising_needs_listeners_and_orders_by_growth(season: Season) -> None:
    today = clock.now().date()
    quiet, steady, rising = (playable(season) for _ in range(3))
    for track, before, now in ((quiet, 0, 4), (steady, 8, 8), (rising, 2, 9)):
        for week, count in ((10, before), (1, now)):
            for number in range(count):
                Play.objects.create(
                    track=track, day=today - datetime.timedelta(days=week), listener=f"{week}-{number}"
                )
    tracks = queries.season_tracks(season, queries.Browse())
    assert queries.rising(tracks, today=today) == [rising.pk, steady.pk]


def test_playlists_for_programs(season: Season, visitor: Client) -> None:
    track = playable(season, title="A & B <live>", isrc="JPAB02600001")
    row = visitor.get("/playlist.json").json()["results"][0]
    assert (row["isrc"], row["title"], row["duration_ms"]) == ("JPAB02600001", "A & B <live>", 180_000)
    answer = visitor.get("/playlist.xspf")
    assert answer["Content-Type"].startswith("application/xspf+xml")
    names = {"x": "http://xspf.org/ns/0/"}
    parsed = ET.fromstring(answer.content).find("x:trackList/x:track", names)
    assert parsed is not None
    assert parsed.findtext("x:title", namespaces=names) == "A & B <live>"
    assert parsed.findtext("x:identifier", namespaces=names) == "isrc:JPAB02600001"
    assert track.code in str(parsed.findtext("x:location", namespaces=names))


def test_a_play_from_the_player_to_the_count(season: Season, visitor: Client) -> None:
    track = playable(season)
    opened = visitor.post(
        "/plays/sessions", json.dumps({"track": track.code}), content_type="application/json"
    )
    assert opened.status_code == 201
    clock.move_by(datetime.timedelta(seconds=40))
    told = {
        "events": [
            {
                "session": opened.json()["session"],
                "track": track.code,
                "position": 35,
                "listened": 35,
                "at": 1,
            }
        ]
    }
    assert visitor.post("/plays", json.dumps(told), content_type="application/json").status_code == 204
    assert Play.objects.filter(track=track).count() == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "nonsense",
        "[]",
        '{"events": 3}',
        '{"events": [3]}',
        '{"events": [{"session": "x", "listened": "a"}]}',
        '{"events": [{"listened": true}]}',
        '{"events": [{"session": "\\u0000", "listened": 1e400}]}',
        '{"events": [{"session": "x", "listened": NaN}]}',
        '{"events": [{"session": "x", "listened": 1%s}]}' % ("0" * 400),
        "[" * 16_000,
    ],
)
def test_bad_beacons_get_an_answer(season: Season, visitor: Client, body: str) -> None:
    answer = visitor.post("/plays", body, content_type="application/json")
    assert answer.status_code in (204, 400)
    if answer.status_code == 400:
        assert answer.json()["error"]["code"] == "invalid"


def test_beacons_of_other_sites_are_refused(season: Season, visitor: Client) -> None:
    track = playable(season)
    body = json.dumps({"track": track.code})
    for headers in (
        {"origin": "https://elsewhere.test"},
        {"origin": "https://["},
        {"sec-fetch-site": "cross-site"},
    ):
        answer = visitor.post("/plays/sessions", body, content_type="application/json", headers=headers)
        assert answer.status_code == 400
    assert not PlaySession.objects.exists()


def test_likes_need_an_account_and_count_once(season: Season, visitor: Client) -> None:
    track = playable(season)
    assert visitor.post(f"/tracks/{track.code}/like/").status_code == 302
    assert not Like.objects.exists()
    fan = client_of(make_person())
    for _ in range(2):
        fan.post(f"/tracks/{track.code}/like/")
    assert Like.objects.count() == 1
    fan.post(f"/tracks/{track.code}/like/", {"undo": 1})
    assert not Like.objects.exists()
    own = client_of(track.billing.get().artist.members.get().person)
    own.post(f"/tracks/{track.code}/like/")
    assert not Like.objects.exists()


def test_saves_are_a_list_of_ones_own_and_count_once(season: Season, visitor: Client) -> None:
    track = playable(season)
    assert visitor.post(f"/tracks/{track.code}/save/").status_code == 302
    assert not Save.objects.exists()
    fan = client_of(make_person())
    assert b"Nothing saved yet" in fan.get("/me/saved/").content
    for _ in range(2):
        fan.post(f"/tracks/{track.code}/save/")
    own = client_of(track.billing.get().artist.members.get().person)
    own.post(f"/tracks/{track.code}/save/")
    assert list(Save.objects.order_by("pk").values_list("counts", flat=True)) == [True, False]
    assert track.title.encode() in fan.get("/me/saved/").content
    assert b'aria-pressed="true"' in fan.get(f"/tracks/{track.code}/").content
    fan.post(f"/tracks/{track.code}/save/", {"undo": 1})
    assert b"Nothing saved yet" in fan.get("/me/saved/").content


def test_reports_reach_clearance_and_have_a_limit(season: Season, visitor: Client) -> None:
    track = playable(season)
    address = f"/tracks/{track.code}/report/"
    assert visitor.post(address, {"text": "x"}).status_code == 422
    for _ in range(10):
        assert visitor.post(address, {"reason": "rights", "text": "これは私の曲です"}).status_code == 200
    assert visitor.post(address, {"reason": "rights"}).status_code == 422
    assert Report.objects.filter(track=track).count() == 10


def test_shares_count_once_a_day(season: Season, visitor: Client) -> None:
    track = playable(season)
    for _ in range(3):
        visitor.post(f"/tracks/{track.code}/shared/")
    assert Share.objects.count() == 1


@pytest.mark.parametrize(
    ("start", "end", "works"),
    [
        ("0", "15", True),
        ("0", "14", False),
        ("100", "161", False),
        ("170", "190", False),
        ("x", "1", False),
        ("160", "180", True),
    ],
)
def test_a_sound_is_15_to_60_seconds_of_the_track(
    season: Season, visitor: Client, start: str, end: str, works: bool
) -> None:
    track = playable(season, licence="clips")
    visitor.post(f"/tracks/{track.code}/cut/", {"start": start, "end": end})
    assert Sound.objects.exists() == works


def test_no_sound_where_the_artist_says_no(season: Season, visitor: Client) -> None:
    track = playable(season, licence="none")
    visitor.post(f"/tracks/{track.code}/cut/", {"start": 0, "end": 20})
    assert not Sound.objects.exists()
    assert "Use this sound" not in visitor.get(f"/tracks/{track.code}/").content.decode()


def test_the_same_part_is_cut_once(season: Season, visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    track = playable(season, licence="clips")
    for _ in range(2):
        visitor.post(f"/tracks/{track.code}/cut/", {"start": 5, "end": 25})
    sound = Sound.objects.get()
    assert work.latest("sound.cut", sound.code) is not None
    assert visitor.get(f"/sounds/{sound.code}/").status_code == 200
    assert visitor.get(f"/sounds/{sound.code}.m4a").status_code == 404
    monkeypatch.setattr(reuse, "SOUNDS_A_DAY", 2)
    visitor.post(f"/tracks/{track.code}/cut/", {"start": 6, "end": 26})
    assert Sound.objects.get() == sound, "nobody fills the disk with parts"
    Track.objects.update(licence="none")
    assert visitor.get(f"/sounds/{sound.code}/").status_code == 404


def test_videos_are_checked_before_they_show(season: Season, visitor: Client) -> None:
    track = playable(season, licence="clips")
    fan = client_of(make_person())
    url = "https://video.example/watch?v=1"
    fan.post(f"/tracks/{track.code}/use/", {"url": url})
    assert url not in visitor.get(f"/tracks/{track.code}/").content.decode()
    assert fan.post(f"/tracks/{track.code}/use/", {"url": url}).status_code == 422
    assert fan.post(f"/tracks/{track.code}/use/", {"url": "javascript:alert(1)"}).status_code == 422
    own = client_of(track.billing.get().artist.members.get().person)
    assert own.post(f"/tracks/{track.code}/use/", {"url": f"{url}2"}).status_code == 422, (
        "a fan's, not one's own"
    )
    Use.objects.update(state=Use.State.ACCEPTED, decided_at=clock.now())
    assert url in visitor.get(f"/tracks/{track.code}/").content.decode()


def test_oembed_for_tracks(season: Season, visitor: Client, settings: Any) -> None:
    track = playable(season)
    answer = visitor.get("/oembed", {"url": f"{settings.SITE_URL}/tracks/{track.code}/"})
    assert answer.status_code == 200
    assert f"/embed/tracks/{track.code}/" in answer.json()["html"]
    assert visitor.get("/oembed", {"url": f"{settings.SITE_URL}/tracks/unknown/"}).status_code == 404


@pytest.mark.parametrize(
    "asked", ["#OfftheRecord", "#offtherecord", "＃ＯｆｆｔｈｅＲｅｃｏｒｄ", "offtherecord"]
)
def test_the_hashtag_opens_the_hub(season: Season, visitor: Client, asked: str) -> None:
    Series.objects.get_or_create(
        slug="off-the-record", defaults={"title": "Off the Record", "hashtag": "OfftheRecord"}
    )
    answer = visitor.get("/search", {"q": asked})
    assert answer.status_code == 302
    assert answer["Location"] == "/offtherecord/"


@pytest.mark.parametrize("asked", ["", "%", "_", "x" * 10_000, "'; drop table", "＃"])
def test_any_search_gets_a_page(season: Season, visitor: Client, asked: str) -> None:
    playable(season)
    assert visitor.get("/search", {"q": asked}).status_code in (200, 302)


def test_the_front_page(season: Season, visitor: Client) -> None:
    track = playable(season)
    page = visitor.get("/").content.decode()
    assert track.title in page
    assert "data-play" in page


def test_a_fresh_installation_says_how_to_begin(visitor: Client) -> None:
    assert "No season yet" in visitor.get("/").content.decode()


def test_the_playlist_costs_a_fixed_number_of_queries(season: Season, visitor: Client) -> None:
    counts = []
    visitor.get("/playlist/")  # the day's salt is made by its first visitor
    for more in (1, 2):
        for _ in range(more):
            playable(season)
        with CaptureQueriesContext(connection) as seen:
            visitor.get("/playlist/")
        counts.append(len(seen))
    assert counts[0] == counts[1]
