"""What keeps listeners untraceable."""

import datetime

from spotlight.ledger import clock
from submissions.models import ListenerSalt, PlaySession

LAST_ZONE = datetime.timedelta(hours=12)
"""A day ends last twelve hours west of Greenwich."""
SESSIONS_KEPT = datetime.timedelta(days=2)
"""Nobody reports longer on one start of a track; what counts of it is a play by then."""


def forget_salts() -> int:
    """Throw away the salts of days that are over everywhere: what was hashed with them can't be traced any more."""
    removed, _ = ListenerSalt.objects.filter(day__lt=(clock.now() - LAST_ZONE).date()).delete()
    return removed


def forget_sessions() -> int:
    """Delete old play sessions: who opened which track when is nobody's business. Returns how many."""
    removed, _ = PlaySession.objects.filter(opened_at__lt=clock.now() - SESSIONS_KEPT).delete()
    return removed
