"""What standings would be without a source, and who would advance then. Kept with a close, and tried on a page."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from judging.jobs.counts import OWN
from judging.jobs.inputs import Inputs
from judging.models import Entry, Round, Ruling
from judging.queries.cuts import size_of
from judging.scoring.compute import Result
from judging.scoring.inputs import Readings

Kept = dict[str, dict[str, Any]]
"""Source to `rank`, `place` (among those of the group who may be selected, or None) and `in`."""


def without_source(readings: Readings | None, source: str) -> Readings | None:
    """All readings but those of a source."""
    if readings is None or not source:
        return readings
    kept = np.isin(readings.metric, [n for n, key in enumerate(readings.metrics) if source_of(key) != source])
    columns = {
        name: getattr(readings, name)[kept] for name in ("entry", "region", "metric", "day", "value", "fans")
    }
    return replace(readings, **columns)


def source_of(key: str) -> str:
    """The source of a metric by its key in recipes."""
    return key.rpartition(".")[0] or OWN


def sources_of(given: Inputs) -> list[str]:
    """The sources that a round's recipe counts."""
    return sorted({source_of(key) for key, _ in given.recipe.popularity.metrics})


def places(
    result: Result, groups: Mapping[str, str], ruled: frozenset[str] = frozenset()
) -> dict[str, int | None]:
    """Each entry's place among those of its group who may be selected; None for who may not."""
    counted: dict[str, int] = {}
    found: dict[str, int | None] = {}
    for code, is_able in zip(result.entries, result.selectable.tolist(), strict=True):
        found[code] = None
        if is_able or code in ruled:
            counted[groups[code]] = found[code] = counted.get(groups[code], 0) + 1
    return found


def above(
    result: Result, groups: Mapping[str, str], size: int, ruled: frozenset[str] = frozenset()
) -> set[str]:
    """Who would advance: the first of each group, and with `extend-cut` whoever ties with the last of all."""
    first = {code for code, place in places(result, groups, ruled).items() if place and place <= size}
    extends = (
        result.recipe.tie_chain == "extend-cut"
        and not any(groups.values())
        and size == result.recipe.cut_size
    )
    return first | set(result.chosen()) if extends else first


def counterfactuals(round: Round, given: Inputs, result: Result) -> dict[str, Kept]:
    """For everybody who is in or in reserve: where the entry would be without each source."""
    groups = dict(round.entries.filter(state=Entry.State.IN).values_list("code", "group"))
    rulings = Ruling.objects.filter(round=round, outcome=Ruling.Outcome.SELECTABLE)
    ruled = frozenset(rulings.values_list("entry__code", flat=True))
    size = size_of(round)
    now = places(result, groups, ruled)
    wanted = {code for code, place in now.items() if place and place <= size + round.reserves}
    wanted |= above(result, groups, size, ruled)
    kept: dict[str, Kept] = {code: {} for code in wanted}
    for source in sources_of(given):
        other = replace(given, readings=without_source(given.readings, source)).score()
        then, chosen = places(other, groups, ruled), above(other, groups, size, ruled)
        for rank, code in enumerate(other.entries, 1):
            if code in wanted:
                kept[code][source] = {"rank": rank, "place": then[code], "in": code in chosen}
    return kept
