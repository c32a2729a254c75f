"""What players and podcast programs fetch: feed, captions, chapters, recordings, pictures.

Public for public episodes, for everybody and from any site; an unpublished one is there for its editors alone.
"""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from series import queries
from series.formats import chapters, feed
from series.jobs import feeds
from series.models import Clip, Episode, Recording
from spotlight.ledger import files
from spotlight.ledger.models import StoredFile
from spotlight.web import ranges

KEPT_SECONDS = 300
PUBLIC = f"public, max-age={KEPT_SECONDS}"


@require_safe
def rss(request: HttpRequest) -> HttpResponse:
    """`/offtherecord/feed.xml`, with conditional requests."""
    series = queries.front_series()
    if series is None:
        raise Http404
    body = feeds.feed_of(series, feeds.feed_episodes())
    return _cached(request, HttpResponse(body, content_type=feed.MEDIA_TYPE))


@require_safe
def captions(request: HttpRequest, slug: str, language: str) -> HttpResponseBase:
    """The captions of one language as WebVTT."""
    episode = _visible(request, slug)
    track = episode.captions.filter(language=language).first()
    if track is None:
        raise Http404
    return _shared(request, episode, HttpResponse(track.text, content_type="text/vtt; charset=utf-8"))


@require_safe
def chapter_list(request: HttpRequest, slug: str) -> HttpResponseBase:
    """JSON chapters 1.2.0."""
    episode = _visible(request, slug)
    if not episode.chapters:
        raise Http404
    return _shared(request, episode, JsonResponse(episode.chapters, content_type=chapters.MEDIA_TYPE))


@require_safe
def chapter_track(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The chapters as a WebVTT track for the player."""
    episode = _visible(request, slug)
    listed = chapters.from_json(episode.chapters or {})
    if not listed:
        raise Http404
    text = chapters.to_webvtt(listed, duration=episode.duration_ms)
    return _shared(request, episode, HttpResponse(text, content_type="text/vtt; charset=utf-8"))


@require_safe
def media(request: HttpRequest, code: str, suffix: str) -> HttpResponseBase:
    """An episode's recording, whole or in ranges."""
    episode = queries.visible_episodes(request.user).filter(code=code, media__isnull=False).first()
    return _stored(request, episode, episode, episode.media if episode else None)


@require_safe
def clip_media(request: HttpRequest, code: str, suffix: str) -> HttpResponseBase:
    """A clip's recording."""
    clip = _visible_clip(request, code)
    return _stored(request, clip.episode, clip, clip.media)


@require_safe
def poster(request: HttpRequest, code: str) -> HttpResponseBase:
    """The still of an episode."""
    episode = queries.visible_episodes(request.user).filter(code=code, poster__isnull=False).first()
    return _stored(request, episode, episode, episode.poster if episode else None)


@require_safe
def clip_poster(request: HttpRequest, code: str) -> HttpResponseBase:
    """The still of a clip."""
    clip = _visible_clip(request, code)
    return _stored(request, clip.episode, clip, clip.poster)


@require_safe
def album_cover(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The cover of the album that an episode is about."""
    episode = (
        queries.visible_episodes(request.user).select_related("album__artwork").filter(slug=slug).first()
    )
    artwork = episode.album.artwork if episode and episode.album else None
    return _stored(request, episode, episode, artwork)


@require_safe
def card(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The share card of an episode, in the language of the page or of `?lang=`."""
    episode = _visible(request, slug)
    language = request.GET.get("lang", episode.language)
    drawn = feeds.share_card(episode, language if language in queries.LANGUAGE_NAMES else episode.language)
    return _shared(request, episode, HttpResponse(drawn, content_type="image/jpeg"))


@require_safe
def episode_artwork(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The square picture of an episode."""
    episode = _visible(request, slug)
    return _shared(request, episode, HttpResponse(feeds.episode_artwork(episode), content_type="image/jpeg"))


@require_safe
def artwork(request: HttpRequest) -> HttpResponse:
    """The square picture of the series."""
    series = queries.front_series()
    if series is None:
        raise Http404
    return _cached(request, HttpResponse(feeds.series_artwork(series), content_type="image/jpeg"))


def _visible(request: HttpRequest, slug: str) -> Episode:
    episode = (
        queries.visible_episodes(request.user).prefetch_related("series__season").filter(slug=slug).first()
    )
    if episode is None:
        raise Http404
    return episode


def _visible_clip(request: HttpRequest, code: str) -> Clip:
    clip = Clip.objects.filter(
        code=code, media__isnull=False, episode__in=queries.visible_episodes(request.user).order_by()
    )
    found = clip.select_related("episode", "media", "poster").first()
    if found is None:
        raise Http404
    return found


def _stored(
    request: HttpRequest, episode: Episode | None, recording: Recording | None, stored: StoredFile | None
) -> HttpResponseBase:
    if episode is None or recording is None or stored is None or stored.state != StoredFile.State.READY:
        raise Http404
    seconds = KEPT_SECONDS if episode.is_published else 0
    response = ranges.file_response(
        request,
        files.absolute(stored),
        media_type=stored.media_type,
        digest=stored.sha256,
        public_seconds=seconds,
    )
    return _open(response, episode)


def _shared(request: HttpRequest, episode: Episode, response: HttpResponse) -> HttpResponseBase:
    return _open(_cached(request, response), episode)


def _open(response: HttpResponseBase, episode: Episode) -> HttpResponseBase:
    """Any site may fetch what is public; what is not stays with the editor who asked."""
    if episode.is_published:
        response["Access-Control-Allow-Origin"] = "*"
        response["Cache-Control"] = PUBLIC
    else:
        response["Cache-Control"] = "private, no-store"
    return response


def _cached(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give the answer a strong ETag, and 304 to whoever has it already."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    response["Cache-Control"] = PUBLIC
    response["Access-Control-Allow-Origin"] = "*"
    found = get_conditional_response(request, etag=etag, response=response)
    assert isinstance(found, HttpResponse)
    return found
