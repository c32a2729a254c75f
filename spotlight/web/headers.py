"""Headers of every answer: what a browser may load, keep and reveal."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.csp import csp_override

Handler = Callable[[HttpRequest], HttpResponseBase]

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
UNFOLD_TEMPLATES = ("admin/", "unfold/", "registration/")


class SecurityHeadersMiddleware:
    """What the browser must not offer to any page, and the types it must not guess."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response


class NoStoreMiddleware:
    """What a signed-in person got is kept by no cache, shared or own; nor is an answer that sets a cookie.

    A view that answers the same for everybody (a rendition of a cleared track, say) may say so itself by setting
    `Cache-Control` with `public`.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if "public" in response.headers.get("Cache-Control", ""):
            return response
        if request.user.is_authenticated or response.cookies:
            patch_cache_control(response, private=True, no_store=True)
        return response


class UnfoldPolicyMiddleware:
    """Gives django-unfold's own pages the policy they need: rendered below /admin/ from a template of the admin.

    Pages of ours at admin addresses (desk, clearance, chair, cut) have templates of their own and stay strict.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: Any) -> Any:
        names = response.template_name
        names = [names] if isinstance(names, str) else names
        if (
            request.path.startswith("/admin/")
            and isinstance(names, list | tuple)
            and all(str(name).startswith(UNFOLD_TEMPLATES) for name in names)
            and not hasattr(response, "_csp_config")
        ):
            response._csp_config = settings.UNFOLD_CSP
        return response


framed_anywhere = csp_override(settings.SECURE_CSP | {"frame-ancestors": ["*"]})
"""For embed pages, beside `xframe_options_exempt`: the only pages that other sites may frame."""
