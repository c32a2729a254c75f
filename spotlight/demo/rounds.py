"""A round's way through its stages, walked by the people whose part it is. Every function may be called again."""

import contextlib
from collections.abc import Callable

from judging.models import Award, Cut, Round
from judging.queries.cuts import made_cut, needs_number
from judging.queries.rounds import entries_to_rule_on
from judging.services import chair, cuts, prizes, rounds
from judging.services.rounds import WrongStage
from spotlight.accounts.models import Person
from spotlight.demo import calendar, panel, people
from spotlight.ledger import clock

Tick = Callable[[], None]


def open_round(round_: Round) -> Round:
    """At its time; the tick of the real service may have been faster."""
    calendar.go(round_.opens_at)
    return _step(rounds.open_round, round_, Round.State.PLANNED)


def lock_round(round_: Round, *, tick: Tick = lambda: None) -> Round:
    """Judges file what is left, then the time for sheets ends."""
    if round_.state == Round.State.OPEN:
        panel.file_sheets(panel.waiting(round_), tick=tick)
        calendar.go(round_.locks_at)
    return _step(rounds.lock_round, round_, Round.State.OPEN)


def close_round(round_: Round) -> Round:
    """The chair rules on what is thin and closes for good."""
    if round_.state == Round.State.LOCKED:
        calendar.go(round_.closes_at)
        thin = list(entries_to_rule_on(round_).values_list("code", flat=True))
        if thin:
            chair.rule(
                round_,
                thin,
                outcome="stands",
                reason="Too few of the panel could hear it.",
                by=people.demo_person("chair"),
            )
    return _step(lambda r, by: rounds.close_round(r, by=by)[0], round_, Round.State.LOCKED)


def cut_round(round_: Round) -> Round:
    """One organizer fixes the number where the rules leave a range, and proposes; the other approves and announces."""
    round_.refresh_from_db()
    if round_.state != Round.State.CLOSED:
        return round_
    first, second = people.demo_person("organizer"), people.demo_person("organizer2")
    if needs_number(round_):
        cuts.fix_number(
            round_, number=(round_.cut_lowest + round_.cut_highest + 1) // 2,
            reason="As many as the producers can work with this year.", by=first,
        )  # fmt: skip
    if made_cut(round_) is None:
        proposed = round_.cuts.filter(state=Cut.State.PROPOSED).first() or cuts.propose_cut(round_, by=first)
        cuts.approve_cut(proposed, by=_another(proposed, first, second))
    cuts.announce(round_, by=second)
    round_.refresh_from_db()
    return round_


def accept_prizes(round_: Round, *, deliver: bool = False) -> int:
    """Winners accept what is offered to them. Returns how many."""
    offered = Award.objects.filter(entry__round=round_, state=Award.State.OFFERED, accept_by__gte=clock.now())
    awards = list(offered.select_related("entry__submission__entered_by"))
    for award in awards:
        prizes.answer_award(award, accepts=True, by=award.entry.submission.entered_by)
    if deliver:
        for award in Award.objects.filter(entry__round=round_, state=Award.State.ACCEPTED):
            prizes.deliver_award(
                award, by=people.demo_person("organizer"), note="Handed over at the showcase."
            )
    return len(awards)


def _another(cut: Cut, *two: Person) -> Person:
    return next(person for person in two if person.pk != cut.proposed_by_id)


def _step(act: Callable[..., Round], round_: Round, stage: Round.State) -> Round:
    round_.refresh_from_db()
    if round_.state == stage:
        with contextlib.suppress(WrongStage):
            act(round_, by=people.demo_person("chair"))
        round_.refresh_from_db()
    return round_
