"""What each rule changed: a closed round's own inputs scored again with one rule different."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from judging.jobs.inputs import Inputs
from judging.jobs.proof import closing_inputs
from judging.models import Entry, Round
from judging.queries.cuts import size_of
from judging.scoring import detectors
from judging.scoring.compute import Result
from judging.scoring.errors import ScoringError
from judging.scoring.inputs import Readings
from judging.scoring.recipe import Recipe

Change = Callable[[Inputs], Inputs]


@dataclass(frozen=True)
class Choice:
    """Who would advance under a rule: entry codes."""

    key: str
    chosen: frozenset[str]


@dataclass(frozen=True)
class Closed:
    """A closed round once more: what it used, what came out, and the entries that the detectors point at."""

    round: Round
    given: Inputs
    result: Result
    flagged: frozenset[str]


def closed(round_: Round) -> Closed:
    """Read and score a closed round again."""
    given = closing_inputs(round_)
    result = given.score()
    return Closed(round_, given, result, _flagged(round_, given, result))


def _flagged(round_: Round, given: Inputs, result: Result) -> frozenset[str]:
    if not isinstance(given.readings, Readings) or not given.recipe.popularity.metrics:
        return frozenset()
    homes = dict(
        Entry.objects.filter(round=round_, submission__market__isnull=False).values_list(
            "code", "submission__market__code"
        )
    )
    heard: dict[str, float] = {}
    if result.panel is not None:
        least = max(1, given.recipe.panel.minimum_sheets)
        rows = zip(result.entries, result.panel.tolist(), result.sheets.tolist(), strict=True)
        heard = {code: score / 1e6 for code, score, sheets in rows if sheets >= least and score is not None}
    found = detectors.find(given.readings, given.recipe.popularity, panel=heard, homes=homes)
    return frozenset(finding.entry for finding in found)


def choices(closed: Closed, attackers: frozenset[str]) -> list[Choice]:
    """The round as it was (key `as-it-was`), then each other rule that says something here.

    `attackers` are the entries for whom somebody cheats: without them is what perfect detection would give, and without
    those of them that the detectors point at is what a person who looks there would make of it.
    """
    round_, given = closed.round, closed.given
    groups = dict(Entry.objects.filter(round=round_).values_list("code", "group"))
    size = size_of(round_)
    found = [Choice("as-it-was", _above(closed.result, groups, size))]
    for key, change in _changes(given, attackers, closed.flagged).items():
        try:
            other = change(given)
            if other is not given:
                found.append(Choice(key, _above(other.score(), groups, size)))
        except ScoringError:  # the other rule asks for more than this round has, such as 30 sheets of a judge
            continue
    return found


def _changes(given: Inputs, attackers: frozenset[str], flagged: frozenset[str]) -> dict[str, Change]:
    recipe = given.recipe
    heard = bool(recipe.blend.panel and recipe.panel.criteria)
    measured = bool(recipe.blend.popularity and recipe.popularity.metrics)
    changes: dict[str, Change] = {}
    if heard:
        changes |= {
            "panel-raw-mean": _with("panel", method="raw-mean"),
            "panel-z": _with("panel", method="judge-z"),
            "panel-leniency-adjusted": _with("panel", method="leniency-adjusted"),
            "panel-reliability": _with("panel", method="leniency-adjusted-reliability"),
        }
    if measured:
        changes |= {
            "no-winsor": _with("popularity", winsor="1000000"), "no-consistency-cap": _with("popularity", consistency_cap="1000"),
            "no-regions": _in_one_region, "popularity-hardened": _with("popularity", method="hardened"),
            "popularity-log-sum": _with("popularity", method="log-sum"), "popularity-raw-sum": _with("popularity", method="raw-sum"),
        }  # fmt: skip
    if heard and measured:
        changes |= {
            "popularity-cap": _with("blend", popularity_cap=True), "panel-only": _with("blend", popularity="0", panel="1"),
            "popularity-only": _with("blend", popularity="1", panel="0"),
        }  # fmt: skip
    changes["ties-popularity-first"] = _with("tie", chain="popularity-first")
    if attackers & set(given.entries):
        changes["without-flagged"] = lambda i: _without(i, attackers & flagged)
        changes["without-attackers"] = lambda i: _without(i, attackers)
    return changes


def _with(table: str, **values: Any) -> Change:
    def change(given: Inputs) -> Inputs:
        tables = given.recipe.to_mapping()
        tables[table].update(values)
        other = Recipe.from_mapping(tables)
        return given if other == given.recipe else replace(given, recipe=other)

    return change


def _in_one_region(given: Inputs) -> Inputs:
    """All markets as one: the readings of a track, metric and day are added up."""
    readings = given.readings
    if not isinstance(readings, Readings) or len(readings.regions) < 2:
        return given
    return replace(given, readings=_added_up(readings))


def _added_up(readings: Readings) -> Readings:
    keys = np.stack([readings.entry, readings.metric, readings.day])
    unique, place = np.unique(keys, axis=1, return_inverse=True)
    place = place.ravel()
    value = np.bincount(place, weights=readings.value).astype(np.int64)
    fans = np.bincount(place, weights=np.maximum(readings.fans, 0)).astype(np.int64)
    unknown = np.bincount(place, weights=readings.fans < 0) > 0
    return replace(
        readings, regions=("",), entry=unique[0], metric=unique[1], day=unique[2],
        region=np.zeros(unique.shape[1], dtype=readings.region.dtype), value=value, fans=np.where(unknown, -1, fans),
    )  # fmt: skip


def _without(given: Inputs, codes: frozenset[str]) -> Inputs:
    """As if these entries had been taken out before the round closed."""
    sheets = tuple(s for s in given.sheets if s.entry not in codes)
    readings = given.readings
    if isinstance(readings, Readings):
        keep = [place for place, code in enumerate(readings.entries) if code not in codes]
        mask = np.isin(readings.entry, keep)
        new_place = np.full(len(readings.entries), -1, dtype=np.int64)
        new_place[keep] = np.arange(len(keep))
        columns = {
            name: getattr(readings, name)[mask] for name in ("region", "metric", "day", "value", "fans")
        }
        readings = replace(
            readings,
            entries=tuple(readings.entries[k] for k in keep),
            entry=new_place[readings.entry[mask]],
            **columns,
        )
    return replace(
        given, entries=tuple(c for c in given.entries if c not in codes), sheets=sheets, readings=readings
    )


def _above(result: Result, groups: Mapping[str, str], size: int) -> frozenset[str]:
    left = dict.fromkeys(groups.values(), size)
    chosen = set()
    for code, is_able in zip(result.entries, result.selectable.tolist(), strict=True):
        if is_able and left[groups[code]]:
            left[groups[code]] -= 1
            chosen.add(code)
    return frozenset(chosen)
