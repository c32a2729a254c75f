"""The API of the public chart."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import AllowAny

from judging.models import ChartRow, ChartWeek
from judging.queries.boards import chart_rows, chart_weeks
from spotlight.web.api import ListOf
from submissions.api import TrackSerializer
from submissions.models import Season
from submissions.queries.seasons import public_seasons

ORDERED = (Season.BoardMode.ORDER, Season.BoardMode.MOVEMENT, Season.BoardMode.FULL)
MOVING = (Season.BoardMode.MOVEMENT, Season.BoardMode.FULL)


class ChartRowSerializer(serializers.ModelSerializer[ChartRow]):
    """A place in a week's chart, in the detail that the season shows; hidden numbers are absent, not null."""

    track = TrackSerializer(read_only=True)

    class Meta:
        model = ChartRow
        fields = ["rank", "previous", "peak", "weeks", "track"]

    def to_representation(self, instance: ChartRow) -> dict[str, Any]:
        """Leave out what the season's board does not show."""
        mode = self.context["season"].board_mode
        row: dict[str, Any] = super().to_representation(instance)
        hidden = (
            ()
            if mode in MOVING
            else ("previous", "peak", "weeks")
            if mode in ORDERED
            else ("rank", "previous", "peak", "weeks")
        )
        return {name: value for name, value in row.items() if name not in hidden}


@extend_schema(
    parameters=[OpenApiParameter("week", int, description="Number of the week; the latest if left out.")]
)
class Chart(ListOf):
    """A week of a season's popularity chart."""

    permission_classes = [AllowAny]
    serializer_class = ChartRowSerializer
    parameters = ("week",)

    def season(self) -> Season:
        """The season of the address."""
        found: Season = get_object_or_404(public_seasons(), slug=self.kwargs.get("slug"))
        return found

    def rows(self) -> QuerySet[ChartRow]:
        """The places of the week asked for."""
        if getattr(self, "swagger_fake_view", False):
            return ChartRow.objects.none()
        season = self.season()
        hidden_order = season.board_mode == Season.BoardMode.TOP_UNORDERED
        self.ordering = ("track__title", "track__code") if hidden_order else ("rank", "track__code")
        week = self._week(season)
        return chart_rows(season, week) if week else ChartRow.objects.none()

    def _week(self, season: Season) -> ChartWeek | None:
        weeks = chart_weeks(season)
        wanted = self.request.query_params.get("week")
        if wanted is None:
            return weeks.first()
        found = weeks.filter(number=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 5 else None
        if found is None:
            raise Http404
        return found

    def get_serializer_context(self) -> dict[str, Any]:
        """With the season, which says how much is shown."""
        context = dict(super().get_serializer_context())
        if not getattr(self, "swagger_fake_view", False):
            context["season"] = self.season()
        return context
