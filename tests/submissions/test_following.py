"""Following artists: the button, the list, the numbers that a season hides, and one mail a day about what is new."""

import datetime
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as django_mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from spotlight.accounts.models import Person, User
from spotlight.ledger import clock, mail, work
from spotlight.ledger.models import Mail
from submissions.jobs import following as job
from submissions.models import Artist, Follow, FollowMail, Season, Track
from submissions.queries import following as queries
from submissions.queries import publicity
from submissions.services import following
from submissions.tasks.following import follow_mails
from tests.making import (
    PASSWORD,
    make_artist,
    make_person,
    make_playable,
    make_season,
    make_submission,
    open_for_good,
    stop_clock,
)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def season() -> Season:
    return open_for_good(make_season("spring"))


@pytest.fixture
def now() -> datetime.datetime:
    """Nine in the morning, where the clock stands."""
    moment = clock.now().replace(hour=9, minute=0, second=0, microsecond=0)
    stop_clock(moment)
    return moment


def public_artist(name: str = "수리", **extra: Any) -> Artist:
    return make_artist(name=name, is_public=True, **extra)


def released(season: Season, artist: Artist, at: datetime.datetime, title: str = "물결") -> Track:
    track = make_playable(make_submission(season, artist, title=title).track)
    Track.objects.filter(pk=track.pk).update(released_at=at)
    return track


def client_of(person: Person) -> Client:
    client = Client()
    assert person.user is not None
    assert client.login(email=person.user.email, password=PASSWORD)
    return client


def mails_of(person: Person) -> list[Mail]:
    """What a fan was written after the daily work, asked for twice."""
    for _ in range(2):
        follow_mails()
        work.run_due()
        job.mail_news(person.code)
    return list(Mail.objects.filter(person=person, template="followed_news").order_by("pk"))


# ---- the button and the list -----------------------------------------------------------------------------------------


def test_following_needs_an_account_and_counts_once(season: Season, client: Client) -> None:
    artist = public_artist()
    track = released(season, artist, clock.now() - DAY)
    address, page = f"/artists/{artist.slug}/follow/", f"/tracks/{track.code}/"
    asked = client.post(f"{address}?track={track.code}")
    assert "/accounts/login/?next=" in asked["Location"]
    assert not Follow.objects.exists()
    fan = client_of(make_person())
    back = fan.get(f"{address}?track={track.code}", follow=True)
    assert back.redirect_chain == [(page, 302)] and "Press Follow once more" in back.content.decode()
    for _ in range(2):
        assert fan.post(f"{address}?track={track.code}")["Location"] == page
    assert Follow.objects.count() == 1
    for shown in (page, f"/artists/{artist.slug}/"):
        assert re.search(
            r'aria-pressed="true">Following<span class="vh"> .*수리', fan.get(shown).content.decode()
        )
    assert "수리" in fan.get("/me/").content.decode()
    assert fan.post(f"{address}?list=1", {"undo": 1})["Location"] == "/me/following/"
    assert not Follow.objects.exists()
    hidden = make_artist()
    assert fan.post(f"/artists/{hidden.slug}/follow/").status_code == 404
    assert fan.post(f"{address}?track=zzzz")["Location"] == f"/artists/{artist.slug}/"


def test_the_list_has_the_newest_first_in_a_fixed_number_of_queries(season: Season) -> None:
    person, at = make_person(), clock.now()
    fan = client_of(person)
    assert "Nobody followed yet" in fan.get("/me/following/").content.decode()

    def followed(name: str, *days: int) -> None:
        artist = public_artist(name)
        following.follow(artist, by=person)
        for ago in days:
            released(season, artist, at - ago * DAY, f"{name} {ago}")

    followed("Later", 5)
    with CaptureQueriesContext(connection) as one:
        fan.get("/me/following/")
    followed("Sooner", 9, 2, 40, 30)
    followed("Silent")
    with CaptureQueriesContext(connection) as three:
        page = fan.get("/me/following/").content.decode()
    assert len(one) == len(three)
    places = [
        page.index(f">{words}<") for words in ("Sooner 2", "Sooner 9", "Sooner 30", "Later 5", "Silent")
    ]
    assert places == sorted(places)
    assert "Sooner 40" not in page


def test_followers_are_a_number_only_where_likes_are(
    season: Season, client: Client, monkeypatch: Any
) -> None:
    artist = public_artist()
    released(season, artist, clock.now() - DAY)
    following.follow(artist, by=make_person())

    def shown() -> bool:
        return "1 follower" in client.get(f"/artists/{artist.slug}/").content.decode()

    assert shown()
    with monkeypatch.context() as patch:
        patch.setattr(publicity, "frozen_at", lambda season: clock.now())
        assert not shown()
    crowd = open_for_good(make_season("crowd", board_mode="top"))
    track = make_submission(crowd, artist).track
    assert not shown()
    Track.objects.filter(pk=track.pk).update(released_at=None)
    assert shown(), "what is not out yet says nothing, not even by a missing number"


def test_a_person_takes_what_they_follow_along(season: Season) -> None:
    person = make_person()
    following.follow(public_artist(), by=person)
    FollowMail.objects.create(person=person, day=clock.now().date(), about=["track:x"])
    person.delete()
    assert not Follow.objects.exists() and not FollowMail.objects.exists()


# ---- mails -----------------------------------------------------------------------------------------------------------


def test_one_mail_a_day_with_everything_new(season: Season, now: datetime.datetime) -> None:
    fan, artist, other = make_person(), public_artist(), public_artist("みなと")
    released(season, artist, now - DAY, "before")
    following.follow(artist, by=fan)
    following.follow(other, by=fan)
    assert mails_of(fan) == []
    stop_clock(now + HOUR)
    first = released(season, artist, now + HOUR, "물결")
    second = released(season, other, now + HOUR, "夜道")
    (written,) = mails_of(fan)
    assert written.subject == "2 new things from artists you follow"
    for told in ("물결", "夜道", f"/tracks/{first.code}/", f"/tracks/{second.code}/"):
        assert told in written.text and told in written.html
    assert "before" not in written.text
    third = released(season, other, now + HOUR, "third")
    assert len(mails_of(fan)) == 1
    stop_clock(now + DAY)
    again = mails_of(fan)[1:]
    assert [m.subject for m in again] == ["みなと: third"]
    assert f"/tracks/{third.code}/" in again[0].text and f"/tracks/{first.code}/" not in again[0].text
    stop_clock(now + 40 * DAY)
    assert len(mails_of(fan)) == 2
    assert not FollowMail.objects.exists()


def test_nothing_is_told_that_is_not_public_when_the_mail_is_written(
    season: Season, now: datetime.datetime
) -> None:
    fan, artist = make_person(), public_artist()
    following.follow(artist, by=fan)
    stop_clock(now + HOUR)
    make_playable(make_submission(season, artist, state="submitted", title="waits").track)
    contested = released(season, artist, now + HOUR, "contested")
    Track.objects.filter(pk=contested.pk).update(hidden_at=now + HOUR)
    assert mails_of(fan) == []
    work.enqueue(job.KIND, fan.code)
    Track.objects.filter(pk=contested.pk).update(hidden_at=None)
    Artist.objects.filter(pk=artist.pk).update(is_public=False)
    assert mails_of(fan) == []
    Artist.objects.filter(pk=artist.pk).update(is_public=True)
    assert [m.subject for m in mails_of(fan)] == ["수리: contested"]


@pytest.mark.parametrize("why", ["off", "unconfirmed", "inactive"])
def test_who_is_not_mailed(season: Season, now: datetime.datetime, why: str) -> None:
    fan, artist = make_person(), public_artist()
    following.follow(artist, by=fan)
    assert fan.user is not None
    if why == "unconfirmed":
        EmailAddress.objects.filter(user=fan.user).update(verified=False)
    elif why == "inactive":
        User.objects.filter(pk=fan.user.pk).update(is_active=False)
    else:
        assert client_of(fan).post("/me/following/", {})["Location"] == "/me/following/"
    stop_clock(now + HOUR)
    released(season, artist, now + HOUR)
    assert mails_of(fan) == []


def test_the_link_of_a_mail_ends_them_without_signing_in(
    season: Season, now: datetime.datetime, settings: Any
) -> None:
    fan, artist = make_person(), public_artist()
    following.follow(artist, by=fan)
    stop_clock(now + HOUR)
    released(season, artist, now + HOUR)
    (written,) = mails_of(fan)
    address = written.unsubscribe.removeprefix(settings.SITE_URL)
    assert written.unsubscribe in written.text and f'href="{written.unsubscribe}"' in written.html
    elsewhere = Client(enforce_csrf_checks=True)
    assert "Send me no more of these mails" in elsewhere.get(address).content.decode()
    assert queries.mailed_followers().filter(pk=fan.pk).exists(), "opening alone changes nothing"
    for forged in (address[:-2] + "/", f"/following/stop/{fan.code}/", f"/following/stop/{fan.code}:x/"):
        assert elsewhere.post(forged).status_code == 404
    stopped = elsewhere.post(address, {"List-Unsubscribe": "One-Click"})
    assert stopped.status_code == 200 and "You get no more of these mails" in stopped.content.decode()
    assert not queries.mailed_followers().filter(pk=fan.pk).exists()
    client_of(fan).post("/me/following/", {"mails": "1"})
    assert queries.mailed_followers().filter(pk=fan.pk).exists()


def test_mail_programs_find_the_link_in_the_head(settings: Any) -> None:
    settings.MAILERS = {
        **settings.MAILERS, "delivery": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"},
    }  # fmt: skip
    fan = make_person()
    written = Mail.objects.create(
        to="fan@example.test",
        subject="x",
        text="x",
        unsubscribe=queries.stop_link(fan),
        created_at=clock.now(),
    )
    mail.deliver(written.pk)
    sent = django_mail.outbox[-1].message()
    assert sent["List-Unsubscribe"] == f"<{written.unsubscribe}>"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
