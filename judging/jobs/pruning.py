"""Standings of running rounds that nobody needs any more go: a large round makes hundreds a day.

Kept are the newest, the first of every day (in the season's zone), and all that a close, a release or a cut rests on.
Of a closed round nothing can go: the database refuses it.
"""

from django.db import connection, transaction

from judging.models import Round
from judging.queries.courses import STANDINGS
from judging.queries.rounds import RUNNING
from spotlight.ledger import events

KEEP_NEWEST = STANDINGS
"""As many as the history of ranks shows."""
AT_ONCE = 50
NEEDLESS = """
SELECT id FROM (
    SELECT id, is_closing, row_number() OVER (ORDER BY number DESC) AS age,
           row_number() OVER (PARTITION BY (computed_at AT TIME ZONE %(zone)s)::date ORDER BY number) AS of_day
    FROM judging_standings WHERE round_id = %(round)s
) s
WHERE age > %(newest)s AND of_day > 1 AND NOT is_closing
  AND NOT EXISTS (SELECT FROM judging_release r WHERE r.standings_id = s.id)
  AND NOT EXISTS (SELECT FROM judging_cut c WHERE c.standings_id = s.id)
ORDER BY id LIMIT %(most)s
"""


def prune(round: Round) -> int:
    """Remove needless standings of a running round and say how many; safe to repeat."""
    removed = 0
    while few := _prune_some(round):
        removed += few
    if removed:
        events.log("standings.pruned", round, by=None, season=round.season.slug, removed=removed)
    return removed


def _prune_some(round: Round) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT spotlight_round_state(%s)", [round.pk])  # held: it can't close meanwhile
        if cursor.fetchone()[0] not in RUNNING:
            return 0
        limits = {"newest": KEEP_NEWEST, "most": AT_ONCE}
        cursor.execute(NEEDLESS, {"round": round.pk, "zone": round.season.zone, **limits})
        needless = [key for (key,) in cursor.fetchall()]
        cursor.execute("DELETE FROM judging_standing WHERE standings_id = ANY(%s)", [needless])
        cursor.execute("DELETE FROM judging_standings WHERE id = ANY(%s)", [needless])
        return len(needless)
