"""The API of published episodes."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import RetrieveAPIView
from rest_framework.permissions import AllowAny

from series.models import Episode
from series.queries import matching, published_episodes
from series.queries.cards import media_path
from spotlight.web.api import KnownParameters, ListOf


class EpisodeSerializer(serializers.ModelSerializer[Episode]):
    """A published episode of Off the Record."""

    series: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField("slug", read_only=True)
    artist: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField("slug", read_only=True)
    album = serializers.CharField(source="album.title", read_only=True, default=None)
    seconds = serializers.IntegerField(read_only=True)
    media = serializers.SerializerMethodField()
    media_type = serializers.CharField(source="media.media_type", read_only=True, default="")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Episode
        fields = [
            "slug", "series", "number", "title", "language", "summary", "artist", "album", "is_explicit", "published_at",
            "seconds", "media", "media_type", "url",
        ]  # fmt: skip

    def get_media(self, episode: Episode) -> str:
        """Where the recording plays from; the same for ever."""
        return media_path(episode)

    def get_url(self, episode: Episode) -> str:
        """The episode's page."""
        return f"/offtherecord/{episode.slug}/"


@extend_schema(parameters=[OpenApiParameter("q", str), OpenApiParameter("language", str)])
class Episodes(ListOf):
    """Published episodes, the latest first."""

    permission_classes = [AllowAny]
    serializer_class = EpisodeSerializer
    parameters = ("q", "language")
    ordering = ("-published_at", "pk")

    def get_queryset(self) -> QuerySet[Episode]:
        """Published ones that match."""
        given = self.request.query_params
        rows = matching(given["q"]) if given.get("q") else published_episodes()
        if given.get("language"):
            rows = rows.filter(language=given["language"])
        return rows.select_related("series", "artist", "album")


class EpisodeDetail(KnownParameters, RetrieveAPIView[Episode]):
    """One published episode."""

    permission_classes = [AllowAny]
    serializer_class = EpisodeSerializer
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Episode]:
        """Published ones."""
        return published_episodes().select_related("series", "artist", "album")
