"""Fills the demo, step by step. A finished step is never done again; an interrupted one goes on where it stopped."""

import datetime
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from django.db.models import F
from django.utils import timezone

from judging.models import Round
from spotlight.accounts import codes
from spotlight.demo import calendar, cast, crowd, entering, films, panel, people, rounds, scouting, setup
from spotlight.demo.cast import Entrant, Size
from spotlight.demo.models import Step
from spotlight.demo.studio import Studio
from spotlight.ledger import clock, work
from submissions.models import Season, Submission
from submissions.services import clearance

Say = Callable[[str], None]


@dataclass
class Seeding:
    """The whole of it: what is to be filled, and how."""

    size: Size
    say: Say = print
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.casting = cast.entrants(self.size)
        self.reviewers = [people.person_for(role) for role in cast.STAFF if role.role == "clearance"]
        self.studio = Studio()

    # ---- running ----

    def run(self) -> None:
        """Do what is left to do. The clock ends at the real present."""
        plan = self.plan()
        for position, (name, total, _act) in enumerate(plan):
            Step.objects.get_or_create(name=name, defaults={"position": position, "total": total})
        try:
            for name, _total, act in plan:
                self._do(name, act)
        finally:
            self.studio.__exit__()

    def plan(self) -> list[tuple[str, int, Callable[[], None]]]:
        """Name, number of small steps, and what to do, in order."""
        size = self.size
        weeks = [(f"week-{n}", size.per_week, lambda n=n: self.week(n)) for n in range(1, size.weeks + 1)]
        return [
            ("people", 1, self.people), ("first", size.first, self.first), ("earlier", size.earlier, self.earlier),
            *weeks, ("clearing", 1, self.clearing), ("round-1", 1, self.round_one), ("films", size.episodes, self.films),
            ("longlist", 1, self.longlist), ("round-2", 1, self.round_two), ("next", size.following, self.next_season),
            ("present", 1, self.present),
        ]  # fmt: skip

    def _do(self, name: str, act: Callable[[], None]) -> None:
        step = Step.objects.get(name=name)
        if step.finished_at:
            return
        Step.objects.filter(pk=step.pk).update(attempts=F("attempts") + 1, done=0)
        with steady_codes(f"{name}/{step.attempts}"):
            act()
        Step.objects.filter(pk=step.pk).update(finished_at=timezone.now(), done=F("total"))
        self.say(f"{name}: done after {time.monotonic() - self.began:.0f} s")

    def tick(self) -> None:
        """One small thing of the present step is done."""
        running = Step.objects.filter(finished_at=None, attempts__gt=0).order_by("position").first()
        if running and running.done < running.total:
            Step.objects.filter(pk=running.pk).update(done=F("done") + 1)

    # ---- the steps ----

    def people(self) -> None:
        """Accounts and the three seasons, the next one announced before the running one."""
        artists = sorted(self.casting["running"][: cast.SIGN_INS], key=lambda entrant: entrant.key)
        played = [*cast.STAFF, *cast.JUDGES[: self.size.judges], cast.PARTNER, cast.FAN]
        for role in played:
            people.person_for(role)
        for entrant in artists:
            people.person_behind(entrant)
        people.let_sign_in(played, artists)
        start = self._start()
        calendar.set_to(start - 3 * cast.DAY)
        setup.season("next", starts_at=start + cast.NEXT_OPENED * cast.DAY, size=self.size)
        calendar.set_to(start - 2 * cast.DAY)
        season = setup.season("running", starts_at=start, size=self.size)
        step = Step.objects.get(name="people")
        Step.objects.filter(pk=step.pk).update(facts={**step.facts, "running": season.slug})

    def first(self) -> None:
        """The first artists, so that there is something to hear."""
        self._enter(self.running, self.casting["running"][: self.size.first], day=1)
        self._clear(self.running)
        self.say(f"{self.size.first} tracks can be heard after {time.monotonic() - self.began:.0f} s")
        self.studio.__exit__()
        self.say(f"that was {_cpu_seconds():.0f} s of work")
        os.nice(10)
        self.studio = Studio(kindly=True)

    def earlier(self) -> None:
        """A season of the year before, from its first entry to prizes handed over."""
        start = self._start() - cast.EARLIER * cast.DAY
        season = Season.objects.filter(
            slug__startswith="spotlight-", entries_open_at__lt=self._start() - cast.DAY
        ).first()
        if season is None:
            calendar.set_to(start - 2 * cast.DAY)
            season = setup.season("earlier", starts_at=start, size=self.size)
        self._enter(season, self.casting["earlier"], day=20)
        self._clear(season)
        for round_ in season.rounds.order_by("number"):
            if round_.state != Round.State.ANNOUNCED:
                self._first_half(season, round_)
                self._second_half(season, round_)
        rounds.accept_prizes(season.rounds.order_by("-number")[0], deliver=True)

    def week(self, number: int) -> None:
        """One more week of entries."""
        first = self.size.first + (number - 1) * self.size.per_week
        self._enter(
            self.running, self.casting["running"][first : first + self.size.per_week], day=number * 7 - 1
        )
        if number % 2:
            self._clear(self.running)

    def clearing(self) -> None:
        """Clearance decides on the rest; not everything can be cleared."""
        calendar.go(calendar.day(self.running, 58))
        waiting = Submission.objects.filter(season=self.running, state="submitted").order_by("pk")
        for submission, reasons in zip(
            waiting[: min(3, self.size.per_week // 6)],
            (["rights"], ["not_original"], ["identity"]),
            strict=False,
        ):
            clearance.refuse(
                submission,
                by=self.reviewers[0],
                reasons=reasons,
                note="We could not settle this with you in time.",
            )
        self._clear(self.running)

    def round_one(self) -> None:
        """The first round opens, and the panel begins."""
        self._first_half(self.running, self._round(1))

    def films(self) -> None:
        """Off the Record: recorded before the first one comes out."""
        calendar.go(calendar.day(self.running, 80))
        films.produce(self.running, self.size, tick=self.tick)

    def longlist(self) -> None:
        """The first round ends and the longlist is announced."""
        self._second_half(self.running, self._round(1))

    def round_two(self) -> None:
        """The second round, half judged; the judge whom a visitor plays has nearly everything before them."""
        round_ = rounds.open_round(self._round(2))
        duties = panel.waiting(round_, but=[cast.JUDGES[0].email])
        wanted = max(0, round(0.55 * (len(duties) + panel.filed(round_))) - panel.filed(round_))
        for part in range(3):
            calendar.go(calendar.day(self.running, 103 + 3 * part, 21))
            panel.file_sheets(duties[part * wanted // 3 : (part + 1) * wanted // 3], tick=self.tick)
        mine = [
            duty
            for duty in panel.waiting(round_)
            if duty.seat.membership.person == people.demo_person("judge")
        ]
        for duty in mine[: max(0, 3 - panel.filed(round_, by=cast.JUDGES[0].email))]:
            calendar.go(clock.now() + datetime.timedelta(minutes=4))
            panel.file_sheets([duty])
        visitor = next(one for one in self.casting["running"] if one.key == "artist")
        scouting.scout(self.running, entering.submission_of(self.running, visitor))

    def next_season(self) -> None:
        """The season after this one takes entries; some wait for clearance, one for its artist."""
        season = self._season("korea")
        calendar.go(calendar.day(season, 20))
        self._enter(season, self.casting["next"], day=20)
        rows = list(Submission.objects.filter(season=season, state="submitted").order_by("pk"))
        self._ask_demo_artist(season)
        entering.clear_all(rows[1 : 1 + len(rows) // 3], by=self.reviewers)

    def present(self) -> None:
        """Back to the real present, with everything counted."""
        calendar.go(timezone.now())
        for season in Season.objects.filter(state="open"):
            crowd.listen(season, until=(timezone.now() - cast.DAY).date(), size=self.size)
        crowd.make_videos(self.running, count=14, waiting=4)
        calendar.set_to(timezone.now())
        work.run_due(limit=5000)
        self.say(f"the demo took {_cpu_seconds():.0f} s of work")

    # ---- parts ----

    @property
    def running(self) -> Season:
        """The season that a visitor finds running."""
        return self._season("spotlight")

    def _season(self, kind: str) -> Season:
        return Season.objects.filter(slug__startswith=f"{kind}-").order_by("-entries_open_at")[0]

    def _round(self, number: int) -> Round:
        return Round.objects.select_related("season").get(season=self.running, number=number)

    def _start(self) -> datetime.datetime:
        """When the running season began; decided once, in the first step."""
        step = Step.objects.get(name="people")
        if "start" not in step.facts:
            name = next(name for name, size in cast.SIZES.items() if size == self.size)
            step.facts |= {"start": calendar.days_ago(cast.TODAY).isoformat(), "size": name}
            step.save(update_fields=["facts"])
        return datetime.datetime.fromisoformat(step.facts["start"])

    def _enter(self, season: Season, group: list[Entrant], *, day: int) -> None:
        calendar.go(calendar.day(season, day))
        entering.check_waiting(season)
        entering.enter_all(season, group, studio=self.studio, tick=self.tick)

    def _clear(self, season: Season) -> None:
        entering.check_waiting(season)
        waiting = Submission.objects.filter(season=season, state="submitted").order_by("pk")
        entering.clear_all(list(waiting), by=self.reviewers)

    def _first_half(self, season: Season, round_: Round) -> None:
        rounds.open_round(round_)
        crowd.listen(season, until=(clock.now() - cast.DAY).date(), size=self.size)
        crowd.make_videos(season, count=20, waiting=0)
        calendar.go(round_.opens_at + 4 * cast.DAY)
        duties = panel.waiting(round_)
        panel.file_sheets(duties[: len(duties) // 2], tick=self.tick)

    def _second_half(self, season: Season, round_: Round) -> None:
        calendar.go(round_.opens_at + (round_.locks_at - round_.opens_at) * 0.8)
        panel.file_sheets(panel.waiting(round_), tick=self.tick)
        calendar.go(round_.locks_at)
        crowd.listen(season, until=(clock.now() - cast.DAY).date(), size=self.size)
        rounds.lock_round(round_)
        rounds.close_round(round_)
        calendar.go(round_.closes_at + datetime.timedelta(hours=20))
        rounds.cut_round(round_)

    def _ask_demo_artist(self, season: Season) -> None:
        """The artist whom a visitor plays was asked for a change in the next season."""
        submission = entering.submission_of(season, self.casting["next"][0])
        if submission is not None and submission.state == Submission.State.SUBMITTED:
            clearance.ask_changes(
                submission,
                by=self.reviewers[0],
                reasons=["credits"],
                note="Please name who wrote the words, with a share.",
            )


def _cpu_seconds() -> float:
    """Processor time of this process and of those it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextmanager
def steady_codes(seed: str) -> Iterator[None]:
    """Short public codes from a seed, in this process alone, so that the same demo comes out each time.

    Long codes, which open something, stay random.
    """
    real, rng = codes.new_code, Random(f"{cast.SEED}/{seed}")

    def new_code(length: int) -> str:
        return real(length) if length > 12 else "".join(rng.choice(codes.ALPHABET) for _ in range(length))

    codes.new_code = new_code
    try:
        yield
    finally:
        codes.new_code = real
