"""Judging's part of a season's rules: rounds, rubrics, metrics and prizes, and what contradicts itself in them.

Importing this module registers the part with `submissions.queries.rules` and `submissions.services.amendments`.
"""

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from judging.models import Metric, Round
from submissions.models import Season
from submissions.queries import rules
from submissions.queries.rules import Problem, moment, plain_decimal

MINIMUM_DAYS = 7
"""Days of readings that an entry needs before its popularity is measured, where a round says nothing else."""

MOST_FOR_POINTS = 40
"""Entries of which ten get points from each judge and market; of more, most would get none."""
SIDES_WITH_POINTS = (Decimal(0), Decimal("0.5"), Decimal(1))
"""Weights of the panel with which the two sides' points add up as they are."""


def rounds_of(season: Season) -> list[Round]:
    """The season's rounds in order, read once per season object."""
    if season.pk is None:
        return []
    prefetch_related_objects([season], "rounds__criteria", "rounds__metrics")
    return sorted(season.rounds.all(), key=lambda r: r.number)


def minimum_days(round_: Round) -> int:
    """Days that a track must have been released before its popularity counts in this round."""
    wanted = (round_.options or {}).get("popularity", {}).get("minimum_days", MINIMUM_DAYS)
    return wanted if isinstance(wanted, int) else MINIMUM_DAYS


# ---- the frozen document ---------------------------------------------------------------------------------------------


def round_rules(season: Season) -> list[dict[str, Any]]:
    """All rounds as rules: windows, cut, weights, rubric, metrics, assignment, ties."""
    return [_round(round_) for round_ in rounds_of(season)]


def _round(round_: Round) -> dict[str, Any]:
    return {
        "number": round_.number, "name": round_.name, "names": round_.names,
        "opens_at": moment(round_.opens_at), "locks_at": moment(round_.locks_at), "closes_at": moment(round_.closes_at),
        "cut": {"lowest": round_.cut_lowest, "highest": round_.cut_highest, "scope": round_.cut_scope, "reserves": round_.reserves},
        "weights": {"popularity": plain_decimal(round_.popularity_weight), "panel": plain_decimal(round_.panel_weight)},
        "methods": {
            "panel": round_.panel_method, "popularity": round_.popularity_method, "blend": round_.blend_method,
            "ties": round_.tie_chain, "options": round_.options,
        },
        "panel": {
            "design": round_.design, "judges_per_entry": round_.judges_per_entry, "minimum_sheets": round_.minimum_sheets,
            "blind": round_.is_blind, "heard_share": plain_decimal(round_.heard_share), "comments": round_.shows_comments,
        },
        "criteria": [
            {"key": c.key, "name": c.name, "names": c.names, "weight": plain_decimal(c.weight), "anchors": c.anchors}
            for c in round_.criteria.all()
        ],
        "metrics": [{"metric": m.key, "weight": plain_decimal(m.weight)} for m in round_.metrics.all()],
    }  # fmt: skip


def prize_rules(season: Season) -> list[dict[str, Any]]:
    """All prizes as rules."""
    return [
        {
            "tier": p.tier, "name": p.name, "names": p.names, "places": p.places, "amount": p.amount, "currency": p.currency,
            "sponsor": p.sponsor.name if p.sponsor else "", "market": p.market.code if p.market else "",
            "division": p.division.code if p.division else "", "accept_days": p.accept_days,
        }
        for p in season.prizes.select_related("sponsor", "market", "division")
    ]  # fmt: skip


# ---- what contradicts itself -----------------------------------------------------------------------------------------


def judging_problems(season: Season) -> list[Problem]:
    """Everything in rounds and prizes that stands in the way of opening."""
    rounds = rounds_of(season)
    if not rounds:
        return [Problem(_("Add at least one round."), "rounds")]
    problems = []
    for index, round_ in enumerate(rounds):
        earlier = rounds[index - 1] if index else None
        problems += weight_problems(round_)
        problems += part_problems(round_, round_.criteria.all(), round_.metrics.all())
        problems += cut_problems(round_, earlier, season)
        problems += points_problems(round_, earlier, season)
    if [r.number for r in rounds] != list(range(1, len(rounds) + 1)):
        problems.append(
            Problem(_("Rounds are numbered 1, 2, 3 without a gap."), "number", _about(rounds[-1]))
        )
    return problems + prize_problems(season, rounds)


def weight_problems(round_: Round) -> list[Problem]:
    """The blend's weights must sum to 1; nobody is selected on fewer sheets than are dealt."""
    problems = []
    if round_.popularity_weight + round_.panel_weight != 1:
        problems.append(
            Problem(
                _("The weights of popularity and panel sum to %(sum)s. They must sum to 1.")
                % {"sum": plain_decimal(round_.popularity_weight + round_.panel_weight)},
                "panel_weight", _about(round_),
            )
        )  # fmt: skip
    dealt_to_few = round_.design == Round.Design.BALANCED and round_.minimum_sheets > round_.judges_per_entry
    if round_.panel_weight and dealt_to_few:
        text = _("An entry gets %(dealt)d judges, so it can't reach %(needed)d sheets.")
        facts = {"dealt": round_.judges_per_entry, "needed": round_.minimum_sheets}
        problems.append(Problem(text % facts, "minimum_sheets", _about(round_)))
    return problems


def points_problems(round_: Round, earlier: Round | None, season: Season) -> list[Problem]:
    """Points of juries and publics want a small field that everybody hears, and sides that count as they are."""
    if not round_.is_by_points:
        return []
    problems, about = [], _about(round_)
    if earlier is None:
        text = _("Points suit a round that others come before: nobody knows yet how many enter this one.")
        problems.append(Problem(text, "blend_method", about))
    elif (field := earlier.cut_highest * groups_of(earlier, season)) > MOST_FOR_POINTS:
        text = _(
            "Up to %(field)d may enter this round. Points suit at most %(most)d: of more, most would get none."
        )
        problems.append(Problem(text % {"field": field, "most": MOST_FOR_POINTS}, "blend_method", about))
    if round_.panel_weight and round_.design != Round.Design.ALL_HEAR_ALL:
        text = _("With points every judge has to hear every entry.")
        problems.append(Problem(text, "design", about))
    if round_.panel_weight not in SIDES_WITH_POINTS:
        text = _(
            "With points each judge and each market counts the same. Leave both weights at 0.5, or give one side all."
        )
        problems.append(Problem(text, "panel_weight", about))
    return problems


def part_problems(round_: Round, criteria: Iterable[Any], metrics: Iterable[Metric]) -> list[Problem]:
    """A part that has weight needs its rubric or metrics, with weights that sum to 1."""
    return [
        *_sum_problems(
            round_, round_.panel_weight, [c.weight for c in criteria], "criteria",
            _("The panel has a weight, but there is no rubric. Add criteria, or set its weight to 0."),
            _("The weights of the criteria sum to %(sum)s. They must sum to 1."),
        ),
        *_sum_problems(
            round_, round_.popularity_weight, [m.weight for m in metrics], "metrics",
            _("Popularity has a weight, but nothing is counted. Add metrics, or set its weight to 0."),
            _("The weights of the metrics sum to %(sum)s. They must sum to 1."),
        ),
    ]  # fmt: skip


def _sum_problems(
    round_: Round, weight: Decimal, parts: Sequence[Decimal], field: str, none: str, wrong: str
) -> list[Problem]:
    if not parts:
        return [Problem(none, field, _about(round_))] if weight else []
    if any(part <= 0 for part in parts):
        return [Problem(_("Every weight must be more than 0."), field, _about(round_))]
    total = sum(parts, Decimal(0))
    return [] if total == 1 else [Problem(wrong % {"sum": plain_decimal(total)}, field, _about(round_))]


def groups_of(round_: Round, season: Season) -> int:
    """How many cuts a round makes: one, or one per market or division."""
    if round_.cut_scope == Round.Scope.MARKET:
        return max(season.markets.count(), 1)
    if round_.cut_scope == Round.Scope.DIVISION:
        return max(season.divisions.count(), 1)
    return 1


def problems_of_round(round_: Round) -> list[Problem]:
    """What contradicts itself in one round as it stands in memory, against its stored neighbors; rubric and metrics apart."""
    season = round_.season
    others = [
        other for other in Round.objects.filter(season=season).order_by("number") if other.pk != round_.pk
    ]
    if any(other.number == round_.number for other in others):
        return [Problem(_("Another round has this number."), "number", _about(round_))]
    earlier = next((other for other in reversed(others) if other.number < round_.number), None)
    later = next((other for other in others if other.number > round_.number), None)
    problems = (
        weight_problems(round_)
        + cut_problems(round_, earlier, season)
        + points_problems(round_, earlier, season)
        + round_window_problems(round_, earlier, season)
    )
    if later is not None:
        problems += _against_later(round_, later, season)
    elif season.results_at and season.results_at < round_.closes_at:
        problems.append(
            Problem(_("The last round closes after the results are announced."), "closes_at", _about(round_))
        )
    return problems


def _against_later(round_: Round, later: Round, season: Season) -> list[Problem]:
    problems = []
    if later.opens_at < round_.closes_at:
        text = _("This round closes after round %(number)d opens.") % {"number": later.number}
        problems.append(Problem(text, "closes_at", _about(round_)))
    if cut_problems(later, round_, season):
        text = _("Fewer would come out of this round than round %(number)d lets through.") % {
            "number": later.number
        }
        problems.append(Problem(text, "cut_lowest", _about(round_)))
    return problems


def cut_problems(round_: Round, earlier: Round | None, season: Season) -> list[Problem]:
    """A cut can't be larger than the field that reaches it."""
    if round_.cut_lowest > round_.cut_highest:
        return [Problem(_("“At most” must not be less than “at least”."), "cut_highest", _about(round_))]
    if round_.cut_scope == Round.Scope.DIVISION and not season.divisions.exists():
        return [Problem(_("There are no divisions to cut by."), "cut_scope", _about(round_))]
    if earlier is None:
        return []
    field, size = (
        earlier.cut_lowest * groups_of(earlier, season),
        round_.cut_highest * groups_of(round_, season),
    )
    if size <= field:
        return []
    text = _("Up to %(size)d would advance, but only %(field)d may come from the round before.")
    return [Problem(text % {"size": size, "field": field}, "cut_highest", _about(round_))]


def window_problems(season: Season) -> list[Problem]:
    """Rounds out of order or overlapping, against each other and the season's own windows."""
    rounds = rounds_of(season)
    problems = []
    for index, round_ in enumerate(rounds):
        problems += round_window_problems(round_, rounds[index - 1] if index else None, season)
    if rounds and season.results_at and season.results_at < rounds[-1].closes_at:
        problems.append(Problem(_("Results can't come before the last round closes."), "results_at"))
    return problems


def round_window_problems(round_: Round, earlier: Round | None, season: Season) -> list[Problem]:
    """The windows of one round: in order, after the round before, with time to clear tracks and to count."""
    about, problems = _about(round_), []
    if round_.locks_at <= round_.opens_at:
        problems.append(Problem(_("The last sheets must come after the round opens."), "locks_at", about))
    if round_.closes_at < round_.locks_at:
        problems.append(Problem(_("A round can't close before its last sheets."), "closes_at", about))
    if earlier is not None:
        if round_.opens_at < earlier.closes_at:
            text = _("This round opens before round %(number)d closes.") % {"number": earlier.number}
            problems.append(Problem(text, "opens_at", about))
        return problems
    return problems + _first_round_problems(round_, season)


def _first_round_problems(round_: Round, season: Season) -> list[Problem]:
    ends, problems = season.clearing_ends_at, []
    if ends is None:
        return []
    if round_.opens_at < ends:
        problems.append(Problem(_("Round 1 opens before clearing ends."), "opens_at", _about(round_)))
    days = minimum_days(round_)
    if round_.popularity_weight and ends + datetime.timedelta(days=days) > round_.locks_at:
        text = _(
            "Clearing ends too late: a track cleared on the last day has fewer than %(days)d days of listening before the last sheets."
        )
        problems.append(Problem(text % {"days": days}, "locks_at", _about(round_)))
    return problems


def prize_problems(season: Season, rounds: Sequence[Round]) -> list[Problem]:
    """There can't be more places with prizes than winners."""
    if not rounds:
        return []
    places = sum(prize.places for prize in season.prizes.all())
    winners = rounds[-1].cut_highest * groups_of(rounds[-1], season)
    if places <= winners:
        return []
    text = _("There are prizes for %(places)d, but at most %(winners)d winners.")
    return [Problem(text % {"places": places, "winners": winners}, "prizes")]


def _about(round_: Round) -> str:
    return f"round:{round_.number}"


rules.PARTS.update(rounds=round_rules, prizes=prize_rules)
rules.CHECKS.append(judging_problems)
rules.CALENDAR_CHECKS.append(window_problems)
