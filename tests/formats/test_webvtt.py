"""WebVTT: strict reading with numbered problems, round trips, transcripts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from series.formats import webvtt
from series.formats.problems import Malformed
from series.formats.webvtt import Captions, Cue, Utterance

FERRY = """WEBVTT Off the Record

NOTE Checked by Mari

first
00:04.000 --> 00:09.000 align:start line:85%
<v Hana>It is eleven hours from Osaka.</v>

00:09.100 --> 00:12.000
<v Hana>After midnight they turn off
everything.

00:31.000 --> 00:34.250
<v Joon>And there is <i>this</i> upright &amp; it is <c.loud>locked</c>.

01:00:00.000 --> 01:00:01.000
Nobody says this.
"""


def problems(text: str) -> Any:
    with pytest.raises(Malformed) as refused:
        webvtt.parse(text)
    return [(problem.line, str(problem)) for problem in refused.value.problems]


def test_a_file_is_read_whole() -> None:
    captions = webvtt.parse(FERRY)
    assert captions.header == "Off the Record"
    assert captions.cues[0] == Cue(
        4000, 9000, "<v Hana>It is eleven hours from Osaka.</v>", "first", "align:start line:85%"
    )
    assert [cue.start for cue in captions.cues] == [4000, 9100, 31000, 3600000]


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_every_line_ending_and_a_byte_order_mark_are_read(ending: str) -> None:
    text = webvtt.decode(b"\xef\xbb\xbf" + FERRY.replace("\n", ending).encode())
    assert webvtt.parse(text) == webvtt.parse(FERRY)


def test_headers_of_video_sites_are_passed_over() -> None:
    text = "WEBVTT\nKind: captions\nLanguage: en\n\n00:01.000 --> 00:02.000\nHello\n"
    assert len(webvtt.parse(text).cues) == 1


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "first line must be WEBVTT"),
        ("1\n00:01.000 --> 00:02.000\nHello", 1, "first line must be WEBVTT"),
        ("WEBVTTX\n\n00:01.000 --> 00:02.000\nHello", 1, "first line must be WEBVTT"),
        ("WEBVTT\n", 1, "no caption"),
        ("WEBVTT\n00:01.000 --> 00:02.000\nHello", 2, "empty line between WEBVTT"),
        ("WEBVTT\n\n00:01,000 --> 00:02,000\nHello", 3, "full stop before the milliseconds"),
        ("WEBVTT\n\n0:01.000 --> 0:02.000\nHello", 3, "Write the times as"),
        ("WEBVTT\n\n00:61.000 --> 00:62.000\nHello", 3, "Write the times as"),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\nHello", 3, "ends before it starts"),
        ("WEBVTT\n\n00:02.000 --> 00:02.000\nHello", 3, "ends before it starts"),
        (
            "WEBVTT\n\n00:05.000 --> 00:06.000\nA\n\n00:01.000 --> 00:02.000\nB",
            6,
            "before the one above it (00:00:05.000)",
        ),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n\nHello", 3, "no text under these times"),
        ("WEBVTT\n\nHello\n", 3, "no times"),
        (
            "WEBVTT\n\n00:01.000 --> 00:02.000\nA\n00:03.000 --> 00:04.000\nB",
            5,
            "empty line before the times",
        ),
        ("WEBVTT\n\n00:01.000 --> 00:02.000 align:up\nA", 3, "“align:up” is no setting"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000 size:101%\nA", 3, "“size:101%” is no setting"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nR&B", 4, "&amp;"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n1 < 2", 4, "&lt;"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<font color=red>A</font>", 4, "<font color=red> is no tag"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<i>A", 4, "<i> is never closed"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nA</b>", 4, "</b> closes nothing"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<v>A", 4, "<v> needs a value"),
        (
            "WEBVTT\n\nx\n00:01.000 --> 00:02.000\nA\n\nx\n00:03.000 --> 00:04.000\nB",
            7,
            "used by an earlier caption",
        ),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nA\n\nSTYLE\n::cue {}", 6, "STYLE must stand before"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nA\0B", 4, "control character"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: str, words: str) -> None:
    found = problems(text)
    assert found[0][0] == line
    assert words in found[0][1]
    assert found[0][1].startswith(f"Line {line}: ")


def test_all_problems_come_at_once_and_at_most_twenty() -> None:
    text = "WEBVTT\n\n" + "\n\n".join("00:02.000 --> 00:01.000\nA" for _ in range(30))
    assert len(problems(text)) == webvtt.MOST_PROBLEMS


def test_what_is_not_utf8_names_its_line() -> None:
    with pytest.raises(Malformed) as refused:
        webvtt.decode(b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xe9t\xe9")
    assert refused.value.problems[0].line == 4


def test_the_transcript_joins_what_one_speaker_says() -> None:
    assert webvtt.transcript(webvtt.parse(FERRY)) == [
        Utterance(
            4000, 12000, "Hana", "It is eleven hours from Osaka. After midnight they turn off everything."
        ),
        Utterance(31000, 34250, "Joon", "And there is this upright & it is locked."),
        Utterance(3600000, 3601000, "", "Nobody says this."),
    ]


def test_japanese_lines_are_joined_without_a_space() -> None:
    captions = webvtt.parse(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v ハナ>大阪から\n十一時間\n\n00:02.000 --> 00:03.000\n<v ハナ>かかります。"
    )
    assert webvtt.transcript(captions)[0].text == "大阪から十一時間かかります。"


def test_two_speakers_in_one_cue_are_two_utterances() -> None:
    captions = webvtt.parse("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Hana>Locked?</v>\n<v Joon>Locked.</v>")
    assert [(said.speaker, said.text) for said in webvtt.transcript(captions)] == [
        ("Hana", "Locked?"),
        ("Joon", "Locked."),
    ]
    assert webvtt.speakers(captions) == ["Hana", "Joon"]


def test_cues_beyond_the_recording_are_found() -> None:
    assert [cue.start for cue in webvtt.overruns(webvtt.parse(FERRY), duration=40000)] == [3600000]


words = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="<>&"), min_size=1, max_size=12
)
names = st.one_of(st.just(""), words.map(lambda name: f"<v {name}>"))
payloads = st.lists(st.tuples(names, words).map("".join), min_size=1, max_size=3).map("\n".join)
settings_ = st.sampled_from(["", "align:start", "line:-1 position:10%,center", "size:50.5% vertical:rl"])


@st.composite
def captions(draw: Any) -> Any:
    starts = sorted(draw(st.lists(st.integers(0, 400_000_000), min_size=1, max_size=8)))
    header = draw(st.one_of(st.just(""), words))
    cues = [
        Cue(
            start,
            start + draw(st.integers(1, 60_000)),
            draw(payloads),
            f"cue {number}" if draw(st.booleans()) else "",
            draw(settings_),
        )
        for number, start in enumerate(starts)
    ]
    return Captions(tuple(cues), header)


@given(captions())
def test_what_is_written_reads_back_the_same(made: Any) -> None:
    assert webvtt.parse(webvtt.write(made)) == made


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_line_that_exists(text: str) -> None:
    try:
        webvtt.parse("WEBVTT\n\n" + text)
    except Malformed as refused:
        assert refused.problems
        assert all(1 <= problem.line <= len(text) + 3 and str(problem) for problem in refused.problems)


@given(captions())
def test_transcripts_lose_no_spoken_letter(made: Any) -> Any:
    def letters(utterances: Any) -> str:
        return "".join("".join(said.text.split()) for said in utterances)

    assert letters(webvtt.transcript(made)) == letters(
        said for cue in made.cues for said in webvtt.utterances(cue)
    )
