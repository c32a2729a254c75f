"""WebVTT captions: read strictly, write, and turn into a transcript.

Source of the grammar: W3C WebVTT, sections 4 (syntax) and 6 (parsing). Times are whole milliseconds.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from series.formats.problems import Malformed, Problem, gettext_noop

MOST_PROBLEMS = 20

TIME = r"(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}"
TIMING = re.compile(rf"(?P<start>{TIME})[ \t]+-->[ \t]+(?P<end>{TIME})(?:[ \t]+(?P<settings>.*\S))?[ \t]*")
PERCENT = r"(?:100(?:\.0+)?|\d{1,2}(?:\.\d+)?)%"
SETTINGS = {
    "vertical": re.compile(r"rl|lr"),
    "line": re.compile(rf"(?:{PERCENT}|-?\d+)(?:,(?:start|center|end))?"),
    "position": re.compile(rf"{PERCENT}(?:,(?:line-left|center|line-right))?"),
    "size": re.compile(PERCENT),
    "align": re.compile(r"start|center|end|left|right"),
    "region": re.compile(r"\S+"),
}
TOKEN = re.compile(r"<([^<>]*)>|([^<]+)|(<)")
TAG = re.compile(
    r"(?P<close>/)?(?P<name>c|i|b|u|ruby|rt|v|lang)(?P<classes>(?:\.[^\s.<>&/]+)*)(?:[ \t]+(?P<value>[^\n]*\S))?[ \t]*"
)
ENTITY = re.compile(r"&(?!(?:[A-Za-z][A-Za-z0-9]*|#\d+|#[xX][0-9A-Fa-f]+);)")
WIDE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


@dataclass(frozen=True)
class Cue:
    """One caption. `text` is the payload as written, its lines joined by a line feed."""

    start: int
    end: int
    text: str
    identifier: str = ""
    settings: str = ""


@dataclass(frozen=True)
class Captions:
    cues: tuple[Cue, ...]
    header: str = ""


@dataclass(frozen=True)
class Utterance:
    """What one speaker says, as plain text; `speaker` is empty when the captions name nobody."""

    start: int
    end: int
    speaker: str
    text: str


def decode(data: bytes) -> str:
    """The text of an uploaded file. Raises Malformed where it is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = gettext_noop("This is not UTF-8. Save the file again with the encoding UTF-8.")
        raise Malformed([Problem(line, message)]) from None


def parse(text: str) -> Captions:
    """Read captions. Raises Malformed with every problem found (at most 20), numbered from line 1."""
    return _Reader(text).read()


def write(captions: Captions) -> str:
    """The captions as a file; reading it gives the same captions back."""
    head = f"WEBVTT {captions.header}" if captions.header else "WEBVTT"
    return "\n\n".join([head, *(_write_cue(cue) for cue in captions.cues)]) + "\n"


def overruns(captions: Captions, *, duration: int) -> list[Cue]:
    """Cues that end after the recording does (both in milliseconds)."""
    return [cue for cue in captions.cues if cue.end > duration]


def stamp(milliseconds: int) -> str:
    """`00:01:02.500`."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def parse_stamp(text: str) -> int:
    *hours, minutes, seconds = text.split(":")
    whole, fraction = seconds.split(".")
    return ((int(hours[0]) if hours else 0) * 3600 + int(minutes) * 60 + int(whole)) * 1000 + int(fraction)


def utterances(cue: Cue) -> list[Utterance]:
    """The cue's voice spans as plain text, without tags, one line each."""
    speaker, spoken = "", [("", "")]
    for tag, value, words in _tokens(cue.text):
        if tag == "v":
            speaker = value
        elif tag == "/v":
            speaker = ""
        elif words and spoken[-1][0] == speaker:
            spoken[-1] = (speaker, spoken[-1][1] + words)
        elif words:
            spoken.append((speaker, words))
    return [
        Utterance(cue.start, cue.end, who, line)
        for who, words in spoken
        if (line := _one_line(html.unescape(words)))
    ]


def transcript(captions: Captions, *, pause: int = 2500, length: int = 320) -> list[Utterance]:
    """The captions as paragraphs to read.

    Neighboring cues of one speaker flow together unless `pause` milliseconds lie between them or the
    paragraph would grow beyond `length` characters.
    """
    paragraphs: list[Utterance] = []
    for said in (said for cue in captions.cues for said in utterances(cue)):
        last = paragraphs[-1] if paragraphs else None
        if (
            last
            and last.speaker == said.speaker
            and said.start - last.end < pause
            and len(last.text) + len(said.text) < length
        ):
            paragraphs[-1] = Utterance(
                last.start, max(last.end, said.end), last.speaker, _join(last.text, said.text)
            )
        else:
            paragraphs.append(said)
    return paragraphs


def speakers(captions: Captions) -> list[str]:
    """Everybody who is named, in order of appearance."""
    return list(
        dict.fromkeys(said.speaker for cue in captions.cues for said in utterances(cue) if said.speaker)
    )


def _write_cue(cue: Cue) -> str:
    timing = f"{stamp(cue.start)} --> {stamp(cue.end)}" + (f" {cue.settings}" if cue.settings else "")
    return "\n".join([*([cue.identifier] if cue.identifier else []), timing, cue.text])


def _join(one: str, other: str) -> str:
    """Japanese needs no space between two lines, other scripts do."""
    return one + other if WIDE.match(one[-1]) and WIDE.match(other[0]) else f"{one} {other}"


def _one_line(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.splitlines()]
    joined = ""
    for line in filter(None, lines):
        joined = _join(joined, line) if joined else line
    return joined


def _tokens(text: str) -> Iterator[tuple[str, str, str]]:
    """(tag or "", its value, text or "") for each piece of a payload that was found valid."""
    for inner, words, _ in TOKEN.findall(text):
        if words:
            yield "", "", words
        elif match := TAG.fullmatch(inner):
            yield ("/" if match["close"] else "") + match["name"], html.unescape(match["value"] or ""), ""


@dataclass
class _Block:
    """Lines without an empty one between them; `first` is the number of the first."""

    first: int
    lines: list[str]


@dataclass
class _Reader:
    text: str
    problems: list[Problem] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    identifiers: set[str] = field(default_factory=set)

    def read(self) -> Captions:
        blocks = list(self._blocks())
        header = self._header(blocks.pop(0) if blocks else _Block(1, [""]))
        for block in blocks:
            self._block(block)
        if not self.problems and not self.cues:
            self._problem(
                1, gettext_noop("There is no caption in this file. Add at least one with its times.")
            )
        if self.problems:
            raise Malformed(self.problems[:MOST_PROBLEMS])
        return Captions(tuple(self.cues), header)

    def _problem(self, line: int, message: str, **values: str) -> None:
        self.problems.append(Problem(line, message, values))

    def _blocks(self) -> Iterator[_Block]:
        lines = self.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        block = _Block(1, [])
        for number, line in enumerate(lines, start=1):
            self._check_characters(number, line)
            if line.strip(" \t"):
                block.lines.append(line)
                continue
            if block.lines:
                yield block
            block = _Block(number + 1, [])
        if block.lines:
            yield block

    def _check_characters(self, number: int, line: str) -> None:
        if any(unicodedata.category(char) in ("Cc", "Cs") and char != "\t" for char in line):
            self._problem(
                number, gettext_noop("There is a control character in this line. Type the line again.")
            )

    def _header(self, block: _Block) -> str:
        first = block.lines[0]
        if block.first != 1 or not re.match(r"WEBVTT(?:[ \t]|$)", first):
            self._problem(1, gettext_noop("The first line must be WEBVTT."))
            return ""
        for number, line in enumerate(block.lines[1:], start=2):
            if "-->" in line:
                self._problem(
                    number, gettext_noop("Leave an empty line between WEBVTT and the first caption.")
                )
            elif ":" not in line and "=" not in line:
                self._problem(number, gettext_noop("Leave an empty line after WEBVTT."))
        return first[len("WEBVTT") :].strip()

    def _block(self, block: _Block) -> None:
        first = block.lines[0]
        timed = next((i for i, line in enumerate(block.lines) if "-->" in line), None)
        if re.match(r"NOTE(?:[ \t]|$)", first):
            if timed is not None:
                self._problem(
                    block.first + timed,
                    gettext_noop("A note must not contain -->. Put an empty line before the caption."),
                )
        elif first.strip() in ("STYLE", "REGION"):
            if self.cues:
                self._problem(
                    block.first,
                    gettext_noop("%(block)s must stand before the first caption."),
                    block=first.strip(),
                )
        elif timed is None:
            self._problem(
                block.first,
                gettext_noop("This text has no times. Write them above it: 00:04.000 --> 00:09.000."),
            )
        elif timed > 1:
            self._problem(
                block.first + timed, gettext_noop("Leave an empty line before the times of the next caption.")
            )
        else:
            self._cue(block, timed)

    def _cue(self, block: _Block, timed: int) -> None:
        line = block.first + timed
        match = TIMING.fullmatch(block.lines[timed])
        identifier = block.lines[0].strip() if timed else ""
        if match is None:
            self._problem(line, _timing_advice(block.lines[timed]))
            return
        start, end = parse_stamp(match["start"]), parse_stamp(match["end"])
        self._check_order(line, start, end)
        self._check_settings(line, match["settings"] or "")
        self._check_identifier(block.first, identifier)
        payload = block.lines[timed + 1 :]
        self._check_payload(line + 1, payload)
        settings = " ".join((match["settings"] or "").split())
        self.cues.append(Cue(start, end, "\n".join(text.strip() for text in payload), identifier, settings))

    def _check_order(self, line: int, start: int, end: int) -> None:
        if end <= start:
            self._problem(
                line,
                gettext_noop("The caption ends before it starts. The second time must be the later one."),
            )
        if self.cues and start < self.cues[-1].start:
            message = gettext_noop(
                "This caption starts before the one above it (%(time)s). Put them in order of time."
            )
            self._problem(line, message, time=stamp(self.cues[-1].start))

    def _check_identifier(self, line: int, identifier: str) -> None:
        if identifier and identifier in self.identifiers:
            message = gettext_noop(
                "The name “%(name)s” is used by an earlier caption. Each needs its own, or none."
            )
            self._problem(line, message, name=identifier)
        self.identifiers.add(identifier)

    def _check_settings(self, line: int, settings: str) -> None:
        for setting in settings.split():
            name, colon, value = setting.partition(":")
            if name not in SETTINGS or not colon or not SETTINGS[name].fullmatch(value):
                message = gettext_noop(
                    "“%(setting)s” is no setting of a caption. Remove it, or write align:start."
                )
                self._problem(line, message, setting=setting)

    def _check_payload(self, line: int, payload: list[str]) -> None:
        if not payload:
            self._problem(line - 1, gettext_noop("There is no text under these times."))
        open_tags: list[tuple[str, int]] = []
        for number, text in enumerate(payload, start=line):
            if "-->" in text:
                self._problem(
                    number, gettext_noop("Leave an empty line before the times of the next caption.")
                )
                return
            self._check_text(number, text, open_tags)
        for name, number in open_tags:
            if name != "v":
                self._problem(number, gettext_noop("<%(tag)s> is never closed. Add </%(tag)s>."), tag=name)

    def _check_text(self, number: int, text: str, open_tags: list[tuple[str, int]]) -> None:
        if ENTITY.search(text):
            self._problem(number, gettext_noop("Write &amp; for the sign &."))
        for inner, words, stray in TOKEN.findall(text):
            if stray:
                self._problem(number, gettext_noop("Write &lt; for the sign <, or close the tag with >."))
            elif not words:
                self._check_tag(number, inner, open_tags)

    def _check_tag(self, line: int, inner: str, open_tags: list[tuple[str, int]]) -> None:
        if re.fullmatch(TIME, inner):
            return
        match = TAG.fullmatch(inner)
        if match is None or (match["close"] and (match["value"] or match["classes"])):
            message = gettext_noop(
                "<%(tag)s> is no tag of captions. Known: <v Name> <i> <b> <u> <c> <ruby> <rt> <lang ja>."
            )
            self._problem(line, message, tag=inner)
        elif match["close"]:
            self._close(line, match["name"], open_tags)
        elif match["name"] in ("v", "lang") and not match["value"]:
            message = gettext_noop("<%(tag)s> needs a value, as in <v Hana> or <lang ja>.")
            self._problem(line, message, tag=match["name"])
        else:
            self._open(line, match["name"], open_tags)

    def _open(self, line: int, name: str, open_tags: list[tuple[str, int]]) -> None:
        if name == "v":
            open_tags[:] = [tag for tag in open_tags if tag[0] != "v"]
        open_tags.append((name, line))

    def _close(self, line: int, name: str, open_tags: list[tuple[str, int]]) -> None:
        if open_tags and open_tags[-1][0] == "rt" and name == "ruby":
            open_tags.pop()
        if open_tags and open_tags[-1][0] == name:
            open_tags.pop()
        else:
            self._problem(line, gettext_noop("</%(tag)s> closes nothing that is open here."), tag=name)


def _timing_advice(line: str) -> str:
    if re.search(r"\d,\d{3}", line):
        return gettext_noop("Write a full stop before the milliseconds: 00:04.000, not 00:04,000.")
    return gettext_noop(
        "Write the times as 00:04.000 --> 00:09.000, or 01:02:03.500 --> 01:02:07.000 with hours."
    )
