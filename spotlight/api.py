"""The root of the API: `/api/v1/`, its schema and its documentation."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from judging import api as judging
from series import api as series
from spotlight.web.api import KnownParameters
from submissions import api as submissions


class Root(KnownParameters):
    """Where everything is."""

    permission_classes = [AllowAny]

    @extend_schema(responses={200: dict[str, str]})
    def get(self, request: Request) -> Response:
        """The addresses of the lists."""
        names = (
            "seasons",
            "tracks",
            "artists",
            "episodes",
            "me/entries",
            "me/follows",
            "me/likes",
            "me/saves",
            "me/set-aside",
            "schema",
            "docs",
        )
        return Response({name: f"/api/v1/{name}/" for name in names})


class NotFound(KnownParameters):
    """Any other address below the API: 404 in the API's own shape."""

    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Nothing here, whatever the method."""
        raise exceptions.NotFound


def docs(request: HttpRequest) -> HttpResponse:
    """The API for people, drawn from its schema."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # not annotated there
    operations = [
        {"path": address, "method": method.upper(), **operation}
        for address, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return render(
        request, "api_docs.html", {"operations": operations, "schemas": schema["components"]["schemas"]}
    )


urlpatterns = [
    path("", Root.as_view(), name="api_root"),
    path("schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="api_schema"),
    path("docs/", docs, name="api_docs"),
    path("seasons/", submissions.Seasons.as_view(), name="api_seasons"),
    path("seasons/<slug:slug>/", submissions.SeasonDetail.as_view(), name="api_season"),
    path("seasons/<slug:slug>/chart/", judging.Chart.as_view(), name="api_chart"),
    path(
        "seasons/<slug:slug>/sources/<slug:source>/readings/",
        never_cache(judging.PushReadings.as_view()),
        name="api_push_readings",
    ),
    path("tracks/", submissions.Tracks.as_view(), name="api_tracks"),
    path("tracks/<slug:code>/", submissions.TrackDetail.as_view(), name="api_track"),
    path("artists/", submissions.Artists.as_view(), name="api_artists"),
    path("artists/<slug:slug>/", submissions.ArtistDetail.as_view(), name="api_artist"),
    path("episodes/", series.Episodes.as_view(), name="api_episodes"),
    path("episodes/<slug:slug>/", series.EpisodeDetail.as_view(), name="api_episode"),
    path("me/entries/", submissions.MyEntries.as_view(), name="api_my_entries"),
    path("me/follows/", submissions.MyFollows.as_view(), name="api_my_follows"),
    path("me/likes/", submissions.MyLikes.as_view(), name="api_my_likes"),
    path("me/saves/", submissions.MySaves.as_view(), name="api_my_saves"),
    path("me/set-aside/", judging.MySetAside.as_view(), name="api_my_set_aside"),
    path("me/set-aside/<slug:code>/", judging.MySetAsideDetail.as_view(), name="api_my_set_aside_one"),
    path("me/set-aside/<slug:code>/appeal/", judging.Appeal.as_view(), name="api_appeal"),
    path("<path:rest>", NotFound.as_view(), name="api_not_found"),
]
