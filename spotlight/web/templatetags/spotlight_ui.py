"""Tags and filters of the front of the house. Each draws one component; `docs/front.md` shows them all with their arguments."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template.defaultfilters import date as date_filter
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from spotlight.web import draw, plots
from spotlight.web.icons import ICONS

register = template.Library()

GLYPHS = {"info": "info", "ok": "check", "warn": "warn", "bad": "x"}
STYLES = {
    "datetime": "DATETIME_FORMAT",
    "date": "DATE_FORMAT",
    "time": "TIME_FORMAT",
    "short": "SHORT_DATETIME_FORMAT",
}
KANA, HANGUL = re.compile("[\u3041-\u30ff]"), re.compile("[\uac00-\ud7a3]")
ABBREVIATED = {"Asia/Tokyo": "JST", "Asia/Seoul": "KST", "UTC": "UTC", "Etc/UTC": "UTC"}


# ---- glyphs, badges, chips -------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: int = 20, css: str = "") -> SafeString:
    """A decorative glyph; give the control that holds it a name of its own."""
    return format_html(
        '<svg{} width="{}" height="{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true" focusable="false">{}</svg>',
        format_html(' class="{}"', css) if css else "", size, size, mark_safe(ICONS[name]),
    )  # fmt: skip


@register.inclusion_tag("components/_verified.html")
def verified(label: str = "") -> dict[str, Any]:
    """The badge: a sleeve with its obi and a check. Once in a row, beside the name."""
    return {"label": label or gettext("Verified: identity and rights cleared")}


@register.inclusion_tag("components/_chip.html")
def chip(label: Any, tone: str = "", glyph: str = "") -> dict[str, Any]:
    """A status in words with a glyph; tone is empty, info, ok, warn, bad or brand."""
    return {"label": label, "tone": tone, "glyph": glyph or GLYPHS.get(tone, "")}


@register.inclusion_tag("components/_move.html")
def movement(direction: str | None, by: int = 0) -> dict[str, Any]:
    """A rank's movement: up, down, same, new or None (nothing is drawn)."""
    return {"direction": direction, "by": by}


# ---- sound -----------------------------------------------------------------------------------------------------------


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds as 3:07 or 1:02:03; a dash for None."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(float(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def spoken_duration(seconds: float | None) -> str:
    """Seconds in words, for screen readers."""
    minutes, rest = divmod(round(float(seconds or 0)), 60)
    return gettext("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}


@register.inclusion_tag("components/_wave.html")
def wave(
    peaks: Sequence[float],
    seconds: float = 0,
    code: str = "",
    label: str = "",
    bars: int = 120,
    head: bool = False,
    ticks: bool = False,
) -> dict[str, Any]:
    """A waveform. ``head`` makes it seekable (a range input on top); ``code`` ties it to that track in the player."""
    return {
        "path": draw.wave_path(peaks or (), bars=bars),
        "ticks": draw.ticks_path(float(seconds or 0)) if ticks else "",
        "seconds": round(float(seconds or 0), 2), "code": code, "label": label, "head": head,
    }  # fmt: skip


@register.inclusion_tag("components/_cut.html")
def clip_range(
    peaks: Sequence[float],
    seconds: float,
    start: float = 0,
    end: float | None = None,
    least: int = 15,
    most: int = 60,
    prefix: str = "",
) -> dict[str, Any]:
    """Two handles on a waveform for a clip of ``least`` to ``most`` seconds; posts ``start`` and ``end`` (with the prefix)."""
    return {
        "path": draw.wave_path(peaks or (), bars=180), "ticks": draw.ticks_path(float(seconds)),
        "seconds": int(seconds), "start": int(start), "end": int(end if end is not None else min(seconds, start + 30)),
        "least": least, "most": most, "prefix": prefix,
    }  # fmt: skip


@register.inclusion_tag("components/_play.html")
def play(card: Any, size: str = "", label: str = "", words: str = "") -> dict[str, Any]:
    """A play button for a TrackCard; nothing if it has no ``src``. With ``words`` it is a primary button that says them."""
    return {"t": card, "size": size, "words": words, "label": label}


@register.inclusion_tag("components/_sleeve.html")
def sleeve(
    card: Any, size: str = "", obi: str | None = None, text: str = "", number: Any = "", eager: bool = False
) -> dict[str, Any]:
    """A track's artwork with its obi; drawn from the code where there is no artwork. Size: s, m, l, xl or empty (fills its box)."""
    shapes = [] if card.artwork else draw.cover(card.code)
    return {
        "t": card, "size": size, "obi": card.obi if obi is None else obi, "text": text, "number": number,
        "eager": eager, "shapes": shapes, "palette": draw.hue(card.code),
    }  # fmt: skip


@register.inclusion_tag("components/_track_row.html", takes_context=True)
def track_row(context: template.Context, card: Any, queue: str = "", actions: str = "") -> dict[str, Any]:
    """One line of a list of tracks (``ol.tracks``). ``queue`` names the list that plays on; ``actions`` is a template to include."""
    shared = {name: context.get(name) for name in ("request", "user", "person", "season", "csrf_token")}
    return {**shared, "t": card, "queue": queue, "actions": actions}


# ---- quantities ------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/_meter.html")
def meter(value: float, maximum: float = 1, label: str = "") -> dict[str, Any]:
    """A ruled bar from zero; ``label`` says it in words."""
    return {"width": f"{draw.share(float(value or 0), float(maximum or 0)):.2f}", "label": label}


@register.inclusion_tag("components/_span.html")
def span(low: float, at: float, high: float, label: str = "", maximum: float = 1) -> dict[str, Any]:
    """An estimate (line) in its interval (bar) on a ruled scale from zero to ``maximum``."""
    left, middle, right = (draw.share(float(v), maximum) for v in (low, at, high))
    return {
        "left": f"{left:.2f}",
        "width": f"{max(right - left, 0):.2f}",
        "at": f"{middle:.2f}",
        "label": label,
    }


@register.simple_tag
def spark(values: Sequence[float]) -> SafeString:
    """A small line beside a figure; decorative, so put the figure next to it."""
    return format_html(
        '<svg width="92" height="28" viewBox="0 0 92 28" aria-hidden="true"><path d="{}" fill="none" stroke="currentColor" stroke-width="1.75"/></svg>',
        draw.spark_path(values),
    )


@register.inclusion_tag("components/_criterion.html")
def criterion(
    name: str,
    label: str,
    weight: Any = 1,
    value: int | None = None,
    hint: str = "",
    anchors: Any = None,
    top: int = 10,
    shown_weight: bool = True,
) -> dict[str, Any]:
    """A score scale of radios from 0 to ``top``. ``name`` is the field; None is not scored, zero is zero."""
    return {
        "name": name, "label": label, "weight": weight, "value": value, "hint": hint, "anchors": anchors,
        "values": range(top + 1), "shown_weight": shown_weight,
    }  # fmt: skip


@register.inclusion_tag("components/_dial.html", takes_context=True)
def season_dial(context: template.Context, stages: Sequence[draw.Stage], now: datetime) -> dict[str, Any]:
    """A season on its ruler: ticks are weeks, the needle is now."""
    zone = _zone(context, None)
    return {
        "dial": draw.dial(stages, now=timezone.localtime(now, ZoneInfo(zone))),
        "season": context.get("season"),
        "zone": zone,
    }


@register.inclusion_tag("components/_table.html")
def table(caption: str, head: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """A table that stacks on a phone. ``head`` is (label, "" or "r" for figures); the first cell of a row names it."""
    lines = [
        (row[0], [(cell, label, align) for cell, (label, align) in zip(row[1:], head[1:], strict=True)])
        for row in rows
    ]
    return {"caption": caption, "head": head, "lines": lines}


register.simple_tag(plots.bars, name="plot_bars")
register.simple_tag(plots.intervals, name="plot_intervals")
register.simple_tag(plots.dots, name="plot_dots")


# ---- time ------------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def zoned(
    context: template.Context, value: datetime | None, style: str = "datetime", zone: str = ""
) -> SafeString:
    """A moment in the season's zone, with the reader's own beside it (script adds it where it differs).

    ``style`` is datetime, date, time or short; ``zone`` an IANA name that overrides the season's.
    """
    if value is None:
        return mark_safe("–")
    local = timezone.localtime(value, ZoneInfo(_zone(context, zone)))
    text = date_filter(local, formats.get_format(STYLES[style]))
    mark = "" if style == "date" else f" {_abbreviation(local)}"
    return format_html(
        '<time datetime="{}" data-zoned="{}" data-zone="{}">{}{}</time>',
        value.isoformat(),
        style,
        _zone(context, zone),
        text,
        mark,
    )


@register.inclusion_tag("components/_countdown.html", takes_context=True)
def countdown(context: template.Context, end: datetime, now: datetime, label: str = "") -> dict[str, Any]:
    """Days, hours and minutes until ``end``; the server says them, script keeps them true once a minute."""
    minutes = max(int((end - now).total_seconds() // 60), 0)
    return {
        "end": end, "now": now, "label": label, "season": context.get("season"),
        "days": minutes // 1440, "hours": f"{minutes // 60 % 24:02}", "minutes": f"{minutes % 60:02}",
    }  # fmt: skip


def _zone(context: template.Context, zone: str | None) -> str:
    season = context.get("season")
    return (
        zone
        or getattr(season, "zone", None)
        or (season.get("zone") if isinstance(season, dict) else None)
        or "UTC"
    )


def _abbreviation(local: datetime) -> str:
    known = ABBREVIATED.get(str(local.tzinfo))
    return known or local.strftime("%Z")


# ---- tables ----------------------------------------------------------------------------------------------------------


@register.simple_block_tag
def tabular(content: str, caption: Any, stacks: bool = True, shown: bool = False) -> SafeString:
    """The one way to write a table: it scrolls sideways by keyboard too, and is a group, so that no table is a landmark.

    ``stacks`` turns rows into blocks on a phone (each cell says its head in ``data-label``); ``shown`` shows the caption.
    """
    return format_html(
        '<div class="table-wrap" tabindex="0" role="group" aria-label="{}"><table class="table"{}><caption{}>{}</caption>{}</table></div>',
        caption, mark_safe(" data-stack" if stacks else ""), mark_safe("" if shown else ' class="vh"'), caption, content,
    )  # fmt: skip


# ---- the page --------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def theme_attribute(context: template.Context) -> SafeString:
    """``data-theme`` from the reader's cookie, so that a chosen scheme is there before any script runs."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return format_html(' data-theme="{}"', chosen) if chosen in {"light", "dark"} else mark_safe("")


@register.filter
def at_lang(text: Any, lang: str) -> SafeString:
    """A run of text marked with its language; plain text if none is known."""
    return format_html('<span lang="{}">{}</span>', lang, text) if lang else format_html("{}", text)


@register.filter
def at_script(text: Any) -> SafeString:
    """A run of text whose language nobody stated, marked with the one that its script tells: kana or hangul; else plain."""
    return at_lang(text, "ja" if KANA.search(str(text)) else "ko" if HANGUL.search(str(text)) else "")


@register.filter
def call(form: Any, name: str) -> Any:
    """A bound field of a form by its name."""
    return form[name]


@register.simple_tag
def page_range(page: Any, around: int = 1) -> list[int | None]:
    """Page numbers worth a link: the first, the last and those around the current; None is a gap."""
    last, number = page.paginator.num_pages, page.number
    wanted = sorted({1, last, *range(max(1, number - around), min(last, number + around) + 1)})
    shown: list[int | None] = []
    for value in wanted:
        if shown and shown[-1] is not None and value - shown[-1] > 1:
            shown.append(None)
        shown.append(value)
    return shown


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """The current address with changed query parameters; None removes one. Keeps filters while paging."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag
def script_texts() -> dict[str, str]:
    """Words that the scripts say, in the reader's language; printed once as a JSON block."""
    return {
        "play": pgettext("player", "Play"), "pause": pgettext("player", "Pause"),
        "play_track": gettext("Play {title} by {artist}"), "pause_track": gettext("Pause {title} by {artist}"),
        "position": gettext("{at} of {total}"), "minutes": gettext("{m} min {s} s"),
        "cant_play": gettext("This track can’t be played right now. Try the next one, or come back in a minute."),
        "resume": gettext("Go on with {title}?"), "resume_yes": gettext("Go on"), "dismiss": gettext("Dismiss"),
        "remove": gettext("Remove {title} from the queue"), "queue_empty": gettext("Nothing is queued."),
        "saving": gettext("Saving"), "saved": gettext("Saved {time}"), "unsaved": gettext("Not saved yet"),
        "save_error": gettext("Not saved. Look at the marked fields."),
        "save_offline": gettext("No connection. Your changes are kept here and sent when it is back."),
        "save_refused": gettext("Not saved. {reason}"),
        "conflict": gettext("This was changed in another window. Load it again to see the newer version."),
        "reload": gettext("Load again"),
        "copied": gettext("Copied"), "copy_failed": gettext("Copying did not work. Select the text and copy it."),
        "left": gettext("{done} of {total}, about {time} left"), "sent": gettext("{done} of {total}"),
        "seconds": gettext("{n} s"), "minutes_left": gettext("{n} min"),
        "paused": gettext("Paused at {percent} %"), "resume_upload": gettext("Resume"), "pause_upload": gettext("Pause"),
        "upload_offline": gettext("The connection dropped at {percent} %. It goes on by itself when it is back."),
        "upload_refused": gettext("The upload stopped. {reason}"), "upload_done": gettext("{name} is here. It is being checked now."),
        "choose_again": gettext("Choose {name} again to go on where it stopped."), "too_large": gettext("This file is {size}. The limit is {limit}."),
        "confirm": gettext("Confirm"), "cancel": gettext("Cancel"), "sure": gettext("Are you sure?"),
        "your_time": gettext("{time} your time"), "failed": gettext("That did not work. Check your connection and try again."),
        "loaded": gettext("{title}, page loaded"), "clip": gettext("{start} to {end}, {length} s."),
        "shortcuts_on": gettext("Keyboard scoring is on"), "shortcuts_off": gettext("Keyboard scoring is off"),
        "unheard": gettext("Play from {at}, not heard yet"), "mark_missing": gettext("This criterion has no mark yet."),
        "hear_more": gettext("Listen {seconds} seconds more before you file. Hearing a part twice counts once."),
        "signed_out": gettext("You were signed out. What you wrote is kept here and sent once you have signed in again."),
        "sign_in": gettext("Sign in"),
        "waits": gettext("No connection. The sheet of {label} waits here and is filed when it is back."),
        "waiting": gettext("Sheets waiting for the connection: {n}"), "filed_later": gettext("Filed now that the connection is back: {n}"),
        "file_refused": gettext("The sheet of {label} was not filed. {reason}"), "open_entry": gettext("Open the entry"),
    }  # fmt: skip
