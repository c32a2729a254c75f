"""What a running round's standings are computed from: tallies of its readings and the filed sheets.

The same content as `judging.jobs.inputs` in arrays: standings of the one are those of the other, to the byte.
"""

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from judging.jobs import inputs, tallies
from judging.models import Round
from judging.queries.recipes import recipe_of
from judging.scoring.codes import Codes, taken
from judging.scoring.compute import Result, compute
from judging.scoring.evidence import compute_without
from judging.scoring.inputs import Indexes, Sheet, Windows, arrange
from judging.scoring.recipe import Recipe


@dataclass(frozen=True)
class Running:
    """Everything that the standings of a running round depend on. `sheets` are filed ones only, `evidence` those of leavers."""

    recipe: Recipe
    field: tallies.Field
    sheets: tuple[Sheet, ...]
    readings: Windows | None
    evidence: tuple[Sheet, ...] = ()

    @property
    def entries(self) -> Codes:
        """Codes of the entries still in, sorted."""
        return self.field.entries

    def score(self) -> Result:
        """Standings by the library. A round without a rubric has no panel: whoever has no reading takes no part."""
        criteria = self.recipe.panel.criteria
        if criteria and self.evidence:
            return compute_without(
                self.recipe, sheets=self.sheets, evidence=self.evidence, readings=self.readings, field=self.entries
            )  # fmt: skip
        if criteria:
            sheets = arrange(self.sheets, criteria=criteria, field=self.entries)
            return compute(self.recipe, sheets=sheets, readings=self.readings)
        return compute(self.recipe, readings=None if self.readings is None else _measured(self.readings))

    def digest(self) -> str:
        """SHA-256 over recipe, entries, tallies and sheets; equal inputs have equal digests."""
        sheets = [
            [(s.entry, s.judge, s.pool, sorted(s.marks.items())) for s in group]
            for group in (self.sheets, self.evidence)
        ]
        return hashlib.sha256(
            self.recipe.canonical_bytes() + self.field.digest.encode() + repr(sheets).encode()
        ).hexdigest()

    def every_sheet(self) -> tuple[Sheet, ...]:
        """The sheets with one without marks for each entry that nobody heard."""
        heard = {sheet.entry for sheet in self.sheets}
        unheard = (Sheet(code, inputs.NOBODY, {}, "") for code in self.entries if code not in heard)
        return tuple(sorted((*self.sheets, *unheard), key=lambda sheet: (sheet.entry, sheet.judge)))


def load(round: Round) -> Running:
    """A running round's inputs as they are now, its tallies brought up to date. Belongs in a transaction."""
    recipe = recipe_of(round)
    field = tallies.load(round, recipe.popularity)
    has_popularity = bool(recipe.popularity.metrics) and len(field.entries) > 0
    return Running(
        recipe=recipe,
        field=field,
        sheets=inputs.sheets_with_marks(round),
        readings=field.readings if has_popularity else None,
        evidence=inputs.sheets_with_marks(round, of_leavers=True),
    )


def _measured(readings: Windows) -> Windows:
    """Without the entries that have no reading."""
    kept = np.flatnonzero(readings.first_day > 0)
    if len(kept) == len(readings.first_day):
        return readings
    place: Indexes = np.full(len(readings.first_day), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    return replace(
        readings,
        entries=taken(readings.entries, kept),
        first_day=readings.first_day[kept],
        cells=[replace(cell, entry=place[cell.entry]) for cell in readings.cells],
    )
