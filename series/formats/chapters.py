"""Chapters of an episode: as an editor types them, as JSON chapters 1.2.0, as a WebVTT track.

Source: podcast-namespace `chapters/jsonChapters.md`. Times are whole milliseconds, `startTime` is in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from series.formats.durations import parse_clock, precise_clock
from series.formats.problems import Malformed, Problem, gettext_noop
from series.formats.webvtt import Captions, Cue, write

VERSION = "1.2.0"
MEDIA_TYPE = "application/json+chapters"


@dataclass(frozen=True)
class Chapter:
    start: int
    title: str
    url: str = ""
    img: str = ""


@dataclass(frozen=True)
class Span:
    """A chapter with its end, for drawing it in proportion."""

    chapter: Chapter
    end: int

    @property
    def length(self) -> int:
        return self.end - self.chapter.start


def parse(text: str) -> tuple[Chapter, ...]:
    """Chapters from lines such as `3:10 Borrowing the key`; empty lines are passed over.

    Raises Malformed with a numbered problem for each line that has no time or no title, or is out of order.
    """
    chapters: list[Chapter] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        chapter, problem = _read_line(number, line)
        if problem is None and chapters and chapter.start <= chapters[-1].start:
            problem = _out_of_order(number, chapters[-1])
        if problem:
            problems.append(problem)
        else:
            chapters.append(chapter)
    if problems:
        raise Malformed(problems)
    return tuple(chapters)


def check(chapters: tuple[Chapter, ...], *, duration: int) -> list[Problem]:
    """Problems of chapters against a recording of `duration` milliseconds; the number is that of the chapter."""
    problems = []
    for number, chapter in enumerate(chapters, start=1):
        if number > 1 and chapter.start <= chapters[number - 2].start:
            problems.append(_out_of_order(number, chapters[number - 2]))
        if chapter.start >= duration:
            message = gettext_noop("“%(title)s” starts at %(start)s, but the recording ends at %(end)s.")
            values = {
                "title": chapter.title,
                "start": precise_clock(chapter.start),
                "end": precise_clock(duration),
            }
            problems.append(Problem(number, message, values))
    return problems


def write_lines(chapters: tuple[Chapter, ...]) -> str:
    """The form that `parse` reads."""
    return "\n".join(f"{precise_clock(chapter.start)} {chapter.title}" for chapter in chapters)


def to_json(chapters: tuple[Chapter, ...]) -> dict[str, Any]:
    return {"version": VERSION, "chapters": [_json_chapter(chapter) for chapter in chapters]}


def from_json(document: dict[str, Any]) -> tuple[Chapter, ...]:
    """Chapters of a document that `to_json` wrote."""
    return tuple(
        Chapter(round(item["startTime"] * 1000), item["title"], item.get("url", ""), item.get("img", ""))
        for item in document.get("chapters", [])
    )


def spans(chapters: tuple[Chapter, ...], *, duration: int) -> list[Span]:
    """Each chapter up to the start of the next; the last one up to the end of the recording."""
    ends = [chapter.start for chapter in chapters[1:]] + [duration]
    return [Span(chapter, max(end, chapter.start)) for chapter, end in zip(chapters, ends, strict=False)]


def to_webvtt(chapters: tuple[Chapter, ...], *, duration: int) -> str:
    """A file for `<track kind="chapters">`."""
    cues = [
        Cue(span.chapter.start, span.end, _escape(span.chapter.title))
        for span in spans(chapters, duration=duration)
    ]
    return write(Captions(tuple(cue for cue in cues if cue.end > cue.start)))


def _read_line(number: int, line: str) -> tuple[Chapter, Problem | None]:
    time, _, title = line.strip().partition(" ")
    try:
        start = parse_clock(time)
    except ValueError:
        message = gettext_noop("Begin the line with a time such as 3:10, then the title.")
        return Chapter(0, ""), Problem(number, message)
    if not title.strip():
        return Chapter(0, ""), Problem(number, gettext_noop("Write the chapter's title after its time."))
    return Chapter(start, " ".join(title.split())), None


def _out_of_order(number: int, before: Chapter) -> Problem:
    message = gettext_noop("Chapters must follow each other in time. The one above starts at %(time)s.")
    return Problem(number, message, {"time": precise_clock(before.start)})


def _json_chapter(chapter: Chapter) -> dict[str, Any]:
    item: dict[str, Any] = {"startTime": chapter.start / 1000, "title": chapter.title}
    return item | {key: value for key, value in (("url", chapter.url), ("img", chapter.img)) if value}


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
