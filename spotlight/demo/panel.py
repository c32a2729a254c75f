"""Judges with a taste of their own, who file sheets through the desk's service."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.random import default_rng

from judging.models import Assignment, Round, ScoreSheet, Seat
from judging.queries.calibration import own_set
from judging.services import calibration, desk
from spotlight.accounts.models import Person
from spotlight.demo.cast import chance
from spotlight.demo.crowd import key_of, quality
from spotlight.errors import SpotlightError

COMMENTS = {
    "en": (
        "The second verse earns the chorus. Keep that breath before it.", "A melody that I hummed on the way home.",
        "The low end is crowded; give the voice some room.", "Brave ending. I would not change a bar.",
        "Good song in a hurry. Let it take its time.", "The sound is yours already; the words are nearly there.",
    ),
    "ja": (
        "二番の歌い出しがとてもいい。あの間を残してください。", "帰り道で口ずさんでいました。", "低音が少し混んでいます。声のための場所を。",
        "終わり方に勇気がある。", "いい曲なのに急いでいる。もっとゆっくりでも大丈夫。",
    ),
    "ko": (
        "2절이 후렴을 살려 줍니다. 그 숨을 남겨 두세요.", "집에 가는 길에 흥얼거렸어요.", "저음이 조금 붐빕니다. 목소리에 자리를 주세요.",
        "마무리가 용감합니다.", "좋은 곡인데 서두르네요. 조금 더 천천히.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Taste:
    """How a judge marks: in points, on top of what a track is worth."""

    leniency: float
    spread: float
    noise: float


def taste_of(judge: str) -> Taste:
    """A judge's leniency, spread and carelessness; the same in every season."""
    rng = default_rng(chance("taste", judge))
    return Taste(float(rng.normal(0, 0.7)), float(rng.uniform(0.8, 1.25)), float(rng.uniform(0.4, 0.9)))


def marks_for(track: str, genre: str, judge: str, criteria: Sequence[str]) -> dict[str, Decimal]:
    """Criterion to mark in half points, from the track's hidden quality and the judge's taste."""
    taste = taste_of(judge)
    likes = float(default_rng(chance("likes", judge, genre)).normal(0, 0.4))
    rng = default_rng(chance("sheet", track, judge))
    marks = {}
    for key in criteria:
        facet = 0.85 * quality(track) + 0.5 * float(default_rng(chance("facet", track, key)).normal())
        value = 5.8 + taste.spread * 1.35 * facet + taste.leniency + likes + float(rng.normal(0, taste.noise))
        marks[key] = Decimal(str(float(np.clip(round(value * 2) / 2, 0, 10))))
    return marks


def waiting(round_: Round, *, but: Sequence[str] = ()) -> list[Assignment]:
    """Assignments whose sheet is not filed, in the judges' own order; `but` leaves out people by their e-mail address."""
    rows = Assignment.objects.filter(round=round_, state=Assignment.State.OPEN, entry__state="in")
    return list(
        rows.exclude(sheet__state=ScoreSheet.State.FILED).exclude(seat__membership__person__user__email__in=but)
        .select_related("seat__membership__person__user", "entry__submission__artist", "entry__submission__track", "round")
        .order_by("position", "seat__pk")
    )  # fmt: skip


def filed(round_: Round, *, by: str = "") -> int:
    """How many sheets are filed, of all judges or of one by e-mail address."""
    sheets = ScoreSheet.objects.filter(round=round_, state=ScoreSheet.State.FILED)
    return (sheets.filter(assignment__seat__membership__person__user__email=by) if by else sheets).count()


def file_sheets(duties: Sequence[Assignment], *, tick: Callable[[], None] = lambda: None) -> int:
    """Judges file what they hold. A sheet that its judge has drafted is kept as drafted where it is complete."""
    filed = 0
    for seat in {duty.seat.pk: duty.seat for duty in duties}.values():
        _calibrate(seat)
    for duty in duties:
        try:
            _file(duty)
            filed += 1
        except SpotlightError:  # filed, recused or taken back meanwhile
            pass
        tick()
    return filed


def _calibrate(seat: Seat) -> None:
    """Where a chair chose a calibration set, judges score it before their own entries."""
    judge, criteria = seat.membership, list(seat.round.criteria.values_list("key", flat=True))
    name = judge.person.user.email if judge.person.user else judge.person.code
    for of, sheet in own_set(judge, seat.round):
        if sheet is None or not sheet.filed_at:
            marks = marks_for(of.track.code, of.track.genre, name, criteria)
            heard = [(0, of.track.duration_ms or 0)]
            with contextlib.suppress(SpotlightError):
                calibration.score(
                    of, desk.Draft(marks=marks, heard=heard), by=judge, version=sheet.version if sheet else 0, filed=True
                )  # fmt: skip


def _file(duty: Assignment) -> ScoreSheet:
    judge: Person = duty.seat.membership.person
    sheet = ScoreSheet.objects.filter(assignment=duty).first()
    submission = duty.entry.submission
    name = judge.user.email if judge.user else judge.code
    criteria = list(duty.round.criteria.values_list("key", flat=True))
    marks = marks_for(key_of(submission), submission.track.genre, name, criteria)
    comment, note = _comment(key_of(submission), judge, name), ""
    if sheet is not None:
        marks |= {key: Decimal(value) for key, value in desk.marks_of(sheet).items()}
        comment, note = sheet.comment or comment, sheet.note
    draft = desk.Draft(
        marks=marks, comment=comment, note=note, heard=[(0, submission.track.duration_ms or 0)]
    )
    return desk.file_sheet(duty, draft, version=sheet.version if sheet else 0, by=judge)


def _comment(track: str, judge: Person, name: str) -> str:
    rng = default_rng(chance("comment", track, name))
    language = judge.user.language if judge.user else "en"
    lines = COMMENTS.get(language, COMMENTS["en"])
    return lines[int(rng.integers(len(lines)))] if rng.random() < 0.35 else ""
