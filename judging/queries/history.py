"""A judge's own history: how many sheets, how fast, and which marks, in this round and in earlier ones. Never anybody else's."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from judging.models import Assignment, Round, Score, ScoreSheet
from judging.queries.desk import pace_of
from spotlight.accounts.models import User


@dataclass(frozen=True)
class MarkRow:
    """How often a whole mark was given now, and the shares now and earlier in percent."""

    mark: int
    now: int
    share: int
    share_before: int


@dataclass(frozen=True)
class History:
    """Own filed sheets of a round beside own earlier ones. Seconds are medians, None below three sheets."""

    sheets: int
    sheets_before: int
    seconds: int | None
    seconds_before: int | None
    median: float | None
    median_before: float | None
    rows: Sequence[MarkRow]


def history_of(user: User, round: Round) -> History:
    """What the account's person filed in the round, and in rounds that opened before it in any season."""
    now, before = _marks(user, round, earlier=False), _marks(user, round, earlier=True)
    counts, counts_before = Counter(map(int, now)), Counter(map(int, before))
    return History(
        sheets=len(now),
        sheets_before=len(before),
        seconds=_pace(user, round, earlier=False),
        seconds_before=_pace(user, round, earlier=True),
        median=statistics.median(now) if now else None,
        median_before=statistics.median(before) if before else None,
        rows=[
            MarkRow(mark, counts[mark], _percent(counts[mark], len(now)), _percent(counts_before[mark], len(before)))
            for mark in range(11)
        ],
    )  # fmt: skip


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _exact(mark: float) -> float:
    """Without the dust of binary sums, so that a 6 is no 5.999…"""
    return round(mark, 6)


def _scope(user: User, round: Round, *, earlier: bool) -> dict[str, object]:
    """Filed sheets that stand, of this person: of the round, or of earlier rounds."""
    own: dict[str, object] = {
        "state": ScoreSheet.State.FILED,
        "assignment__state": Assignment.State.OPEN,
        "assignment__seat__membership__person__user": user,
    }
    return own | (
        {"round__opened_at__lt": round.opened_at or round.opens_at} if earlier else {"round": round}
    )


def _marks(user: User, round: Round, *, earlier: bool) -> list[float]:
    """The weighted mean of the marks of each sheet, 0 to 10."""
    own = {f"sheet__{key}": value for key, value in _scope(user, round, earlier=earlier).items()}
    sums: dict[int, float] = defaultdict(float)
    weights: dict[int, float] = defaultdict(float)
    for sheet, weight, value in Score.objects.filter(**own).values_list(
        "sheet", "criterion__weight", "value"
    ):
        sums[sheet] += float(weight) * float(value)
        weights[sheet] += float(weight)
    return [_exact(sums[sheet] / weights[sheet]) for sheet in sums if weights[sheet]]


def _pace(user: User, round: Round, *, earlier: bool) -> int | None:
    times = ScoreSheet.objects.filter(**_scope(user, round, earlier=earlier)).values_list(
        "filed_at", flat=True
    )
    return pace_of([time for time in times if time])
