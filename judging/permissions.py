"""Who may do what in judging. Predicates shared by views, API, admin and templates; deny by default."""

from django.contrib.auth.models import AnonymousUser

from judging.models import Entry, Round, Seat
from spotlight.accounts.models import User
from submissions.models import ArtistMember, Role, Season
from submissions.permissions import has_role

Account = User | AnonymousUser


def can_lead(user: Account, season: Season) -> bool:
    """Chair and organizer see coverage, deal, remind, open, lock and close."""
    return has_role(user, season, Role.CHAIR, Role.ORGANIZER)


def can_rule(user: Account, season: Season) -> bool:
    """Only the chair rules on entries below the minimum."""
    return has_role(user, season, Role.CHAIR)


def can_see_marks(user: Account, round: Round) -> bool:
    """Marks of others and what follows from them: the chair during the season, the organizer once results are out.

    A chair who also judges sees none while the round takes sheets.
    """
    if round.state == Round.State.ANNOUNCED:
        return can_lead(user, round.season)
    if not has_role(user, round.season, Role.CHAIR):
        return False
    return not scores_now(user, round)


def can_see_standings(user: Account, round: Round) -> bool:
    """Averages and blended standings before the release: chair and organizer, but nobody who scores in it now."""
    return can_lead(user, round.season) and not scores_now(user, round)


def scores_now(user: Account, round: Round) -> bool:
    """Whether the account's person may still give marks in the round, and so sees nothing that follows from those of others.

    Once it is locked, what a judge who leads the season filed stands (`judging.services.desk`), and this one may look.
    """
    return round.state == Round.State.OPEN and holds_seat(user, round)


def can_read_why(user: Account, entry: Entry) -> bool:
    """Why an entry stands where it stands: its artist and the panel of its round after the release; chair and organizer
    as soon as the round is closed."""
    round = entry.round
    if round.state == Round.State.ANNOUNCED and (is_behind(user, entry) or sat_on(user, round)):
        return True
    return round.state in (Round.State.CLOSED, Round.State.ANNOUNCED) and can_lead(user, round.season)


def is_behind(user: Account, entry: Entry) -> bool:
    """Whether the account's person stands behind the artist of an entry."""
    return (
        user.is_authenticated
        and ArtistMember.objects.filter(artist=entry.submission.artist_id, person__user=user).exists()
    )


def sat_on(user: Account, round: Round) -> bool:
    """Whether the account's person, still a judge, has or had a seat on the panel of the round."""
    seats = Seat.objects.filter(round=round, membership__ended_at__isnull=True)
    return user.is_authenticated and seats.filter(membership__person__user=user).exists()


def holds_seat(user: Account, round: Round) -> bool:
    """Whether the account's person sits on the panel of the round now."""
    return (
        user.is_authenticated
        and Seat.objects.filter(round=round, membership__person__user=user, left_at__isnull=True).exists()
    )
