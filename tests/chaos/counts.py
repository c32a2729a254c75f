"""What was acknowledged against what is there."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

PLAYED = """
SELECT s.code, count(p.id) FROM submissions_playsession s
LEFT JOIN submissions_play p ON p.track_id = s.track_id AND p.listener = s.listener
WHERE s.code = ANY(%s) GROUP BY s.code
"""
KEPT = """
SELECT t.code, (SELECT count(*) FROM ledger_event e WHERE e.verb = 'track.audio_ready' AND e.subject = 'track:' || t.code)
FROM submissions_track t JOIN ledger_storedfile f ON f.id = t.rendition_id
WHERE t.audio = 'ready' AND f.state <> 'gone' AND t.code = ANY(%s)
"""
UNDONE = """
SELECT kind, key, state, attempts, error FROM ledger_work
WHERE state = 'failed' OR state = 'running' OR (state = 'waiting' AND due_at <= spotlight_now())
"""


@dataclass
class Count:
    """One kind of effect: the keys that were acknowledged, those not found, those found more than once."""

    acknowledged: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.acknowledged:6} acknowledged {len(self.lost):4} lost {len(self.doubled):4} doubled"


class Counting:
    """Reads the journal and the database of one run."""

    def __init__(self, journal: Path, database: str) -> None:
        self.journal, self.database = journal, database

    def acknowledged(self, kind: str) -> list[str]:
        """Keys of one kind, in order."""
        lines = self.journal.read_text().splitlines()
        return [line.partition(" ")[2] for line in lines if line.partition(" ")[0] == kind]

    def work(self, kind: str = "work") -> Count:
        keys = self.acknowledged(kind)
        return _count(
            keys, self.rows("SELECT key, count(*) FROM chaos_effect WHERE key = ANY(%s) GROUP BY 1", keys)
        )

    def plays(self) -> Count:
        keys = self.acknowledged("play")
        return _count(keys, self.rows(PLAYED, keys))

    def recordings(self) -> Count:
        keys = self.acknowledged("audio")
        return _count(keys, self.rows(KEPT, keys))

    def mails(self, received: dict[str, list[str]]) -> Count:
        """A mail handed over twice under one Message-ID is one mail to its reader."""
        keys = self.acknowledged("mail")
        return _count(keys, [(key, len(set(received[f"{key}@example.test"]))) for key in keys])

    def undone(self) -> list[tuple[Any, ...]]:
        """Work rows that should be done and are not."""
        return self.rows(UNDONE)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg2.connect(self.database) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        connection.close()
        return found


def _count(keys: list[str], found: Iterable[tuple[Any, ...]]) -> Count:
    times = Counter({str(key): int(number) for key, number in found})
    return Count(
        acknowledged=len(keys),
        lost=[key for key in keys if not times[key]],
        doubled=[key for key in keys if times[key] > 1],
    )
