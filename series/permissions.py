"""Who may edit the hub: editors and organizers of the series' season, and the operator."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from series.models import Episode, Series
from spotlight.accounts.models import User
from submissions.models import Membership, Role

EDITING = (Role.EDITOR, Role.ORGANIZER)


def is_operator(user: User | AnonymousUser) -> bool:
    """The operator runs the installation and may edit everything."""
    return bool(user.is_authenticated and user.is_active and user.is_superuser)


def edited_seasons(user: User | AnonymousUser) -> QuerySet[Membership, Any]:
    """Keys of the seasons in which this account edits, as a subquery."""
    mine = Membership.objects.filter(person__user_id=user.pk or 0, role__in=EDITING, ended_at__isnull=True)
    return mine.values("season_id")


def is_editor(user: User | AnonymousUser) -> bool:
    """Whether the account edits anywhere."""
    return is_operator(user) or (user.is_authenticated and user.is_active and edited_seasons(user).exists())


def can_edit(user: User | AnonymousUser, thing: Series | Episode) -> bool:
    """Whether the account may edit this series or episode, and so see it unpublished."""
    series = thing.series if isinstance(thing, Episode) else thing
    if is_operator(user):
        return True
    if not user.is_authenticated or not user.is_active or series.season_id is None:
        return False
    return edited_seasons(user).filter(season_id=series.season_id).exists()


def editable(user: User | AnonymousUser, *, season: str = "season_id") -> Q:
    """A filter for what the account may edit; `season` is the way to the season's key."""
    if is_operator(user):
        return Q()
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    return Q(**{f"{season}__in": edited_seasons(user)})
