"""Pages of listeners: playlist, track, artist, embed; and what they do there."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from spotlight.accounts.people import person_of
from spotlight.errors import SpotlightError
from spotlight.ledger import clock
from spotlight.web.answers import person_behind, whole
from spotlight.web.headers import framed_anywhere
from spotlight.web.limits import is_within
from submissions.forms.listening import ReportForm, UseForm
from submissions.models import Artist, Like, Save, Season, Track, Use
from submissions.queries import listening as queries
from submissions.queries import publicity
from submissions.queries.cards import card_of, cards_of, with_card_parts
from submissions.queries.following import followers_of, follows
from submissions.queries.seasons import current_season, public_seasons
from submissions.services import listening
from submissions.services.plays import day_in, listener_key
from submissions.views.plays import visitor_of

PAGE = 50
MOSAIC = 16
USES, USES_WITHOUT_NUMBERS = 24, 3
REPORTS_A_DAY = 10


def _season(request: HttpRequest) -> Season | None:
    wanted = request.GET.get("season")
    if not wanted:
        return current_season()
    found = public_seasons().filter(slug=wanted).first()
    if found is None:
        raise Http404
    return found


def _asked(
    request: HttpRequest, choices: dict[str, list[tuple[str, str]]], *, rising: bool
) -> queries.Browse:
    """What the address asks for, as far as it exists and the season shows it."""
    given = {name: request.GET.get(name, "") for name in choices}
    known = {name: value for name, value in given.items() if value in dict(choices[name])}
    sort = request.GET.get("sort", "you")
    offered = sort in queries.SORTS and (rising or sort != "rising")
    return queries.Browse(**known, sort=sort if offered else "you")


@require_GET
def playlist(request: HttpRequest) -> HttpResponse:
    """The featured playlist: every cleared track, fairly rotated, to filter and to sort."""
    season = _season(request)
    if season is None:
        return render(request, "submissions/listening/playlist.html", {"cards": []})
    choices = queries.choices(season)
    rising = publicity.shows_rising(season)
    asked = _asked(request, choices, rising=rising)
    page = Paginator(_ordered(request, season, asked), PAGE).get_page(request.GET.get("page"))
    tracks = _in_order(page.object_list)
    context = {
        "season": season, "choices": choices, "asked": asked, "page": page, "cards": cards_of(tracks),
        "rising": rising, "frozen_at": publicity.frozen_at(season) if asked.sort == "rising" else None,
        "mosaic": cards_of(tracks[: MOSAIC if len(tracks) >= MOSAIC else len(tracks) // 4 * 4]),
        "filters": [(name, values, getattr(asked, name)) for name, values in choices.items() if len(values) > 1],
    }  # fmt: skip
    return render(request, "submissions/listening/playlist.html", context)


def _ordered(request: HttpRequest, season: Season, asked: queries.Browse) -> Any:
    tracks, now = queries.season_tracks(season, asked), clock.now()
    if asked.sort == "new":
        return queries.newest(tracks)
    if asked.sort == "rising":
        return queries.rising(tracks, today=publicity.counted_until(season, now))
    today = day_in(season, now)
    return queries.rotated(tracks, listener=listener_key(visitor_of(request), day=today), day=today)


def _in_order(page: Iterable[Any]) -> list[Track]:
    """A page of tracks; a rotated page comes as keys."""
    rows = list(page)
    if not rows or isinstance(rows[0], Track):
        return rows
    found = with_card_parts(Track.objects.filter(pk__in=rows)).in_bulk()
    return [found[key] for key in rows]


@require_GET
def playlist_json(request: HttpRequest) -> HttpResponse:
    """The playlist as JSON: title, artist, ISRC, duration in milliseconds, addresses."""
    season = _season(request)
    rows = [
        {
            "code": track.code, "title": track.title, "artist": track.artist, "isrc": track.isrc or None,
            "duration_ms": track.duration_ms, "url": settings.SITE_URL + f"/tracks/{track.code}/",
            "audio_url": settings.SITE_URL + f"/media/tracks/{track.code}.m4a", "licence": track.licence,
        }
        for track in (queries.listed(season) if season else [])
    ]  # fmt: skip
    return JsonResponse({"season": season.slug if season else None, "results": rows})


@require_GET
def playlist_xspf(request: HttpRequest) -> HttpResponse:
    """The playlist as XSPF 1; the identifier of a track is its ISRC where it has one."""
    season = _season(request)
    context = {
        "season": season,
        "site": settings.SITE_URL,
        "tracks": queries.listed(season) if season else [],
    }
    return render(
        request, "submissions/listening/playlist.xspf", context, content_type="application/xspf+xml"
    )


def _track(code: str) -> Track:
    track = queries.public_track(code)
    if track is None:
        raise Http404
    return track


def _clip(request: HttpRequest, seconds: int) -> tuple[int, int]:
    """The part that a share link names, kept within the track and 15 to 60 seconds."""
    wanted, until = (whole(request.GET.get(name, ""), digits=5) for name in ("from", "to"))
    start = min(wanted or 0, max(seconds - 15, 0))
    end = min(until or start + 30, seconds)
    return start, min(max(end, start + 15), start + 60, max(seconds, 15))


@require_GET
def track_page(request: HttpRequest, code: str) -> HttpResponse:
    """A track: listen, like, save, share, use."""
    return _show_track(request, _track(code), UseForm())


def _show_track(request: HttpRequest, track: Track, form: UseForm, *, status: int = 200) -> HttpResponse:
    card = card_of(track)
    person = person_of(request.user)
    artist = track.billing.all()[0].artist
    start, end = _clip(request, int(card.duration))
    public = publicity.publicity_of(track)
    uses = queries.accepted_uses(track, until=public.frozen_at)
    context = {
        "track": track, "card": card, "artist": artist, "public": public,
        "likes": queries.likes_of(track) if public.shows_numbers else None,
        "liked": person is not None and Like.objects.filter(track=track, person=person).exists(),
        "follows": follows(person, artist), "follow_back": f"?track={track.code}",
        "saved": person is not None and Save.objects.filter(track=track, person=person).exists(),
        "uses": uses[: USES if public.shows_numbers or public.frozen_at else USES_WITHOUT_NUMBERS], "form": form, "start": start, "end": end,
        "others": cards_of(queries.tracks_of(artist).exclude(pk=track.pk)[:5]),
        "url": f"{settings.SITE_URL}/tracks/{track.code}/",
        "embed": f'<iframe src="{settings.SITE_URL}/embed/tracks/{track.code}/" width="480" height="160" title="{escape(track.title)}, {escape(card.artist)}" loading="lazy"></iframe>',
        "image": f"{settings.SITE_URL}/media/artwork/{track.code}.jpg",
        "entered_in": public_seasons().filter(submissions__track=track).order_by("-entries_open_at").first(),
        "can_use": track.licence != Track.Licence.NONE and card.duration >= 15,
        "linked_data": _recording(track, artist),
    }  # fmt: skip
    return render(request, "submissions/listening/track.html", context, status=status)


def _recording(track: Track, artist: Artist) -> str:
    """schema.org MusicRecording as JSON that is safe inside a script element."""
    seconds = (track.duration_ms or 0) // 1000
    data = {
        "@context": "https://schema.org", "@type": "MusicRecording", "name": track.title, "inLanguage": track.language or None,
        "url": f"{settings.SITE_URL}/tracks/{track.code}/", "duration": f"PT{seconds // 60}M{seconds % 60}S",
        "isrcCode": track.isrc or None,
        "byArtist": {"@type": "MusicGroup", "name": artist.name, "alternateName": artist.name_romanised or None,
                     "url": f"{settings.SITE_URL}/artists/{artist.slug}/"},
    }  # fmt: skip
    text = json.dumps({k: v for k, v in data.items() if v is not None}, ensure_ascii=False)
    return text.replace("<", "\\u003c")


@require_GET
def artist_page(request: HttpRequest, slug: str) -> HttpResponse:
    """An artist: who, what, where else."""
    artist = queries.public_artist(slug)
    if artist is None:
        raise Http404
    public = publicity.publicity_of_artist(artist)
    context = {
        "artist": artist, "cards": cards_of(queries.tracks_of(artist)), "site": settings.SITE_URL,
        "follows": follows(person_of(request.user), artist),
        "followers": followers_of(artist) if public.shows_numbers else None,
        "url": f"{settings.SITE_URL}/artists/{artist.slug}/",
    }  # fmt: skip
    return render(request, "submissions/listening/artist.html", context)


@xframe_options_exempt
@framed_anywhere
@require_GET
def embed(request: HttpRequest, code: str) -> HttpResponse:
    """A small player for other people's pages; the only kind of page that may be framed."""
    track = _track(code)
    return render(
        request,
        "submissions/listening/embed.html",
        {"track": track, "card": card_of(track), "url": f"{settings.SITE_URL}/tracks/{code}/"},
    )


@login_required
@require_http_methods(["GET", "POST"])
def like(request: HttpRequest, code: str) -> HttpResponse:
    """Like or unlike. After a sign-in on the way here the like is still asked for, by a GET that goes back to the page."""
    track, person = _track(code), person_behind(request)
    if request.method == "POST":
        try:
            (listening.unlike if request.POST.get("undo") else listening.like)(track, by=person)
        except SpotlightError as refusal:
            messages.error(request, refusal.message)
    elif not Like.objects.filter(track=track, person=person).exists():
        messages.info(request, _("You are signed in now. Press Like once more."))
    return redirect("track", code=code)


@login_required
@require_http_methods(["GET", "POST"])
def save(request: HttpRequest, code: str) -> HttpResponse:
    """Keep a track in one's own list, or take it out; a GET after a sign-in as with a like."""
    track, person = _track(code), person_behind(request)
    if request.method == "POST":
        (listening.unsave if request.POST.get("undo") else listening.save)(track, by=person)
    elif not Save.objects.filter(track=track, person=person).exists():
        messages.info(request, _("You are signed in now. Press Save once more."))
    return redirect("track", code=code)


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, code: str) -> HttpResponse:
    """Say that something is wrong with a track."""
    track = _track(code)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not is_within(request, "reports", on=clock.now().date(), a_day=REPORTS_A_DAY):
            form.add_error(None, _("Many reports came from here today. Please write again tomorrow."))
        else:
            person = person_of(request.user)
            listening.report(
                track, reason=form.cleaned_data["reason"], text=form.cleaned_data["text"], by=person
            )
            return render(
                request, "submissions/listening/reported.html", {"track": track, "card": card_of(track)}
            )
    status = 422 if form.errors else 200
    return render(
        request,
        "submissions/listening/report.html",
        {"form": form, "track": track, "card": card_of(track)},
        status=status,
    )


@login_required
@require_POST
def register_use(request: HttpRequest, code: str) -> HttpResponse:
    """Register a video made with a track."""
    track = _track(code)
    form = UseForm(request.POST)
    if form.is_valid():
        try:
            made = listening.register_use(track, url=form.cleaned_data["url"], by=person_behind(request))
        except SpotlightError as refusal:
            form.add_error("url", refusal.message)
        else:
            messages.success(request, _registered(made))
            return redirect("track", code=code)
    return _show_track(request, track, form, status=422)


def _registered(made: Use) -> str:
    if made.state == Use.State.ACCEPTED:
        return _("Thank you. Your video is accepted and counts.")
    return _("Thank you. A person looks at your video; then it appears here and counts.")
