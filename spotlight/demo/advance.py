"""Moves the running season on, one window at a time: whatever is left to do is done by the people whose part it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from judging.models import Award, Cut, Decision, Round
from spotlight.demo import calendar, cast, crowd, panel, rounds
from spotlight.demo.models import Step
from spotlight.ledger import clock, work
from spotlight.ledger.models import WorkRow
from submissions.models import Season

KIND = "demo.advance"
PREFIX = "advance:"
LOCK = 0x5EA50


@dataclass(frozen=True)
class Window:
    """What comes next: a verb, and the round that it is about (the last one for `prizes` and `done`)."""

    verb: str
    round: Round

    @property
    def key(self) -> str:
        """The key of the work row."""
        return f"{self.round.code}:{self.verb}"


VERBS = {
    Round.State.PLANNED: "open",
    Round.State.OPEN: "lock",
    Round.State.LOCKED: "close",
    Round.State.CLOSED: "cut",
}


def running_season() -> Season | None:
    """The season that the demo moves on, running or finished; None before it was made."""
    step = Step.objects.filter(name="people").first()
    return Season.objects.filter(slug=step.facts.get("running", "")).first() if step else None


def next_window(season: Season) -> Window | None:
    """What the season waits for; None before it has rounds."""
    last = None
    for round_ in season.rounds.select_related("season").order_by("number"):
        if round_.state != Round.State.ANNOUNCED:
            return Window(VERBS[Round.State(round_.state)], round_)
        last = round_
    if last is None:
        return None
    offered = Award.objects.filter(entry__round=last, state=Award.State.OFFERED).exists()
    return Window("prizes" if offered else "done", last)


def is_filled() -> bool:
    """Whether the demo has been filled to its end."""
    return Step.objects.filter(name="present", finished_at__isnull=False).exists()


def moving() -> WorkRow | None:
    """The work row that moves the season on now, if any."""
    return WorkRow.objects.filter(kind=KIND, state__in=["waiting", "running"]).order_by("-pk").first()


def ask() -> bool:
    """Ask for the next window. False if the season is being filled or moved already, or nothing is left to do."""
    season = running_season()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        window = next_window(season) if season and is_filled() else None
        if window is None or window.verb == "done" or moving() is not None:
            return False
        work.enqueue(KIND, window.key)
    return True


def advance(key: str, report: work.Report) -> None:
    """Do what the work row asks for, once: a second run finds that the season is elsewhere, and does nothing."""
    code, _, verb = key.rpartition(":")
    slug, _, number = code.rpartition("-")
    round_ = Round.objects.select_related("season").get(season__slug=slug, number=int(number))
    with _alone() as first:
        window = next_window(round_.season)
        if not first or window is None or window.key != key:
            return
        step, _made = Step.objects.get_or_create(name=PREFIX + key, defaults={"position": 1000})
        facts = ACTS[verb](round_, report)
        names = {"en": round_.name, **round_.names}
        Step.objects.filter(pk=step.pk).update(
            facts={"verb": verb, "names": names, "season": slug, **facts}, finished_at=timezone.now()
        )


class _alone:
    """True for the one process that moves the season on."""

    def __enter__(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, 1)", [LOCK])
            self.mine = bool(cursor.fetchone()[0])
        return self.mine

    def __exit__(self, *_: object) -> None:
        if self.mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, 1)", [LOCK])


def last_sentence() -> Step | None:
    """The newest step that moved the season on."""
    return (
        Step.objects.filter(name__startswith=PREFIX, finished_at__isnull=False)
        .order_by("-finished_at")
        .first()
    )


# ---- the windows ----


def _open(round_: Round, report: work.Report) -> dict[str, Any]:
    _listen(round_.season, until_round=round_)
    report(0.6)
    rounds.open_round(round_)
    return {"entries": round_.entries.count(), "judges": round_.seats.filter(left_at=None).count()}


def _lock(round_: Round, report: work.Report) -> dict[str, Any]:
    duties = panel.waiting(round_)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if done % 10 == 0:
            report(0.8 * done / len(duties))

    half = clock.now() + (round_.locks_at - clock.now()) * 0.7
    calendar.go(half)
    filed = panel.file_sheets(duties, tick=tick)
    calendar.go(round_.locks_at)
    _count(round_.season)
    rounds.lock_round(round_)
    return {"sheets": filed}


def _close(round_: Round, report: work.Report) -> dict[str, Any]:
    rounds.close_round(round_)
    return {
        "standings": round_.standings.filter(is_closing=True).values_list("number", flat=True).first() or 0
    }


def _cut(round_: Round, report: work.Report) -> dict[str, Any]:
    is_last = not round_.season.rounds.filter(number__gt=round_.number).exists()
    if is_last and round_.season.results_at:
        calendar.go(round_.season.results_at)
    rounds.cut_round(round_)
    cut = Cut.objects.get(round=round_, state=Cut.State.MADE)
    chosen = Decision.objects.filter(cut=cut, outcome=Decision.Outcome.IN).count()
    people = {"first": str(cut.proposed_by), "second": str(cut.approved_by)}
    return {"size": chosen, "entries": cut.standings.size, "is_last": is_last, **people}


def _prizes(round_: Round, report: work.Report) -> dict[str, Any]:
    calendar.go(clock.now() + 2 * cast.DAY)
    return {"count": rounds.accept_prizes(round_)}


def _listen(season: Season, *, until_round: Round) -> None:
    calendar.go(until_round.opens_at)
    _count(season)


def _count(season: Season) -> None:
    """The audience did not stop meanwhile."""
    crowd.listen(season, until=(clock.now() - cast.DAY).date(), size=_size())


def _size() -> cast.Size:
    """How large the demo was filled."""
    step = Step.objects.filter(name="people").first()
    return cast.SIZES[step.facts.get("size", "full")] if step else cast.FULL


ACTS: dict[str, Callable[[Round, work.Report], dict[str, Any]]] = {
    "open": _open, "lock": _lock, "close": _close, "cut": _cut, "prizes": _prizes,
}  # fmt: skip
