"""The API of the public chart."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.functional import cached_property
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import AllowAny

from judging.models import ChartRow, ChartWeek
from judging.queries.boards import Board, chart_rows, chart_weeks, public_board
from spotlight.web.api import ListOf
from submissions.api import TrackSerializer
from submissions.queries.seasons import public_seasons


class ChartRowSerializer(serializers.ModelSerializer[ChartRow]):
    """A place in a week's chart, in the detail that the season shows; hidden numbers are absent, not null."""

    track = TrackSerializer(read_only=True)
    previous = serializers.IntegerField(source="seen_before", read_only=True, allow_null=True)
    weeks = serializers.IntegerField(source="seen_weeks", read_only=True)

    class Meta:
        model = ChartRow
        fields = ["rank", "previous", "peak", "weeks", "points", "track"]

    def to_representation(self, instance: ChartRow) -> dict[str, Any]:
        """Leave out what the season's board does not show."""
        board: Board = self.context["board"]
        shown = {
            "rank": board.places, "previous": board.moves, "peak": board.moves, "weeks": board.moves, "points": board.points,
        }  # fmt: skip
        row: dict[str, Any] = super().to_representation(instance)
        return {name: value for name, value in row.items() if shown.get(name, True)}


@extend_schema(
    parameters=[OpenApiParameter("week", int, description="Number of the week; the latest if left out.")]
)
class Chart(ListOf):
    """A week of a season's popularity chart."""

    permission_classes = [AllowAny]
    serializer_class = ChartRowSerializer
    parameters = ("week",)

    @cached_property
    def board(self) -> Board:
        """What the season of the address shows."""
        return public_board(get_object_or_404(public_seasons(), slug=self.kwargs.get("slug")))

    def rows(self) -> QuerySet[ChartRow]:
        """The places of the week asked for."""
        if getattr(self, "swagger_fake_view", False):
            return ChartRow.objects.none()
        self.ordering = ("rank", "track__code") if self.board.places else ("track__title", "track__code")
        week = self._week()
        return chart_rows(self.board, week) if week else ChartRow.objects.none()

    def _week(self) -> ChartWeek | None:
        weeks = chart_weeks(self.board)
        wanted = self.request.query_params.get("week")
        if wanted is None:
            return weeks.first()
        found = weeks.filter(number=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 5 else None
        if found is None:
            raise Http404
        return found

    def get_serializer_context(self) -> dict[str, Any]:
        """With the board, which says how much is shown."""
        context = dict(super().get_serializer_context())
        if not getattr(self, "swagger_fake_view", False):
            context["board"] = self.board
        return context
