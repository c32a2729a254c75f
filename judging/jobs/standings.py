"""Standings: load what counts, compute by the library, keep one numbered row that never changes."""

import csv
import io
import itertools
from typing import Any

import numpy as np
from django.db import connection, transaction

from judging.jobs import agreement, inputs, running, sheets, standing_rows, tallies
from judging.jobs.counterfactual import counterfactuals
from judging.jobs.parts import parts_by_entry
from judging.models import Round, RoundRules, RoundSheet, Standings
from judging.queries.rounds import newest_standings
from judging.scoring.codes import places
from judging.scoring.compute import Result
from judging.scoring.inputs import Indexes
from judging.scoring.recipe import VERSION
from spotlight.ledger import clock

PROGRAM = f"judging.scoring {VERSION}"
ROWS_WHILE_RUNNING = 5_000
DRAW = 6
"""The step of the tie chain that compares hashes."""
COPY_READINGS = """
COPY judging_roundreading (round_id, entry_id, region, metric, day, value, fans) FROM STDIN
WITH (FORMAT csv, FORCE_NOT_NULL (region, metric))
"""


def compute(round: Round, *, closing: bool = False) -> Standings | None:
    """Standings of a round from its inputs as they are now; the latest again if the inputs are the same.

    While a round runs this is a background job. `closing=True` belongs to the closing transaction, which holds the
    round row: it also copies what the round used. None if the round has no entries.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            # the round row first, as the closing transaction has it: the other order would be a deadlock
            cursor.execute("SELECT spotlight_round_state(%s)", [round.pk])
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('standings'), %s)", [round.pk])
        round.refresh_from_db(from_queryset=Round.objects.select_related("season"))
        if round.state not in (Round.State.OPEN, Round.State.LOCKED):
            return newest_standings(round)
        given = inputs.load(round) if closing else running.load(round)
        if not len(given.entries):
            return None
        digest = given.digest()
        last = round.standings.order_by("-number").values_list("number", "inputs_sha256").first() or (0, "")
        if not closing and last[1] == digest:
            return newest_standings(round)
        result = given.score()
        standings = _keep(round, last[0] + 1, given, digest, result, closing=closing)
        if isinstance(given, inputs.Inputs):
            _copy_inputs(round, given)
            tallies.forget(round)
            sheets.forget(round)
        return standings


def _keep(
    round: Round,
    number: int,
    given: inputs.Inputs | running.Running,
    digest: str,
    result: Result,
    *,
    closing: bool,
) -> Standings:
    index = given.field.index if isinstance(given, running.Running) else inputs.indexes(round)
    whole = len(result) == len(given.entries)
    at = index[result.order if whole else places(given.entries, result.entries)]
    ranks, blends = _arrays(result, at)
    standings = Standings.objects.create(
        round=round, number=number, computed_at=clock.now(), inputs_sha256=digest,
        recipe=given.recipe.to_mapping(), recipe_sha256=given.recipe.digest(), program=PROGRAM,
        size=len(result), is_closing=closing, warnings=list(result.warnings),
        judges=_judges(result),
        figures=_figures(result) | agreement.figures(round, result, given, index), ranks=ranks, blends=blends,
    )  # fmt: skip
    if isinstance(given, inputs.Inputs):
        standing_rows.write_explained(standings, result, at, _parts_at_close(round, given, result))
    else:
        standing_rows.write(standings, result, at[:ROWS_WHILE_RUNNING])
    return standings


def _parts_at_close(round: Round, given: inputs.Inputs, result: Result) -> dict[str, dict[str, Any]]:
    """What explanations need, and for who is in or in reserve where the entry would be without each source."""
    parts = parts_by_entry(result)
    for place in np.flatnonzero(result.gaps[: max(0, len(result) - 1)] == DRAW).tolist():
        parts[result.entries[place]]["draw"] = True  # nothing but the draw puts it before the next
    for code, without in counterfactuals(round, given, result).items():
        parts[code]["without"] = without
    return parts


def _arrays(result: Result, at: Indexes) -> tuple[bytes, bytes]:
    """Rank and blend by entry index, as little-endian int32; 0 where an entry took no part. `at` is by rank."""
    size = int(at.max(initial=-1)) + 1
    ranks, blends = np.zeros(size, dtype="<i4"), np.zeros(size, dtype="<i4")
    ranks[at] = np.arange(1, len(result) + 1)
    blends[at] = result.blend.astype(np.int64)
    return ranks.tobytes(), blends.tobytes()


def _judges(result: Result) -> list[dict[str, Any]]:
    panel = result.panel_part
    return [
        {"seat": j.code, "sheets": j.sheets, "leniency": int(j.leniency), "spread": int(j.spread), "constant": j.constant}
        for j in (panel.judges if panel else ())
        if j.code != inputs.NOBODY
    ]  # fmt: skip


def _figures(result: Result) -> dict[str, Any]:
    chance = result.probability.astype(np.float64) / 1e6
    figures: dict[str, Any] = {
        "expected_wrong": _expected_wrong(result),
        "line_zone": int(((chance > 0.02) & (chance < 0.98)).sum()),
    }
    if result.popularity_part:
        figures["merged"] = sorted(result.popularity_part.window.merged)
    panel = result.panel_part
    if panel:
        pulls = panel.lambda_entry is not None and result.tally is None
        pull = float(panel.lambda_entry or 0) if pulls else None
        figures |= {"components": panel.components, "pull": pull}
    return figures


def _expected_wrong(result: Result) -> float | None:
    """Of those selected, how many too few sheets alone are expected to have put there; None where the blend knows no spread."""
    if result.recipe.blend.method != "weighted-sum":
        return None
    return round_half(float((1 - result.probability[result.selected] / 1e6).sum()))


def round_half(number: float) -> float:
    """Two decimals, for showing."""
    return float(f"{number:.2f}")


def _copy_inputs(round: Round, given: inputs.Inputs) -> None:
    """Write what the round used into rows of its own, which nothing can change afterwards."""
    entries = dict(round.entries.values_list("code", "pk"))
    RoundSheet.objects.bulk_create(
        (
            RoundSheet(round=round, entry_id=entries[s.entry], seat=s.judge, pool=s.pool, marks=dict(s.marks))
            for s in (*given.sheets, *given.evidence)
            if s.judge != inputs.NOBODY
        ),
        batch_size=2000,
    )
    if given.readings is not None:
        _copy_readings(round, given, entries)
    RoundRules.objects.create(
        round=round, recipe=given.recipe.to_mapping(), recipe_sha256=given.recipe.digest(),
        sheets_sha256=given.sheets_digest(), readings_sha256=given.readings_digest(), at=clock.now(),
    )  # fmt: skip


def _copy_readings(round: Round, given: inputs.Inputs, entries: dict[str, int]) -> None:
    """By COPY, some at a time: a large round has tens of millions."""
    for few in itertools.batched(given.reading_lines(), inputs.LINES_AT_ONCE):
        block = io.StringIO()
        csv.writer(block).writerows(
            (round.pk, entries[line.entry], line.region, line.metric, line.day, line.value, line.fans)
            for line in few
        )
        block.seek(0)
        with connection.cursor() as cursor:
            raw: Any = cursor.cursor
            raw.copy_expert(COPY_READINGS, block)
