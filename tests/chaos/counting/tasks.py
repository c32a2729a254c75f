"""Two handlers. One keeps the rule that every task may run twice, the other breaks it so that the count is seen to see."""

import time
import zlib

from django.db import connection

from spotlight.ledger.work import Report, handles


@handles("chaos.count")
def count(key: str, report: Report) -> None:
    """Write one effect, unless an earlier run did. Safe to run again, and unsafe to run twice at once."""
    if _effects(key):
        return
    time.sleep(0.05 + zlib.crc32(key.encode()) % 300 / 1000)
    report(0.5)
    _write(key)


@handles("chaos.careless")
def count_carelessly(key: str, report: Report) -> None:
    """The same without looking first: what is killed in between, or fails as every third does once, is counted twice."""
    _write(key)
    time.sleep(1.5)
    if zlib.crc32(key.encode()) % 3 == 0 and _effects(key) == 1:
        raise RuntimeError("failed after its effect")


def _effects(key: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM chaos_effect WHERE key = %s", [key])
        return int(cursor.fetchone()[0])


def _write(key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO chaos_effect (key) VALUES (%s)", [key])
