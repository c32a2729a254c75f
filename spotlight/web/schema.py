"""How the API is described in OpenAPI: what a view says of itself, and how one signs in."""

import inspect

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.openapi import AutoSchema


class Scheme(SessionScheme):  # type: ignore[no-untyped-call]  # not annotated there
    """The browser's sign-in; the parent knows it by another class."""

    target_class = "spotlight.web.rest.Session"


class Schema(AutoSchema):
    """Describes an operation by its view."""

    def get_description(self) -> str:  # type: ignore[override]  # a method, as its documentation says
        """The view's docstring."""
        return inspect.getdoc(type(self.view)) or ""
