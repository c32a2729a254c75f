"""Rounds by their public code, and where their entries stand."""

import datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, Q, QuerySet

from judging.models import Assignment, Entry, Round, ScoreSheet, Standings
from submissions.models import Season, Submission

RUNNING = (Round.State.OPEN, Round.State.LOCKED)
REPAIR = Q(assignments__is_repair=True, assignments__state=Assignment.State.OPEN)
FILED = Q(assignments__sheet__state=ScoreSheet.State.FILED, assignments__state=Assignment.State.OPEN)


def round_by_code(code: str) -> Round | None:
    """The round that is called `<season>-<number>`, with its season; None if there is none."""
    slug, _, number = code.rpartition("-")
    if not slug or not number.isascii() or not number.isdigit() or len(number) > 4:
        return None
    return Round.objects.select_related("season").filter(season__slug=slug, number=int(number)).first()


def previous_round(round: Round) -> Round | None:
    """The round before this one in its season."""
    return Round.objects.filter(season=round.season_id, number__lt=round.number).order_by("-number").first()


def newest_standings(round: Round, **wanted: bool) -> Standings | None:
    """The newest standings of a round (with these values); their arrays, megabytes in a large round, are read on first use."""
    return round.standings.filter(**wanted).defer("ranks", "blends").order_by("-number").first()


def submissions_for(round: Round) -> QuerySet[Submission]:
    """What enters a round: cleared submissions in the first, those that the last cut took further in later ones."""
    before = previous_round(round)
    cleared = Submission.objects.filter(season=round.season_id, state=Submission.State.CLEARED)
    if before is None:
        return cleared
    return cleared.filter(
        Q(entries__decision__outcome="in") | Q(entries__move_up__isnull=False), entries__round=before
    )


def running_rounds(season: Season) -> QuerySet[Round]:
    """The rounds of a season that are open or locked."""
    return Round.objects.select_related("season").filter(season=season, state__in=RUNNING)


class SheetCounts(TypedDict):
    """What `entries_with_sheets` adds to an entry."""

    filed: int
    dealt: int
    repairs: int


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    CountedEntry = WithAnnotations[Entry, SheetCounts]


def entries_with_sheets(round: Round) -> "QuerySet[CountedEntry]":
    """Entries still in, each with `filed` sheets, `dealt` (judges who have or had it) and `repairs` on their way."""
    return Entry.objects.filter(round=round, state=Entry.State.IN).annotate(
        filed=Count("assignments", filter=FILED),
        dealt=Count("assignments", filter=~Q(assignments__state=Assignment.State.TAKEN_BACK)),
        repairs=Count("assignments", filter=REPAIR & ~Q(assignments__sheet__state=ScoreSheet.State.FILED)),
    )


def entries_below_minimum(round: Round) -> "QuerySet[CountedEntry]":
    """Entries with fewer filed sheets than the round asks for. Designs that hear only a part leave the unheard out."""
    if not round.panel_weight:
        return entries_with_sheets(round).none()
    short = entries_with_sheets(round).filter(filed__lt=round.minimum_sheets)
    if round.design not in (Round.Design.BALANCED, Round.Design.ALL_HEAR_ALL):
        short = short.filter(dealt__gt=0)
    return short.order_by("filed", "code")


def entries_to_rule_on(round: Round) -> "QuerySet[CountedEntry]":
    """Entries below the minimum of sheets on which the chair has not ruled."""
    return entries_below_minimum(round).filter(ruling__isnull=True)


def rounds_due(state: Round.State, moment: str, at: datetime.datetime) -> QuerySet[Round]:
    """Rounds in a state whose time `moment` (`opens_at` or `locks_at`) has come, in opened seasons."""
    return Round.objects.filter(state=state, season__opened_at__isnull=False, **{f"{moment}__lte": at})
