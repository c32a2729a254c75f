"""A report as Markdown, for documents and for the command line."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from spotlight.rehearsal.models import Rehearsal
from spotlight.rehearsal.words import percent, round_figures, rule_words


def as_markdown(report: dict[str, Any]) -> str:
    """The whole report."""
    lines = [f"# {_('Rehearsal')}: {report['season']['name']}", "", *_parameters(report), ""]
    for part, rules in zip(report["rounds"], report["season"]["rounds"], strict=True):
        lines += [*_round(part, rules), ""]
    return "\n".join([*lines, *_winners(report)]) + "\n"


def _parameters(report: dict[str, Any]) -> Iterable[str]:
    asked, people = report["parameters"], report["people"]
    yield _("%(artists)s artists, %(judges)s judges, %(fans)s fans, seed %(seed)s; attack: %(attack)s.") % {
        **{name: f"{asked[name]:,}" for name in ("artists", "judges", "fans")},
        "seed": asked["seed"], "attack": Rehearsal.Attack(asked["attack"]).label,
    }  # fmt: skip
    if people["attackers"]:
        yield _("Somebody cheats for %(count)s of the artists, all from the weaker half.") % {
            "count": people["attackers"]
        }
    if people["bought_judges"]:
        yield _("%(count)s judges are bought.") % {"count": people["bought_judges"]}
    yield _("%(sheets)s sheets, %(hours)s hours of listening in all.") % {
        "sheets": f"{report['sheets']:,}", "hours": f"{report['hours']:,}",
    }  # fmt: skip


def _round(part: dict[str, Any], rules: dict[str, Any]) -> Iterable[str]:
    yield f"## {part['number']}. {part['name']}"
    yield ""
    yield (
        _(
            "Popularity %(popularity)s, panel %(panel)s; %(panel_method)s, %(popularity_method)s, %(blend)s; %(design)s."
        )
        % rules
    )
    yield ""
    yield from _table((_("figure"), _("value"), _("what it means")), round_figures(part))
    yield ""
    yield f"### {_('What each rule changed')}"
    yield ""
    yield _("The same marks and counts under one other rule: how many would enter in others’ place, and how good that choice would have been.")  # fmt: skip
    yield ""
    yield from _table(
        (_("other rule"), _("enter"), _("leave"), _("precision"), _("value captured"), _("cheats in")),
        [
            (
                rule_words(r["key"]),
                r["enter"],
                r["leave"],
                percent(r["precision"]),
                percent(r["value"]),
                r["attackers_in"],
            )
            for r in part["rules"]
        ],
    )


def _winners(report: dict[str, Any]) -> Iterable[str]:
    yield f"## {_('Winners')}"
    yield ""
    rows = [
        (
            w["rank"],
            _("Artist %(number)d") % {"number": w["artist"]},
            w["true_place"],
            _("yes") if w["attacker"] else "",
        )
        for w in report["winners"]
    ]
    yield from _table((_("rank"), _("artist"), _("true place"), _("cheat")), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
