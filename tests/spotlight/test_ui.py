"""The front of the house without a browser: drawing, tags, forms, themes, and the strictness of what comes out."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from spotlight.web import draw, kit, plots
from spotlight.web.cards import TrackCard
from spotlight.web.theme import ThemeRefused, color, theme_css

SEASON = SimpleNamespace(name="Season 3", slug="s3", zone="Asia/Tokyo")
CARD = TrackCard(code="K7", title="潮どけい", artist="夜凪", url="/tracks/K7/", artist_url="/artists/yonagi/", src="/media/K7.m4a", lang="ja", artist_lang="ja", duration=187, peaks=[0.1, 0.9])  # fmt: skip


def drawn(source: str, **context: Any) -> str:
    return Template("{% load spotlight_ui %}" + source).render(Context(context))


def request(path: str = "/", **cookies: str) -> HttpRequest:
    made = RequestFactory().get(path)
    made.COOKIES.update(cookies)
    made.user = AnonymousUser()
    return made


# ---- drawing ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1), max_size=300), st.integers(1, 200))
def test_a_waveform_has_as_many_bars_as_asked(peaks: list[float], bars: int) -> None:
    assert draw.wave_path(peaks, bars=bars).count("M") == bars


def test_a_waveform_keeps_the_loudest_of_each_slice() -> None:
    assert draw.resample([0.1, 0.9, 0.2, 0.3], bars=2) == [0.9, 0.3]
    assert draw.resample([0.5], bars=3) == [0.5, 0.5, 0.5]
    assert draw.resample([], bars=2) == [0.0, 0.0]


def test_ticks_are_five_seconds_apart_and_never_too_many() -> None:
    assert draw.ticks_path(20).count("M") == 5
    assert draw.ticks_path(3600).count("M") <= 121
    assert draw.ticks_path(0) == ""


@given(st.lists(st.integers(1, 200), min_size=1, max_size=12))
def test_the_stages_of_a_dial_fill_its_ruler(days: list[int]) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    stages = []
    for length in days:
        stages.append(draw.Stage("x", at, at + timedelta(days=length)))
        at += timedelta(days=length)
    rows = draw.dial(stages, now=datetime(2026, 1, 1, 12, tzinfo=UTC)).stages
    assert sum(row.span for row in rows) == draw.RULER_COLUMNS
    assert min(row.span for row in rows) >= min(draw.MIN_SPAN, draw.RULER_COLUMNS // len(days))


def test_the_needle_stands_in_the_current_stage() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    stages = [draw.Stage("a", start, start + timedelta(days=10)), draw.Stage("b", start + timedelta(days=10), start + timedelta(days=20))]  # fmt: skip
    dial = draw.dial(stages, now=start + timedelta(days=15))
    assert [row.past for row in dial.stages] == [True, False]
    assert [row.current for row in dial.stages] == [False, True]
    assert dial.needle == pytest.approx(750)
    assert draw.dial(stages, now=start + timedelta(days=20)).needle is None


def test_a_stand_in_sleeve_depends_on_the_code_alone() -> None:
    assert draw.cover("AB12") == draw.cover("AB12")
    assert len({str(draw.cover(f"T{i}")) for i in range(60)}) > 30
    assert {draw.hue(f"T{i}") for i in range(200)} == set(range(12))


def test_a_plot_says_what_it_shows_and_escapes_names() -> None:
    svg = plots.bars([plots.Bar("<b>", 4, hot=True)], title="4 entries <have> one", desc="d", name="x")
    assert 'aria-labelledby="x-t x-d"' in svg
    assert "&lt;b&gt;" in svg
    assert "<have>" not in svg
    assert plots.bars([], title="none") and plots.dots(
        [plots.Dots("a", [])], low=0, high=1, marks=[0], title="t"
    )


@given(st.lists(st.lists(st.integers(0, 100), max_size=26), min_size=1, max_size=4))
def test_no_dot_of_a_plot_covers_another(marks: list[list[int]]) -> None:
    rows = [plots.Dots(f"row {n}", [mark / 10 for mark in row]) for n, row in enumerate(marks)]
    svg = plots.dots(rows, low=0, high=10, marks=[0, 10], title="t")
    found = re.findall(r'<circle class="mark" cx="([\d.]+)" cy="([\d.]+)"', svg)
    spots = [(float(x), float(y)) for x, y in found]
    assert len(spots) == sum(map(len, marks))
    for a, b in itertools.combinations(spots, 2):
        assert abs(a[0] - b[0]) >= plots.DOT - 0.2 or abs(a[1] - b[1]) >= plots.STACK
    height = int(re.findall(r'viewBox="0 0 640 (\d+)"', svg)[0])
    assert all(5 < y < height - 30 for _, y in spots)


# ---- tags ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00"), (187.4, "3:07"), (59.6, "1:00"), (3723, "1:02:03"), (None, "–")]
)
def test_durations_read_like_a_clock(seconds: float | None, words: str) -> None:
    assert drawn("{{ s|duration }}", s=seconds) == words


def test_a_time_is_said_in_the_seasons_zone_and_keeps_the_moment() -> None:
    html = drawn("{% zoned t %}", t=datetime(2026, 11, 29, 14, 59, tzinfo=UTC), season=SEASON)
    assert "29 November 2026, 23:59 JST" in html
    assert 'datetime="2026-11-29T14:59:00+00:00"' in html
    assert 'data-zone="Asia/Tokyo"' in html
    assert drawn("{% zoned t %}", t=None) == "–"


def test_times_follow_the_readers_language() -> None:
    with translation.override("ja"):
        assert "2026年11月29日 23:59 JST" in drawn(
            "{% zoned t %}", t=datetime(2026, 11, 29, 14, 59, tzinfo=UTC), season=SEASON
        )


def test_a_play_button_carries_the_track_and_is_absent_without_sound() -> None:
    html = drawn("{% play t %}", t=CARD)
    for piece in [
        'data-code="K7"',
        'data-src="/media/K7.m4a"',
        'data-title="潮どけい"',
        'data-track-url="/tracks/K7/"',
        'data-duration="187"',
    ]:
        assert piece in html
    assert 'aria-label="Play 潮どけい by 夜凪"' in html
    assert drawn("{% play t %}", t=TrackCard("X", "t", "a")) == ""


def test_a_row_escapes_what_people_wrote() -> None:
    html = drawn("{% track_row t %}", t=TrackCard("X", '<img src=x>"', "<b>", src="/s", url="/t"))
    assert "<img src=x>" not in html
    assert "<b>" not in html


def test_a_table_scrolls_by_keyboard_and_is_no_landmark() -> None:
    written = "{% load spotlight_ui %}{% tabular caption stacks=False %}<tbody></tbody>{% endtabular %}"
    html = Template(written).render(Context({"caption": "<Imports>"}))
    assert html == (
        '<div class="table-wrap" tabindex="0" role="group" aria-label="&lt;Imports&gt;"><table class="table">'
        '<caption class="vh">&lt;Imports&gt;</caption><tbody></tbody></table></div>'
    )
    by_hand = {
        path.name
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        if '<table class="table' in path.read_text()
    }
    assert by_hand == {"rights.html", "table.html"}  # a table of fields, and allauth's


def test_a_language_that_nobody_stated_is_told_by_the_script() -> None:
    texts = ("戸川 りつ", "서느린", "Quiet Staircase", "水曜日")
    marked = Template("{% load spotlight_ui %}{% for text in texts %}{{ text|at_script }};{% endfor %}")
    assert marked.render(Context({"texts": texts})) == (
        '<span lang="ja">戸川 りつ</span>;<span lang="ko">서느린</span>;Quiet Staircase;水曜日;'
    )


def test_movement_says_itself_in_words() -> None:
    assert "up 3 places since last week" in drawn('{% movement "up" 3 %}')
    assert "down 1 place since last week" in drawn('{% movement "down" 1 %}')
    assert drawn("{% movement None %}") == ""


def test_a_criterion_knows_zero_from_nothing() -> None:
    assert 'value="0" checked' in drawn('{% criterion "c" "Song" value=0 %}')
    assert "checked" not in drawn('{% criterion "c" "Song" value=None %}')


def test_the_theme_comes_from_the_cookie_and_nothing_else_of_it() -> None:
    assert drawn("{% theme_attribute %}", request=request(theme="dark")) == ' data-theme="dark"'
    assert drawn("{% theme_attribute %}", request=request(theme='"><script>')) == ""


def test_paging_keeps_the_filters() -> None:
    assert (
        drawn("{% with_query page=3 %}", request=request("/playlist/?market=jp&page=2"))
        == "?market=jp&amp;page=3"
    )


# ---- forms -----------------------------------------------------------------------------------------------------------


class Entry(forms.Form):
    title = forms.CharField(help_text="In its own script.")
    note = forms.CharField(required=False, widget=forms.Textarea)
    kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
    agreed = forms.BooleanField()


def test_a_form_comes_out_in_our_markup_with_errors_at_the_field() -> None:
    form = Entry({})
    html = str(form)
    assert html.index("error-summary") < html.index('name="title"')
    assert re.search(r'<input type="text" name="title"[^>]*class="input"', html)
    title = re.search(r'<input type="text" name="title"[^>]*>', html)
    assert (
        title
        and 'aria-invalid="true"' in title[0]
        and "id_title_error" in title[0]
        and "id_title_helptext" in title[0]
    )
    assert 'id="id_title_error" data-error-for="title">' in html
    assert 'href="#id_title"' in html


def test_a_clean_form_has_no_error_and_says_what_is_optional() -> None:
    html = str(Entry())
    assert "error-summary" not in html
    assert html.count('class="opt"') == 1
    assert html.count("hidden>") == 4


# ---- themes ----------------------------------------------------------------------------------------------------------


def test_a_theme_is_a_stylesheet_in_its_layer() -> None:
    css = theme_css(brand="oklch(0.45 0.14 255)", hue=255, radius="6px", logo_url="/media/logo.svg")
    assert (
        css
        == '@layer theme { :root { --brand: oklch(0.45 0.14 255); --brand-hue: 255; --radius: 6px; --logo: url("/media/logo.svg"); } }\n'
    )
    assert theme_css() == ""


@pytest.mark.parametrize(
    "value", ["#FFB400", "#abc", "rgb(255, 180, 0)", "rgb(255 180 0)", "oklch(45% 0.14 255deg)"]
)
def test_colors_are_recognized(value: str) -> None:
    assert color(value)


@pytest.mark.parametrize(
    "value", ["red;}", "url(x)", "#12", "oklch(2 0 0)", "rgb(300,0,0)", "var(--x)", "#fff}body{", "#fff\n}"]
)
def test_anything_else_is_refused(value: str) -> None:
    with pytest.raises(ThemeRefused):
        theme_css(brand=value)


@pytest.mark.parametrize(
    "field",
    [
        {"hue": 400},
        {"radius": "1em"},
        {"logo_url": "javascript:x"},
        {"logo_url": "//evil.example/x"},
        {"logo_url": '/a")x'},
    ],
)
def test_other_parts_of_a_theme_are_refused_too(field: dict[str, Any]) -> None:
    with pytest.raises(ThemeRefused):
        theme_css(**field)


# ---- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "template", ["kit.html", "kit_desk.html", "404.html", "403.html", "400.html", "500.html"]
)
def test_pages_hold_no_inline_style_and_no_inline_script(template: str) -> None:
    html = render_to_string(template, kit.context() if "kit" in template else {}, request("/kit/"))
    assert not re.search(r"<[^>]*\sstyle=", html)
    assert not re.search(r"<[^>]*\son[a-z]+=", html)
    for script in re.findall(r"<script[^>]*>", html):
        assert "src=" in script or 'type="application/json"' in script
    assert "<style" not in html


def test_no_template_of_a_page_holds_inline_style_script_or_evaluated_htmx() -> None:
    strict = re.compile(
        r"<[^>]*\s(?:style|on[a-z]+|hx-on[\w:-]*)=|<script(?![^>]*(?:src=|application/(?:ld\+)?json))|<style|=[\"']js:"
    )
    pages = [
        path
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        if "email" not in path.parts and "mail" not in path.stem
    ]
    found = {str(path.relative_to(settings.BASE_DIR)): strict.findall(path.read_text()) for path in pages}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_the_base_needs_nothing_from_a_view() -> None:
    html = render_to_string("base.html")
    assert '<main id="main"' in html and 'id="player"' in html
    assert 'id="player"' not in render_to_string("bare.html")


@pytest.mark.parametrize(
    "sheet", sorted((settings.BASE_DIR / "static/css").glob("*.css"), key=str), ids=lambda path: path.name
)
def test_every_rule_of_a_stylesheet_is_in_a_layer(sheet: Path) -> None:
    """An extra brace once closed a layer early: what came after it won over everything."""
    css = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    outside = re.sub(r"@layer \w+ \{|@media [^{]*\{", "{", css)
    depth, heads = 0, []
    for piece in re.split(r"([{}])", outside):
        depth += {"{": 1, "}": -1}.get(piece, 0)
        if depth == 0 and piece.strip() and piece not in "{}":
            heads.append(piece.strip())
    assert depth == 0
    assert heads in ([], ["@layer tokens, base, components, pages, theme;"])


@pytest.mark.django_db
def test_ids_are_unique_in_the_shell() -> None:
    ids = re.findall(r'\sid="([^"]+)"', render_to_string("base.html", {}, request()))
    assert len(ids) == len(set(ids))
