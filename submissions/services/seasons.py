"""The life of a season: opening (which freezes its rules), moving its calendar before that, finishing."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, events
from submissions.models import Season
from submissions.queries import rules as season_rules
from submissions.queries.rules import Problem
from submissions.services.amendments import WINDOWS, season_windows


class NotReady(SpotlightError):
    """Something stands in the way of opening; `problems` says what."""

    code = "not_ready"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(
            _("This season can't be opened yet: %(first)s") % {"first": problems[0].message},
            field=problems[0].field or None,
        )
        self.problems = problems


class AlreadyOpen(SpotlightError):
    """The season was opened before; its rules stand."""

    code = "already_open"


@transaction.atomic
def open_season(season: Season, *, by: Person) -> Season:
    """Freeze the rules, store their hash and let people in. Can't be undone.

    Raises NotReady with all problems, or AlreadyOpen.
    """
    locked = _planned(season)
    now = clock.now()
    problems = season_rules.opening_problems(locked, now)
    if problems:
        raise NotReady(problems)
    locked.rules = season_rules.rules_of(locked)
    locked.rules_sha256 = season_rules.digest(locked.rules)
    locked.state = Season.State.OPEN
    locked.opened_at = now
    locked.save(update_fields=["rules", "rules_sha256", "state", "opened_at"])
    events.log("season.opened", locked, by=by, season=locked.slug, rules=locked.rules_sha256)
    season.refresh_from_db()
    return season


@transaction.atomic
def shift_calendar(season: Season, *, by: Person, step: datetime.timedelta) -> Season:
    """Move every window of a season that is not open yet, its rounds' too, by the same step."""
    locked = _planned(season)
    for windows in WINDOWS:
        for window in windows(locked):
            setattr(window.thing, window.attribute, window.at + step)
    rows = {id(window.thing): window.thing for windows in WINDOWS for window in windows(locked)}
    for row in [locked, *(thing for thing in rows.values() if thing is not locked)]:
        row.save()
    events.log("season.shifted", locked, by=by, season=locked.slug, days=step.days)
    season.refresh_from_db()
    return season


@transaction.atomic
def finish_season(season: Season, *, by: Person | None) -> Season:
    """Say that a season is over, once its winners are announced."""
    locked = Season.objects.select_for_update().get(pk=season.pk)
    if locked.state == Season.State.FINISHED:
        return season
    if locked.state != Season.State.OPEN:
        raise SpotlightError(_("Only an open season can be finished."))
    locked.state = Season.State.FINISHED
    locked.save(update_fields=["state"])
    events.log("season.finished", locked, by=by, season=locked.slug)
    season.refresh_from_db()
    return season


def _planned(season: Season) -> Season:
    locked = Season.objects.select_for_update().get(pk=season.pk)
    if locked.opened_at is not None:
        raise AlreadyOpen(_("This season is open. Its rules can't be changed any more."))
    return locked


__all__ = ["AlreadyOpen", "NotReady", "finish_season", "open_season", "season_windows", "shift_calendar"]
