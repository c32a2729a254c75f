"""The demo's way with the clock: back to where a season begins, then forward from moment to moment."""

import datetime
from zoneinfo import ZoneInfo

import psycopg2
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from series.jobs import publication
from series.models import Episode
from spotlight.demo import cast
from spotlight.ledger import clock
from spotlight.ledger.models import Clock, WorkRow
from submissions.models import Season
from submissions.services.presets import day_at


def day(season: Season, number: float, hour: int = 12) -> datetime.datetime:
    """A moment of a season: so many calendar days after its entries opened."""
    assert season.entries_open_at is not None
    return day_at(season.entries_open_at, season.zone, int(number), hour, 0)


def days_ago(days: int) -> datetime.datetime:
    """Ten in the morning, so many days before the real present."""
    today = datetime.datetime.now(ZoneInfo(cast.ZONE)).date()
    return datetime.datetime.combine(
        today - datetime.timedelta(days=days), datetime.time(10), ZoneInfo(cast.ZONE)
    )


def let_move() -> None:
    """Make the clock of the embedded database movable; `make run` has done so already."""
    if Clock.objects.filter(movable=True).exists():
        return
    with psycopg2.connect(settings.DATABASE_OWNER_URL) as owner, owner.cursor() as cursor:
        cursor.execute("UPDATE ledger_clock SET movable = true")
    owner.close()
    connection.close()


def go(moment: datetime.datetime) -> None:
    """Let the time come to `moment`, never back. Episodes scheduled before it come out at their time."""
    due = Episode.objects.filter(state=Episode.State.SCHEDULED, publish_at__lte=moment).order_by("publish_at")
    for code, at in list(due.values_list("code", "publish_at")):
        assert at is not None
        _forward(at + datetime.timedelta(seconds=1))
        publication.publish_due(code)
    _forward(moment)


def set_to(moment: datetime.datetime) -> None:
    """Set the clock, forward or back. Work that runs meanwhile keeps the rest of its lease."""
    with transaction.atomic():
        step = moment - clock.now()
        WorkRow.objects.filter(state=WorkRow.State.RUNNING).update(leased_until=F("leased_until") + step)
        clock.move_to(moment)


def _forward(moment: datetime.datetime) -> None:
    if clock.now() < moment:
        set_to(moment)
