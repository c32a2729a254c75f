"""The API of the public chart, of sources that push their readings, and of what was set aside of one's own."""

from typing import Any

from django.db.models import QuerySet
from django.utils.functional import cached_property
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import RetrieveAPIView, get_object_or_404
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from judging.models import ChartRow, ChartWeek, Source, Suspicion
from judging.queries.boards import Board, chart_rows, chart_weeks, public_board
from judging.queries.sources import pushing_source
from judging.queries.suspicion_words import why_for_artist
from judging.queries.suspicions import own_cases
from judging.services import feeds, suspicions
from spotlight.accounts.people import person_of
from spotlight.web.answers import found, one_of, whole
from spotlight.web.api import KnownParameters, ListOf
from spotlight.web.rest import PushRate
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

    def get_queryset(self) -> QuerySet[ChartRow]:
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
        return one_of(weeks, number=whole(wanted, digits=4))

    def get_serializer_context(self) -> dict[str, Any]:
        """With the board, which says how much is shown."""
        context = dict(super().get_serializer_context())
        if not getattr(self, "swagger_fake_view", False):
            context["board"] = self.board
        return context


class RejectionSerializer(serializers.Serializer[Any]):
    """A row that was left out: its number, from 1, and why."""

    row = serializers.IntegerField()
    reason = serializers.CharField()


class PushAnswerSerializer(serializers.Serializer[Any]):
    """What became of a push."""

    batch = serializers.CharField()
    rows = serializers.IntegerField()
    accepted = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="New or changed; the same readings again change nothing.")
    rejected = serializers.IntegerField()
    resets = serializers.IntegerField(help_text="Running totals smaller than the one before.")
    rejections = RejectionSerializer(many=True)


def _header(name: str, text: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True, description=text)


class PushReadings(KnownParameters):
    """Takes in readings of a source, signed as Standard Webhooks has it: at most 1 MB of a JSON array of objects, or of JSON Lines.

    Each row has `track` (code or ISRC), `metric`, `day` and `value`, and may have `market` and `fans`. The same
    `webhook-id` again gets the first answer and changes nothing.
    """

    permission_classes = [AllowAny]
    authentication_classes = []
    source: Source

    @extend_schema(
        parameters=[
            _header(
                "webhook-id", "Names the push; the same id again gets the first answer and changes nothing."
            ),
            _header("webhook-timestamp", "Seconds since 1970, at most five minutes from our clock."),
            _header(
                "webhook-signature", "v1,<base64 of HMAC-SHA256 over id.timestamp.body>; several by spaces."
            ),
        ],
        request={"application/json": OpenApiTypes.OBJECT, "application/x-ndjson": OpenApiTypes.STR},
        responses={200: PushAnswerSerializer},
    )
    def post(self, request: Request, slug: str, source: str) -> Response:
        """Check size and signature, then take the body in."""
        if int(request.headers.get("Content-Length") or 0) > feeds.LARGEST:
            raise feeds.too_large()
        pushing, body = pushing_source(slug, source), request.body
        message = request.headers.get("webhook-id", "")
        feeds.check_signature(
            pushing, message=message, body=body, timestamp=request.headers.get("webhook-timestamp", ""),
            signatures=request.headers.get("webhook-signature", ""),
        )  # fmt: skip
        assert pushing is not None
        self.source = pushing
        self.hold_back(request)
        return Response(feeds.receive_push(pushing, message=message, body=body))

    def hold_back(self, request: Request) -> None:
        """Count what is signed right against its source. Nobody else can use up a source's allowance."""
        rate = PushRate()
        if not rate.allow_request(request, self):
            self.throttled(request, rate.wait() or 1)


class SetAsideSerializer(serializers.ModelSerializer[Suspicion]):
    """Readings of a track of one's own that were set aside: which, why, what was decided, and the appeal."""

    track = serializers.CharField(source="track.code", read_only=True)
    title = serializers.CharField(source="track.title", read_only=True)
    season = serializers.CharField(source="season.slug", read_only=True)
    source = serializers.CharField(source="source.name", read_only=True)  # type: ignore[assignment]  # a field, no attribute
    measures = serializers.ListField(child=serializers.CharField(), read_only=True)
    markets = serializers.ListField(child=serializers.CharField(), read_only=True)
    days = serializers.ListField(child=serializers.DateField(), read_only=True)
    counts = serializers.SerializerMethodField(help_text="Whether these readings count now.")
    why = serializers.SerializerMethodField(help_text="What stands out, in the reader's language.")
    reason = serializers.CharField(read_only=True, help_text="Of the last decision; empty before one.")
    can_be_appealed = serializers.BooleanField(read_only=True)

    class Meta:
        model = Suspicion
        fields = [
            "code", "season", "track", "title", "source", "measures", "markets", "days", "state", "counts", "why", "found_at",
            "reason", "decided_at", "can_be_appealed", "appeal", "appealed_at", "is_final",
        ]  # fmt: skip

    def get_counts(self, case: Suspicion) -> bool:
        """Not while it is set aside."""
        return not case.is_aside

    def get_why(self, case: Suspicion) -> str:
        """In plain words, with nothing that is not the artist's to know."""
        return why_for_artist(case)


def _own_cases(request: Request) -> QuerySet[Suspicion]:
    return own_cases(request.user) if request.user.is_authenticated else Suspicion.objects.none()


class MySetAside(ListOf):
    """What was set aside of the signed-in person's tracks, the newest first."""

    permission_classes = [IsAuthenticated]
    serializer_class = SetAsideSerializer
    ordering = ("-found_at", "-pk")

    def get_queryset(self) -> QuerySet[Suspicion]:
        """Own ones."""
        return _own_cases(self.request)


class MySetAsideDetail(KnownParameters, RetrieveAPIView[Suspicion]):
    """One of these."""

    permission_classes = [IsAuthenticated]
    serializer_class = SetAsideSerializer
    lookup_field = "code"

    def get_queryset(self) -> QuerySet[Suspicion]:
        """Own ones."""
        return _own_cases(self.request)


class AppealSerializer(serializers.Serializer[Any]):
    """Why readings that were left out are honest."""

    text = serializers.CharField(max_length=4000)


class Appeal(KnownParameters):
    """Appeals, once, against a decision to leave readings of one's own track out; another organizer answers.

    Sent again it is refused with `appeal_refused` and nothing changes; once the round is closed with `round_closed`.
    """

    permission_classes = [IsAuthenticated]

    @extend_schema(request=AppealSerializer, responses={200: SetAsideSerializer})
    def post(self, request: Request, code: str) -> Response:
        """Take the appeal in."""
        case = get_object_or_404(_own_cases(request), code=code)
        given = AppealSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        suspicions.appeal(case, text=given.validated_data["text"], by=found(person_of(request.user)))
        return Response(SetAsideSerializer(_own_cases(request).get(pk=case.pk)).data)
