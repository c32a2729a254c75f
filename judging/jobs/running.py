"""What a running round's standings are computed from: tallies of its readings and the filed sheets.

The same content as `judging.jobs.inputs` in arrays: standings of the one are those of the other, to the byte.
"""

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from django.db.models import prefetch_related_objects

from judging.jobs import inputs, sheets, tallies
from judging.jobs.arranged import Named
from judging.models import Round
from judging.queries.recipes import recipe_of
from judging.scoring.codes import Codes, taken
from judging.scoring.compute import Result, compute
from judging.scoring.evidence import compute_arranged
from judging.scoring.inputs import Indexes, Sheet, Windows
from judging.scoring.recipe import Recipe


@dataclass(frozen=True)
class Running:
    """Everything that the standings of a running round depend on. `sheets` are filed ones, also those of leavers."""

    recipe: Recipe
    sheets: Named
    readings: Windows | None

    @property
    def field(self) -> tallies.Field:
        """The entries still in."""
        return self.sheets.field

    @property
    def entries(self) -> Codes:
        """Codes of the entries still in, sorted."""
        return self.field.entries

    def score(self) -> Result:
        """Standings by the library. A round without a rubric has no panel: whoever has no reading takes no part."""
        recipe, readings = self.recipe, self.readings
        if not recipe.panel.criteria:
            return compute(recipe, readings=None if readings is None else _measured(readings))
        arranged, left = self.sheets.arranged(recipe.panel.criteria)
        if left:
            return compute_arranged(recipe, arranged, left=left, readings=readings, field=self.entries)
        return compute(recipe, sheets=arranged, readings=readings)

    def digest(self) -> str:
        """SHA-256 over recipe, entries, tallies and sheets; equal inputs have equal digests."""
        about = [sorted(self.sheets.seats.items()), sorted(self.sheets.criteria.items())]
        total = hashlib.sha256(self.recipe.canonical_bytes() + self.field.digest.encode())
        total.update(repr(about).encode() + self.sheets.filed.digest())
        return total.hexdigest()

    def every_sheet(self) -> tuple[Sheet, ...]:
        """The sheets of entries still in, with one without marks for each entry that nobody heard."""
        filed = self.sheets.as_rows()
        heard = {sheet.entry for sheet in filed}
        unheard = (Sheet(code, inputs.NOBODY, {}, "") for code in self.entries if code not in heard)
        return tuple(sorted((*filed, *unheard), key=lambda sheet: (sheet.entry, sheet.judge)))


def load(round: Round) -> Running:
    """A running round's inputs as they are now, its arrays brought up to date. Belongs in a transaction."""
    prefetch_related_objects([round], "criteria", "metrics")
    recipe = recipe_of(round)
    criteria = {criterion.key: criterion.pk for criterion in round.criteria.all()}
    # Sheets before entries: whoever has a sheet is among the entries then.
    filed = sheets.load(round, criteria.values())
    field = tallies.load(round, recipe.popularity)
    has_popularity = bool(recipe.popularity.metrics) and len(field.entries) > 0
    seats = dict(round.seats.values_list("pk", "code"))
    return Running(recipe, Named(field, filed, seats, criteria), field.readings if has_popularity else None)


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
