"""A round of a rehearsed season, from opening to announcement, by the people whose part it is."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from judging.jobs import rounds as life
from judging.models import Assignment, Round, ScoreSheet, Seat
from judging.queries.cuts import needs_number
from judging.queries.rounds import entries_to_rule_on
from judging.services import chair, cuts, desk, panel, rounds
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, work
from spotlight.rehearsal.inside.company import Company
from spotlight.rehearsal.simulation.jury import Jury
from submissions.models import Artist, Season

Tick = Callable[[float, str], None]
SHEETS_AT_ONCE = 200
LEAVES_FROM = 6
"""From as many judges on, one leaves the panel of the first round halfway, and their entries go to the others."""


@dataclass
class Room:
    """The panel of a season and what it knows: who judges, what they hear, whom they may not hear."""

    season: Season
    company: Company
    jury: Jury
    artists: Mapping[int, int]
    tick: Tick = lambda share, step: None
    judges: dict[int, int] = field(init=False)
    rows: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.judges = {person.pk: number for number, person in enumerate(self.company.judges)}
        self.rows = {submission: row for row, submission in self.artists.items()}

    def declare_ties(self) -> int:
        """Judges say whom they are tied to. Returns how many ties."""
        by_row = dict(
            Artist.objects.filter(submissions__season=self.season).values_list("submissions__pk", "pk")
        )
        artists = {row: Artist(pk=by_row[key]) for row, key in self.artists.items()}
        pairs = [(j, row) for j, tied in enumerate(self.jury.ties) for row in tied if row in artists]
        for judge, row in pairs:
            artist = Artist.objects.get(pk=artists[row].pk)
            panel.declare_conflict(self.season, by=self.company.judges[judge], artist=artist, note="We worked together.")
        return len(pairs)

    def open(self, round_: Round) -> Round:
        """At its time."""
        go(round_.opens_at)
        return rounds.open_round(round_, by=self.company.chair)

    def hear(self, round_: Round) -> None:
        """All sheets of the round: the first half, then a judge leaves, then the rest, wave by wave where it has waves."""
        if not round_.panel_weight:
            return
        duties = self.waiting(round_)
        self.file(round_, duties[: len(duties) // 2])
        if round_.number == 1 and len(self.company.judges) >= LEAVES_FROM:
            self._leave(round_)
        go(round_.opens_at + (round_.locks_at - round_.opens_at) * 0.5)
        work.run_due()
        self.file(round_, self.waiting(round_))
        while (plan := life.deal_due_wave(round_)) is not None and plan.added:
            self.file(round_, self.waiting(round_))

    def _leave(self, round_: Round) -> None:
        seat = Seat.objects.get(round=round_, membership__person=self.company.judges[-1])
        panel.leave_panel(seat, by=self.company.chair, reason="Called away for the rest of the round.")

    def waiting(self, round_: Round) -> list[Assignment]:
        """Assignments without a filed sheet, in the judges' own order."""
        rows = Assignment.objects.filter(round=round_, state=Assignment.State.OPEN, entry__state="in")
        return list(
            rows.exclude(sheet__state=ScoreSheet.State.FILED)
            .select_related("seat__membership__person", "entry__submission__track", "round__season")
            .order_by("position", "seat__pk")
        )

    def file(self, round_: Round, duties: Sequence[Assignment]) -> None:
        """Judges file these sheets through the desk. A few hundred share a transaction; each is checked by itself."""
        criteria = [c.key for c in round_.criteria.all()]
        for first in range(0, len(duties), SHEETS_AT_ONCE):
            with transaction.atomic():
                for duty in duties[first : first + SHEETS_AT_ONCE]:
                    self._file(duty, criteria, round_.number)
            self.tick(first / len(duties), f"round-{round_.number}")

    def _file(self, duty: Assignment, criteria: Sequence[str], number: int) -> None:
        judge = duty.seat.membership.person
        row = self.rows[duty.entry.submission_id]
        marks = self.jury.marks(self.judges[judge.pk], row, number, criteria)
        heard = duty.entry.submission.track.duration_ms or 0
        draft = desk.Draft(marks={key: Decimal(str(mark)) for key, mark in marks.items()}, heard_ms=heard)
        desk.file_sheet(duty, draft, version=0, by=judge)

    def lock(self, round_: Round) -> Round:
        """The time for sheets ends."""
        go(round_.locks_at)
        return rounds.lock_round(round_, by=self.company.chair)

    def close(self, round_: Round) -> int:
        """The chair deals thin entries again, rules on what stays thin, and closes. Returns on how many was ruled."""
        for entry in list(entries_to_rule_on(round_).order_by("code")[:200]):
            try:
                panel.deal_again(entry, by=self.company.chair)
            except SpotlightError:  # nobody is left who may hear it
                continue
        self.file(round_, self.waiting(round_))
        go(round_.closes_at)
        thin = list(entries_to_rule_on(round_).values_list("code", flat=True))
        if thin:
            chair.rule(
                round_, thin, outcome="stands", reason="Too few of the panel could hear it.", by=self.company.chair
            )
        rounds.close_round(round_, by=self.company.chair)
        round_.refresh_from_db()
        return len(thin)

    def cut(self, round_: Round) -> Round:
        """One organizer fixes an open number and proposes; the other approves and announces."""
        first, second = self.company.organizers
        go(round_.closes_at + datetime.timedelta(hours=20))
        if needs_number(round_):
            middle = (round_.cut_lowest + round_.cut_highest + 1) // 2
            round_ = cuts.fix_number(round_, number=middle, reason="The middle of the range.", by=first)
        cuts.approve_cut(cuts.propose_cut(round_, by=first), by=second)
        cuts.announce(round_, by=second)
        work.run_due()
        round_.refresh_from_db()
        return round_


def go(moment: datetime.datetime) -> None:
    """Let the time come to `moment`, never back."""
    if clock.now() < moment:
        clock.move_to(moment)
