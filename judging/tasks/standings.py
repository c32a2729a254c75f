"""Handlers and schedules of standings, charts and readings."""

import datetime

from celery import shared_task

from judging.jobs import awards, charts, counts, interrupted, pruning, readings, standings, suspicions
from judging.models import ImportBatch, Round
from judging.queries.rounds import RUNNING, running_rounds
from spotlight.ledger import clock, events, files, work
from submissions.models import Season

DEBOUNCE = datetime.timedelta(seconds=5)


def ask_for_standings(round: Round) -> None:
    """Have the standings of a running round recomputed soon; further changes until then are taken in as well."""
    work.enqueue("standings.compute", str(round.pk), due_at=clock.now() + DEBOUNCE)


def ask_for_inspection(round: Round) -> None:
    """Have the readings of a running round looked at, after its standings were asked for."""
    work.enqueue("readings.inspect", str(round.pk), due_at=clock.now() + DEBOUNCE)


@work.handles("readings.inspect")
def inspect_readings(key: str, report: work.Report) -> None:
    """Let the detectors look at a running round; what they put aside changes its standings."""
    round = Round.objects.select_related("season").get(pk=key)
    if suspicions.inspect(round):
        ask_for_standings(round)


@shared_task(name="judging.inspect")
def inspect() -> None:
    """Every night: write the work of looking at the readings of every running round."""
    for round in Round.objects.filter(state__in=["open", "locked"]):
        ask_for_inspection(round)


@work.handles("standings.compute")
def compute_standings(key: str, report: work.Report) -> None:
    """Recompute the standings of one round; nothing is written if the inputs are those of the latest."""
    standings.compute(Round.objects.get(pk=key))


@work.handles("standings.prune")
def prune_standings(key: str, report: work.Report) -> None:
    """Remove the standings of a running round that nobody needs."""
    pruning.prune(Round.objects.select_related("season").get(pk=key))


@shared_task(name="judging.prune")
def prune() -> None:
    """Every hour: write the work of pruning for every running round."""
    for key in Round.objects.filter(state__in=RUNNING).values_list("pk", flat=True):
        work.enqueue("standings.prune", str(key))


@work.handles("readings.import")
def import_readings(key: str, report: work.Report) -> None:
    """Read one received file and ask for new standings."""
    batch = ImportBatch.objects.select_related("source__season", "file").get(code=key)
    if batch.state in (ImportBatch.State.DONE, ImportBatch.State.FAILED) or batch.file is None:
        return
    readings.import_file(batch, files.absolute(batch.file), work.apart(report))
    events.log(
        "readings.imported", batch, by=batch.by, season=batch.source.season.slug,
        state=batch.state, accepted=batch.accepted, changed=batch.changed, rejected=batch.rejected,
    )  # fmt: skip
    for round in running_rounds(batch.source.season):
        ask_for_standings(round)
        ask_for_inspection(round)


@shared_task(name="judging.interrupted")
def end_interrupted() -> None:
    """Every minute: imports whose reader was killed end."""
    interrupted.end_interrupted()


@work.handles("season.count")
def count_season(key: str, report: work.Report) -> None:
    """Fold plays, likes, saves, shares and uses into readings; then charts and standings.

    From three days ago on, or from the last day that was counted: nothing is lost when no worker ran for a week.
    """
    season = Season.objects.get(slug=key)
    now, day = clock.now(), datetime.timedelta(days=1)
    last = counts.counted_until(season) or ((season.entries_open_at or now) - day).date()
    counts.fold(season, since=min(last, (now - 3 * day).date()))
    charts.compute_due_weeks(season)
    for round in running_rounds(season):
        standings.compute(round)


@shared_task(name="judging.count")
def count() -> None:
    """Every few minutes: write the work of counting for every open season."""
    for slug in Season.objects.filter(state=Season.State.OPEN).values_list("slug", flat=True):
        work.enqueue("season.count", slug)


@shared_task(name="judging.awards")
def lapse_awards() -> None:
    """Pass on the prizes that nobody accepted in time."""
    awards.lapse_overdue()
