"""Who is asking."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from spotlight.accounts.models import Person, User
from spotlight.accounts.people import person_of
from spotlight.errors import SpotlightError


def person_behind(request: HttpRequest) -> Person:
    """The person of a request of somebody signed in."""
    person = person_of(request.user)
    assert person is not None, "the view asks for a sign-in first"
    return person


def account(request: HttpRequest) -> User:
    """The account of a request of somebody signed in."""
    assert not isinstance(request.user, AnonymousUser), "the view asks for a sign-in first"
    return request.user


def one_of[T: Model](queryset: QuerySet[T], **wanted: Any) -> T:
    """The one row, or the same 404 whether it is missing or not theirs."""
    found = queryset.filter(**wanted).first()
    if found is None:
        raise Http404
    return found


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks."""
    return request.headers.get("Accept", "").startswith("application/json")


def refusal_as_json(refusal: SpotlightError) -> HttpResponse:
    """A refusal in the shape that scripts expect."""
    fields = {refusal.field: [str(refusal)]} if refusal.field else {}
    return JsonResponse(
        {"error": {"code": refusal.code, "message": str(refusal), "fields": fields}}, status=refusal.status
    )
