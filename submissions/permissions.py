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


def roles_of(user: User | AnonymousUser, season: Season | None = None) -> set[str]:
    """Roles that an account's person holds, in a season or in whatever season; empty for visitors.

    Read once for an account object, and so once per request: every page shows them, and the panel asks for each of its lists.
    """
    kept: set[tuple[int, str]] | None = getattr(user, "_roles", None)
    if kept is None:
        kept = user._roles = _held(user)  # type: ignore[union-attr]
    return {role for key, role in kept if season is None or key == season.pk}


def _held(user: User | AnonymousUser) -> set[tuple[int, str]]:
    if not user.is_authenticated or not user.is_active:
        return set()
    held = Membership.objects.filter(person__user=user, ended_at__isnull=True)
    return set(held.values_list("season_id", "role"))


def is_staff_anywhere(user: User | AnonymousUser) -> bool:
    """Whether the account may enter the admin panel at all."""
    if not user.is_authenticated or not user.is_active:
        return False
    return bool(user.is_superuser) or bool(roles_of(user) & set(STAFF))


def is_behind(person: Person, track: Track) -> bool:
    """Whether the person stands behind an artist of the track: then they neither count as a listener nor decide on it."""
    return ArtistMember.objects.filter(person=person, artist__billing__track=track).exists()
