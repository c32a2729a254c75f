from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from series.formats import chapters, webvtt
from series.formats.chapters import Chapter
from series.formats.problems import Malformed

LINES = """
0:00 The crossing
1:12 A locked piano
3:10.500   Borrowing   the key
1:02:03 What we kept
"""
READ = (
    Chapter(0, "The crossing"),
    Chapter(72000, "A locked piano"),
    Chapter(190500, "Borrowing the key"),
    Chapter(3723000, "What we kept"),
)


def test_lines_are_read() -> None:
    assert chapters.parse(LINES) == READ


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("The crossing", 1, "Begin the line with a time"),
        ("0:00 A\n\n0:99 B", 3, "Begin the line with a time"),
        ("0:00", 1, "title after its time"),
        ("0:10 A\n0:10 B", 2, "one above starts at 0:10"),
        ("0:10 A\n0:05 B", 2, "one above starts at 0:10"),
    ],
)
def test_a_wrong_line_is_named(text: str, line: int, words: str) -> None:
    with pytest.raises(Malformed) as refused:
        chapters.parse(text)
    assert refused.value.problems[0].line == line
    assert words in str(refused.value)


def test_chapters_must_lie_within_the_recording() -> None:
    found = chapters.check(READ, duration=190500)
    assert [problem.line for problem in found] == [3, 4]
    assert "“Borrowing the key” starts at 3:10.500, but the recording ends at 3:10.500" in str(found[0])
    assert chapters.check(READ, duration=4_000_000) == []
    assert [problem.line for problem in chapters.check(READ[::-1], duration=4_000_000)] == [2, 3, 4]


def test_json_chapters_are_in_seconds() -> None:
    document = chapters.to_json((Chapter(72500, "A locked piano", url="https://example.test/"),))
    assert document == {
        "version": "1.2.0",
        "chapters": [{"startTime": 72.5, "title": "A locked piano", "url": "https://example.test/"}],
    }


def test_spans_end_where_the_next_begins() -> None:
    assert [span.length for span in chapters.spans(READ[:3], duration=200_000)] == [72000, 118500, 9500]


def test_a_chapter_track_is_valid_webvtt() -> None:
    track = webvtt.parse(chapters.to_webvtt((Chapter(0, "R&B <live>"), Chapter(5000, "End")), duration=9000))
    assert [(cue.start, cue.end, cue.text) for cue in track.cues] == [
        (0, 5000, "R&amp;B &lt;live&gt;"),
        (5000, 9000, "End"),
    ]


titles = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
made = st.dictionaries(st.integers(0, 3_500_000), titles, max_size=6).map(
    lambda some: tuple(Chapter(start, some[start]) for start in sorted(some))
)


@given(made)
def test_lines_and_json_read_back_the_same(some: Any) -> None:
    assert chapters.parse(chapters.write_lines(some)) == some
    assert chapters.from_json(chapters.to_json(some)) == some
