"""Appeals against refusals: until when, what the artist and the desk see of them, and who may decide."""

import datetime
from dataclasses import dataclass

from django.db.models import QuerySet

from spotlight.accounts.models import User
from submissions.models import Appeal, ClearanceDecision, Membership, Role, Season, Submission
from submissions.queries.clearance import entries_to_clear

TIME_TO_APPEAL = datetime.timedelta(days=7)
State = Submission.State


@dataclass(frozen=True)
class Refusal:
    """Why an entry was refused, until when that can be appealed, and the appeal if there is one."""

    decision: ClearanceDecision
    ends_at: datetime.datetime
    appeal: Appeal | None
    season: Season

    def may_appeal(self, at: datetime.datetime) -> bool:
        """Whether the artist may appeal at a moment: once, in time, while the season runs."""
        running = self.season.state == Season.State.OPEN
        return self.appeal is None and running and at < self.ends_at

    @property
    def waiting(self) -> Appeal | None:
        """The appeal, if nobody has decided on it."""
        return self.appeal if self.appeal and self.appeal.is_waiting else None


def appeal_ends_at(decision: ClearanceDecision, season: Season) -> datetime.datetime:
    """Seven days after the refusal, but no later than seven days after the end of clearing."""
    ends = decision.at + TIME_TO_APPEAL
    return min(ends, season.clearing_ends_at + TIME_TO_APPEAL) if season.clearing_ends_at else ends


def refusal_of(submission: Submission) -> Refusal | None:
    """The refusal that stands, or that an appeal has just reopened; None for all other entries."""
    if submission.state not in (State.REFUSED, State.SUBMITTED):
        return None
    newest = next(iter(submission.decisions.all()), None)
    if newest is None or newest.outcome != ClearanceDecision.Outcome.REFUSED:
        return None
    season, appeal = submission.season, getattr(newest, "appeal", None)
    return Refusal(newest, appeal_ends_at(newest, season), appeal, season)


def waiting_appeals(user: User, season: Season | None = None) -> QuerySet[Appeal]:
    """Appeals that wait in the seasons in which the account clears entries, the oldest first."""
    entries = entries_to_clear(user).filter(season=season) if season else entries_to_clear(user)
    waiting = Appeal.objects.filter(decision__submission__in=entries.values("pk"), state=Appeal.State.WAITING)
    parts = ("track", "artist", "season")
    return waiting.select_related("refused_by", *(f"decision__submission__{part}" for part in parts))


def deciders(appeal: Appeal) -> QuerySet[Membership]:
    """Who may decide on it: reviewers and organizers of its season, but for who refused and who stands behind the artist."""
    submission, roles = appeal.decision.submission, (Role.CLEARANCE, Role.ORGANIZER)
    members = submission.artist.members.values("person")
    held = Membership.objects.filter(season=submission.season_id, role__in=roles, ended_at__isnull=True)
    others = held.filter(person__user__is_active=True).exclude(person=appeal.refused_by_id)
    return others.exclude(person__in=members).select_related("person").order_by("role", "pk")
