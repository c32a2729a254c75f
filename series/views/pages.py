"""Hub, episode, shorts, hashtag and embed pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from series import permissions, queries
from series.formats import webvtt
from series.formats.durations import clock
from series.formats.hashtags import is_hashtag, tag_key
from series.forms.archive import ArchiveForm
from series.jobs import feeds
from series.models import CaptionTrack, Clip, Episode
from series.queries.cards import clip_card, episode_card, media_path, poster_path
from spotlight.ledger.clock import now
from spotlight.web.answers import whole
from spotlight.web.headers import framed_anywhere
from spotlight.web.oembed import iframe
from submissions.models.season import LANGUAGES
from submissions.queries.cards import cards_of

ON_A_PAGE = 12
IN_THE_RAIL = 12
LANGUAGE_NAMES = dict(LANGUAGES)


@dataclass(frozen=True)
class ChapterLink:
    """A chapter in the ruled bar; `length` in seconds gives its share of the width."""

    title: str
    start: int
    clock: str
    length: int


@dataclass(frozen=True)
class Line:
    """A paragraph of the transcript; `start` and `end` in seconds."""

    start: float
    end: float
    seek: int
    clock: str
    speaker: str
    text: str


@require_safe
def hub(request: HttpRequest) -> HttpResponse:
    """The hub: masthead, one lead film, shorts, archive with its filter."""
    series = queries.front_series()
    language = _language(request)
    form = ArchiveForm(request.GET, choices=queries.choices())
    found = form.found()
    lead = None if found else queries.published_episodes().first()
    archive = queries.filtered(found)
    page = Paginator(archive.exclude(pk=lead.pk) if lead else archive, ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "series": series,
        "words": queries.series_wording(series, language) if series else None,
        "lead": _lead(lead, language) if lead and page.number == 1 else None,
        "shorts": [clip_card(clip) for clip in queries.public_clips()[:IN_THE_RAIL]]
        if page.number == 1 and not found
        else [],
        "cards": [episode_card(episode, language) for episode in page],
        "page": page,
        "form": form,
        "found": found,
        "upcoming": queries.next_publication(now()),
        "canonical": feeds.absolute(reverse("series:hub")),
        "feed": feeds.absolute(reverse("series:feed")),
        "image": feeds.absolute(reverse("series:artwork")) if series else "",
        "linked_data": feeds.linked_hub(
            series, [lead, *page] if lead and page.number == 1 else page, language=language
        )
        if series
        else "",
    }
    return render(request, "series/hub.html", context)


@require_safe
def shorts(request: HttpRequest) -> HttpResponse:
    """All clips of public episodes."""
    page = Paginator(queries.public_clips(), 24).get_page(request.GET.get("page"))
    return render(request, "series/shorts.html", {"page": page, "cards": [clip_card(clip) for clip in page]})


@require_safe
def episode(request: HttpRequest, slug: str) -> HttpResponse:
    """The page that plays an episode: film, chapters, transcript, record, clips."""
    found = queries.whole_episode(request.user, slug)
    if found is None:
        raise Http404
    language = _language(request)
    response = render(request, "series/episode.html", _episode_context(request, found, language))
    if not found.is_published:
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@xframe_options_exempt
@framed_anywhere
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The player alone, for frames of any site. Sets no cookie and knows no visitor."""
    found = queries.public_episode(slug)
    if found is None or found.media is None:
        raise Http404
    language = _language(request)
    context = {
        **_player(found, language),
        "episode": found,
        "words": queries.wording(found, language),
        "url": feeds.episode_url(found),
    }
    response = render(request, "series/embed.html", context)
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def hashtag(request: HttpRequest, tag: str) -> HttpResponse:
    """Everything under a hashtag. One spelling of it has the page, the others lead there."""
    key = tag_key(tag)
    if not is_hashtag(tag):
        raise Http404
    if key != tag:
        return redirect("series:hashtag", tag=key)
    language = _language(request)
    page = Paginator(queries.tagged(key), ON_A_PAGE).get_page(request.GET.get("page"))
    series = queries.hub_for_query(f"#{key}")
    if not page.paginator.count and series is None:
        raise Http404
    context = {
        "tag": series.hashtag if series and series.tag_key == key else key,
        "series": series,
        "page": page,
        "cards": [episode_card(found, language) for found in page],
        "shorts": [
            clip_card(clip)
            for clip in queries.public_clips().filter(episode__in=queries.tagged(key))[:IN_THE_RAIL]
        ],
        "canonical": feeds.absolute(reverse("series:hashtag", args=[key])),
    }
    return render(request, "series/hashtag.html", context)


def _lead(episode: Episode, language: str) -> dict[str, Any]:
    return {
        "card": episode_card(episode, language),
        "words": queries.wording(episode, language),
        "published_at": episode.published_at,
        "zone": episode.zone,
        "video": episode.has_video,
    }


def _episode_context(request: HttpRequest, episode: Episode, language: str) -> dict[str, Any]:
    words = queries.wording(episode, language)
    before, after = queries.neighbors(episode)
    url = feeds.episode_url(episode)
    embedded = feeds.embed_of(episode)
    captions = queries.chosen_captions(episode, language)
    return {
        **_player(episode, language, start=_seconds(request)),
        "episode": episode,
        "words": words,
        "series": episode.series,
        "language_choices": _language_choices(episode, language),
        "captions": captions,
        "transcript": _lines(captions),
        "guests": episode.appearances.all(),
        "tracks": cards_of(item.track for item in episode.track_list.all()),
        "clips": [_clip(clip) for clip in episode.clips.all()],
        "before": episode_card(before, language) if before else None,
        "after": episode_card(after, language) if after else None,
        "url": url,
        "embed_code": iframe(embedded, width=embedded.width, height=embedded.height)
        if episode.is_published
        else "",
        "embed_url": embedded.url,
        "media_url": feeds.absolute(media_path(episode)) if episode.media else "",
        "card_url": feeds.absolute(reverse("series:card", args=[episode.slug])),
        "oembed_url": feeds.absolute("/oembed?" + urlencode({"url": url})),
        "linked_data": feeds.linked_episode(episode, language)
        if episode.media and episode.is_published
        else "",
        "can_edit": permissions.can_edit(request.user, episode),
    }


def _player(episode: Episode, language: str, *, start: int = 0) -> dict[str, Any]:
    """What the media element is made of."""
    tracks = list(episode.captions.all())
    shown = queries.chosen_captions(episode, language)
    spans = queries.chapter_spans(episode)
    return {
        "source": media_path(episode) + (f"#t={start}" if start else ""),
        "media_type": episode.media.media_type if episode.media else "",
        "poster": poster_path(episode),
        "text_tracks": [_text_track(track, episode, is_default=track == shown) for track in tracks],
        "chapter_track": reverse("series:chapter_track", args=[episode.slug]) if spans else "",
        "chapters": [
            ChapterLink(
                span.chapter.title,
                span.chapter.start // 1000,
                clock(span.chapter.start / 1000),
                max(span.length // 1000, 1),
            )
            for span in spans
        ],
    }


def _text_track(track: CaptionTrack, episode: Episode, *, is_default: bool) -> dict[str, Any]:
    return {
        "kind": track.kind,
        "language": track.language,
        "label": LANGUAGE_NAMES[track.language],
        "src": reverse("series:captions", args=[episode.slug, track.language]),
        "default": is_default,
    }


def _lines(captions: CaptionTrack | None) -> list[Line]:
    said: Iterable[webvtt.Utterance] = queries.transcript(captions) if captions else []
    return [
        Line(
            each.start / 1000,
            each.end / 1000,
            each.start // 1000,
            clock(each.start / 1000),
            each.speaker,
            each.text,
        )
        for each in said
    ]


def _clip(clip: Clip) -> dict[str, Any]:
    media_type = clip.media.media_type if clip.media else ""
    return {
        "clip": clip,
        "src": media_path(clip),
        "media_type": media_type,
        "poster": poster_path(clip),
    }


def _language_choices(episode: Episode, language: str) -> list[dict[str, Any]]:
    """The languages in which the episode can be read: its own, translations, captions."""
    known = {
        episode.language,
        *(text.language for text in episode.texts.all()),
        *(track.language for track in episode.captions.all()),
    }
    shown = language if language in known else episode.language
    return [
        {"code": code, "name": name, "current": code == shown} for code, name in LANGUAGES if code in known
    ]


def _language(request: HttpRequest) -> str:
    """`?lang=` where it is one of ours, else the language of the page."""
    wanted = request.GET.get("lang", "")
    return wanted if wanted in LANGUAGE_NAMES else (get_language() or "en")[:2]


def _seconds(request: HttpRequest) -> int:
    return whole(request.GET.get("t", ""), digits=5) or 0
