"""After opening only windows may move: dated, with a reason, in public, approved by a second person."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock, events
from submissions.models import Amendment, Season
from submissions.queries import rules


@dataclass(frozen=True)
class Window:
    """One moment of the calendar that an amendment may move: its public name, and where it is kept."""

    field: str
    label: str
    at: datetime.datetime
    thing: Model
    attribute: str


WINDOWS: list[Callable[[Season], list[Window]]] = []


class SamePerson(SpotlightError):
    """Whoever proposed can't approve."""

    code = "same_person"


def season_windows(season: Season) -> list[Window]:
    """The windows that a season itself holds and that are set."""
    names = {
        "entries_open_at": _("Entries open"),
        "entries_close_at": _("Entries close"),
        "clearing_ends_at": _("Clearing ends"),
        "results_at": _("Results"),
    }
    return [
        Window(field, label, getattr(season, field), season, field)
        for field, label in names.items()
        if getattr(season, field) is not None
    ]


WINDOWS.append(season_windows)


def all_windows(season: Season) -> list[Window]:
    """Every window of the season, its rounds' included."""
    return [window for windows in WINDOWS for window in windows(season)]


INSIDE = ("clearing_ends_at", "locks_at")
"""What only people at work wait for; everybody else counts down to what comes after."""


def next_window(season: Season, now: datetime.datetime) -> Window | None:
    """The next moment of the calendar that visitors wait for."""
    coming = [w for w in all_windows(season) if w.at > now and w.attribute not in INSIDE]
    return min(coming, key=lambda window: window.at, default=None)


@transaction.atomic
def propose_amendment(
    season: Season, *, field: str, after: datetime.datetime, reason: str, by: Person
) -> Amendment:
    """Propose to move one window of an open season. Raises InvalidInput at `field`, `after` or `reason`."""
    locked = Season.objects.select_for_update().get(pk=season.pk)
    window = _movable(locked, field, after)
    if not reason.strip():
        raise InvalidInput(_("Say why the window moves. Everybody can read it."), field="reason")
    if locked.amendments.filter(field=field, approved_at__isnull=True).exists():
        raise InvalidInput(_("A change of this window already waits for approval."), field="field")
    amendment = Amendment.objects.create(
        season=locked, field=field, before=window.at, after=after, reason=reason.strip(),
        proposed_by=by, proposed_at=clock.now(),
    )  # fmt: skip
    _check_calendar(window, locked, after)
    events.log(
        "amendment.proposed", locked, by=by, season=locked.slug, field=field, after=rules.moment(after)
    )
    return amendment


@transaction.atomic
def approve_amendment(amendment: Amendment, *, by: Person) -> Amendment:
    """Approve a proposed amendment and move the window. Raises SamePerson, or InvalidInput if time has overtaken it."""
    season = Season.objects.select_for_update().get(pk=amendment.season_id)
    locked = Amendment.objects.select_for_update().get(pk=amendment.pk)
    if locked.approved_at is not None:
        return locked
    if locked.proposed_by_id == by.pk:
        raise SamePerson(_("You proposed this change. A second person has to approve it."))
    window = _movable(season, locked.field, locked.after)
    if window.at != locked.before:
        raise InvalidInput(_("The window moved meanwhile. Withdraw this proposal and make a new one."))
    locked.approved_by, locked.approved_at = by, clock.now()
    locked.save(update_fields=["approved_by", "approved_at"])
    setattr(window.thing, window.attribute, locked.after)
    window.thing.save(update_fields=[window.attribute])
    _refuse_first(rules.calendar_problems(Season.objects.get(pk=season.pk)))
    events.log(
        "amendment.approved",
        season,
        by=by,
        season=season.slug,
        field=locked.field,
        after=rules.moment(locked.after),
    )
    return locked


@transaction.atomic
def withdraw_amendment(amendment: Amendment, *, by: Person) -> None:
    """Take back a proposal that nobody approved yet."""
    locked = Amendment.objects.select_for_update().get(pk=amendment.pk)
    if locked.approved_at is not None:
        raise SpotlightError(_("This change is approved and public. Propose another one instead."))
    events.log("amendment.withdrawn", locked.season, by=by, season=locked.season.slug, field=locked.field)
    locked.delete()


def _movable(season: Season, field: str, after: datetime.datetime) -> Window:
    if season.state != Season.State.OPEN:
        raise InvalidInput(_("Only an open season needs amendments."), field="field")
    window = next((w for w in all_windows(season) if w.field == field), None)
    if window is None:
        raise InvalidInput(_("There is no such window."), field="field")
    now = clock.now()
    if window.at <= now:
        raise InvalidInput(_("This moment has passed and can't be moved."), field="field")
    if after <= now:
        raise InvalidInput(_("Choose a time that is still to come."), field="after")
    if after == window.at:
        raise InvalidInput(_("That is the present time of this window."), field="after")
    return window


def _check_calendar(window: Window, season: Season, after: datetime.datetime) -> None:
    """Try the move on the objects in memory and refuse what it would contradict."""
    setattr(window.thing, window.attribute, after)
    problems = rules.calendar_problems(season)
    setattr(window.thing, window.attribute, window.at)
    _refuse_first(problems)


def _refuse_first(problems: list[rules.Problem]) -> None:
    if problems:
        raise InvalidInput(problems[0].message, field="after")
