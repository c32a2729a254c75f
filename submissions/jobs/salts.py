"""What keeps listeners untraceable."""

from spotlight.ledger import clock
from submissions.models import ListenerSalt


def forget_salts() -> int:
    """Throw away the salts of past days: what was hashed with them can't be traced any more."""
    removed, _ = ListenerSalt.objects.filter(day__lt=clock.now().date()).delete()
    return removed
