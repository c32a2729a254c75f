"""What the settings name for the API: sign-in, bodies, opaque cursors, throttles that fail open, one error shape."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from redis.exceptions import RedisError
from rest_framework import exceptions, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle

from spotlight.errors import SpotlightError
from spotlight.web.answers import error_shape, problem_of
from spotlight.web.limits import visitor_mark


class Session(SessionAuthentication):
    """The browser's sign-in. Who is not signed in gets 401, not 403."""

    def authenticate_header(self, request: Request) -> str:
        """Named in the 401 answer."""
        return "Session"


class Json(JSONParser):
    """A body of JSON; one that is nested beyond reading is bad input too."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Its values. Raises ParseError."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise exceptions.ParseError from None


class Cursor(CursorPagination):
    """Pages by an opaque cursor; `next` and `previous` are cursors to pass as `?cursor=`."""

    page_size = 50
    ordering = "pk"

    def get_paginated_response(self, data: Any) -> Response:
        """An object with `results`, `next` and `previous`."""
        return Response(
            {
                "results": data,
                "next": _cursor(self.get_next_link()),
                "previous": _cursor(self.get_previous_link()),
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The same for OpenAPI."""
        cursor = {"type": "string", "nullable": True, "description": "Pass it as `?cursor=`."}
        properties = {"results": schema, "next": cursor, "previous": cursor}
        return {"type": "object", "required": ["results"], "properties": properties}


def _cursor(link: str | None) -> str | None:
    return parse_qs(urlsplit(link).query)["cursor"][0] if link else None


class _FailOpen(SimpleRateThrottle):
    """Counts in the cache; without a cache nobody is turned away."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether the rate allows one more."""
        try:
            return super().allow_request(request, view)
        except (RedisError, OSError):
            return True


class AnonymousRate(_FailOpen, AnonRateThrottle):
    """For visitors, by address; a keyed hash of it is part of a counter's name, the address is kept nowhere."""

    def get_ident(self, request: Request) -> str:
        """Who is counted together."""
        return visitor_mark(request, "api")


class PersonRate(_FailOpen, UserRateThrottle):
    """For signed-in people."""


class PushRate(_FailOpen):
    """For a source that signs its pushes, wherever they come from; the view's `source` is the one whose signature held."""

    scope = "push"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        """One counter for a source, so that a second key gives no second allowance."""
        return self.cache_format % {"scope": self.scope, "ident": view.source.pk}


def on_error(problem: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal in one shape: `{"error": {"code", "message", "fields"}}`. Anything else crashes loudly."""
    if isinstance(problem, SpotlightError):
        headers = {"WWW-Authenticate": problem.challenge} if problem.challenge else None
        return Response(problem_of(problem), status=problem.status, headers=headers)
    if isinstance(problem, Http404):
        problem = exceptions.NotFound()
    elif isinstance(problem, PermissionDenied):
        problem = exceptions.PermissionDenied()
    if not isinstance(problem, exceptions.APIException):
        return None
    answer = _from_rest_framework(problem)
    header = getattr(problem, "auth_header", None)
    if header:
        answer["WWW-Authenticate"] = header
    if getattr(problem, "wait", None):
        answer["Retry-After"] = str(int(problem.wait))  # type: ignore[attr-defined]
    return answer


def _from_rest_framework(problem: exceptions.APIException) -> Response:
    if isinstance(problem, exceptions.ValidationError):
        detail = problem.detail
        fields = detail if isinstance(detail, dict) else {"": detail}
        words = _("Something in the request is not right.")
        return Response(error_shape("invalid", words, fields), status=status.HTTP_400_BAD_REQUEST)
    shape = error_shape(str(problem.get_codes()), str(problem.detail))
    return Response(shape, status=problem.status_code)
