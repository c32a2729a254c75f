"""The hash chain over the event log: one chain per season, each line naming the digest of the line before it.

Services insert events freely. The sealer, alone at a time (an advisory lock), takes those whose transaction number is
below that of every transaction that its snapshot sees running: none that starts later can get a number below it.
Sealed in the order (transaction, id), no event can come to light that belongs before a sealed one. Transactions in other
databases of the same server have numbers too, but no events here: they hold nothing up.

A line holds no personal data. Who acted is HMAC-SHA256(the person's erasure key, "season:<slug>"): the same person has
the same token within a season and none that could be guessed; when the key is destroyed the token means nobody, and
the chain still holds. Facts that might say more than codes and numbers are there as HMACs too.
"""

import datetime
import hashlib
import hmac
import json
import re
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from spotlight.accounts.models import Person
from spotlight.ledger.models import Event, Seal, Unsealed

BATCH = 2000
START = "0" * 64
"""What the first line of a chain names as the digest before it."""

PLAIN_SUBJECTS = frozenset(
    [
        "season",
        "round",
        "entry",
        "seat",
        "submission",
        "track",
        "cut",
        "award",
        "prize",
        "source",
        "importbatch",
        "scoresheet",
        "suspicion",
        "episode",
        "series",
        "clip",
        "recording",
    ]
)
"""Kinds of things whose public code says nothing about a person."""

PLAIN_FACTS = frozenset(
    [
        "role",
        "state",
        "outcome",
        "design",
        "field",
        "preset",
        "seat",
        "to",
        "round",
        "track",
        "detector",
        "factor",
    ]
)
"""Facts whose texts are codes. Digests (`…sha256`), numbers, yes and no are plain as well; all else is hidden."""

CODE = re.compile(r"[A-Za-z0-9._:+-]{1,100}")

SEALABLE = """
WITH elsewhere AS (
    SELECT l.transactionid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock'
      AND a.datid <> (SELECT oid FROM pg_database WHERE datname = current_database())
), horizon AS (
    SELECT coalesce(min(number::text::bigint), pg_snapshot_xmax(pg_current_snapshot())::text::bigint) AS first_open
    FROM pg_snapshot_xip(pg_current_snapshot()) AS number
    WHERE number::xid NOT IN (SELECT transactionid FROM elsewhere)
)
SELECT u.event_id FROM ledger_unsealed u, horizon
 WHERE u.transaction < first_open
    OR u.transaction >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint  -- restored from another server
 ORDER BY u.transaction, u.event_id LIMIT %s
"""


def seal() -> int:
    """Seal every event that nothing can precede any more. Returns how many."""
    done = 0
    while count := _seal_batch():
        done += count
    return done


def head(season: str) -> Seal | None:
    """The last seal of a season's chain."""
    return Seal.objects.filter(season=season).order_by("-sequence").first()


def token(person: Person, season: str) -> str:
    """What a person is called in the lines of a season, for as long as the erasure key exists."""
    return _hidden(bytes(person.erasure_key), f"season:{season}")


def problems(season: str) -> list[str]:
    """What is wrong with a season's chain, against its own digests and against the events; empty if nothing is."""
    found, previous = [], START
    seals = Seal.objects.filter(season=season).order_by("sequence").select_related("event__actor")
    for number, row in enumerate(seals.iterator(chunk_size=BATCH), 1):
        if _digest(row.line) != row.digest:
            found.append(f"seal {row.sequence} does not have the digest of its line")
        elif row.sequence != number or json.loads(row.line)["previous"] != previous:
            found.append(f"seal {row.sequence} does not follow the one before it")
        elif not _same(row):
            found.append(f"the event of seal {row.sequence} is not what was sealed")
        previous = row.digest
    loose = Event.objects.filter(season=season, seal=None).exclude(pk__in=Unsealed.objects.values("event"))
    found += [f"event {pk} was taken out of the chain" for pk in loose.values_list("pk", flat=True)]
    return found


def _seal_batch() -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger.seal'))")
            cursor.execute(SEALABLE, [BATCH])
            order = [row[0] for row in cursor.fetchall()]
        events = Event.objects.select_related("actor").in_bulk(order)
        heads: dict[str, tuple[int, str]] = {}
        people = _people(events.values())
        seals = [_next(events[key], heads, people) for key in order]
        Seal.objects.bulk_create(seals)
        Unsealed.objects.filter(pk__in=order).delete()
    return len(order)


def _next(event: Event, heads: dict[str, tuple[int, str]], people: dict[str, Person]) -> Seal:
    if event.season not in heads:
        last = head(event.season)
        heads[event.season] = (last.sequence, last.digest) if last else (0, START)
    sequence, previous = heads[event.season]
    content = plain(event, people) | {"sequence": sequence + 1, "previous": previous}
    line = canonical(content)
    heads[event.season] = (sequence + 1, _digest(line))
    return Seal(
        event=event, season=event.season, sequence=sequence + 1, line=line, digest=heads[event.season][1]
    )


def canonical(content: dict[str, Any]) -> str:
    """The text that is hashed: JSON with keys in order, no spaces, ASCII."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def plain(event: Event, people: dict[str, Person]) -> dict[str, Any]:
    """An event without personal data. `people` are those that its facts name, by code."""
    key = bytes(event.actor.erasure_key) if event.actor else settings.SECRET_KEY.encode()
    kind = event.subject.partition(":")[0]
    facts = {name: _fact(name, value, key, event.season, people) for name, value in event.facts.items()}
    return {
        "at": event.at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        "actor": token(event.actor, event.season) if event.actor else "",
        "season": event.season,
        "verb": event.verb,
        "subject": event.subject if kind in PLAIN_SUBJECTS else f"{kind}:{_hidden(key, event.subject)}",
        "facts": facts,
    }


def _fact(name: str, value: Any, key: bytes, season: str, people: dict[str, Person]) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if name == "person" and value in people:
        return token(people[value], season)
    is_code = name in PLAIN_FACTS or name.endswith("sha256") or name == "rules"
    if isinstance(value, str) and is_code and (not value or CODE.fullmatch(value)):
        return value
    return "hmac:" + _hidden(key, f"{name}={json.dumps(value, sort_keys=True)}")


def _people(events: Any) -> dict[str, Person]:
    named = {event.facts["person"] for event in events if isinstance(event.facts.get("person"), str)}
    return {person.code: person for person in Person.objects.filter(code__in=named)}


def _same(row: Seal) -> bool:
    """Whether an event still says what its line says, as far as no erasure key is needed to tell."""
    return _visible(json.loads(row.line)) == _visible(plain(row.event, {}))


def _visible(content: dict[str, Any]) -> list[Any]:
    kind = content["subject"].partition(":")[0]
    facts = {
        name: None if name == "person" or str(value).startswith("hmac:") else value
        for name, value in content["facts"].items()
    }
    subject = content["subject"] if kind in PLAIN_SUBJECTS else kind
    return [content["at"], content["season"], content["verb"], subject, facts]


def _hidden(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
