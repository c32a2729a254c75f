"""What standings say about the panel, for the chair's room: kept with each standings, never part of a score."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from judging.jobs.copying import copy_fixed, fixed_row, literal
from judging.jobs.inputs import Inputs
from judging.jobs.running import Running
from judging.models import Round
from judging.scoring import agreement, whatif
from judging.scoring.codes import places
from judging.scoring.compute import Result
from judging.scoring.inputs import Indexes
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
    SELECT e.index::int4, coalesce(s.market_id, 0)::int8, coalesce(a.organisation_id, 0)::int8
    FROM judging_entry e JOIN submissions_submission s ON s.id = e.submission_id JOIN submissions_artist a ON a.id = s.artist_id
    WHERE e.round_id = %(round)s AND e.index = ANY(%(indexes)s::int4[])
)"""
GROUP = fixed_row(index=">i4", market=">i8", label=">i8")


def figures(round: Round, result: Result, given: Inputs | Running, index: Indexes) -> dict[str, Any]:
    """Everything below by name, as JSON; empty for a round without sheets. Numbers are points of the judges' scale.

    `index` gives the index in the round for each of the given entries.
    """
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
        **_affinities(round, panel, index[places(given.entries, panel.sheets.entries)]),
        "influence": _influence(result, given) if _is_affordable(round, len(result)) else None,
    }  # fmt: skip


def _judge(row: agreement.JudgeAgreement) -> dict[str, Any]:
    return {
        "seat": row.judge, "sheets": row.sheets, "leniency": _n(row.leniency), "leniency_interval": _pair(row.leniency_interval),
        "spread": _n(row.spread), "spread_interval": _pair(row.spread_interval), "noise": _n(row.noise),
    }  # fmt: skip


def _affinities(round: Round, panel: Panel, heard: Indexes) -> dict[str, Any]:
    """Judges who mark one market's or one label's entries higher than the others do: of all these pairs together, 5% false."""
    groups = _groups(round, heard)
    tested = [
        affinity for names, of in groups for affinity in agreement.affinities_by_place(panel, names, of)
    ]
    limit = agreement.benjamini_hochberg([a.p for a in tested], rate=FALSE_DISCOVERIES)
    return {
        "affinities_tested": len(tested),
        "affinities": [
            {"seat": a.judge, "group": a.group, "sheets": a.sheets, "excess": _n(a.excess), "p": float(f"{a.p:.2g}")}
            for a in sorted(tested, key=lambda a: (a.p, a.judge, a.group))
            if a.p <= limit
        ],
    }  # fmt: skip


def _groups(round: Round, heard: Indexes) -> Iterator[tuple[list[str], Indexes]]:
    """First for markets, then for labels: the names, sorted, and for each entry the place of its own; -1 for none."""
    rows = copy_fixed(GROUPS, {"round": round.pk, "indexes": literal(heard)}, GROUP)
    markets = dict(round.season.markets.values_list("pk", "code"))
    used = Organisation.objects.filter(pk__in=np.unique(rows["label"]).tolist())
    for column, names in (("market", markets), ("label", dict(used.values_list("pk", "name")))):
        of = np.full(int(heard.max(initial=-1)) + 1, -1, dtype=np.int64)
        found, of[rows["index"]] = _by_name(rows[column], names)
        yield found, of[heard]


def _by_name(keys: NDArray[np.int64], names: Mapping[int, str]) -> tuple[list[str], Indexes]:
    """The names of these keys, sorted, each once, and the place of each key's; -1 for a key without one."""
    distinct, which = np.unique(keys, return_inverse=True)
    own = [names.get(key, "") for key in distinct.tolist()]
    found = sorted({name for name in own if name})
    place = {name: k for k, name in enumerate(found)}
    return found, np.array([place.get(name, -1) for name in own], dtype=np.int64)[which]


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
