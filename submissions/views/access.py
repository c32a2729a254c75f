"""The season that an address names, for whoever asks."""

from django.http import HttpRequest

from spotlight.web.answers import found
from submissions.models import Role, Season
from submissions.queries.seasons import readable_season, season_as


def own_season(request: HttpRequest, slug: str, *roles: Role) -> Season:
    """A season in which this person holds one of the roles (organizer if none is named), or 404."""
    return found(season_as(request.user, slug, *(roles or (Role.ORGANIZER,))))


def public_season(request: HttpRequest, slug: str) -> Season:
    """A season that this reader may see, or 404."""
    return found(readable_season(request.user, slug))
