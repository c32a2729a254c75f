"""The one clock. Deadlines, windows and schedules are decided by the database's `spotlight_now()`."""

import datetime

from django.db import connection
from django.db.models import DateTimeField, Func

from spotlight.errors import SpotlightError
from spotlight.ledger.models import Clock


class ClockFixed(SpotlightError):
    """The clock moves only on test and embedded databases."""

    code = "clock_fixed"


class Now(Func):
    """`spotlight_now()` inside a query."""

    function = "spotlight_now"
    output_field = DateTimeField()


class ServerNow(Func):
    """The server's own time, which nobody moves: for leases, which bound what machines do."""

    function = "clock_timestamp"
    output_field = DateTimeField()


def now() -> datetime.datetime:
    """The time that decides, aware, in UTC. Inside a service call it after the lock is held."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT spotlight_now()")
        moment: datetime.datetime = cursor.fetchone()[0]
    return moment


def move_to(moment: datetime.datetime) -> None:
    """Move the clock so that it now shows `moment`. Raises ClockFixed on a database whose clock is fixed."""
    if not Clock.objects.filter(movable=True).exists():
        raise ClockFixed("The clock of this database can't be moved.")
    with connection.cursor() as cursor:
        cursor.execute('UPDATE ledger_clock SET "offset" = %s - clock_timestamp() WHERE id = 1', [moment])


def move_by(step: datetime.timedelta) -> None:
    """Move the clock by `step`."""
    move_to(now() + step)
