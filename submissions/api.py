"""The API of seasons, tracks and artists, and of a signed-in person's own entries, likes, saves and follows."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import RetrieveAPIView, get_object_or_404
from rest_framework.permissions import AllowAny, IsAuthenticated

from spotlight.web.api import KnownParameters, ListOf
from submissions.models import Artist, Like, Market, Save, Season, Submission, Track
from submissions.queries.publicity import frozen_at
from submissions.queries.search import search_artists, search_tracks
from submissions.queries.seasons import public_seasons

SEARCH = OpenApiParameter("q", str, description="Names and titles, in any of their scripts.")
SEASON = OpenApiParameter("season", str, description="The address of a season.")
MARKET = OpenApiParameter("market", str, description="The code of a market.")
GENRE = OpenApiParameter("genre", str)


class MarketSerializer(serializers.ModelSerializer[Market]):
    """A market of a season."""

    class Meta:
        model = Market
        fields = ["code", "name"]


class SeasonSerializer(serializers.ModelSerializer[Season]):
    """A season in public."""

    url = serializers.SerializerMethodField()
    markets = MarketSerializer(many=True, read_only=True)
    chart_frozen_at = serializers.SerializerMethodField()

    class Meta:
        model = Season
        fields = [
            "slug", "name", "state", "hashtag", "zone", "language", "entries_open_at", "entries_close_at",
            "results_at", "rules_sha256", "markets", "chart_frozen_at", "url",
        ]  # fmt: skip

    def get_chart_frozen_at(self, season: Season) -> datetime | None:
        """Since when the chart stands still until a round is announced; null while it moves."""
        return frozen_at(season)

    def get_url(self, season: Season) -> str:
        """The season's page."""
        return f"/seasons/{season.slug}/"


class BilledArtistSerializer(serializers.ModelSerializer[Artist]):
    """An artist as named on a track."""

    is_verified = serializers.BooleanField(read_only=True)

    class Meta:
        model = Artist
        fields = ["slug", "name", "name_romanised", "language", "is_verified"]


class ArtistSerializer(BilledArtistSerializer):
    """An artist's public page."""

    class Meta(BilledArtistSerializer.Meta):
        fields = [*BilledArtistSerializer.Meta.fields, "name_reading", "market", "about"]


class TrackSerializer(serializers.ModelSerializer[Track]):
    """A cleared track. Durations in milliseconds, loudness in LUFS."""

    artists = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    audio_url = serializers.SerializerMethodField()

    class Meta:
        model = Track
        fields = [
            "code", "title", "title_romanised", "language", "genre", "is_explicit", "isrc", "licence", "duration_ms",
            "loudness", "released_at", "artists", "url", "audio_url",
        ]  # fmt: skip

    @extend_schema(responses=BilledArtistSerializer(many=True))
    def get_artists(self, track: Track) -> list[dict[str, Any]]:
        """Who it is by, in order."""
        return list(BilledArtistSerializer([b.artist for b in track.billing.all()], many=True).data)

    def get_url(self, track: Track) -> str:
        """The track's page."""
        return f"/tracks/{track.code}/"

    def get_audio_url(self, track: Track) -> str:
        """The streaming rendition; answers byte ranges."""
        return f"/media/tracks/{track.code}.m4a"


class EntrySerializer(serializers.ModelSerializer[Submission]):
    """An entry of one's own: where it stands."""

    season: serializers.SlugRelatedField[Season] = serializers.SlugRelatedField("slug", read_only=True)
    track: serializers.SlugRelatedField[Track] = serializers.SlugRelatedField("code", read_only=True)
    title = serializers.CharField(source="track.title", read_only=True)
    audio = serializers.CharField(source="track.audio", read_only=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Submission
        fields = ["code", "season", "track", "title", "state", "audio", "submitted_at", "decided_at", "url"]

    def get_url(self, submission: Submission) -> str:
        """The entry's page."""
        return f"/submit/{submission.code}/"


def released_tracks() -> QuerySet[Track]:
    """Tracks that anybody may hear."""
    return Track.objects.filter(released_at__isnull=False, hidden_at__isnull=True).prefetch_related(
        "billing__artist"
    )


class Seasons(ListOf):
    """Seasons that were opened, the newest first."""

    permission_classes = [AllowAny]
    serializer_class = SeasonSerializer
    ordering = ("-opened_at", "pk")

    def get_queryset(self) -> QuerySet[Season]:
        """Opened ones."""
        return public_seasons().prefetch_related("markets")


class SeasonDetail(KnownParameters, RetrieveAPIView[Season]):
    """One season."""

    permission_classes = [AllowAny]
    serializer_class = SeasonSerializer
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Season]:
        """Opened ones."""
        return public_seasons().prefetch_related("markets")


@extend_schema(parameters=[SEARCH, SEASON, MARKET, GENRE])
class Tracks(ListOf):
    """Cleared tracks, the newest first."""

    permission_classes = [AllowAny]
    serializer_class = TrackSerializer
    parameters = ("q", "season", "market", "genre")
    ordering = ("-released_at", "pk")

    def get_queryset(self) -> QuerySet[Track]:
        """Released ones that match."""
        given = self.request.query_params
        rows = released_tracks()
        if given.get("q"):
            rows = search_tracks(given["q"], rows)
        if given.get("genre"):
            rows = rows.filter(genre=given["genre"])
        entered: dict[str, Any] = {}
        if given.get("season"):
            entered["season"] = get_object_or_404(public_seasons(), slug=given["season"])
        if given.get("market"):
            entered["market__code"] = given["market"]
        if entered:
            rows = rows.filter(
                pk__in=Submission.objects.filter(state="cleared", **entered).values("track_id")
            )
        return rows


class TrackDetail(KnownParameters, RetrieveAPIView[Track]):
    """One cleared track."""

    permission_classes = [AllowAny]
    serializer_class = TrackSerializer
    lookup_field = "code"

    def get_queryset(self) -> QuerySet[Track]:
        """Released ones."""
        return released_tracks()


@extend_schema(parameters=[SEARCH])
class Artists(ListOf):
    """Artists with a public page."""

    permission_classes = [AllowAny]
    serializer_class = ArtistSerializer
    parameters = ("q",)
    ordering = ("slug",)

    def get_queryset(self) -> QuerySet[Artist]:
        """Public ones that match."""
        rows = Artist.objects.filter(is_public=True)
        asked = self.request.query_params.get("q")
        return search_artists(asked, rows) if asked else rows


class ArtistDetail(KnownParameters, RetrieveAPIView[Artist]):
    """One artist."""

    permission_classes = [AllowAny]
    serializer_class = ArtistSerializer
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Artist]:
        """Public ones."""
        return Artist.objects.filter(is_public=True)


class MyEntries(ListOf):
    """The entries of the signed-in person's artists."""

    permission_classes = [IsAuthenticated]
    serializer_class = EntrySerializer
    ordering = ("-created_at", "pk")

    def get_queryset(self) -> QuerySet[Submission]:
        """Own ones."""
        if not self.request.user.is_authenticated:
            return Submission.objects.none()
        mine = Submission.objects.filter(artist__members__person__user=self.request.user)
        return mine.select_related("season", "track")


class MyLikes(ListOf):
    """The tracks that the signed-in person likes, the latest first."""

    permission_classes = [IsAuthenticated]
    serializer_class = TrackSerializer
    ordering = ("-released_at", "pk")

    def get_queryset(self) -> QuerySet[Track]:
        """Own ones that are still public."""
        if not self.request.user.is_authenticated:
            return Track.objects.none()
        liked = Like.objects.filter(person__user=self.request.user)
        return released_tracks().filter(likes__in=liked)


class MyFollows(ListOf):
    """The artists that the signed-in person follows."""

    permission_classes = [IsAuthenticated]
    serializer_class = ArtistSerializer
    ordering = ("slug",)

    def get_queryset(self) -> QuerySet[Artist]:
        """Own ones that still have a public page."""
        if not self.request.user.is_authenticated:
            return Artist.objects.none()
        return Artist.objects.filter(is_public=True, follows__person__user=self.request.user)


class MySaves(ListOf):
    """The tracks that the signed-in person saved, the latest first."""

    permission_classes = [IsAuthenticated]
    serializer_class = TrackSerializer
    ordering = ("-released_at", "pk")

    def get_queryset(self) -> QuerySet[Track]:
        """Own ones that are still public."""
        if not self.request.user.is_authenticated:
            return Track.objects.none()
        return released_tracks().filter(saves__in=Save.objects.filter(person__user=self.request.user))
