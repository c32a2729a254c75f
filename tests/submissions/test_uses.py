"""Fans' videos: one address for one video, what the season's rule accepts, and what people decide and correct."""

import datetime
import importlib
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock, files
from spotlight.ledger.models import Event, StoredFile
from submissions.models import Artist, Season, Track, Use
from submissions.models.video_address import video_address, video_site
from submissions.queries import rules
from submissions.services.clearance import OwnEntry
from submissions.services.listening import register_use
from submissions.services.reports import AlreadyDecided, accept_use, correct_use, refuse_use
from submissions.views.rulebook import video_words
from tests.making import make_person, make_role, make_season, make_submission, open_for_good

pytestmark = pytest.mark.django_db
NEEDED = 2
LISTED = "https://www.youtube.com/watch?v=made{}"
ACCEPTED, REFUSED, WAITING = Use.State.ACCEPTED, Use.State.REFUSED, Use.State.WAITING


@pytest.fixture
def season() -> Season:
    return open_for_good(make_season(uses_trusted_after=NEEDED))


@pytest.fixture
def reviewer(season: Season) -> Person:
    return make_role(season, "clearance")


@pytest.fixture
def track(season: Season) -> Track:
    heard = files.keep_bytes(b"sound", kind=StoredFile.Kind.RENDITION, media_type="audio/mp4")
    entry = make_submission(season, licence="clips", rendition=heard)
    Artist.objects.filter(pk=entry.artist_id).update(is_public=True)
    return entry.track


def made(track: Track, fan: Person, number: int, url: str = LISTED) -> Use:
    return register_use(track, url=url.format(number), by=fan)


def trusted_fan(track: Track, reviewer: Person, *, accepted: int = NEEDED) -> Person:
    fan = make_person()
    for number in range(accepted):
        accept_use(made(track, fan, number), by=reviewer)
    return fan


def client_of(person: Person) -> Client:
    client = Client(headers={"user-agent": "Mozilla/5.0"})
    assert person.user
    client.force_login(person.user)
    return client


# ---- one address for one video ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "links"),
    [
        (
            "youtube.com/watch?v=dQw4-9WgXcQ",
            [
                "https://www.youtube.com/watch?v=dQw4-9WgXcQ",
                "HTTP://M.YouTube.com/watch/?feature=share&v=dQw4-9WgXcQ&t=3#comments",
                "https://youtu.be/dQw4-9WgXcQ?si=abc",
                "https://youtube.com/shorts/dQw4-9WgXcQ/",
                "https://music.youtube.com/watch?v=dQw4-9WgXcQ&list=x",
            ],
        ),
        (
            "tiktok.com/video/7123",
            ["https://www.tiktok.com/@mina/video/7123?is_from_webapp=1&lang=ko", "https://m.tiktok.com/v/7123"],
        ),
        ("instagram.com/p/CxYz", ["https://instagram.com/reel/CxYz/?igsh=1", "https://www.instagram.com/mina/p/CxYz"]),
        (
            "clips.example/a/B?b=1&id=7",
            ["https://clips.example:443/a/B/?utm_source=x&id=7&b=1#f", "http://www.Clips.example/a/B?b=1&id=7&UTM_id=3"],
        ),
        ("xn--wgv71a.example/a", ["https://日本.example/a", "https://xn--wgv71a.example/a/"]),
    ],
)  # fmt: skip
def test_one_address_for_one_video(address: str, links: list[str]) -> None:
    assert {video_address(link) for link in links} == {address}


def test_other_videos_have_other_addresses() -> None:
    links = [
        "https://youtube.com/watch?v=AbC", "https://youtube.com/watch?v=aBc", "https://youtube.com/watch?list=AbC",
        "https://youtube.com/@AbC", "https://clips.example/AbC", "https://clips.example:8080/AbC", "https://clips.example/abc",
        "https://clips.example/x?v=1", "https://clips.example/x?v=2", "https://clips.example:99999/AbC", "https://[clips/",
    ]  # fmt: skip
    assert len({video_address(link) for link in links}) == len(links)
    assert video_site("https://youtube.com@Www.Evil.example./x") == "evil.example"
    assert (video_site("https://m.com/x"), video_site("https://[clips/")) == ("m.com", "")


def test_a_video_is_registered_once_for_a_track(track: Track, season: Season) -> None:
    made(track, make_person(), 1)
    for link in ("https://youtu.be/made1", "http://m.youtube.com/shorts/made1?si=x", LISTED.format(1)):
        with pytest.raises(InvalidInput, match="registered already"):
            register_use(track, url=link, by=make_person())
    with pytest.raises(InvalidInput, match="not that of the site"):
        register_use(track, url="https://www.youtube.com/?si=x#top", by=make_person())
    assert Use.objects.get().url == LISTED.format(1), "kept as the fan wrote it"
    made(make_submission(season, licence="clips").track, make_person(), 1)


def test_what_was_registered_twice_before_is_kept(track: Track) -> None:
    links = {"https://youtu.be/a": "refused", "https://youtube.com/watch?v=a": "accepted", "https://m.youtube.com/shorts/a": "waiting"}  # fmt: skip
    for link, state in links.items():
        Use.objects.create(track=track, person=make_person(), url=link, state=state, at=clock.now())
    migration = importlib.import_module("submissions.migrations.0011_video_addresses")
    for _again in range(2):
        migration.write_addresses(apps, None)
        assert dict(Use.objects.exclude(address="").values_list("state", "address")) == {
            "accepted": "youtube.com/watch?v=a"
        }
    assert Use.objects.count() == 3
    with pytest.raises(InvalidInput):
        register_use(track, url="https://youtube.com/live/a", by=make_person())


# ---- the rule --------------------------------------------------------------------------------------------------------


def test_a_trusted_fans_video_is_accepted_by_rule(track: Track, reviewer: Person, season: Season) -> None:
    fan = trusted_fan(track, reviewer)
    use = made(track, fan, 9, "https://youtu.be/made{}")
    use.refresh_from_db()
    assert (use.state, use.decided_by, use.is_by_rule) == (ACCEPTED, None, True)
    event = Event.objects.filter(verb="use.accepted").latest("pk")
    assert (event.actor, event.season, event.subject) == (None, season.slug, f"use:{use.code}")
    assert event.facts == {"track": track.code, "by_rule": True}
    answer = client_of(fan).post(f"/tracks/{track.code}/use/", {"url": LISTED.format(10)}, follow=True)
    assert "accepted and counts" in answer.content.decode()
    mine = client_of(fan).get("/me/").context["uses"]
    assert [one.state for one in mine] == [ACCEPTED] * (NEEDED + 2)


@pytest.mark.parametrize(
    "broken", ["off", "site", "too few", "by rule", "refused", "other season", "other fan"]
)
def test_all_conditions_must_hold(track: Track, reviewer: Person, season: Season, broken: str) -> None:
    fan = trusted_fan(track, reviewer, accepted=NEEDED - (broken == "too few"))
    link = LISTED
    match broken:
        case "off":
            Season.objects.update(uses_trusted_after=0)
        case "site":
            link = "https://videos.youtube.com/made{}"
        case "by rule":
            Use.objects.filter(pk=fan.uses.earliest("pk").pk).update(decided_by=None)
        case "refused":
            refuse_use(made(track, fan, 5, "https://clips.example/{}"), by=reviewer)
        case "other season":
            track = make_submission(make_season(uses_trusted_after=NEEDED), licence="clips").track
        case "other fan":
            fan = make_person()
    assert made(track, fan, 9, link).state == WAITING


def test_who_belongs_to_the_season_registers_nothing(track: Track, reviewer: Person, season: Season) -> None:
    fan = trusted_fan(track, reviewer)
    make_role(season, "judge", fan)
    behind = track.billing.get().artist.members.get().person
    for person in (fan, behind):
        with pytest.raises(InvalidInput, match="of their own season"):
            made(track, person, 9)
    assert not Use.objects.filter(address__endswith="made9").exists()


# ---- correcting ------------------------------------------------------------------------------------------------------


def test_a_correction_needs_a_reason_and_another_person(track: Track, reviewer: Person) -> None:
    fan = trusted_fan(track, reviewer)
    use, waiting = made(track, fan, 9), made(track, make_person(), 10)
    behind = track.billing.get().artist.members.get().person
    for state, by, reason, refusal in [
        (REFUSED, reviewer, "  ", InvalidInput),
        (REFUSED, reviewer, "x" * 501, InvalidInput),
        (REFUSED, behind, "No.", OwnEntry),
        (REFUSED, fan, "No.", OwnEntry),
        (ACCEPTED, reviewer, "Yes.", AlreadyDecided),
    ]:
        with pytest.raises(refusal):
            correct_use(use, state, by=by, reason=reason)
    with pytest.raises(SpotlightError, match="yet"):
        correct_use(waiting, REFUSED, by=reviewer, reason="No.")
    correct_use(use, REFUSED, by=reviewer, reason="It has another song.")
    event = Event.objects.filter(verb="use.refused").latest("pk")
    assert event.actor == reviewer and event.facts == {
        "track": track.code,
        "corrected": True,
        "was_by_rule": True,
    }
    assert made(track, fan, 11).state == WAITING, "trust is lost"
    use = correct_use(use, ACCEPTED, by=reviewer, reason="It has it, from 0:40 on.")
    assert made(track, fan, 12).state == ACCEPTED, "and found again"
    assert not use.is_by_rule
    assert "from 0:40 on" in client_of(fan).get("/me/").content.decode()


def test_the_page_lists_what_was_decided_and_corrects_it(track: Track, reviewer: Person) -> None:
    fan, client, page = trusted_fan(track, reviewer), client_of(reviewer), "/admin/clearance/uses/"
    old = made(track, fan, 8)
    Use.objects.filter(pk=old.pk).update(decided_at=clock.now() - datetime.timedelta(days=31))
    by_rule = made(track, fan, 9)

    def listed(query: str = "") -> list[str]:
        return [use.url[-5:] for use in client.get(page + query).context["page"]]

    assert listed() == ["made9", "made1", "made0"], "the latest first, none older than 30 days"
    assert (listed("?by=rule"), listed("?by=person")) == (["made9"], ["made1", "made0"])
    with CaptureQueriesContext(connection) as one:
        client.get(page + "?by=rule")
    with CaptureQueriesContext(connection) as three:
        client.get(page)
    assert len(one) == len(three)
    press: dict[str, Any] = {"use": by_rule.code, "outcome": "refused-after-all"}
    without = client.post(page, press)
    assert without.status_code == 400 and "Say why" in without.content.decode()
    assert client.post(page, {**press, "outcome": "anything", "reason": "No."}).status_code == 400
    assert client.post(page + "?by=rule", {**press, "reason": "No."})["Location"] == page + "?by=rule"
    by_rule.refresh_from_db()
    assert (by_rule.state, by_rule.decided_by, by_rule.reason) == (REFUSED, reviewer, "No.")
    stranger = client_of(make_role(make_season(), "clearance"))
    assert (
        stranger.post(page, {**press, "outcome": "accepted-after-all", "reason": "Yes."}).status_code == 404
    )


# ---- said in the rules -----------------------------------------------------------------------------------------------


def test_the_rules_say_it_only_where_there_is_a_rule(season: Season) -> None:
    told = rules.rules_of(season)
    assert told["uses"] == {
        "trusted_after": 2,
        "sites": ["youtube.com", "youtu.be", "tiktok.com", "instagram.com"],
    }
    assert "accepted 2 videos" in video_words(told) and "on youtube.com, youtu.be" in video_words(told)
    season.uses_trusted_after = 0
    without = rules.rules_of(season)
    assert "uses" not in without, "rules that were frozen before keep their hash"
    assert "rule" not in video_words(without)
    season.uses_trusted_after, season.use_sites = 3, []
    assert "use_sites" in [problem.field for problem in rules.limit_problems(season)]
