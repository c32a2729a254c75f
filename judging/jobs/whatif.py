"""What if: who would be above the line under other rules, without one judge, or without one source. Nothing is kept."""

from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from judging.jobs import inputs
from judging.jobs.counterfactual import above, without_source
from judging.jobs.entries import create_entries
from judging.jobs.inputs import NOBODY, Inputs
from judging.jobs.proof import closing_inputs
from judging.models import Entry, Round, Ruling
from judging.queries.cuts import size_of
from judging.queries.rounds import submissions_for
from judging.scoring.compute import Result
from judging.scoring.inputs import Sheet
from judging.scoring.recipe import Recipe
from spotlight.errors import SpotlightError

MOST = 20_000
"""Entries that are computed while somebody waits for a page."""


class CanNotTry(SpotlightError):
    """There is nothing to try on yet, or too much."""

    code = "can_not_try"


def no_ranks() -> str:
    """What a person reads who judges in the round and must not know how it stands."""
    return _("You judge in this round. What others’ marks come to is shown to you once it is locked.")


MOVES = 20
"""Entries shown whose ranks would change most."""


@dataclass(frozen=True)
class Wish:
    """What to change; None and empty mean: as it is. `popularity` is its weight, the panel gets the rest to 1."""

    popularity: Decimal | None = None
    size: int | None = None
    panel_method: str = ""
    popularity_method: str = ""
    blend_method: str = ""
    ties: str = ""
    without_seat: str = ""
    without_source: str = ""
    with_source: str = ""


@dataclass(frozen=True)
class Move:
    """An entry that would cross the line, with its rank now and then."""

    entry: Entry
    before: int
    after: int


@dataclass(frozen=True)
class Outcome:
    """Who would enter and who would leave, each in the order of the new ranks; and how many would advance, now and then.

    `moved` are the entries whose ranks would change most, of `shifted` whose ranks would change at all.
    """

    entering: list[Move]
    leaving: list[Move]
    now: int
    then: int
    moved: list[Move]
    shifted: int


def try_out(round: Round, wish: Wish) -> Outcome:
    """Compare the round as it is with the wish. Raises CanNotTry, or RecipeError for rules that contradict themselves.

    A planned round is tried as if it opened now with whatever would enter it: nothing but popularity tells its entries apart.
    """
    if round.state != Round.State.PLANNED or round.entries.exists():
        return _compared(round, wish)
    with transaction.atomic():
        entering = submissions_for(round).select_related("market", "division", "track").order_by("code")
        if entering.count() > MOST:
            raise _too_many()
        create_entries(round, entering, codes=[submission.code for submission in entering])
        outcome = _compared(round, wish)
        transaction.set_rollback(True)
    return outcome


def _too_many() -> CanNotTry:
    return CanNotTry(_("More than %(most)d entries take too long for a page.") % {"most": MOST})


def _selectable_anyway(round: Round) -> frozenset[str]:
    """Codes of entries that may be selected on too few sheets: by a ruling, or all where nobody was asked for sheets yet."""
    if round.state == Round.State.PLANNED:
        return frozenset(round.entries.values_list("code", flat=True))
    ruled = Ruling.objects.filter(round=round, outcome=Ruling.Outcome.SELECTABLE)
    return frozenset(ruled.values_list("entry__code", flat=True))


def _compared(round: Round, wish: Wish) -> Outcome:
    if round.entries.filter(state=Entry.State.IN).count() > MOST:
        raise _too_many()
    given = closing_inputs(round) if round.is_over else inputs.load(round)
    if not given.entries:
        raise CanNotTry(
            _("This round has no entries yet. Try again once something is cleared or has advanced.")
        )
    entries = {e.code: e for e in round.entries.select_related("submission__track", "submission__artist")}
    groups = {code: entry.group for code, entry in entries.items()}
    size = size_of(round)
    new_given = _changed(given, wish, groups)
    if wish.with_source:
        new_given = replace(new_given, readings=inputs.load(round, also=wish.with_source).readings)
    old, new = given.score(), new_given.score()
    anyway = _selectable_anyway(round)
    before, after = above(old, groups, size, anyway), above(new, groups, wish.size or size, anyway)
    rank_old, rank_new = _ranks(old), _ranks(new)

    def moves(codes: set[str]) -> list[Move]:
        ordered = sorted(codes, key=lambda code: rank_new[code])
        return [Move(entries[code], rank_old[code], rank_new[code]) for code in ordered]

    shifted = [code for code in rank_new if rank_new[code] != rank_old[code]]
    most = sorted(shifted, key=lambda code: (-abs(rank_new[code] - rank_old[code]), rank_new[code]))[:MOVES]
    return Outcome(
        moves(after - before), moves(before - after), len(before), len(after), moves(set(most)), len(shifted)
    )


@dataclass(frozen=True)
class Weighed:
    """An entry with and without some readings: its rank and whether it advances; who enters and who leaves without them."""

    rank_with: int
    is_in_with: bool
    rank_without: int
    is_in_without: bool
    entering: list[Move]
    leaving: list[Move]


def weigh(round: Round, entry: Entry, supposed: inputs.Supposed) -> Weighed:
    """The ranking with the supposed readings and without them, all else as it is. Raises CanNotTry."""
    if round.is_over:
        raise CanNotTry(_("This round is closed. What it used can’t change any more."))
    if round.entries.filter(state=Entry.State.IN).count() > MOST:
        raise _too_many()
    entries = {e.code: e for e in round.entries.select_related("submission__track", "submission__artist")}
    groups = {code: one.group for code, one in entries.items()}
    size = size_of(round)
    full, less = (inputs.load(round, replace(supposed, counts=counts)).score() for counts in (True, False))
    anyway = _selectable_anyway(round)
    before, after = above(full, groups, size, anyway), above(less, groups, size, anyway)
    rank_full, rank_less = _ranks(full), _ranks(less)
    if entry.code not in rank_full:
        raise CanNotTry(_("This entry is no longer in the round."))

    def moves(codes: set[str]) -> list[Move]:
        ordered = sorted(codes, key=lambda code: rank_less[code])
        return [Move(entries[code], rank_full[code], rank_less[code]) for code in ordered]

    return Weighed(
        rank_full[entry.code], entry.code in before, rank_less[entry.code], entry.code in after,
        moves(after - before), moves(before - after),
    )  # fmt: skip


def _ranks(result: Result) -> dict[str, int]:
    return {code: rank for rank, code in enumerate(result.entries, 1)}


def _changed(given: Inputs, wish: Wish, groups: dict[str, str]) -> Inputs:
    return replace(
        given,
        recipe=_recipe(given.recipe, wish, len(set(groups.values()))),
        sheets=_without_seat(given, wish.without_seat) if wish.without_seat else given.sheets,
        readings=without_source(given.readings, wish.without_source),
    )


def _recipe(recipe: Recipe, wish: Wish, groups: int) -> Recipe:
    tables = recipe.to_mapping()
    if wish.popularity is not None:
        tables["blend"].update(popularity=str(wish.popularity), panel=str(1 - wish.popularity))
    if wish.size is not None:
        tables["cut"]["size"] = wish.size * groups
    for table, key, value in (
        ("panel", "method", wish.panel_method),
        ("popularity", "method", wish.popularity_method),
        ("blend", "method", wish.blend_method),
        ("tie", "chain", wish.ties),
    ):
        tables[table][key] = value or tables[table][key]
    return Recipe.from_mapping(tables)


def _without_seat(given: Inputs, seat: str) -> tuple[Sheet, ...]:
    """The sheets of all others; an entry that nobody else heard still stands on a line."""
    kept = [sheet for sheet in given.sheets if sheet.judge != seat]
    heard = {sheet.entry for sheet in kept}
    kept += [Sheet(code, NOBODY, {}, "") for code in given.entries if code not in heard]
    return tuple(sorted(kept, key=lambda sheet: (sheet.entry, sheet.judge)))
