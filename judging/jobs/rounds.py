"""The life of a round: planned, open, locked, closed. Each step holds the round row and is decided by the database's clock.

`by` is the person who asked, or None when the clock did.
"""

import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from judging.jobs import dealing, mails, proof
from judging.jobs import standings as ranking
from judging.jobs.entries import create_entries
from judging.models import Assignment, Entry, Round, ScoreSheet, Standings
from judging.queries import panel
from judging.queries import rounds as queries
from judging.queries.deals import ADAPTIVE, wave_due_at
from judging.scoring import assignment as designs
from judging.scoring import waves
from spotlight.accounts.factors import Factor, facts_of
from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, events, work
from spotlight.ledger.models import Event
from submissions.jobs.letters import in_zone


class WrongStage(SpotlightError):
    """The round is not in the stage that this step starts from."""

    code = "wrong_stage"


class TooEarly(SpotlightError):
    """The window in the season's rules has not come to that point."""

    code = "too_early"


class NothingToJudge(SpotlightError):
    """No entry would be in the round."""

    code = "nothing_to_judge"


class RubricMissing(SpotlightError):
    """A round with a panel needs criteria."""

    code = "rubric_missing"


class PanelMissing(SpotlightError):
    """A round with a panel needs judges."""

    code = "panel_missing"


class EntriesUnruled(SpotlightError):
    """Entries are below the minimum of sheets and the chair has neither repaired nor ruled on them."""

    code = "entries_unruled"


def start(round: Round, *, by: Person | None) -> Round:
    """Open a planned round: entries, seats, assignments, mails to the judges. Raises a named refusal."""
    with transaction.atomic():
        round = hold(round, stage=Round.State.PLANNED)
        _check_time(round.opens_at, _("This round opens at %(time)s."), round)
        if not round.entries.exists():
            create_entries(
                round,
                queries.submissions_for(round)
                .select_related("market", "division", "track")
                .select_for_update(of=("self",)),
            )
        _check_can_start(round)
        _move(round, Round.State.OPEN, "opened_at", by=by, entries=round.entries.count())
        if round.panel_weight:
            dealing.seat_judges(round)
            dealing.deal(round, by=by)
            mails.tell_judges_of_opening(round)
    return round


def deal_due_wave(round: Round) -> designs.Plan | None:
    """Deal the next wave of an open adaptive round when it is due; None if it is not."""
    with transaction.atomic():
        round = hold(round)
        if round.state != Round.State.OPEN or round.design not in ADAPTIVE:
            return None
        wave = Event.objects.filter(verb="panel.dealt", subject=events.subject_of(round)).count()
        if wave > waves.WAVES + 1 or not _is_wave_due(round, wave):
            return None
        return dealing.next_wave(round, wave=wave)


def _is_wave_due(round: Round, wave: int) -> bool:
    """Nine in ten of the sheets asked for so far are filed, or the wave's share of the window is over."""
    given = round.assignments.filter(state=Assignment.State.OPEN).count()
    if waiting_assignments(round) * 10 <= given:
        return True
    return clock.now() >= wave_due_at(round, wave)


def lock(round: Round, *, by: Person | None) -> Round:
    """End the time for sheets. Before its time only if no assignment waits for a sheet."""
    with transaction.atomic():
        round = hold(round, stage=Round.State.OPEN)
        waiting = waiting_assignments(round)
        if waiting:
            words = ngettext(
                "%(count)d sheet is still to come and the judges have until %(time)s.",
                "%(count)d sheets are still to come and the judges have until %(time)s.",
                waiting,
            )
            _check_time(round.locks_at, words, round, count=waiting)
        short = queries.entries_below_minimum(round).count()
        _move(round, Round.State.LOCKED, "locked_at", by=by, waiting=waiting, below_minimum=short)
    return round


def close(round: Round, *, by: Person | None, factor: Factor | None = None) -> tuple[Round, Standings | None]:
    """Close a locked round for good, in one transaction under its row lock: closing standings with copies of all they used, then the state.

    A second closer gets the first one's result.
    """
    with transaction.atomic():
        round = Round.objects.select_for_update().select_related("season").get(pk=round.pk)
        if round.is_over:
            return round, round.standings.filter(is_closing=True).first()
        _check_stage(round, Round.State.LOCKED)
        _check_time(round.closes_at, _("The panel may discuss until %(time)s."), round)
        _check_ruled(round)
        standings = ranking.compute(round, closing=True)
        _move(
            round, Round.State.CLOSED, "closed_at", by=by,
            standings=standings.number if standings else None,
            inputs_sha256=standings.inputs_sha256 if standings else "",
            groups=standings.figures.get("components") if standings else None,
            **proof.digests_of_close(round, standings), **facts_of(factor),
        )  # fmt: skip
    return round, standings


def hold(round: Round, *, stage: str | None = None) -> Round:
    """The round, its row locked until the end of the transaction. Raises WrongStage if it is elsewhere than in `stage`."""
    locked = Round.objects.select_for_update(of=("self",)).select_related("season").get(pk=round.pk)
    if stage:
        _check_stage(locked, stage)
    return locked


def hold_shared(round: Round) -> Round:
    """The round as it is, which can't be locked or closed before this transaction ends. Many may hold it so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT spotlight_round_state(%s)", [round.pk])
    return Round.objects.select_related("season").get(pk=round.pk)


def waiting_assignments(round: Round) -> int:
    """How many assignments wait for a filed sheet."""
    open_ones = Assignment.objects.filter(
        round=round, state=Assignment.State.OPEN, entry__state=Entry.State.IN
    )
    return open_ones.exclude(sheet__state=ScoreSheet.State.FILED).count()


def _check_stage(round: Round, stage: str) -> None:
    if round.state != stage:
        raise WrongStage(
            _("This round is %(is)s. For this it must be %(must)s.")
            % {"is": round.get_state_display(), "must": Round.State(stage).label}
        )


def _check_time(due: datetime.datetime, words: str, round: Round, **values: int) -> None:
    if clock.now() < due:
        raise TooEarly(words % {"time": in_zone(due, round.season), **values})


def _check_can_start(round: Round) -> None:
    if round.season.opened_at is None:
        raise WrongStage(_("Open the season first: that freezes its rules."))
    if not round.entries.filter(state=Entry.State.IN).exists():
        if queries.previous_round(round):
            raise NothingToJudge(
                _("Nothing has advanced to this round. Make the cut of the round before it.")
            )
        raise NothingToJudge(_("No submission is cleared. Clear at least one."))
    if round.panel_weight and not round.criteria.exists():
        raise RubricMissing(_("This round has no criteria. Write its rubric first."))
    if round.panel_weight and not (
        panel.judges_without_seat(round).exists() or panel.seats_of(round).exists()
    ):
        raise PanelMissing(_("This round has no judges. Invite the panel first."))


def _check_ruled(round: Round) -> None:
    left = queries.entries_to_rule_on(round).count()
    if left:
        raise EntriesUnruled(
            ngettext(
                "%(count)d entry is below the minimum of sheets. Deal it again or rule on it.",
                "%(count)d entries are below the minimum of sheets. Deal them again or rule on them.",
                left,
            )
            % {"count": left}
        )


def _move(round: Round, state: Round.State, moment: str, *, by: Person | None, **facts: object) -> None:
    round.state = state
    setattr(round, moment, clock.now())
    round.save(update_fields=["state", moment])
    events.log(f"round.{state}", round, by=by, season=round.season.slug, **facts)
    if state == Round.State.CLOSED:
        work.enqueue("ledger.seal", round.code)
    if round.is_running:
        work.enqueue("standings.compute", str(round.pk))
