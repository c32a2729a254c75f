"""What API views share: lists by cursor, and known query parameters only."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from spotlight.web.rest import Cursor


class KnownParameters(APIView):
    """Refuses query parameters that the view does not declare in `parameters`."""

    parameters: Sequence[str] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Sign-in, throttles and permissions first, then the parameters."""
        super().initial(request, *args, **kwargs)
        known = {*self.parameters, "format"}
        if getattr(self, "pagination_class", None) is not None:
            known.add("cursor")
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise exceptions.ValidationError({name: [_("Unknown parameter.")] for name in unknown})


class ListOf(KnownParameters, ListModelMixin, GenericAPIView[Any]):
    """A read-only list: `get_queryset` gives what this person may read, `ordering` its order, `get_serializer_class` the rest.

    The mixin tells the schema that a list is answered.
    """

    pagination_class: type[Cursor] | None = Cursor
    ordering: tuple[str, ...] = ("pk",)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of the list, in its order; `next` leads to the following one."""
        assert self.paginator is not None
        rows = self.get_queryset()  # first, as it may choose the order
        self.paginator.ordering = self.ordering  # type: ignore[attr-defined]
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
