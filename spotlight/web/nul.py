"""Texts with a NUL or half a character: PostgreSQL can neither store nor compare them, and nobody types one."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.defaults import bad_request

from spotlight.web.answers import error_shape, wants_json
from spotlight.web.headers import Handler


class NulMiddleware:
    """Answers 400 to an address with a NUL, and to a form or body whose text no database takes. The last in line."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            request.META["QUERY_STRING"] = ""  # the page that says so looks for a season in it
            return _refuse(request, ValueError("NUL in the address"))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """psycopg2 refuses to send one; its message is all that tells. JSON can also hold one half of a surrogate pair."""
        halved = isinstance(exception, UnicodeEncodeError) and exception.reason == "surrogates not allowed"
        if halved or (isinstance(exception, ValueError) and "NUL (0x00)" in str(exception)):
            return _refuse(request, exception)
        return None


def _refuse(request: HttpRequest, problem: Exception) -> HttpResponse:
    if request.path_info.startswith("/api/") or wants_json(request):
        words = _("The address or the form it came from is damaged. Go back and try it again.")
        return JsonResponse(error_shape("invalid", words), status=400)
    return bad_request(request, problem)
