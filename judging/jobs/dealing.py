"""Seats and assignments: who hears what. The arithmetic is `judging.scoring.assignment`; here it meets the rows.

Call everything in a transaction that holds the round row, so that two deals never meet.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from django.db.models import Max, Q

from judging.jobs import running
from judging.models import Assignment, Entry, Round, ScoreSheet, Seat
from judging.queries import panel
from judging.queries.recipes import cut_size
from judging.scoring import assignment as designs
from judging.scoring import waves
from judging.scoring.compute import Result
from spotlight.accounts.models import Person
from spotlight.ledger import clock, events

Duty = designs.Assignment
BY_RANKING = (Round.Design.GATE, Round.Design.ADAPTIVE_GAIN, Round.Design.ADAPTIVE_UCB)
"""Designs in which the standings of the moment decide who is heard."""


def seat_judges(round: Round) -> list[Seat]:
    """Give a seat to each judge of the season who has none in this round. Returns the new seats."""
    return Seat.objects.bulk_create(
        [Seat(round=round, membership=m) for m in panel.judges_without_seat(round)]
    )


def deal(round: Round, *, by: Person | None) -> designs.Plan:
    """Deal the entries of a round to its seats by the round's design, and log the plan with its inputs' digest."""
    board = Board(round)
    seed = f"{round.season.seed}:{round.number}:0"
    pools: Mapping[str, str] = {}
    ranking = score_now(round) if round.design in BY_RANKING else None
    match round.design:
        case Round.Design.ALL_HEAR_ALL:
            plan = designs.all_hear_all(board.entries, board.bench)
        case Round.Design.GATE:
            plan = designs.gate_k(
                _popular_first(ranking),
                board.bench,
                size=gate_size(round),
                k=round.judges_per_entry,
                seed=seed,
            )
        case Round.Design.ADAPTIVE_GAIN | Round.Design.ADAPTIVE_UCB:
            plan, pools = waves.first_pass(
                _popular_first(ranking), board.bench, shares=waves.budget(sheet_budget(round)), seed=seed
            )
        case _:
            plan = designs.balanced_random_k(
                board.entries, board.bench, k=round.judges_per_entry, seed=seed, standing=board.standing
            )
    board.write(plan.added, seed=seed, pools=pools)
    board.log(plan, by=by, wave=0, seed=seed, ranking=ranking)
    return plan


def next_wave(round: Round, *, wave: int) -> designs.Plan:
    """Deal one wave of an adaptive round (1 to 8), or its last pass (9), by the standings as they are now."""
    board, result = Board(round), score_now(round)
    shares, seed = waves.budget(sheet_budget(round)), f"{round.season.seed}:{round.number}"
    if wave > waves.WAVES:
        plan = waves.last_pass(result, board.bench, standing=board.standing, size=shares.last, seed=seed)
    else:
        step = waves.adaptive_ucb if round.design == Round.Design.ADAPTIVE_UCB else waves.adaptive_gain
        plan = step(
            result, board.bench, standing=board.standing, size=shares.waves[wave - 1], seed=seed, wave=wave
        )
    board.take_back(plan.removed)
    board.write(plan.added, wave=wave, seed=f"{seed}:{wave}")
    board.log(plan, by=None, wave=wave, seed=f"{seed}:{wave}", ranking=result)
    return plan


def _popular_first(ranking: Result | None) -> Sequence[str]:
    """Codes of the entries still in, by the round's own arithmetic before any sheet: the most popular first."""
    return list(ranking.entries) if ranking else []


def score_now(round: Round) -> Result:
    """The round's result from its inputs as they are, kept nowhere."""
    return running.load(round).score()


def _as_rows(ranking: Result) -> list[tuple[Any, ...]]:
    """Entry, blend and panel_sd (millionths) by rank: what a gate and a wave go by."""
    sds = [None] * len(ranking) if ranking.panel_sd is None else ranking.panel_sd.tolist()
    return list(zip(ranking.entries, ranking.blend.tolist(), sds, strict=True))


def gate_size(round: Round) -> int:
    """How many entries a gate lets through: `options.assignment.size`, else four times the cut."""
    return int(round.options.get("assignment", {}).get("size") or 4 * cut_size(round))


def sheet_budget(round: Round) -> int:
    """Sheets that an adaptive round spends: `options.assignment.sheets`, else what a balanced deal would."""
    asked = round.options.get("assignment", {}).get("sheets")
    return int(asked or round.judges_per_entry * round.entries.filter(state=Entry.State.IN).count())


def end(assignment: Assignment, *, state: str, reason: str, by: Person | None) -> Assignment | None:
    """End an assignment and deal its entry to another judge. Returns the new one, None if nobody can take it."""
    assignment.state, assignment.reason, assignment.ended_at = state, reason[:300], clock.now()
    assignment.save(update_fields=["state", "reason", "ended_at"])
    return refill(assignment, by=by, is_repair=assignment.round.state == Round.State.LOCKED)


def refill(ended: Assignment, *, by: Person | None, is_repair: bool = False) -> Assignment | None:
    """Deal the entry of an assignment that ended to the least loaded judge who may hear it; None if nobody can."""
    board = Board(ended.round, repairs=is_repair)
    if ended.entry.code not in board.rows:
        return None
    return board.deal_one(Duty(ended.entry.code, ended.seat.code), about="refill", by=by)


def add_judge(entry: Entry, *, by: Person | None, is_repair: bool = False) -> Assignment | None:
    """Deal an entry to one more judge; None if nobody can take it."""
    return Board(entry.round, repairs=is_repair).deal_one(Duty(entry.code, ""), about="more", by=by)


def redistribute(seat: Seat, *, by: Person | None, is_repair: bool = False) -> tuple[list[Assignment], int]:
    """Take the unfinished entries from a seat and deal them to the others. Returns the new ones and how many find nobody."""
    board = Board(seat.round, repairs=is_repair)
    seed = f"{seat.round.season.seed}:{seat.round.number}:leaves:{seat.code}"
    plan = designs.replace_judge(
        board.standing, board.bench, leaving=seat.code, finished=board.finished(), seed=seed
    )
    board.log(plan, by=by, seed=seed, verb="panel.redealt")
    board.take_back(plan.removed)
    return board.write(plan.added), sum(plan.short.values())


def level_for(seat: Seat, *, by: Person | None) -> list[Assignment]:
    """Move unfinished entries from the busiest judges to one who joins late. Returns the new assignments."""
    board = Board(seat.round)
    seed = f"{seat.round.season.seed}:{seat.round.number}:joins:{seat.code}"
    if seat.round.design == Round.Design.ALL_HEAR_ALL:
        whole = designs.all_hear_all(board.entries, board.bench)
        plan = replace(whole, added=tuple(d for d in whole.assignments if d.judge == seat.code), removed=())
    else:
        plan = designs.join_judge(
            board.standing, board.bench, joining=seat.code, finished=board.begun(), seed=seed
        )
    board.log(plan, by=by, seed=seed, verb="panel.redealt")
    board.take_back(plan.removed)
    return board.write(plan.added)


class Board:
    """The rows of a round as the designs want them: codes of entries and seats, conflicts, limits, what stands.

    Repairs are dealt while a round is locked, to nobody who leads the season: they can see how it stands.
    """

    def __init__(self, round: Round, *, repairs: bool = False) -> None:
        self.round, self.repairs = round, repairs
        leaders = panel.leaders(round.season_id) if repairs else set()
        self.seats = [seat for seat in panel.seats_of(round) if seat.membership.person_id not in leaders]
        rows = list(Entry.objects.filter(round=round, state=Entry.State.IN).order_by("code"))
        self.rows = {row.code: row for row in rows}
        self.by_code = {seat.code: seat for seat in self.seats}
        self.pools = dict(
            Assignment.objects.filter(round=round).exclude(pool="").values_list("entry__code", "pool")
        )
        self.standing = [Duty(*pair) for pair in self._held(Q(state=Assignment.State.OPEN))]
        self.bench = designs.Bench(
            judges=sorted(self.by_code),
            conflicts=self._conflicts(),
            limits={seat.code: seat.capacity for seat in self.seats},
        )

    @property
    def entries(self) -> Sequence[str]:
        """Codes of the entries still in, sorted."""
        return sorted(self.rows)

    def finished(self) -> set[Duty]:
        """Assignments with a filed sheet."""
        return {
            Duty(*p) for p in self._held(Q(sheet__state=ScoreSheet.State.FILED, state=Assignment.State.OPEN))
        }

    def begun(self) -> set[Duty]:
        """Assignments with any sheet."""
        return {Duty(*pair) for pair in self._held(Q(sheet__isnull=False, state=Assignment.State.OPEN))}

    def deal_one(self, instead: Duty, *, about: str, by: Person | None) -> Assignment | None:
        """Deal an entry to one more judge, in place of who had it; with the digests of what decided it. None: nobody can."""
        seed = f"{self.round.season.seed}:{self.round.number}:{about}"
        judge = designs.refill(self.standing, self.bench, recused=instead, seed=seed)
        if judge is None:
            return None
        [made] = self.write([Duty(instead.entry, judge)])
        events.log(
            "assignment.dealt",
            made.entry,
            by=by,
            season=self.round.season.slug,
            seat=judge,
            **self.digests(seed),
        )
        return made

    def write(
        self,
        duties: Iterable[Duty],
        *,
        wave: int = 0,
        seed: str = "",
        pools: Mapping[str, str] = MappingProxyType({}),
    ) -> list[Assignment]:
        """Write assignments at the end of each judge's list, in an order of the judge's own.

        An entry stays in the pool in which it was dealt first.
        """
        pools = {**pools, **self.pools}
        at, ends = clock.now(), self._ends()
        fresh = []
        for duty in sorted(duties, key=lambda duty: designs.draw(seed, duty.judge, duty.entry)):
            seat = self.by_code[duty.judge]
            ends[seat.pk] = ends.get(seat.pk, 0) + 1
            fresh.append(
                Assignment(
                    round=self.round, entry=self.rows[duty.entry], seat=seat, position=ends[seat.pk], pool=pools.get(duty.entry, ""),
                    wave=wave, is_repair=self.repairs, created_at=at,
                )
            )  # fmt: skip
        return Assignment.objects.bulk_create(fresh, batch_size=2000)

    def take_back(self, duties: Iterable[Duty]) -> None:
        """End assignments that move to another judge."""
        at = clock.now()
        for duty in duties:
            Assignment.objects.filter(
                round=self.round, entry__code=duty.entry, seat__code=duty.judge, state=Assignment.State.OPEN
            ).update(state=Assignment.State.TAKEN_BACK, ended_at=at)

    def log(
        self, plan: designs.Plan, *, by: Person | None, seed: str, wave: int | None = None, verb: str = "panel.dealt",
        ranking: Result | None = None,
    ) -> None:  # fmt: skip
        """Log a deal with what outsiders need to check it later: balance, connection, digests of inputs and seed."""
        loads = [plan.loads[judge] for judge in sorted(plan.loads)]
        events.log(
            verb, self.round, by=by, season=self.round.season.slug, design=self.round.design, wave=wave,
            assignments=len(plan.added), judges=len(self.seats), short=len(plan.short), groups=plan.components,
            fewest=min(loads, default=0), most=max(loads, default=0), neighbors=plan.fewest_neighbors,
            **self.digests(seed, ranking),
        )  # fmt: skip

    def digests(self, seed: str, ranking: Result | None = None) -> dict[str, str]:
        """SHA-256 of everything that decided a deal, and of its seed alone."""
        return {
            "inputs_sha256": self.digest(seed, ranking),
            "seed_sha256": hashlib.sha256(seed.encode()).hexdigest(),
        }

    def digest(self, seed: str, ranking: Result | None = None) -> str:
        """SHA-256 of everything that decided a deal, in canonical JSON; `ranking` is the standings where they decided too."""
        inputs: dict[str, Any] = {
            "design": self.round.design, "k": self.round.judges_per_entry, "seed": seed, "entries": self.entries,
            "judges": sorted(self.by_code), "limits": dict(self.bench.limits),
            "conflicts": sorted(self.bench.conflicts), "standing": sorted(self.standing),
        }  # fmt: skip
        if ranking is not None:
            inputs["ranking"] = _as_rows(ranking)
        return hashlib.sha256(json.dumps(inputs, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def _held(self, which: Q) -> list[tuple[str, str]]:
        held = Assignment.objects.filter(which, round=self.round, entry__state=Entry.State.IN)
        return list(held.values_list("entry__code", "seat__code"))

    def _conflicts(self) -> set[tuple[str, str]]:
        seats = {seat.pk: seat.code for seat in self.seats}
        entries = {row.pk: row.code for row in self.rows.values()}
        pairs = panel.conflicted_pairs(self.round, self.seats, self.rows.values())
        ended = self._held(~Q(state=Assignment.State.OPEN))
        return {(seats[s], entries[e]) for s, e in pairs} | {(judge, entry) for entry, judge in ended}

    def _ends(self) -> dict[int, int]:
        rows = Assignment.objects.filter(round=self.round).values("seat").annotate(end=Max("position"))
        return {row["seat"]: row["end"] for row in rows}
