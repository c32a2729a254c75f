"""Who asks, where proxies stand in front."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from spotlight.web.headers import Handler


class ClientAddressMiddleware:
    """Makes REMOTE_ADDR the address that the outermost of `TRUSTED_PROXIES` proxies saw, and drops X-Forwarded-For.

    Whatever counts or limits by address (plays, reports, throttles, sign-ins) reads REMOTE_ADDR: behind a proxy all
    visitors would be one, and a header that anybody may send would make anybody many.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        told = request.META.pop("HTTP_X_FORWARDED_FOR", "").split(",")
        if 0 < settings.TRUSTED_PROXIES <= len(told):
            seen = told[-settings.TRUSTED_PROXIES].strip()
            request.META["REMOTE_ADDR"] = seen or request.META.get("REMOTE_ADDR", "")
        return self.get_response(request)
