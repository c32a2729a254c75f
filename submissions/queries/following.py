"""Who follows whom, and what is new of followed artists. Other apps add theirs to `SOURCES` from above.

Whatever counts is public in the moment of asking: what was taken down meanwhile, or is not out yet, is no news.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import F, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from spotlight.accounts.models import Person
from spotlight.accounts.people import confirmed_users
from spotlight.web.cards import TrackCard
from submissions.models import Artist, Follow, FollowMail, TrackArtist
from submissions.queries.cards import card_of
from submissions.queries.listening import heard_by_all

FRESH = datetime.timedelta(days=14)
"""What became public longer ago is told to nobody any more."""
NEWEST = 3
_signer = Signer(salt="submissions.following")


@dataclass(frozen=True)
class News:
    """Something new of an artist. `subject` is its kind and code; `address` its path; `label` says what it is."""

    subject: str
    at: datetime.datetime
    artist: Artist
    title: str
    label: str | Promise
    address: str


Source = Callable[[Iterable[int], datetime.datetime], list[News]]


def new_tracks(artists: Iterable[int], since: datetime.datetime) -> list[News]:
    """Tracks of these artists that were released after a moment and may be heard now."""
    tracks = heard_by_all().filter(released_at__gt=since)
    rows = TrackArtist.objects.filter(artist__in=artists, track__in=tracks).select_related("track", "artist")
    return [
        News(
            subject=f"track:{row.track.code}", at=row.track.released_at, artist=row.artist, title=row.track.title,
            label=gettext_lazy("New track"), address=reverse("track", args=[row.track.code]),
        )
        for row in rows
        if row.track.released_at
    ]  # fmt: skip


SOURCES: list[Source] = [new_tracks]


def followed(person: Person) -> QuerySet[Artist]:
    """The artists with a public page that a fan follows, those with the newest track first."""
    newest = heard_by_all().filter(billing__artist=OuterRef("pk")).order_by("-released_at")
    found = Artist.objects.filter(is_public=True, follows__person=person)
    return found.annotate(newest=Subquery(newest.values("released_at")[:1])).order_by(
        F("newest").desc(nulls_last=True), "slug"
    )


def newest_cards(artists: Iterable[Artist]) -> dict[int, list[TrackCard]]:
    """The newest tracks of each artist by the artist's key, the latest first, in two queries however many there are."""
    place = Window(
        RowNumber(), partition_by="artist", order_by=[F("track__released_at").desc(), F("track__code")]
    )
    billed = TrackArtist.objects.filter(artist__in=list(artists), track__in=heard_by_all())
    rows = billed.annotate(place=place).filter(place__lte=NEWEST).order_by("artist", "place")
    found: dict[int, list[TrackCard]] = {}
    for row in rows.select_related("track__artwork").prefetch_related("track__billing__artist"):
        found.setdefault(row.artist_id, []).append(card_of(row.track))
    return found


def follows(person: Person | None, artist: Artist) -> bool:
    """Whether somebody follows an artist; never for a visitor."""
    return person is not None and Follow.objects.filter(artist=artist, person=person).exists()


def followers_of(artist: Artist) -> int:
    """How many accounts follow an artist."""
    return Follow.objects.filter(artist=artist).count()


def mailed_followers() -> QuerySet[Person]:
    """Fans who follow somebody, confirmed their address and left the mails on."""
    users = confirmed_users().filter(is_active=True, mail_about_followed=True)
    return Person.objects.filter(user__in=users, follows__isnull=False).distinct()


def followers_with_news(now: datetime.datetime) -> QuerySet[Person]:
    """Those of them of whose artists anything is new; whether they were told of it is asked later, one by one."""
    artists = Artist.objects.filter(is_public=True, follows__isnull=False).distinct()
    fresh = {news.artist.pk for news in _news(list(artists.values_list("pk", flat=True)), now - FRESH)}
    return mailed_followers().filter(follows__artist__in=fresh).order_by("pk")


def untold(person: Person, now: datetime.datetime) -> list[News]:
    """What is new of a fan's artists since they follow them and was in no mail yet, the oldest first, each once."""
    since = dict(Follow.objects.filter(person=person, artist__is_public=True).values_list("artist", "at"))
    mails = FollowMail.objects.filter(person=person).values_list("about", flat=True)
    told = {subject for about in mails for subject in about}
    new = [n for n in _news(list(since), now - FRESH) if n.at > since[n.artist.pk] and n.subject not in told]
    return list({news.subject: news for news in new}.values())


def _news(artists: list[int], since: datetime.datetime) -> list[News]:
    found = [news for source in SOURCES for news in source(artists, since)]
    return sorted(found, key=lambda news: (news.at, news.subject))


def stop_link(person: Person) -> str:
    """The whole address that ends these mails for a fan without signing in."""
    return settings.SITE_URL + reverse("stop_follow_mails", args=[_signer.sign(person.code)])


def behind_stop_link(token: str) -> Person | None:
    """Whose link it is; None for anything that we did not sign, and for who has no account any more."""
    try:
        code = _signer.unsign(token)
    except BadSignature:
        return None
    return Person.objects.select_related("user").filter(code=code, user__isnull=False).first()
