"""Suspicion: what detectors name is put aside by a flag and waits for a person; nothing is removed.

A flag follows from the cases alone: a reading is set aside as long as a case names it that is left out, or that is open
and holding. So a file that is imported again changes nothing, and cases that overlap don't undo each other.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q

from judging.jobs import inputs, suspicion_mails
from judging.models import Entry, Metric, Reading, Round, Source, Suspicion
from judging.scoring import detectors
from judging.scoring.compute import Result
from judging.scoring.field import Finding
from spotlight.ledger import clock, events

CHANCE = 20_000
"""Only entries with a probability above 2 % of being in (millionths) are worth a person's time ..."""
EFFECT = 1_000_000
"""... or those whose popularity is at least one standard deviation above the middle."""
QUIET_DAYS = 7
"""Days that have to be new before what was counted after all is put aside again."""

TELLS_ONLY = {detectors.PANEL}
"""Detectors that name no readings in particular: a person looks, but all counts until somebody decides."""


@dataclass(frozen=True)
class Case:
    """Readings of one source that a finding names."""

    track: int
    source: Source
    detector: str
    measures: list[str]
    markets: list[str]
    days: list[str]
    facts: dict[str, float]


def inspect(round: Round) -> list[Suspicion]:
    """Look at all readings of a running round, open or extend the cases, and set their readings aside. Safe to repeat.

    Returns the cases that are new or longer. Not safe from being overtaken: what is decided meanwhile stays decided.
    """
    if not round.is_running:
        return []
    cases = _cases(round)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT spotlight_round_state(%s)", [round.pk])
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('suspicion'), %s)", [round.season_id])
        round.refresh_from_db()
        if round.is_over:
            return []
        made = [one for case in cases if (one := _keep(round, case)) is not None]
        active = Suspicion.objects.filter(round=round).values_list("track_id", "source_id").distinct()
        for track, source in active:
            set_flags(track, source)
    return made


def set_flags(track: int, source: int) -> int:
    """Bring the flags of a track's readings in line with its cases. Returns how many changed."""
    readings = Reading.objects.filter(track_id=track, source_id=source)
    named = Q(day__in=[])
    for case in Suspicion.objects.filter(
        Q(state=Suspicion.State.LEFT_OUT) | Q(state=Suspicion.State.OPEN, is_holding=True), track_id=track, source_id=source
    ):  # fmt: skip
        named |= Q(measure__in=case.measures, market__in=case.markets, day__in=case.days)
    let_in = readings.filter(set_aside=True).exclude(named).update(set_aside=False)
    return let_in + readings.filter(named, set_aside=False).update(set_aside=True)


def _cases(round: Round) -> list[Case]:
    """What the detectors name, of entries that matter, by source."""
    given = inputs.load(round, inputs.Supposed(everything=True))
    if given.readings is None or not given.entries:
        return []
    result = given.score()
    found = detectors.find(
        given.readings, given.recipe.popularity, panel=_panel_scores(round, result), homes=_homes(round)
    )
    matter = _entries_that_matter(result)
    entries = {e.code: e for e in round.entries.filter(code__in=matter).select_related("submission")}
    metrics = {metric.key: metric for metric in round.metrics.all()}
    sources = {source.slug: source for source in Source.objects.filter(season=round.season_id)}
    return [
        case
        for finding in found
        if finding.entry in entries
        for case in _by_source(finding, entries[finding.entry], metrics, sources)
    ]


def _panel_scores(round: Round, result: Result) -> dict[str, float]:
    """Panel scores of entries with enough sheets, in standard deviations."""
    if result.panel is None:
        return {}
    least = max(1, round.minimum_sheets)
    rows = zip(result.entries, result.panel.tolist(), result.sheets.tolist(), strict=True)
    return {entry: panel / 1e6 for entry, panel, sheets in rows if sheets >= least}


def _homes(round: Round) -> dict[str, str]:
    return dict(
        round.entries.filter(state=Entry.State.IN, submission__market__isnull=False).values_list(
            "code", "submission__market__code"
        )
    )


def _entries_that_matter(result: Result) -> list[str]:
    popular = result.measured & (result.popularity >= EFFECT)
    matter = popular | (result.probability > CHANCE)
    return [entry for entry, is_so in zip(result.entries, matter.tolist(), strict=True) if is_so]


def _by_source(
    finding: Finding, entry: Entry, metrics: dict[str, Metric], sources: dict[str, Source]
) -> Iterable[Case]:
    named = [metrics[key] for key in finding.metrics]
    for slug in sorted({metric.source for metric in named}):
        measures = sorted(metric.measure for metric in named if metric.source == slug)
        days = [datetime.date.fromordinal(day).isoformat() for day in finding.days]
        facts = {**finding.facts, "figure": finding.figure, "threshold": finding.threshold}
        yield Case(
            entry.submission.track_id, sources[slug], finding.detector, measures, list(finding.regions), days, facts
        )  # fmt: skip


def _keep(round: Round, case: Case) -> Suspicion | None:
    """Open a case, make the open one longer, or leave what is decided alone; None if nothing is new."""
    known = list(
        Suspicion.objects.select_for_update()
        .filter(season=round.season_id, track=case.track, detector=case.detector, source=case.source)
        .order_by("-pk")
    )
    new = sorted(set(case.days) - {day for one in known for day in one.days})
    if not new:
        return None
    here = [one for one in known if one.round_id == round.pk]
    if here and here[0].state == Suspicion.State.OPEN:
        return _extend(here[0], case, new)
    if here and here[0].state == Suspicion.State.COUNTED and len(new) < QUIET_DAYS:
        return None
    return _open(round, case, new)


def _open(round: Round, case: Case, days: Sequence[str]) -> Suspicion:
    made = Suspicion.objects.create(
        season=round.season, round=round, track_id=case.track, detector=case.detector, source=case.source,
        measures=case.measures, markets=case.markets, days=list(days), first_day=min(days), last_day=max(days),
        facts=case.facts, is_holding=case.detector not in TELLS_ONLY, found_at=clock.now(),
    )  # fmt: skip
    events.log(
        "suspicion.opened", made, by=None, season=round.season.slug, detector=made.detector,
        track=made.track.code, source=case.source.slug, days=len(days), figure=case.facts["figure"],
    )  # fmt: skip
    made.refresh_from_db()
    if made.is_holding:
        suspicion_mails.tell_artist(made, "readings_set_aside")
    return made


def _extend(case: Suspicion, found: Case, new: Sequence[str]) -> Suspicion:
    case.days = sorted({*case.days, *new})
    case.measures = sorted({*case.measures, *found.measures})
    case.markets = sorted({*case.markets, *found.markets})
    case.facts = found.facts
    case.first_day, case.last_day = min(case.days), max(case.days)
    case.save(update_fields=["days", "measures", "markets", "facts", "first_day", "last_day"])
    events.log(
        "suspicion.extended", case, by=None, season=case.season.slug, detector=case.detector, days=len(case.days)
    )  # fmt: skip
    return case
