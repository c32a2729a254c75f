"""The words of a rehearsal's report: what each step, rule and figure is called, and what it means."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

STEPS = {
    "set-up": gettext_lazy("The season is set up"), "entries": gettext_lazy("Artists enter and are cleared"),
    "round": gettext_lazy("Round %(number)s is heard and judged"), "findings": gettext_lazy("Round %(number)s is scored again under other rules"),
    "report": gettext_lazy("The report is written"),
}  # fmt: skip
RULES = {
    "panel-raw-mean": gettext_lazy("Panel: plain means of the marks"),
    "panel-z": gettext_lazy("Panel: standardized per judge"),
    "panel-leniency-adjusted": gettext_lazy("Panel: leniency-adjusted"),
    "panel-reliability": gettext_lazy("Panel: careless judges weigh less"),
    "no-winsor": gettext_lazy("Popularity: single days count in full"),
    "no-consistency-cap": gettext_lazy("Popularity: one measure may carry a track"),
    "no-regions": gettext_lazy("Popularity: all markets as one"),
    "popularity-hardened": gettext_lazy("Popularity: hardened against one market"),
    "popularity-log-sum": gettext_lazy("Popularity: sum of logarithms"),
    "popularity-raw-sum": gettext_lazy("Popularity: plain sums"),
    "popularity-cap": gettext_lazy("Blend: popularity is capped"),
    "panel-only": gettext_lazy("Blend: the panel alone"),
    "popularity-only": gettext_lazy("Blend: popularity alone"),
    "ties-popularity-first": gettext_lazy("Ties: popularity decides first"),
    "without-flagged": gettext_lazy("Cheats that the detectors point at are taken out"),
    "without-attackers": gettext_lazy("All cheats are taken out"),
}


def step_words(step: str) -> str:
    """A step in words; `round-2` and `findings-2` carry the round's number."""
    name, _dash, number = step.partition("-") if step.startswith(("round-", "findings-")) else (step, "", "")
    words = STEPS.get(name)
    return str(words) % {"number": number} if words and number else str(words or "")


def rule_words(key: str) -> str:
    """Another rule in words."""
    return str(RULES.get(key, key))


def percent(share: float) -> str:
    """A share as a percentage, to one decimal."""
    return f"{100 * share:.1f} %"


def round_figures(part: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name, value and one sentence of meaning for each figure of a round."""
    yield _("Entries"), f"{part['entries']:,}", _("Tracks in this round.")
    yield _("Advance"), f"{part['chosen']:,}", _("Tracks that the cut let through.")
    yield (
        _("Precision"), percent(part["precision"]),
        _("Share of those who advance who truly belong among the best, by the simulated truth with this round’s weights."),
    )  # fmt: skip
    yield (
        _("Value captured"), percent(part["value"]),
        _("How good those who advance are on average, from the field’s mean (0 %) to the best possible choice (100 %)."),
    )  # fmt: skip
    yield from _wrong_picks(part)
    yield (
        _("Line zone"),
        _number(part["line_zone"]),
        _("Entries that are neither clearly in nor clearly out."),
    )
    yield (
        _("Sheets"), f"{part['sheets']:,}",
        _("On %(heard)d entries by %(judges)d judges.") % {"heard": part["heard"], "judges": part["judges"]},
    )  # fmt: skip
    yield (
        _("Listening hours"), f"{part['hours']:,}",
        _("%(mean)s hours per judge, %(most)s for the busiest.") % {"mean": part["hours_per_judge"], "most": part["hours_most"]},
    )  # fmt: skip
    yield (
        _("Ruled on"),
        f"{part['ruled']:,}",
        _("Entries below the minimum of sheets on which the chair had to rule."),
    )
    yield (
        _("Tied at the line"),
        f"{part['tied_at_line']:,}",
        _("Entries that only the tie chain could tell apart there."),
    )
    yield (
        _("Best artist still in"), _("yes") if part["best_is_in"] else _("no"),
        _("Whether the artist who truly is the best advances."),
    )  # fmt: skip
    if part["attackers"]:
        yield (
            _("Cheats that advance"), f"{part['attackers_in']} / {part['attackers']}",
            _("Tracks for which somebody cheats that get through, of those in this round."),
        )  # fmt: skip
    yield (
        _("Set aside for a person"), f"{part['flagged']:,}",
        _("Entries that the detectors point at; %(cheats)d of them are cheats.") % {"cheats": part["flagged_attackers"]},
    )  # fmt: skip


def _wrong_picks(part: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    if part.get("chance_wrong") is not None:
        yield (
            _("Wrong picks for want of listening: expected, and in truth"), f"{_number(part['expected_wrong'])} / {part['chance_wrong']}",
            _("Those who advance and would not if every judge had heard every entry, with popularity as measured: how many the standings expect, and how many there are."),
        )  # fmt: skip
    yield (
        _("Wrong picks by the whole truth"), f"{part['actual_wrong']:,}",
        _("Those who advance and do not truly belong there, for whatever reason: too few sheets, the panel’s taste, or fame that is not appeal."),
    )  # fmt: skip
    if part.get("wrong_however") is not None:
        yield (
            _("Wrong however much one listens"), f"{part['wrong_however']:,}",
            _("How many picks would be wrong by the whole truth even if every judge had heard every entry."),
        )  # fmt: skip


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,}"
