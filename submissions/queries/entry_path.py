"""An entry's way through the season: what is done, where it stands, what comes next and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from spotlight.web.cards import Step
from submissions.models import Submission
from submissions.queries.completeness import local

State = Submission.State
ENDED = (State.REFUSED, State.WITHDRAWN, State.DISQUALIFIED)


@dataclass(frozen=True)
class Standing:
    """Where an entry stands in one word, its tone (ok, warn, bad, info or empty), and a sentence on what comes next."""

    label: str
    tone: str
    sentence: str


def standing(submission: Submission) -> Standing:
    """What to tell the artist first."""
    label = str(submission.get_state_display()).capitalize()
    if submission.is_contested:
        return Standing(
            _("Contested"),
            "warn",
            _(
                "Somebody claims rights in this track. It can’t be heard until that is settled. Your scores stay."
            ),
        )
    if submission.state == State.CLEARED and (told := _after_cut(submission)) is not None:
        return told
    tone, sentence = {
        State.DRAFT: ("", _("Not sent yet. Finish it before the deadline.")),
        State.SUBMITTED: ("info", _("We have it. Clearance looks at it next, and writes to you.")),
        State.CHANGES: ("warn", _("Something has to be changed before it can be cleared.")),
        State.CLEARED: ("ok", _("Identity and rights are cleared. Listeners can hear it.")),
        State.REFUSED: ("bad", _("It can’t take part in this season.")),
        State.WITHDRAWN: ("", _("You took it back.")),
        State.DISQUALIFIED: ("bad", _("It was taken out of the season.")),
    }[State(submission.state)]
    return Standing(label, tone, sentence)


def _after_cut(submission: Submission) -> Standing | None:
    """Where an entry stands once a cut that it was in is announced."""
    last = last_decision(submission)
    if last is None:
        return None
    outcome = _outcome_now(last)
    if outcome == "in" and submission.season.state == "finished":
        return Standing(_("Winner"), "brand", _("It won. Read why, and answer if a prize waits."))
    return {
        "in": Standing(_("Advanced"), "ok", _("It goes on. You have nothing to do now.")),
        "reserve": Standing(
            _("Reserve"),
            "info",
            _("It is close behind: if somebody ahead steps back, it moves up and we write."),
        ),
        "out": Standing(
            _("Not advanced"), "", _("It does not go on. Read why on the right; it stays in the playlist.")
        ),
    }[outcome]


def _outcome_now(decision: Any) -> str:
    """What a decision came to: a reserve who moved up advances."""
    return "in" if hasattr(decision.entry, "move_up") else str(decision.outcome)


def path_of(submission: Submission) -> list[Step]:
    """The ladder from entering to the results, with one current step (none once the entry has ended)."""
    steps = [_entered(submission), _cleared(submission), *_rounds(submission), _results(submission)]
    if submission.state in ENDED:
        steps = [step for step in steps if step.state == "done"]
        return [*steps, Step(standing(submission).label, "current", at=submission.decided_at)]
    if (last := last_decision(submission)) is not None and _outcome_now(last) == "out":
        return _ended_at(steps, last)
    first = next((i for i, step in enumerate(steps) if step.state != "done"), None)
    return [Step(s.name, "current", s.url, s.note, s.at) if i == first else s for i, s in enumerate(steps)]


def _entered(submission: Submission) -> Step:
    if submission.submitted_at and submission.state != State.CHANGES:
        return Step(_("Entered"), "done", at=submission.submitted_at)
    return Step(_("Entry"), "to-come", at=submission.season.entries_close_at, note=_("is the deadline"))


def _cleared(submission: Submission) -> Step:
    name = _("Identity and rights cleared")
    if submission.state == State.CLEARED:
        return Step(
            name,
            "done",
            at=submission.decided_at,
            note=_("You have the badge.") if submission.artist.is_verified else "",
        )
    return Step(
        _("Clearance"),
        "to-come",
        at=submission.season.clearing_ends_at,
        note=_("at the latest") if submission.season.clearing_ends_at else "",
    )


def _rounds(submission: Submission) -> Iterator[Step]:
    places = {entry.round_id: entry for entry in submission.entries.all()}
    for round_ in sorted(submission.season.rounds.all(), key=lambda round_: round_.number):
        over = round_.is_over
        name, entry = local(round_.names, round_.name), places.get(round_.pk)
        if entry is not None and round_.state == "announced" and hasattr(entry, "decision"):
            why = f"/entries/{entry.code}/why/"
            yield Step(name, "done", why, _outcome(entry.decision), round_.announced_at)
        elif over and entry is None:
            yield Step(name, "done", note=_("went on without this entry"), at=round_.closes_at)
        else:
            yield Step(
                name, "done" if over else "to-come", at=round_.closes_at, note="" if over else _("ends")
            )


def last_decision(submission: Submission) -> Any:
    """What the latest announced cut said of the entry, or None."""
    told = [
        (entry.round.number, entry.decision)
        for entry in submission.entries.all()
        if entry.round.state == "announced" and hasattr(entry, "decision")
    ]
    return max(told, key=lambda pair: pair[0])[1] if told else None


def _ended_at(steps: list[Step], decision: Any) -> list[Step]:
    """The ladder up to the round that the entry did not get through, which stays the current step."""
    here = next(i for i, step in enumerate(steps) if step.url.endswith(f"/{decision.entry.code}/why/"))
    last = steps[here]
    return [*steps[:here], Step(last.name, "current", last.url, last.note, last.at)]


def _outcome(decision: Any) -> str:
    """What an announced cut said of the entry, in words; the step links to the reasons."""
    if hasattr(decision.entry, "move_up"):
        return _("No. %(rank)d: it moved up. Read why") % {"rank": decision.rank}
    said = {
        "in": _("No. %(rank)d: it goes on. Read why"),
        "reserve": _("No. %(rank)d: reserve %(reserve)d. Read why"),
        "out": _("No. %(rank)d: it does not go on. Read why"),
    }[decision.outcome]
    return str(said % {"rank": decision.rank, "reserve": decision.reserve or 0})


def offered_prize(submission: Submission) -> Any:
    """A prize that waits for the artist's answer once the last round is announced, or None."""
    for entry in submission.entries.all():
        if entry.round.state == "announced":
            for award in entry.awards.all():
                if award.state == "offered":
                    return award
    return None


def _results(submission: Submission) -> Step:
    season = submission.season
    return Step(_("Winners"), "done" if season.state == "finished" else "to-come", at=season.results_at)
