"""Counting plays: a session that the server opens, seconds that the player reports, and what counts of them.

A play counts after 30 s, or three quarters of a shorter track, once per listener, track and day of the season's zone.
Own plays and those of staff, judges, partners and known bots never count. A listener is an account, or a hash of
address and agent with a salt of that day, which is thrown away when the day is over; no address is stored.
"""

import datetime
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import clock
from submissions.models import ListenerSalt, Membership, PlaySession, Season, Track
from submissions.permissions import is_behind
from submissions.queries.rules import season_zone
from submissions.queries.seasons import season_of

MOST_EVENTS = 20
NEEDED_MS = 30_000
BOTS = re.compile(
    r"bot\b|crawl|spider|slurp|preview|headless|curl/|wget/|python-|httpx|okhttp|java/|libwww|scrapy|facebookexternalhit|embedly|monitor",
    re.IGNORECASE,
)
LANGUAGE_MARKETS = {"ja": "jp", "ko": "kr"}

COUNT = """
WITH told AS (
    SELECT * FROM unnest(%(codes)s::text[], %(listened)s::bigint[]) AS t(code, listened)
), heard AS (
    SELECT code, max(listened) AS listened FROM told GROUP BY code
), kept AS (
    UPDATE submissions_playsession s
    SET listened_ms = greatest(s.listened_ms, least(h.listened,
        (extract(epoch FROM spotlight_now() - s.opened_at) * 1000)::bigint + 1000))
    FROM heard h WHERE s.code = h.code
    RETURNING s.id, s.track_id, s.listener, s.market, s.counts, s.listened_ms, s.opened_at
), due AS (
    SELECT k.*, coalesce(z.zone, 'UTC') AS zone FROM kept k
    JOIN submissions_track t ON t.id = k.track_id
    LEFT JOIN LATERAL (
        SELECT e.zone FROM submissions_submission m JOIN submissions_season e ON e.id = m.season_id
        WHERE m.track_id = k.track_id ORDER BY m.id DESC LIMIT 1
    ) z ON true
    WHERE k.counts AND k.listened_ms >= least(%(needed)s, coalesce(t.duration_ms, %(needed)s) * 3 / 4)
)
INSERT INTO submissions_play (track_id, day, listener, market)
SELECT DISTINCT ON (track_id, listener, (opened_at AT TIME ZONE zone)::date)
       track_id, (opened_at AT TIME ZONE zone)::date, listener, market FROM due
ON CONFLICT (track_id, day, listener) DO NOTHING
"""


@dataclass(frozen=True)
class Visitor:
    """Who asks, as far as counting needs it; address and agent are never stored."""

    person: Person | None
    address: str
    agent: str
    language: str


@dataclass(frozen=True)
class Heard:
    """One report of a player: which session, and how many seconds, 0 to 86,400, were really listened so far."""

    session: str
    listened: float


def open_session(track: Track, visitor: Visitor) -> PlaySession:
    """Open a session for a visitor on a track that they may hear."""
    at = clock.now()
    return PlaySession.objects.create(
        track=track,
        listener=listener_key(visitor, day=day_in(season_of(track), at)),
        market=market_of(track, visitor),
        counts=is_counted(track, visitor),
        opened_at=at,
    )


def record(events: Sequence[Heard]) -> int:
    """Take in a beacon of up to 20 reports in one statement. Returns how many plays now count that did not before.

    Nobody is credited with more than the time that really passed. Unknown sessions are ignored.
    """
    if len(events) > MOST_EVENTS:
        raise InvalidInput(f"At most {MOST_EVENTS} events in one request.", field="events")
    if not events:
        return 0
    values: dict[str, Any] = {
        "codes": [event.session for event in events],
        "listened": [round(event.listened * 1000) for event in events],
        "needed": NEEDED_MS,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        counted: int = cursor.rowcount
    return counted


def day_in(season: Season | None, at: datetime.datetime) -> datetime.date:
    """The day of a moment where the season is; UTC's for a track in no season."""
    return at.astimezone(season_zone(season) if season else datetime.UTC).date()


def listener_key(visitor: Visitor, *, day: datetime.date) -> str:
    """`person:<code>` of an account, else a hash that can't be linked to that of another day. `day` is the season's."""
    if visitor.person is not None:
        return f"person:{visitor.person.code}"
    told = f"{visitor.address}\n{visitor.agent}".encode()
    return hmac.new(_salt_of(day), told, hashlib.sha256).hexdigest()[:40]


def _salt_of(day: datetime.date) -> bytes:
    row, _ = ListenerSalt.objects.get_or_create(day=day, defaults={"salt": secrets.token_bytes(32)})
    return bytes(row.salt)


def is_counted(track: Track, visitor: Visitor) -> bool:
    """False for bots, operators, the artists of the track, and for staff, judges and partners of its seasons."""
    if not visitor.agent or BOTS.search(visitor.agent):
        return False
    if visitor.person is None:
        return True
    if visitor.person.user and (visitor.person.user.is_staff or visitor.person.user.is_superuser):
        return False
    roles = Membership.objects.filter(
        person=visitor.person, season__submissions__track=track, ended_at__isnull=True
    )
    return not is_behind(visitor.person, track) and not roles.exists()


def market_of(track: Track, visitor: Visitor) -> str:
    """The listener's market: of the account, else by the language of the browser, else `other` or nothing."""
    season = season_of(track)
    known = set(season.markets.values_list("code", flat=True)) if season else set()
    told = visitor.person.market if visitor.person else ""
    guess = told or LANGUAGE_MARKETS.get(visitor.language[:2].lower(), "other")
    return guess if guess in known else "other" if "other" in known else ""
