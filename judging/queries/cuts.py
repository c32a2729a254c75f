"""The cut line of a closed round: who is in, who is out, who is tied at the line, who is close to it."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from judging.models import Cut, Entry, Removal, Round, Ruling, Standing, Standings
from judging.queries.rounds import newest_standings

CLOSE = 20_000
"""Probability in millionths: within 2 % of certainty an entry is clear of the line."""


@dataclass(frozen=True)
class Place:
    """An entry's place by the line. `reserve` counts from 1 among those next in order, else None."""

    standing: Standing
    group: str
    is_in: bool
    is_selectable: bool
    reserve: int | None = None
    is_tied_at_line: bool = False
    has_left: bool = False

    @property
    def is_close(self) -> bool:
        """Neither clearly in nor clearly out."""
        return CLOSE < self.standing.probability < 1_000_000 - CLOSE

    @property
    def outcome(self) -> str:
        """`in`, `reserve` or `out`."""
        return "in" if self.is_in else "reserve" if self.reserve else "out"


@dataclass(frozen=True)
class Line:
    """A whole cut as it would be made now."""

    round: Round
    standings: Standings
    size: int
    places: list[Place]

    @property
    def chosen(self) -> list[Place]:
        """Who advances, in order."""
        return [place for place in self.places if place.is_in]

    def near(self, beyond: int) -> list[Place]:
        """Everybody down to `beyond` places below the last who advances, is tied or is in reserve."""
        matters = [n for n, p in enumerate(self.places) if p.is_in or p.reserve or p.is_tied_at_line]
        return self.places[: max(matters, default=-1) + 1 + beyond]

    @property
    def tied(self) -> list[Place]:
        """Those who share the score of the line, on both sides of it."""
        return [place for place in self.places if place.is_tied_at_line]

    @property
    def close(self) -> list[Place]:
        """The line zone."""
        return [place for place in self.places if place.is_close]


def closing_standings(round: Round) -> Standings | None:
    """The standings a cut may rest on: those of the close."""
    return newest_standings(round, is_closing=True)


def needs_number(round: Round) -> bool:
    """Whether a number within the range has still to be fixed, before names are shown."""
    return round.cut_fixed is None and round.cut_lowest != round.cut_highest


def size_of(round: Round) -> int:
    """How many advance (per group where cuts are per group)."""
    return round.cut_fixed or round.cut_highest


def line_of(round: Round, standings: Standings) -> Line:
    """The cut of a round by these standings: the first selectable entries in order, group by group."""
    rows = list(
        standings.rows.select_related("entry__submission__artist", "entry__submission__track", "entry__submission__market")
        .order_by("rank")
    )  # fmt: skip
    ruled = set(
        Ruling.objects.filter(round=round, outcome=Ruling.Outcome.SELECTABLE).values_list(
            "entry_id", flat=True
        )
    )
    least = max(1, round.minimum_sheets) if round.panel_weight > 0 else 0
    gone = left_before_cut(round)
    open_to = {
        row.pk: (row.sheets >= least or row.entry_id in ruled) and row.entry_id not in gone for row in rows
    }
    draws = {row.rank for row in rows if row.parts.get("draw")}
    places: list[Place] = []
    for group in sorted({row.entry.group for row in rows}):
        places += _group_places(round, [row for row in rows if row.entry.group == group], open_to, draws)
    places = [replace(place, has_left=place.standing.entry_id in gone) for place in places]
    return Line(round, standings, size_of(round), sorted(places, key=lambda place: place.standing.rank))


def left_before_cut(round: Round) -> set[int]:
    """Keys of the entries that left the season between the close of the round and its cut."""
    removed = Removal.objects.filter(state=Removal.State.MADE)
    if (cut := made_cut(round)) is not None:
        removed = removed.filter(made_at__lte=cut.approved_at)
    left = Entry.objects.filter(round=round, submission__in=removed.values("submission"))
    return set(left.values_list("pk", flat=True))


def removals_of(round: Round) -> list[Removal]:
    """Removals of entries of the round, proposed or made, the newest first."""
    removals = Removal.objects.exclude(state=Removal.State.DROPPED).filter(submission__entries__round=round)
    return list(
        removals.select_related("submission__track", "submission__artist", "proposed_by", "approved_by")
    )


def _group_places(
    round: Round, rows: list[Standing], open_to: dict[int, bool], draws: Collection[int]
) -> list[Place]:
    able = [row for row in rows if open_to[row.pk]]
    size = size_of(round)
    chosen = {row.pk for row in able[:size]}
    if round.tie_chain == Round.TieChain.EXTEND_CUT and 0 < size < len(able):
        chosen |= {row.pk for row in able[size:] if is_drawn(able[size - 1], row, draws)}
    waiting = [row.pk for row in able if row.pk not in chosen]
    reserves = {key: number for number, key in enumerate(waiting[: round.reserves], 1)}
    places = [
        Place(row, row.entry.group, row.pk in chosen, open_to[row.pk], reserves.get(row.pk)) for row in rows
    ]  # fmt: skip
    return _mark_ties(places)


def is_drawn(one: Standing, other: Standing, draws: Collection[int]) -> bool:
    """Whether only the draw of last resort, step 6, puts one before the other: each before the next, down to that one.

    `draws` are the ranks whose entry stands before the next by the draw alone.
    """
    return all(rank in draws for rank in range(one.rank, other.rank))


def _mark_ties(places: list[Place]) -> list[Place]:
    last = next((p for p in reversed(places) if p.is_in), None)
    first_out = next((p for p in places if not p.is_in and p.is_selectable), None)
    if last is None or first_out is None or last.standing.blend != first_out.standing.blend:
        return places
    score = last.standing.blend
    return [
        replace(p, is_tied_at_line=True) if p.standing.blend == score and p.is_selectable else p for p in places
    ]  # fmt: skip


def proposed_cut(round: Round) -> Cut | None:
    """The proposal that waits for a second person."""
    return round.cuts.filter(state=Cut.State.PROPOSED).first()


def made_cut(round: Round) -> Cut | None:
    """The cut of a round, once two people made it."""
    return round.cuts.filter(state=Cut.State.MADE).first()


def next_round(round: Round) -> Round | None:
    """The round after this one."""
    return Round.objects.filter(season=round.season, number__gt=round.number).order_by("number").first()
