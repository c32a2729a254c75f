"""What standings say about the panel, for the chair's room: kept with each standings, never part of a score."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from judging.jobs.copying import copy_fixed, fixed_row
from judging.jobs.inputs import Inputs
from judging.jobs.running import Running
from judging.models import Round
from judging.scoring import agreement, whatif
from judging.scoring.compute import Result
from judging.scoring.panel import Panel
from submissions.models import Organisation

MOST_DISAGREEMENTS = 12
MOST_LISTENS = 10
INFLUENCE_UP_TO = 300
"""Entries up to which each judge is left out once with every standings; above, that many fits cost too much."""
INFLUENCE_WHEN_LOCKED = 1000
"""The same once the round is locked, when standings are few."""
FALSE_DISCOVERIES = 0.05
GROUPS = """(
    SELECT w.place::int4, coalesce(s.market_id, 0)::int8, coalesce(a.organisation_id, 0)::int8
    FROM unnest(string_to_array(%(codes)s, ',')) WITH ORDINALITY AS w(code, place)
    JOIN judging_entry e ON e.code = w.code AND e.round_id = %(round)s AND e.state = 'in'
    JOIN submissions_submission s ON s.id = e.submission_id JOIN submissions_artist a ON a.id = s.artist_id
)"""
GROUP = fixed_row(place=">i4", market=">i8", label=">i8")


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
    markets, labels = _groups(round, panel.sheets.entries)
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


def _groups(round: Round, heard: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Market and label of the entries that have one, by code."""
    rows = copy_fixed(GROUPS, {"round": round.pk, "codes": ",".join(heard)}, GROUP)
    names: tuple[dict[int, str], ...] = (
        dict(round.season.markets.values_list("pk", "code")),
        dict(Organisation.objects.filter(pk__in=np.unique(rows["label"]).tolist()).values_list("pk", "name")),
    )
    codes = [heard[place - 1] for place in rows["place"].tolist()]
    markets, labels = (
        {code: of[key] for code, key in zip(codes, rows[column].tolist(), strict=True) if of.get(key)}
        for of, column in zip(names, ("market", "label"), strict=True)
    )
    return markets, labels


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
