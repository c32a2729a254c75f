"""Who may do what in a season. Predicates shared by views, API, admin and templates; deny by default."""

from django.contrib.auth.models import AnonymousUser

from spotlight.accounts.models import Person, User
from submissions.models import ArtistMember, Membership, Role, Season, Track

STAFF = (Role.ORGANIZER, Role.CHAIR, Role.JUDGE, Role.CLEARANCE, Role.EDITOR)


def roles_in(user: User | AnonymousUser, season: Season | None) -> set[str]:
    """The roles that an account's person holds in a season now; empty for visitors."""
    if season is None or not user.is_authenticated or not user.is_active:
        return set()
    held = Membership.objects.filter(person__user=user, season=season, ended_at__isnull=True)
    return set(held.values_list("role", flat=True))


def has_role(user: User | AnonymousUser, season: Season | None, *roles: Role) -> bool:
    """Whether the account holds one of `roles` in the season."""
    return bool(roles_in(user, season) & set(roles))


def roles_anywhere(user: User | AnonymousUser) -> set[str]:
    """Every role that an account's person holds now, in whatever season; empty for visitors."""
    if not user.is_authenticated or not user.is_active:
        return set()
    held = Membership.objects.filter(person__user=user, ended_at__isnull=True)
    return set(held.values_list("role", flat=True))


def is_staff_anywhere(user: User | AnonymousUser) -> bool:
    """Whether the account may enter the admin panel at all."""
    if not user.is_authenticated or not user.is_active:
        return False
    return (
        bool(user.is_superuser)
        or Membership.objects.filter(person__user=user, role__in=STAFF, ended_at__isnull=True).exists()
    )


def is_behind(person: Person, track: Track) -> bool:
    """Whether the person stands behind an artist of the track: then they neither count as a listener nor decide on it."""
    return ArtistMember.objects.filter(person=person, artist__billing__track=track).exists()
