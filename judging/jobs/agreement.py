"""What standings say about the panel, for the chair's room: kept with each standings, never part of a score."""

from typing import Any

from judging.jobs.inputs import Inputs
from judging.jobs.running import Running
from judging.models import Entry, Round
from judging.scoring import agreement, whatif
from judging.scoring.compute import Result
from judging.scoring.panel import Panel

MOST_DISAGREEMENTS = 12
MOST_LISTENS = 10
INFLUENCE_UP_TO = 300
"""Entries up to which each judge is left out once with every standings; above, that many fits cost too much."""
INFLUENCE_WHEN_LOCKED = 1000
"""The same once the round is locked, when standings are few."""
FALSE_DISCOVERIES = 0.05


def figures(round: Round, result: Result, given: Inputs | Running) -> dict[str, Any]:
    """Everything below by name, as JSON; empty for a round without sheets. Numbers are points of the judges' scale."""
    panel = result.panel_part
    if panel is None or not len(panel.sheets.entries):
        return {}
    return {
        "agreement": [_judge(row) for row in agreement.judge_agreement(panel)],
        "disagreements": [
            {"entry": d.entry, "sheets": d.sheets, "deviation": _n(d.deviation), "lowest": _n(d.lowest), "highest": _n(d.highest)}
            for d in agreement.disagreements(panel, most=MOST_DISAGREEMENTS)
        ],
        "listens": [
            {"entry": row.entry, "value": float(f"{row.value:.6f}"), "sheets": row.sheets}
            for row in agreement.next_listens(result, count=MOST_LISTENS)
            if row.value > 0
        ],
        **_affinities(round, panel),
        "influence": _influence(result, given) if _is_affordable(round, len(result)) else None,
    }  # fmt: skip


def _judge(row: agreement.JudgeAgreement) -> dict[str, Any]:
    return {
        "seat": row.judge, "sheets": row.sheets, "leniency": _n(row.leniency), "leniency_interval": _pair(row.leniency_interval),
        "spread": _n(row.spread), "spread_interval": _pair(row.spread_interval), "noise": _n(row.noise),
    }  # fmt: skip


def _affinities(round: Round, panel: Panel) -> dict[str, Any]:
    """Judges who mark one market's or one label's entries higher than the others do: of all these pairs together, 5% false."""
    heard = list(panel.sheets.entries)
    named = Entry.objects.filter(round=round, state=Entry.State.IN, code__in=heard).values_list(
        "code", "submission__market__code", "submission__artist__organisation__name"
    )
    rows = list(named)
    markets = {code: market for code, market, _ in rows if market}
    labels = {code: label for code, _, label in rows if label}
    tested = [*agreement.affinities(panel, markets), *agreement.affinities(panel, labels)]
    limit = agreement.benjamini_hochberg([a.p for a in tested], rate=FALSE_DISCOVERIES)
    return {
        "affinities_tested": len(tested),
        "affinities": [
            {"seat": a.judge, "group": a.group, "sheets": a.sheets, "excess": _n(a.excess), "p": float(f"{a.p:.2g}")}
            for a in sorted(tested, key=lambda a: (a.p, a.judge, a.group))
            if a.p <= limit
        ],
    }  # fmt: skip


def _is_affordable(round: Round, entries: int) -> bool:
    return entries <= (INFLUENCE_UP_TO if round.state == Round.State.OPEN else INFLUENCE_WHEN_LOCKED)


def _influence(result: Result, given: Inputs | Running) -> list[dict[str, Any]]:
    """Whom the selected set would gain and lose without each judge; judges who change nothing are left out."""
    changes = whatif.without_each_judge(result.recipe, sheets=given.every_sheet(), readings=given.readings)
    return [
        {"seat": judge, "enters": list(change.entered), "leaves": list(change.left)}
        for judge, change in changes.items()
        if change.entered or change.left
    ]


def _n(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.3f}")


def _pair(interval: tuple[float, float] | None) -> list[float | None] | None:
    return None if interval is None else [_n(end) for end in interval]
