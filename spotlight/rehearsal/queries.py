"""Rehearsals as organizers read them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from spotlight.rehearsal.models import Rehearsal
from spotlight.rehearsal.words import percent, round_figures, rule_words
from submissions.models import Season

RULES_COMPARED = {
    "cut": _("advance"), "popularity": _("weight of popularity"), "panel": _("weight of the panel"),
    "panel_method": _("panel method"), "popularity_method": _("popularity method"), "blend": _("blend"), "ties": _("ties"),
    "design": _("assignment"), "judges_per_entry": _("judges per entry"), "minimum_sheets": _("fewest sheets to be selected"),
}  # fmt: skip


def rehearsals_of(season: Season) -> QuerySet[Rehearsal]:
    """The season's rehearsals, the newest first, without their rules."""
    return Rehearsal.objects.filter(season=season).select_related("by", "season").defer("rules")


@dataclass(frozen=True)
class Side:
    """Two rehearsals beside each other, for one round: name, and (figure, one value, other value) lines."""

    name: str
    lines: list[tuple[str, str, str]]


def compare(one: dict[str, Any], other: dict[str, Any]) -> list[Side]:
    """Two reports round by round: rules that differ, then all figures."""
    rules = zip(one["season"]["rounds"], other["season"]["rounds"], strict=False)
    rounds = zip(one["rounds"], other["rounds"], strict=False)
    return [
        Side(a["name"], [*_differing(x, y), *_figures(a, b)])
        for (x, y), (a, b) in zip(rules, rounds, strict=False)
    ]


def _differing(one: dict[str, Any], other: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (str(words), _plain(one[key]), _plain(other[key]))
        for key, words in RULES_COMPARED.items() if one.get(key) != other.get(key)
    ]  # fmt: skip


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "–".join(dict.fromkeys(map(str, value)))
    return str(value)


def _figures(one: dict[str, Any], other: dict[str, Any]) -> list[tuple[str, str, str]]:
    right = {name: value for name, value, _why in round_figures(other)}
    return [(name, value, right.get(name, "–")) for name, value, _why in round_figures(one)]


def rule_rows(part: dict[str, Any]) -> list[tuple[str, ...]]:
    """The rows of "what each rule changed" of one round."""
    return [
        (
            rule_words(r["key"]),
            str(r["enter"]),
            percent(r["precision"]),
            percent(r["value"]),
            str(r["attackers_in"]),
        )
        for r in part["rules"]
    ]
