"""What views of all apps share: who is asking, 404 for what is not theirs, refusals as answers."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person, User
from spotlight.accounts.people import person_of
from spotlight.errors import InvalidInput, SpotlightError


def account(request: HttpRequest) -> User:
    """The account of a request of somebody signed in; 404 for visitors, whom the sign-in keeps out before."""
    if isinstance(request.user, AnonymousUser):
        raise Http404
    return request.user


def person_behind(request: HttpRequest) -> Person:
    """The person of a request of somebody signed in; 404 for visitors."""
    return found(person_of(request.user))


def found[Thing](thing: Thing | None) -> Thing:
    """The thing, or 404: unknown and forbidden look the same."""
    if thing is None:
        raise Http404
    return thing


def one_of[T: Model](queryset: QuerySet[T], **wanted: Any) -> T:
    """The one row, or the same 404 whether it is missing or not theirs."""
    return found(queryset.filter(**wanted).first())


def pressed(request: HttpRequest, name: str, *known: str) -> str:
    """Which button of a form was pressed. Raises InvalidInput: what can't be undone is never done for want of an answer."""
    answer = request.POST.get(name, "")
    if answer not in known:
        raise InvalidInput(_("Choose one of the answers."))
    return answer


def whole(text: str, *, digits: int) -> int | None:
    """The whole number that somebody sent, of at most so many digits; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks."""
    return request.headers.get("Accept", "").startswith("application/json")


def error_shape(code: str, message: str, fields: Any = None) -> dict[str, Any]:
    """The one shape in which scripts and programs read what went wrong; `fields` maps names to lists of texts."""
    return {"error": {"code": code, "message": message, "fields": {} if fields is None else fields}}


def problem_of(refusal: SpotlightError) -> dict[str, Any]:
    """A refusal in that shape."""
    return error_shape(refusal.code, str(refusal), {refusal.field: [str(refusal)]} if refusal.field else {})


def refused(refusal: SpotlightError, **more: Any) -> JsonResponse:
    """A refusal as the answer to a script, with more beside it where the script can use it."""
    return JsonResponse({**problem_of(refusal), **more}, status=refusal.status)


def invalid(form: BaseForm, message: str) -> JsonResponse:
    """The same for a form that does not hold."""
    return JsonResponse(error_shape("invalid", message, form.errors), status=400)


def add_refusal(form: BaseForm, refusal: SpotlightError) -> None:
    """Say the refusal at the form's field that it names, or above the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


@dataclass(frozen=True)
class Typed:
    """What was written into the small form of one row of a list, to be shown there again beside what was wrong."""

    row: str
    text: str
    problem: str


def back(request: HttpRequest, refusal: SpotlightError, *to: str) -> HttpResponse:
    """Say the refusal on the page to which the person returns."""
    messages.error(request, str(refusal))
    return redirect(*to)
