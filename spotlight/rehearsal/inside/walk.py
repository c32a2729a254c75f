"""The whole season: set up, entered, heard, judged, cut three times over, and what came of it as a report."""

import datetime
import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from judging.models import Award, Entry, Round
from judging.services import prizes
from spotlight.ledger import clock
from spotlight.ledger.models import Clock, Mail, WorkRow
from spotlight.rehearsal.inside.company import make_season, steady_codes
from spotlight.rehearsal.inside.entering import Entering
from spotlight.rehearsal.inside.findings import Findings
from spotlight.rehearsal.inside.listening import Audience
from spotlight.rehearsal.inside.rounds import Room, Tick, go, settle
from spotlight.rehearsal.simulation.jury import make_jury
from spotlight.rehearsal.simulation.world import Parameters, Places, Stage, World, make_world
from submissions.models import Season

DAY = datetime.timedelta(days=1)
WINDOW = 28


class NotScratch(Exception):
    """This database is no rehearsal's: its clock is fixed, or somebody's season is in it."""


def rehearse(parameters: Parameters, *, preset: str = "", rules: str = "", tick: Tick) -> dict[str, Any]:
    """Walk a season from a preset or from dumped rules in this database, which must be a fresh one; the report, as JSON.

    The same parameters and rules give the same report but for what it `took` and how often `work` ran. Raises NotScratch.
    """
    if Season.objects.exists() or not Clock.objects.filter(movable=True).exists():
        raise NotScratch
    with steady_codes(parameters.seed):
        return Walk(parameters, preset=preset, rules=rules, tick=tick).run()


class Walk:
    """The steps in order. Each step's share of the whole is guessed from how much it has to do."""

    def __init__(self, parameters: Parameters, *, preset: str, rules: str, tick: Tick) -> None:
        self.parameters, self.tick = parameters, tick
        self.began = time.monotonic()
        self.done = 0.0
        tick(0.0, "set-up")
        self.season, self.company = make_season(
            rules=rules, preset=preset, seed=parameters.seed, judges=parameters.judges
        )
        self.rounds = list(self.season.rounds.order_by("number"))
        self.world = make_world(parameters, stage_of(self.season))
        self.jury = make_jury(self.world)
        self.findings = Findings(self.season, self.world, self.jury)

    def run(self) -> dict[str, Any]:
        """From the first entry to prizes accepted."""
        self._enter()
        for number, round_ in enumerate(self.rounds):
            self._round(round_, is_first=number == 0)
        self.findings.prizes = self._accept()
        self.tick(0.99, "report")
        report = self.findings.report()
        report["work"] = {
            "mails": Mail.objects.count(), "done": WorkRow.objects.filter(state="done").count(),
            "failed": WorkRow.objects.filter(state="failed").count(),
        }  # fmt: skip
        took = {
            "seconds": round(time.monotonic() - self.began, 1),
            "cpu_seconds": round(time.process_time(), 1),
        }
        return report | {"took": took}

    def _step(self, share: float, step: str) -> Callable[[float, str], None]:
        """Progress of one step that is `share` of everything."""
        began = self.done
        self.done = began + share
        self.tick(began, step)
        return lambda part, name: self.tick(began + share * part, name)

    def _enter(self) -> None:
        self._step(0.08, "entries")
        entering = Entering(self.season, self.world, self.company)
        for moment, artists in entering.parts():
            go(moment)
            entering.enter(artists)
        settle()
        self.room = Room(self.season, self.company, self.jury, entering.submissions)
        self.findings.ties = self.room.declare_ties()
        self.audience = Audience(self.season, self.world, self.company)
        self.audience.know(entering.submissions)
        self.findings.know(entering.submissions)

    def _round(self, round_: Round, *, is_first: bool) -> None:
        weight = 0.7 if is_first else 0.2 / max(1, len(self.rounds) - 1)
        self.room.tick = self._step(weight, f"round-{round_.number}")
        if is_first:  # what fans did since the entries opened
            go(round_.opens_at - DAY)
            self._listen(
                round_, since=self._date(self.season.entries_open_at), until=self._date(round_.opens_at - DAY)
            )
        round_ = self.room.open(round_)
        self._begin_listening(round_, is_first=is_first)
        self.room.hear(round_)
        round_ = self.room.lock(round_)
        settle()
        ruled = self.room.close(round_)
        round_ = self.room.cut(round_)
        self.tick(self.done, f"findings-{round_.number}")
        self.findings.take(round_, ruled=ruled)

    def _begin_listening(self, round_: Round, *, is_first: bool) -> None:
        """The rest of what counts for this round; written at its opening, dated as it happens."""
        self._listen(
            round_,
            since=self._date(round_.opens_at),
            until=self._date(round_.locks_at),
            featured=not is_first,
        )

    def _listen(
        self, round_: Round, *, since: datetime.date, until: datetime.date, featured: bool = False
    ) -> None:
        days = int(round_.options.get("popularity", {}).get("window_days", WINDOW))
        self.audience.listen(self._first_days(round_), days=days, since=since, until=until, featured=featured)

    def _first_days(self, round_: Round) -> Places:
        """Each track's first day that counts in this round, as an ordinal; 0 where it takes no part."""
        first = np.zeros(self.parameters.artists, dtype=np.int64)
        zone = ZoneInfo(self.season.zone)
        entries = Entry.objects.filter(round=round_, state=Entry.State.IN).values_list(
            "submission_id", "counts_from"
        )
        days = dict(entries) or {
            key: at.astimezone(zone).date()
            for key, at in self.season.submissions.filter(state="cleared").values_list(
                "pk", "track__released_at"
            )
            if at is not None
        }
        for key, day in days.items():
            first[self.room.rows[key]] = day.toordinal()
        return first

    def _date(self, moment: datetime.datetime | None) -> datetime.date:
        assert moment is not None
        return moment.astimezone(ZoneInfo(self.season.zone)).date()

    def _accept(self) -> int:
        """Winners accept what is offered to them."""
        offered = Award.objects.filter(state=Award.State.OFFERED, accept_by__gte=clock.now())
        awards = list(offered.select_related("entry__submission__entered_by"))
        for award in awards:
            prizes.answer_award(award, accepts=True, by=award.entry.submission.entered_by)
        settle()
        return len(awards)


def stage_of(season: Season) -> Stage:
    """What the simulation needs of a season's rules."""
    criteria = {c.key for r in season.rounds.all() for c in r.criteria.all()}
    return Stage(
        markets=[m.code for m in season.markets.order_by("order", "code")] or [""], criteria=sorted(criteria),
        divisions=[d.code for d in season.divisions.order_by("order", "code")], genres=list(season.genres) or [""],
        seconds=(season.shortest_seconds, season.longest_seconds),
    )  # fmt: skip


__all__ = ["NotScratch", "World", "rehearse", "stage_of"]
