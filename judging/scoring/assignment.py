"""Who hears what: balanced, seeded deals of entries to judges, and repairs when a judge steps back.

Every function is deterministic: it depends on the codes, the conflicts, the limits and the public seed, not on the
order of anything. Conflicts are never dealt; a limit is never exceeded. Where that leaves an entry short, the plan
says so.
"""

import hashlib
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice, product
from typing import NamedTuple

_MOST_SWAPS = 2000


class Assignment(NamedTuple):
    """One judge hears one entry."""

    entry: str
    judge: str


@dataclass(frozen=True, slots=True)
class Bench:
    """The judges of a round: who may not hear what, and how many entries each can take (absent = no limit)."""

    judges: Sequence[str]
    conflicts: Collection[tuple[str, str]] = frozenset()
    """Pairs (judge, entry)."""
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """All assignments after a deal, sorted; `added` and `removed` against what stood before."""

    assignments: tuple[Assignment, ...]
    added: tuple[Assignment, ...]
    removed: tuple[Assignment, ...]
    short: Mapping[str, int]
    """Entries that miss judges, and how many."""
    loads: Mapping[str, int]
    components: int
    """Groups of judges with entries that no shared entry connects; 1 is good, 0 means nobody has an entry."""
    fewest_neighbors: int
    """The least number of other judges that any judge shares an entry with."""


def all_hear_all(entries: Iterable[str], bench: Bench) -> Plan:
    """Every judge hears every entry, but for conflicts; limits do not apply."""
    table = _Table(Bench(bench.judges, bench.conflicts), seed="")
    wanted = sorted(set(entries))
    for entry in wanted:
        for judge in table.judges:
            if table.allowed(judge, entry):
                table.add(judge, entry)
    return table.plan({})


def balanced_random_k(
    entries: Iterable[str], bench: Bench, *, k: int, seed: str, standing: Iterable[Assignment] = ()
) -> Plan:
    """k judges per entry, loads as equal as conflicts and limits allow (within 1 if there are none), judges connected.

    `standing` assignments stay; use it for late entries, or with a larger k to add listens.
    """
    return deal({entry: k for entry in entries}, bench, seed=seed, standing=standing)


def deal(wanted: Mapping[str, int], bench: Bench, *, seed: str, standing: Iterable[Assignment] = ()) -> Plan:
    """The same with a number of judges for each entry."""
    kept = set(standing)
    table = _Table(bench, seed=seed, standing=kept, fixed=kept)
    table.deal(wanted)
    table.balance()
    table.connect()
    return table.plan(wanted)


def gate_k(by_popularity: Sequence[str], bench: Bench, *, size: int, k: int, seed: str) -> Plan:
    """k judges for each of the `size` most popular entries; `by_popularity` is most popular first."""
    return balanced_random_k(by_popularity[:size], bench, k=k, seed=seed)


def refill(standing: Iterable[Assignment], bench: Bench, *, recused: Assignment, seed: str) -> str | None:
    """The judge who takes over one entry after a recusal; None if nobody can.

    `standing` no longer needs to hold the recused assignment; the recusing judge is never asked again. The least
    loaded judge is taken, then the one who shares fewest entries with the entry's other judges, then by seed.
    """
    held = [duty for duty in standing if duty != recused]
    conflicts = {*bench.conflicts, (recused.judge, recused.entry)}
    table = _Table(Bench(bench.judges, conflicts, bench.limits), seed=seed, standing=held)
    free = [judge for judge in table.judges if table.open_to(judge, recused.entry)]
    return min(free, key=lambda judge: table.preference(judge, recused.entry), default=None)


def replace_judge(
    standing: Iterable[Assignment],
    bench: Bench,
    *,
    leaving: str,
    seed: str,
    finished: Collection[Assignment] = (),
) -> Plan:
    """Deal the unfinished entries of a judge who drops out to the others of the bench.

    Finished assignments stay with whoever finished them. Nothing else moves, so the others keep their lists.
    """
    held = set(standing)
    gone = {duty for duty in held if duty.judge == leaving and duty not in set(finished)}
    others = [judge for judge in bench.judges if judge != leaving]
    bench = Bench(others, bench.conflicts, bench.limits)
    table = _Table(bench, seed=seed, standing=held - gone, before=held, fixed=held)
    wanted = table.counts()
    for duty in gone:
        wanted[duty.entry] = wanted.get(duty.entry, 0) + 1
    table.deal(wanted)
    return table.plan(wanted)


def join_judge(
    standing: Iterable[Assignment],
    bench: Bench,
    *,
    joining: str,
    seed: str,
    finished: Collection[Assignment] = (),
) -> Plan:
    """Move unfinished entries from the busiest judges to one who joins late, until loads are level."""
    table = _Table(bench, seed=seed, standing=standing, fixed=finished)
    wanted = table.counts()
    table.balance(only=joining)
    return table.plan(wanted)


def judge_groups(assignments: Iterable[Assignment]) -> list[list[str]]:
    """Judges connected by shared entries, each group sorted, the largest first."""
    by_entry: dict[str, list[str]] = defaultdict(list)
    for duty in assignments:
        by_entry[duty.entry].append(duty.judge)
    parent: dict[str, str] = {}

    def root(judge: str) -> str:
        parent.setdefault(judge, judge)
        while parent[judge] != judge:
            parent[judge] = judge = parent[parent[judge]]
        return judge

    for judges in by_entry.values():
        for judge in judges:
            parent[root(judge)] = root(judges[0])
    groups: dict[str, list[str]] = defaultdict(list)
    for judge in sorted(parent):
        groups[root(judge)].append(judge)
    return sorted(groups.values(), key=lambda group: (-len(group), group))


def draw(seed: str, *parts: str) -> str:
    """A public draw: hex SHA-256 of the seed and the parts, separated by line feeds."""
    return hashlib.sha256("\n".join((seed, *parts)).encode()).hexdigest()


class _Table:
    """Assignments while they are dealt."""

    def __init__(
        self,
        bench: Bench,
        *,
        seed: str,
        standing: Iterable[Assignment] = (),
        before: Iterable[Assignment] | None = None,
        fixed: Collection[Assignment] = (),
    ) -> None:
        self.judges = sorted(set(bench.judges))
        self.conflicts, self.limits, self.seed = frozenset(bench.conflicts), bench.limits, seed
        self.heard: dict[str, set[str]] = {judge: set() for judge in self.judges}
        self.on: dict[str, set[str]] = defaultdict(set)
        self.shared: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for duty in sorted(set(standing)):
            self.add(duty.judge, duty.entry)
        self.before = frozenset(self.duties() if before is None else before)
        self.fixed = frozenset(fixed)

    def duties(self) -> list[Assignment]:
        return sorted(Assignment(entry, judge) for entry, judges in self.on.items() for judge in judges)

    def counts(self) -> dict[str, int]:
        return {entry: len(judges) for entry, judges in self.on.items()}

    def add(self, judge: str, entry: str) -> None:
        for other in self.on[entry]:
            self.shared[judge][other] += 1
            self.shared[other][judge] += 1
        self.heard.setdefault(judge, set()).add(entry)
        self.on[entry].add(judge)

    def remove(self, judge: str, entry: str) -> None:
        self.heard[judge].discard(entry)
        self.on[entry].discard(judge)
        for other in self.on[entry]:
            self.shared[judge][other] -= 1
            self.shared[other][judge] -= 1

    def allowed(self, judge: str, entry: str) -> bool:
        """No conflict, and not there already."""
        return judge not in self.on[entry] and (judge, entry) not in self.conflicts

    def has_room(self, judge: str) -> bool:
        limit = self.limits.get(judge)
        return limit is None or len(self.heard[judge]) < limit

    def open_to(self, judge: str, entry: str) -> bool:
        return self.allowed(judge, entry) and self.has_room(judge)

    def preference(self, judge: str, entry: str) -> tuple[int, int, str]:
        together = sum(self.shared[judge][other] for other in self.on[entry])
        return len(self.heard[judge]), together, draw(self.seed, entry, judge)

    def deal(self, wanted: Mapping[str, int]) -> None:
        """Bring every entry to its number of judges, one judge per entry and pass, in seeded order."""
        order = sorted(wanted, key=lambda entry: (draw(self.seed, entry), entry))
        for number in range(1, max(wanted.values(), default=0) + 1):
            for entry in order:
                if len(self.on[entry]) < min(number, wanted[entry]):
                    self._deal_one(entry)

    def _deal_one(self, entry: str) -> None:
        free = [judge for judge in self.judges if self.open_to(judge, entry)]
        if not free:
            free = self._make_room(entry)
        if free:
            self.add(min(free, key=lambda judge: self.preference(judge, entry)), entry)

    def _make_room(self, entry: str) -> list[str]:
        """Free a judge for the entry by moving other entries along a chain of judges to one with room."""
        for judge in self.judges:
            if self.allowed(judge, entry):
                chain = self._chain(judge, {other for other in self.judges if self.has_room(other)})
                if chain:
                    self._move_along(chain)
                    return [judge]
        return []

    def balance(self, *, only: str | None = None) -> None:
        """Move entries from busy to less busy judges until none has two more than another, as far as possible."""
        stuck: set[str] = set()
        while True:
            givers = [judge for judge in self.judges if judge not in stuck and judge != only]
            if not givers:
                return
            giver = max(givers, key=lambda judge: (len(self.heard[judge]), judge))
            takers = self.judges if only is None else [only]
            floor = len(self.heard[giver]) - 2
            goals = {
                t for t in takers if t in self.heard and len(self.heard[t]) <= floor and self.has_room(t)
            }
            chain = self._chain(giver, goals)
            if chain:
                self._move_along(chain)
                stuck = set() if only is None else stuck
            else:
                stuck.add(giver)

    def _chain(self, start: str, goals: set[str]) -> list[tuple[str, str, str]]:
        """Shortest chain of moves (entry, from, to) from a judge to one of the goals; empty if none."""
        came: dict[str, tuple[str, str, str]] = {}
        waiting = deque([start])
        while waiting and goals - {start}:
            giver = waiting.popleft()
            for taker in self.judges:
                if taker == start or taker in came:
                    continue
                entry = self._movable(giver, taker)
                if entry is None:
                    continue
                came[taker] = (entry, giver, taker)
                if taker in goals:
                    return _path(came, taker)
                waiting.append(taker)
        return []

    def _movable(self, giver: str, taker: str) -> str | None:
        """The entry that may go from one judge to another, first by seed."""
        entries = [
            entry
            for entry in self.heard[giver] - self.heard[taker]
            if self.allowed(taker, entry) and self._loose(giver, entry)
        ]
        return min(entries, key=lambda entry: draw(self.seed, entry, taker), default=None)

    def _loose(self, judge: str, entry: str) -> bool:
        """Whether an assignment may move: it is not finished."""
        return Assignment(entry, judge) not in self.fixed

    def _move_along(self, chain: list[tuple[str, str, str]]) -> None:
        for entry, giver, taker in reversed(chain):
            self.remove(giver, entry)
            self.add(taker, entry)

    def connect(self) -> None:
        """Swap entries between groups of judges that share none, while that joins them."""
        groups = judge_groups(self.duties())
        while len(groups) > 1 and self._joined(groups):
            groups = judge_groups(self.duties())

    def _joined(self, groups: list[list[str]]) -> bool:
        """Exchange one entry between judges of two groups so that there are fewer groups."""
        swaps = (
            (one, other, there, back)
            for one, other in _across(groups)
            for there in self._spare(one, other)
            for back in self._spare(other, one)
        )
        for swap in islice(swaps, _MOST_SWAPS):
            self._exchange(*swap)
            if len(judge_groups(self.duties())) < len(groups):
                return True
            one, other, there, back = swap
            self._exchange(one, other, back, there)
        return False

    def _spare(self, giver: str, taker: str) -> list[str]:
        """Entries that a judge can hand over and that join the new judge with someone, in seeded order."""
        entries = [
            entry
            for entry in self.heard[giver]
            if len(self.on[entry]) > 1 and self.allowed(taker, entry) and self._loose(giver, entry)
        ]
        return sorted(entries, key=lambda entry: draw(self.seed, entry, taker))

    def _exchange(self, one: str, other: str, there: str, back: str) -> None:
        self.remove(one, there)
        self.add(other, there)
        self.remove(other, back)
        self.add(one, back)

    def plan(self, wanted: Mapping[str, int]) -> Plan:
        duties = self.duties()
        groups = judge_groups(duties)
        now = frozenset(duties)
        short = {entry: need - len(self.on[entry]) for entry, need in sorted(wanted.items())}
        neighbors = [
            sum(count > 0 for count in self.shared[judge].values()) for group in groups for judge in group
        ]
        return Plan(
            assignments=tuple(duties),
            added=tuple(sorted(now - self.before)),
            removed=tuple(sorted(self.before - now)),
            short={entry: missing for entry, missing in short.items() if missing > 0},
            loads={judge: len(self.heard[judge]) for judge in self.judges},
            components=len(groups),
            fewest_neighbors=min(neighbors, default=0),
        )


def _across(groups: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Pairs of judges of different groups."""
    for first, second in combinations(groups, 2):
        yield from product(first, second)


def _path(came: Mapping[str, tuple[str, str, str]], end: str) -> list[tuple[str, str, str]]:
    chain = [came[end]]
    while chain[0][1] in came:
        chain.insert(0, came[chain[0][1]])
    return chain
