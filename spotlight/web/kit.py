"""The component kit: every component in every state, on one page, with invented people. Only on the embedded default or in debug mode."""

import io
import math
import wave as wave_file
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from spotlight.web.answers import error_shape
from spotlight.web.cards import EpisodeCard, Step, TrackCard
from spotlight.web.draw import Stage
from spotlight.web.plots import Bar, Dots, Interval

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
PEOPLE = [
    ("Minase Kō", "en", "Last Train, First Light", "en", "same", 0),
    ("새벽공장", "ko", "유리 온실", "ko", "up", 3),
    ("Tangerine Ferry", "en", "Harbour Lights Off", "en", "down", 1),
    ("夜凪", "ja", "潮どけい", "ja", "new", 0),
    ("하얀소음 클럽", "ko", "이층버스", "ko", "up", 9),
    ("三角定規ズ", "ja", "放課後の重力", "ja", None, 0),
]
OBI = ["cleared", "cleared", "shortlist", "winner", "cleared", ""]
COLORS = [
    "brand",
    "brand-text",
    "brand-wash",
    "paper",
    "raised",
    "sunken",
    "ink",
    "ink-2",
    "ink-3",
    "line",
    "line-strong",
    "now",
    "ok",
    "warn",
    "bad",
    "info",
    "data-1",
    "data-2",
]


class KitForm(forms.Form):
    """One field of each kind."""

    stage_name = forms.CharField(label="Stage name", help_text="As it should appear, in its own script.")
    email = forms.EmailField(label="E-mail")
    genre = forms.ChoiceField(
        label="Genre", choices=[("", "Choose one"), ("a", "Ambient pop"), ("r", "Indie rock")]
    )
    story = forms.CharField(label="Story", required=False, widget=forms.Textarea)
    uses = forms.MultipleChoiceField(
        label="Open to",
        required=False,
        choices=[("s", "Sync"), ("l", "Live booking")],
        widget=forms.CheckboxSelectMultiple,
    )
    ai = forms.ChoiceField(
        label="Was generative AI used?",
        choices=[("n", "No"), ("p", "In production")],
        widget=forms.RadioSelect,
    )
    owned = forms.BooleanField(
        label="I own or control this recording", help_text="If a studio or label paid for it, ask them first."
    )


def peaks(seed: int, count: int = 400) -> list[float]:
    """An invented waveform, the same for the same seed."""
    return [
        abs(math.sin(i / 9 + seed) * math.sin(i / 37 + seed * 2)) * 0.7 + 0.25 * abs(math.sin(i * (seed + 3)))
        for i in range(count)
    ]


def cards() -> list[TrackCard]:
    """Invented tracks with sounds that the kit makes itself."""
    return [
        TrackCard(
            code=f"KIT{i}", title=title, artist=artist, lang=lang, artist_lang=artist_lang, url="/kit/?track", artist_url="/kit/?artist",
            src=f"/kit/tone-{i}.wav", duration=30.0, peaks=peaks(i), obi=OBI[i], verified=i != 5, rank=i + 1, move=move, moved_by=by,
        )
        for i, (artist, artist_lang, title, lang, move, by) in enumerate(PEOPLE)
    ]  # fmt: skip


def stages() -> list[Stage]:
    """An invented season, half over."""
    at = [datetime(2026, *day, tzinfo=NOW.tzinfo) for day in [(8, 1), (10, 1), (10, 19), (11, 30)]] + [
        datetime(2027, 1, 15, tzinfo=NOW.tzinfo),
        datetime(2027, 1, 25, tzinfo=NOW.tzinfo),
    ]
    names = ["Submissions", "Clearance", "Top 100", "Top 18", "Winners"]
    notes = [
        "1,912 tracks received",
        "Identity and rights checked",
        "Fans listen, save and use",
        "Seven judges score blind",
        "Five to ten artists",
    ]
    return [Stage(*row) for row in zip(names, at, at[1:], notes, strict=False)]


def steps() -> list[Step]:
    return [
        Step("Artist", "done", url="/kit/"),
        Step("Track", "done", url="/kit/"),
        Step("Rights", "current", note="Two things are missing"),
        Step("Story"),
        Step("Review", note="You see everything before it is sent"),
    ]


def context() -> dict[str, Any]:
    """Everything the kit shows."""
    wrong = KitForm({"w-stage_name": "모래시계 소년", "w-email": "hana@ferry"}, prefix="w")
    wrong.is_valid()
    return {
        "season": SimpleNamespace(name="Spotlight Japan and Korea, season 3", slug="", zone="Asia/Tokyo"), "now": NOW, "end": NOW + timedelta(days=8, hours=5, minutes=12),
        "cards": cards(), "stages": stages(), "steps": steps(), "colors": COLORS, "form": KitForm(), "wrong": wrong, "page": Paginator(range(400), 20).page(4),
        "episodes": [EpisodeCard("The ferry had one piano and it was locked", "/kit/", duration=462, note="Tangerine Ferry on Harbour Lights Off"), EpisodeCard("波の音は、最後に消した", "/kit/", duration=118, note="夜凪「潮どけい」", lang="ja", note_lang="ja", ratio="portrait"), EpisodeCard("공장 소리를 드럼으로", "/kit/", duration=141, lang="ko", ratio="tall")],
        "bars": [Bar("1 sheet", 4, hot=True), Bar("2 sheets", 11, hot=True), Bar("3 sheets", 38), Bar("4 sheets", 47)],
        "intervals": [Interval("Aoyama", 0.62, 0.41, 0.83, "52", hot=True), Interval("Baek", -0.18, -0.36, 0.0, "60"), Interval("Doi", -0.71, -0.95, -0.47, "41", hot=True)],
        "dots": [Dots("K7Q-204", [2, 4, 8, 9]), Dots("M3T-118", [3, 7, 8, 8])], "marks": [-1, -0.5, 0, 0.5, 1], "ten": range(11),
        "stats": [("Sheets in", "353", "of 420"), ("Agreement", "0.71", "Krippendorff α"), ("Pace", "+2 d", "ahead")],
        "table_head": [("Judge", ""), ("Done", "r"), ("Median time", "r")], "table_rows": [("Aoyama", "52 / 60", "3:40"), ("Baek", "60 / 60", "4:05")],
        "anchors": {0: "not at all", 5: "I would finish it", 8: "I would send it to a friend", 10: "I will remember it next year"}, "sparks": [3, 5, 4, 8, 9, 14, 12, 19], "upload_limit": 300_000_000,
    }  # fmt: skip


@require_safe
def kit(request: HttpRequest) -> HttpResponse:
    """The kit page."""
    return render(request, "kit.html", context())


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The judging desk's layout on the bare base, with an invented entry."""
    return render(request, "kit_desk.html", context())


@require_http_methods(["POST"])
def save(request: HttpRequest) -> HttpResponse:
    """Answers an autosave as the services do: refuses a stage name of one letter, and version 0 as outdated."""
    if request.POST.get("version") == "0":
        return JsonResponse(error_shape("conflict", "This was changed in another window."), status=409)
    if len(request.POST.get("stage_name", "??")) < 2:
        return JsonResponse(
            error_shape(
                "invalid", "Look at the marked field.", {"stage_name": ["Write at least two letters."]}
            ),
            status=400,
        )
    return JsonResponse({"saved_at": NOW.isoformat(), "version": 2})


@require_safe
def tone(request: HttpRequest, number: int) -> HttpResponse:
    """Thirty seconds of a soft chord, made here. Answers Range, so that seeking can be tried."""
    if number > len(PEOPLE):
        raise Http404
    data = _tone(number)
    start, end = _range(request.headers.get("Range", ""), len(data))
    response = HttpResponse(
        data[start : end + 1], content_type="audio/wav", status=206 if "Range" in request.headers else 200
    )
    response["Accept-Ranges"] = "bytes"
    if response.status_code == 206:
        response["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
    return response


def _range(header: str, size: int) -> tuple[int, int]:
    first, _, last = header.removeprefix("bytes=").partition("-")
    return (int(first) if first.isdigit() else 0), min(int(last) if last.isdigit() else size - 1, size - 1)


def _tone(number: int, rate: int = 8000, seconds: int = 30) -> bytes:
    root = 2 * math.pi * 110 * 2 ** (number / 6) / rate
    wavetable = bytes(
        int(128 + 30 * (math.sin(i * root) + 0.6 * math.sin(i * root * 1.5))) for i in range(rate)
    )
    out = io.BytesIO()
    with wave_file.open(out, "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(1)
        sink.setframerate(rate)
        sink.writeframes(wavetable * seconds)
    return out.getvalue()
