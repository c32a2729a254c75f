"""Rounds open and lock by the clock: a tick each minute writes the work."""

import logging
from collections.abc import Callable

from celery import shared_task

from judging.jobs import conflicts, introductions
from judging.jobs import rounds as life
from judging.models import Introduction, Round
from judging.queries import rounds as queries
from judging.queries import scouting
from judging.queries.deals import ADAPTIVE
from judging.tasks.standings import ask_for_standings
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, work

log = logging.getLogger(__name__)


@shared_task(name="judging.tick")
def tick() -> None:
    """Every minute: ask for whatever is due."""
    at = clock.now()
    for round in queries.rounds_due(Round.State.PLANNED, "opens_at", at):
        work.enqueue("round.open", str(round.pk))
    for round in queries.rounds_due(Round.State.OPEN, "locks_at", at):
        work.enqueue("round.lock", str(round.pk))
    for round in Round.objects.filter(state=Round.State.OPEN, design__in=ADAPTIVE):
        work.enqueue("round.wave", str(round.pk))


@shared_task(name="judging.conflicts")
def look_for_conflicts() -> None:
    """Every ten minutes: ask for a look at the ties of every running round."""
    for round in Round.objects.filter(state__in=queries.RUNNING):
        work.enqueue("round.conflicts", str(round.pk))


@shared_task(name="judging.introductions")
def make_introductions() -> None:
    """Every five minutes: introduce artists and partners who agreed and whose result is public by now."""
    for introduction in scouting.due():
        work.enqueue("introduction.make", str(introduction.pk))


@work.handles("introduction.make")
def make_introduction(key: str, report: work.Report) -> None:
    """Tell both sides of each other."""
    introductions.make(Introduction.objects.get(pk=key))


@work.handles("round.conflicts")
def end_conflicts(key: str, report: work.Report) -> None:
    """Take entries away from judges who are tied to them since the deal."""
    round = Round.objects.get(pk=key)
    if conflicts.sweep(round):
        ask_for_standings(round)


@work.handles("round.wave")
def deal_wave(key: str, report: work.Report) -> None:
    """Deal the next wave of an adaptive round if it is due."""
    life.deal_due_wave(Round.objects.get(pk=key))


@work.handles("round.open")
def open_round(key: str, report: work.Report) -> None:
    """Open a round whose time has come; what stands in the way is shown in the chair's room."""
    _step(key, life.start)


@work.handles("round.lock")
def lock_round(key: str, report: work.Report) -> None:
    """Lock a round whose time for sheets is over."""
    _step(key, life.lock)


def _step(key: str, step: Callable[..., Round]) -> None:
    try:
        step(Round.objects.get(pk=key), by=None)
    except (
        SpotlightError
    ) as refusal:  # a person was faster, or something is missing: the next tick asks again
        log.warning("round %s: %s", key, refusal)
