"""A round of a rehearsed season, from opening to announcement, by the people whose part it is."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection, transaction

from judging.jobs import rounds as life
from judging.jobs.proof import commitment
from judging.models import Assignment, Criterion, Round, Score, ScoreSheet, Seat
from judging.queries.cuts import needs_number
from judging.queries.rounds import entries_to_rule_on
from judging.services import chair, cuts, desk, heard, panel, rounds
from judging.tasks.standings import ask_for_standings
from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, work
from spotlight.ledger.models import Event, WorkRow
from spotlight.rehearsal.inside.company import Company
from spotlight.rehearsal.simulation.jury import Jury
from submissions.models import Artist, Season

Tick = Callable[[float, str], None]
AT_ONCE = 100
SOON = datetime.timedelta(minutes=1)
"""Longer than anything waits for more of its kind to come."""
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
    by_desk: dict[int, int] = field(default_factory=dict)
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
            panel.declare_conflict(
                self.season, by=self.company.judges[judge], artist=artist, note="We worked together."
            )
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
        settle()
        self.file(round_, self.waiting(round_))
        while (plan := life.deal_due_wave(round_)) is not None and plan.added:
            self.file(round_, self.waiting(round_))

    def _leave(self, round_: Round) -> None:
        seat = Seat.objects.get(round=round_, membership__person=self.company.judges[-1])
        panel.leave_panel(seat, by=self.company.chair, reason="Called away for the rest of the round.")

    def waiting(self, round_: Round) -> list[Assignment]:
        """Assignments without a filed sheet, in the judges' own order."""
        rows = Assignment.objects.filter(round=round_, state=Assignment.State.OPEN, entry__state="in")
        duties = list(
            rows.exclude(sheet__state=ScoreSheet.State.FILED)
            .select_related("seat__membership__person", "entry__submission__track")
            .defer(
                "entry__submission__unread",
                "entry__submission__track__refusal",
                "entry__submission__track__peaks",
            )
            .order_by("position", "seat__pk")
        )
        for duty in duties:
            duty.round = round_
        return duties

    def file(self, round_: Round, duties: Sequence[Assignment]) -> None:
        """Judges file these sheets: the first of each round through the desk, one by one, the others in bulk as it leaves them."""
        criteria = list(round_.criteria.all())
        singly = max(0, self.jury.world.parameters.singly - self.by_desk.get(round_.number, 0))
        self.by_desk[round_.number] = self.by_desk.get(round_.number, 0) + len(duties[:singly])
        for first in range(0, len(duties[:singly]), AT_ONCE):
            with transaction.atomic():
                for duty in duties[:singly][first : first + AT_ONCE]:
                    judge, draft = self._heard(duty, criteria, round_.number)
                    desk.file_sheet(duty, draft, version=0, by=judge)
            self.tick(first / len(duties), f"round-{round_.number}")
        for first in range(singly, len(duties), 10 * AT_ONCE):
            part = duties[first : first + 10 * AT_ONCE]
            file_in_bulk(
                round_, [(duty, *self._heard(duty, criteria, round_.number)) for duty in part], criteria
            )
            self.tick(first / len(duties), f"round-{round_.number}")

    def _heard(
        self, duty: Assignment, criteria: Sequence[Criterion], number: int
    ) -> tuple[Person, desk.Draft]:
        judge = duty.seat.membership.person
        row = self.rows[duty.entry.submission_id]
        marks = self.jury.marks(self.judges[judge.pk], row, number, [c.key for c in criteria])
        length = duty.entry.submission.track.duration_ms or 0
        return judge, desk.Draft(
            marks={key: Decimal(str(m)) for key, m in marks.items()}, heard=[(0, length)]
        )

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
                round_,
                thin,
                outcome="stands",
                reason="Too few of the panel could hear it.",
                by=self.company.chair,
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
        settle()
        round_.refresh_from_db()
        return round_


Filled = tuple[Assignment, Person, desk.Draft]


@transaction.atomic
def file_in_bulk(round_: Round, filled: Sequence[Filled], criteria: Sequence[Criterion]) -> None:
    """Sheets, marks and events as `desk.file_sheet` writes them for a new, complete sheet."""
    at, keys = clock.now(), {c.key: c for c in criteria}
    with connection.cursor() as cursor:
        cursor.execute("SELECT spotlight_round_state(%s)", [round_.pk])
    sheets = ScoreSheet.objects.bulk_create(
        ScoreSheet(
            round=round_,
            assignment=duty,
            state="filed",
            heard=list(draft.heard),
            heard_ms=heard.total(draft.heard),
            updated_at=at,
            filed_at=at,
        )
        for duty, _, draft in filled
    )
    Score.objects.bulk_create(
        (
            Score(sheet=sheet, criterion=keys[key], value=mark)
            for sheet, (_, _, draft) in zip(sheets, filled, strict=True)
            for key, mark in draft.marks.items()
        ),
        batch_size=5000,
    )
    Event.objects.bulk_create((e for one in filled for e in _events(round_, *one, at)), batch_size=5000)
    ask_for_standings(round_)


def _events(
    round_: Round, duty: Assignment, judge: Person, draft: desk.Draft, at: datetime.datetime
) -> list[Event]:
    seat, entry = duty.seat.code, duty.entry.code
    common = {"seat": seat, "version": 1}
    marks = {key: f"{mark.normalize():f}" for key, mark in draft.marks.items()}
    sealed = {"marks_sha256": commitment(round_.season.seed, entry=entry, seat=seat, marks=marks)}
    place = {"at": at, "actor": judge, "season": round_.season.slug, "subject": f"entry:{entry}"}
    return [
        Event(verb="sheet.begun", facts=common, **place),
        Event(verb="sheet.filed", facts=sealed | common, **place),
    ]


def go(moment: datetime.datetime) -> None:
    """Let the time come to `moment`, never back."""
    if clock.now() < moment:
        clock.move_to(moment)


def settle() -> None:
    """Have all that was asked for done, with what follows from it; how fast this machine is decides nothing."""
    while WorkRow.objects.filter(state="waiting", due_at__lte=clock.now() + SOON).exists():
        clock.move_by(SOON)
        work.run_due()
