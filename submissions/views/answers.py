"""What views of all subjects share: who is asking, and a 404 for what is unknown or not theirs."""

from django.http import Http404, HttpRequest

from spotlight.accounts.models import Person
from spotlight.accounts.people import person_of
from submissions.models import Role, Season
from submissions.queries.seasons import readable_season, season_as


def found[Thing](thing: Thing | None) -> Thing:
    """The thing, or 404: unknown and forbidden look the same."""
    if thing is None:
        raise Http404
    return thing


def the_person(request: HttpRequest) -> Person:
    """The person behind a signed-in request."""
    return found(person_of(request.user))


def own_season(request: HttpRequest, slug: str, *roles: Role) -> Season:
    """A season in which this person holds one of the roles (organizer if none is named), or 404."""
    return found(season_as(request.user, slug, *(roles or (Role.ORGANIZER,))))


def public_season(request: HttpRequest, slug: str) -> Season:
    """A season that this reader may see, or 404."""
    return found(readable_season(request.user, slug))
