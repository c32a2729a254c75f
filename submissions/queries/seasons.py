"""Seasons, and the seasons in which somebody has a role."""

from django.db.models import Case, IntegerField, QuerySet, Value, When

from spotlight.accounts.models import User
from submissions.models import Role, Season


def public_seasons() -> QuerySet[Season]:
    """Seasons that were opened, the newest first."""
    return Season.objects.filter(opened_at__isnull=False).order_by("-opened_at")


def current_season() -> Season | None:
    """The season that the front page is about: the newest open one, else the newest finished one."""
    running_first = Case(When(state=Season.State.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField())
    return public_seasons().order_by(running_first, "-opened_at").first()


def seasons_with_role(user: User, *roles: Role) -> QuerySet[Season]:
    """Seasons in which the account's person holds one of `roles`; all seasons for the operator."""
    if user.is_superuser:
        return Season.objects.all()
    return Season.objects.filter(
        memberships__person__user=user, memberships__role__in=roles, memberships__ended_at__isnull=True
    ).distinct()
