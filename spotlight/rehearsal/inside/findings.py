"""What a rehearsal found: each round against the truth, and what each rule changed. Plain JSON, the same for the same seed."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from judging.models import Decision, Entry, Round, ScoreSheet
from judging.queries.cuts import closing_standings, size_of
from spotlight.rehearsal.inside import alternatives
from spotlight.rehearsal.rules import summary_of
from spotlight.rehearsal.simulation.jury import Jury
from spotlight.rehearsal.simulation.measures import hit, ideal
from spotlight.rehearsal.simulation.world import Floats, World, standardized
from submissions.models import Season


class Findings:
    """Collects, round by round."""

    def __init__(self, season: Season, world: World, jury: Jury) -> None:
        self.season, self.world, self.jury = season, world, jury
        self.attackers = frozenset(world.attackers.tolist())
        self.rows: dict[int, int] = {}
        self.rounds: list[dict[str, Any]] = []
        self.ties = self.prizes = 0
        self.fields: list[set[int]] = []
        self.truths: list[Floats] = []

    def know(self, submissions: Mapping[int, int]) -> None:
        """Learn which entry is whose, by artist row."""
        self.rows = {key: row for row, key in submissions.items()}

    def take(self, round_: Round, *, ruled: int) -> None:
        """Measure an announced round."""
        entries = list(Entry.objects.filter(round=round_, state=Entry.State.IN).order_by("code"))
        row = {e.code: self.rows[e.submission_id] for e in entries}
        groups = {row[e.code]: e.group for e in entries}
        truth = self._truth(round_)
        field = set(groups)
        closed = alternatives.closed(round_)
        best = ideal(truth, field, size=size_of(round_), groups=groups)
        chosen = {
            row[code]
            for code in Decision.objects.filter(round=round_, outcome="in").values_list(
                "entry__code", flat=True
            )
        }
        self.fields.append(field)
        self.truths.append(truth)
        self.rounds.append(
            {
                "number": round_.number, "name": round_.name, "entries": len(field), "size": size_of(round_),
                **hit(truth, field, chosen, best).to_mapping(), **self._certainty(round_, chosen, best),
                **self._listening(round_), "ruled": ruled, "tied_at_line": self._tied(round_),
                "attackers": len(field & self.attackers), "attackers_in": len(chosen & self.attackers),
                **self._by_chance(closed, row, groups, chosen, best), **self._again(closed, row, truth, field, best),
            }
        )  # fmt: skip

    def _truth(self, round_: Round) -> Floats:
        return self.world.truth(
            criteria={c.key: float(c.weight) for c in round_.criteria.all()},
            popularity=float(round_.popularity_weight) if round_.metrics.exists() else 0.0,
            panel=float(round_.panel_weight),
        )

    def _certainty(self, round_: Round, chosen: set[int], best: set[int]) -> dict[str, Any]:
        standings = closing_standings(round_)
        figures = standings.figures if standings else {}
        return {
            "expected_wrong": figures.get("expected_wrong"), "actual_wrong": len(chosen - best),
            "line_zone": figures.get("line_zone"), "components": figures.get("components"),
            "best_is_in": bool(chosen) and self._overall_best() in chosen,
        }  # fmt: skip

    def _by_chance(
        self,
        closed: alternatives.Closed,
        row: Mapping[str, int],
        groups: Mapping[int, str],
        chosen: set[int],
        best: set[int],
    ) -> dict[str, Any]:
        """The same with popularity as measured and the panel's opinion as if every judge had heard everything.

        `chance_wrong` is what the standings' own figure expects; `wrong_however` of the picks would be wrong even then.
        Both are None where the blend knows no spread.
        """
        blend, criteria = closed.given.recipe.blend, closed.given.recipe.panel.criteria
        if blend.method != "weighted-sum" or blend.popularity_cap or not blend.panel or not criteria:
            return {"chance_wrong": None, "wrong_however": None}
        rows = np.array([row[code] for code in closed.result.entries])
        opinion = self.jury.opinion({c.key: float(c.weight) for c in closed.round.criteria.all()})[rows]
        wanted = np.zeros(len(self.world.quality))
        measured = np.where(closed.result.measured, closed.result.popularity / 1e6, 0.0)
        wanted[rows] = float(blend.popularity) * measured + float(blend.panel) * standardized(opinion)
        heard = ideal(wanted, set(groups), size=size_of(closed.round), groups=groups)
        return {"chance_wrong": len(chosen - heard), "wrong_however": len(heard - best)}

    def _overall_best(self) -> int:
        """The artist who should win: first by the truth of the last round."""
        last = self.season.rounds.order_by("-number")[0]
        return int(np.argmax(self._truth(last)))

    def _listening(self, round_: Round) -> dict[str, Any]:
        sheets = ScoreSheet.objects.filter(round=round_, state=ScoreSheet.State.FILED)
        rows = sheets.values_list(
            "assignment__seat", "assignment__entry__submission__track__duration_ms", "assignment__entry"
        )
        per_judge: dict[int, float] = {}
        per_entry: dict[int, int] = {}
        for seat, length, entry in rows:
            per_judge[seat] = per_judge.get(seat, 0.0) + (length or 0) / 3_600_000
            per_entry[entry] = per_entry.get(entry, 0) + 1
        hours = sorted(per_judge.values())
        return {
            "sheets": len(rows), "heard": len(per_entry), "judges": len(per_judge), "hours": round(sum(hours), 1),
            "hours_per_judge": round(sum(hours) / len(hours), 1) if hours else 0.0, "hours_most": round(hours[-1], 1) if hours else 0.0,
        }  # fmt: skip

    def _tied(self, round_: Round) -> int:
        return Decision.objects.filter(round=round_, is_tied_at_line=True).count()

    def _again(
        self,
        closed: alternatives.Closed,
        row: Mapping[str, int],
        truth: Floats,
        field: set[int],
        best: set[int],
    ) -> dict[str, Any]:
        """What the detectors point at, and what each other rule would have changed."""
        cheats = frozenset(code for code, artist in row.items() if artist in self.attackers)
        first, *others = alternatives.choices(closed, cheats)
        was = {row[code] for code in first.chosen}
        return {
            "flagged": len(closed.flagged), "flagged_attackers": len(closed.flagged & cheats),
            "rules": [self._rule(o.key, {row[code] for code in o.chosen}, was, truth, field, best) for o in others],
        }  # fmt: skip

    def _rule(
        self, key: str, then: set[int], was: set[int], truth: Floats, field: set[int], best: set[int]
    ) -> dict[str, Any]:
        return {
            "key": key, "enter": len(then - was), "leave": len(was - then),
            **hit(truth, field, then, best).to_mapping(), "attackers_in": len(then & self.attackers),
        }  # fmt: skip

    def report(self) -> dict[str, Any]:
        """Everything, once all rounds are announced."""
        parameters = self.world.parameters
        return {
            "format": 1,
            "parameters": {
                "artists": parameters.artists, "judges": parameters.judges, "fans": parameters.fans,
                "seed": parameters.seed, "attack": parameters.attack,
            },
            "season": {"name": self.season.name, "preset": self.season.preset, "rounds": summary_of(self.season)},
            "people": {
                "attackers": len(self.attackers), "bought_judges": len(self.jury.bought), "ties": self.ties,
                "by_services": sum(row < parameters.singly // 8 for row in self.rows.values()),
            },
            "rounds": self.rounds, "winners": self._winners(), "prizes": self.prizes,
            "sheets": sum(r["sheets"] for r in self.rounds), "hours": round(sum(r["hours"] for r in self.rounds), 1),
            "best_wins": bool(self.rounds) and self.rounds[-1]["best_is_in"],
        }  # fmt: skip

    def _winners(self) -> list[dict[str, Any]]:
        """Who won, with the place that the truth gives them among all artists."""
        if not self.truths:
            return []
        order = np.argsort(-self.truths[-1], kind="stable")
        place = {int(artist): rank for rank, artist in enumerate(order.tolist(), 1)}
        won = Decision.objects.filter(
            round__season=self.season, round__number=self.rounds[-1]["number"], outcome="in"
        )
        rows = won.order_by("rank").values_list("rank", "entry__submission_id")
        return [
            {"rank": rank, "artist": self.rows[key] + 1, "true_place": place[self.rows[key]], "attacker": self.rows[key] in self.attackers}
            for rank, key in rows
        ]  # fmt: skip
