"""What keeps listeners untraceable."""

import datetime

from spotlight.ledger import clock
from submissions.models import ListenerSalt

LAST_ZONE = datetime.timedelta(hours=12)
"""A day ends last twelve hours west of Greenwich."""


def forget_salts() -> int:
    """Throw away the salts of days that are over everywhere: what was hashed with them can't be traced any more."""
    removed, _ = ListenerSalt.objects.filter(day__lt=(clock.now() - LAST_ZONE).date()).delete()
    return removed
