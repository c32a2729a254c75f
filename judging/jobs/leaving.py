"""What it would change if entries left a season together, by the rules of `judging.services.removals`; writes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from judging.jobs import reserves
from judging.models import Award, Decision, Entry, Round, ScoreSheet
from judging.queries.cuts import next_round
from submissions.models import Submission


class Rule(TextChoices):
    """A row of docs/scoring.md, "Leaving a season"."""

    NOT_BEGUN = "not-begun", _("takes no part")
    RUNNING = "running", _("leaves the ranking at once")
    PASSED_OVER = "passed-over", _("is passed over by the cut; the next in order comes in")
    PLACE = "place", _("gives up its place")
    STANDS = "stands", _("the decision stands")
    RESERVE = "reserve", _("is skipped as a reserve; nobody moves")
    NOTHING = "nothing", _("did not advance; nothing moves")


@dataclass(frozen=True)
class Change:
    """What happens in one round: the rule, filed sheets on the entry, who takes its place, the prize that goes on."""

    round: Round
    rule: Rule
    sheets: int = 0
    follower: Entry | None = None
    prize: str = ""

    @property
    def is_empty_place(self) -> bool:
        """The place comes free and nobody can take it."""
        return self.rule == Rule.PLACE and self.follower is None


@dataclass(frozen=True)
class Outlook:
    """One submission and what its leaving changes, round by round."""

    submission: Submission
    changes: list[Change]

    @property
    def needs_two(self) -> bool:
        """Whether a round with it is closed."""
        return any(change.round.is_over for change in self.changes)


def preview(submissions: Sequence[Submission]) -> list[Outlook]:
    """For each of the submissions that leave together, in their order, what changes and which reserve moves up."""
    leaving = {submission.pk for submission in submissions}
    taken: set[int] = set()
    found = []
    for submission in submissions:
        entries = submission.entries.select_related("round__season", "decision__cut").order_by(
            "round__number"
        )
        places = list(entries)
        decided = [entry for entry in places if hasattr(entry, "decision")]
        last = decided[-1] if decided else None
        changes = [_change(entry, entry == last, leaving | taken) for entry in places]
        taken |= {change.follower.submission_id for change in changes if change.follower}
        found.append(Outlook(submission, changes))
    return found


def _change(entry: Entry, is_last: bool, gone: Collection[int]) -> Change:
    round = entry.round
    if round.state == Round.State.PLANNED:
        return Change(round, Rule.NOT_BEGUN)
    if not round.is_over:
        filed = ScoreSheet.objects.filter(assignment__entry=entry, state=ScoreSheet.State.FILED)
        return Change(round, Rule.RUNNING, sheets=filed.count())
    if not hasattr(entry, "decision"):
        return Change(round, Rule.PASSED_OVER)
    if reserves.had_advanced(entry):
        return _place(entry, gone) if is_last else Change(round, Rule.STANDS)
    is_reserve = entry.decision.outcome == Decision.Outcome.RESERVE
    return Change(round, Rule.RESERVE if is_reserve else Rule.NOTHING)


def _place(entry: Entry, gone: Collection[int]) -> Change:
    found = reserves.next_reserve(entry, but=gone) if reserves.takes_more(next_round(entry.round)) else None
    held = Award.objects.filter(entry=entry, state__in=[Award.State.OFFERED, Award.State.ACCEPTED])
    award = held.select_related("prize").first()
    passes = award is not None and found is not None and reserves.fits(award.prize, found.entry)
    return Change(
        entry.round, Rule.PLACE, follower=found.entry if found else None, prize=str(award.prize) if passes and award else ""
    )  # fmt: skip
