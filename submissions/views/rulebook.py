"""The rules in words: what the rules page and the last look before opening show. Reads the rules document only."""

import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from spotlight.web.languages import pick, reader_language
from submissions.models import Season
from submissions.queries import rules as season_rules
from submissions.queries.seasons import text_of
from submissions.services.amendments import all_windows

POINTS = "eurovision"
"""The blend in which places are worth points."""


def page(season: Season) -> dict[str, Any]:
    """Everything that the rules page shows, in the reader's language where somebody wrote it."""
    rules = season_rules.rules_of(season)
    return {
        "season": season,
        "text": text_of(season, reader_language()),
        "calendar": _calendar(season, rules),
        "entries": rules["entries"],
        "others": others_words(rules),
        "markets": [worded(market) for market in rules["markets"]],
        "divisions": [worded(division) for division in rules["divisions"]],
        "questions": [pick(q["text"], q["texts"]) for q in rules["questions"]],
        "terms": [
            (datetime.date.fromisoformat(t["dated"]), pick(t["text"], t["texts"])) for t in rules["terms"]
        ],
        "board": board_words(rules["board"]),
        "videos": video_words(rules),
        "rounds": [_round(part) for part in rules.get("rounds", [])],
        "prizes": [_prize(prize) for prize in rules.get("prizes", [])],
        "amendments": _amendments(season),
        "seed_sha256": rules["seed_sha256"],
        "any_blind": any(part["panel"]["blind"] for part in rules.get("rounds", [])),
    }


def others_words(rules: dict[str, Any]) -> list[str]:
    """Who else than the artist is asked before an entry is cleared, a sentence each."""
    entries, said = rules["entries"], []
    age = entries.get("guardian_under", 0)
    if age:
        said.append(_("Under %(age)d a parent or guardian has to consent.") % {"age": age})
    for market in rules["markets"]:
        own = market.get("guardian_under")
        if own is not None and own != age:
            said.append(
                _("In %(market)s under %(age)d.") % {"market": worded(market), "age": own}
                if own
                else _("In %(market)s nobody’s age is asked.") % {"market": worded(market)}
            )
    if entries.get("confirms_credits"):
        said.append(_("Co-writers confirm their credits by e-mail."))
    if by := entries.get("identity_by"):
        shown = Season.IdentityBy(by).label
        said.append(_("Artists show who they are by %(what)s.") % {"what": shown})
    return said


def worded(part: dict[str, Any]) -> str:
    """The name of a market, division, round, criterion or prize in the reader's language."""
    return pick(part["name"], part["names"])


def _calendar(
    season: Season, rules: dict[str, Any]
) -> list[tuple[str, datetime.datetime, datetime.datetime | None]]:
    rows = [
        (_("Entries"), season.entries_open_at, season.entries_close_at),
        (_("Clearing ends"), season.clearing_ends_at, None),
    ]
    for part in rules.get("rounds", []):
        rows.append((worded(part), _moment(part["opens_at"]), _moment(part["locks_at"])))
    rows.append((_("Results"), season.results_at, None))
    return [(words, start, end) for words, start, end in rows if start]


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def board_words(board: dict[str, Any]) -> str:
    """What of the chart is public, and when it stands still, in words."""
    places, hours = {"places": board["places"]}, board.get("freeze_hours", 0)
    shown = {
        "hidden": _("What listeners do counts, but no chart is public."),
        "top": _("The weekly chart names the first %(places)d tracks, without their order."),
        "order": _("The weekly chart shows the first %(places)d places."),
        "movement": _("The weekly chart shows the first %(places)d places and how they moved."),
        "full": _("The weekly chart shows the first %(places)d places, how they moved, and their points."),
    }[board["shows"]]
    if not hours:
        return shown % places
    freeze = ngettext(
        "From %(hours)d hour before a round closes until it is announced, everything public stands still.",
        "From %(hours)d hours before a round closes until it is announced, everything public stands still.",
        hours,
    )
    return f"{shown % places} {freeze % {'hours': hours}}"


def video_words(rules: dict[str, Any]) -> str:
    """Who accepts fans' videos, in a sentence."""
    rule = rules.get("uses")
    if not rule:
        return _("A person checks each video that a fan registers before it counts.")
    return ngettext(
        "A person checks each video that a fan registers before it counts; once a person has accepted %(videos)d video of "
        "a fan in this season and nobody refused one, further ones on %(sites)s are accepted by rule.",
        "A person checks each video that a fan registers before it counts; once a person has accepted %(videos)d videos of "
        "a fan in this season and nobody refused one, further ones on %(sites)s are accepted by rule.",
        rule["trusted_after"],
    ) % {"videos": rule["trusted_after"], "sites": ", ".join(rule["sites"])}


def percent(weight: str) -> str:
    """A weight such as `0.35` as `35 %`."""
    value = round(float(weight) * 100, 1)
    return f"{value:g} %"


def cut_words(part: dict[str, Any]) -> str:
    """How many advance from a round, in words."""
    cut = part["cut"]
    number = (
        str(cut["lowest"])
        if cut["lowest"] == cut["highest"]
        else _("%(low)d to %(high)d") % {"low": cut["lowest"], "high": cut["highest"]}
    )
    sentences = {
        "overall": ngettext("%(number)s advances.", "%(number)s advance.", cut["highest"]),
        "market": ngettext(
            "%(number)s advances in each market.", "%(number)s advance in each market.", cut["highest"]
        ),
        "division": ngettext(
            "%(number)s advances in each division.", "%(number)s advance in each division.", cut["highest"]
        ),
    }
    return sentences[cut["scope"]] % {"number": number}


def _round(part: dict[str, Any]) -> dict[str, Any]:
    language = reader_language()
    return {
        "number": part["number"],
        "name": worded(part),
        "opens": _moment(part["opens_at"]), "locks": _moment(part["locks_at"]), "closes": _moment(part["closes_at"]),
        "cut": cut_words(part),
        "weights": blend_words(part["methods"]["blend"], part["weights"]),
        "panel": panel_words(part["panel"]) if float(part["weights"]["panel"]) else "",
        "blind": part["panel"]["blind"],
        "criteria": [(worded(c), percent(c["weight"]), _anchors(c["anchors"], language)) for c in part["criteria"]],
        "metrics": [(metric_words(m["metric"]), percent(m["weight"])) for m in part["metrics"]],
        "popularity": popularity_words(part) if part["metrics"] else "",
        "ties": tie_words(part["methods"]["ties"], by_points=part["methods"]["blend"] == POINTS),
    }  # fmt: skip


def _anchors(anchors: dict[str, Any], language: str) -> list[tuple[str, str]]:
    own = {mark: text for mark, text in anchors.items() if isinstance(text, str)}
    found = own | (anchors.get(language) or {})
    return sorted(found.items(), key=lambda pair: float(pair[0]))


def weight_words(weights: dict[str, str]) -> str:
    """Who decides a round, in a sentence."""
    popularity, panel = weights["popularity"], weights["panel"]
    if not float(popularity):
        return _("The panel alone decides.")
    if not float(panel):
        return _("Popularity alone decides.")
    return _("Popularity counts %(popularity)s, the panel %(panel)s.") % {
        "popularity": percent(popularity),
        "panel": percent(panel),
    }


def blend_words(method: str, weights: dict[str, str]) -> str:
    """Who decides a round, and how the two parts become one score."""
    is_one = not (float(weights["popularity"]) and float(weights["panel"]))
    if method == POINTS:
        points = _(
            "Each judge and each market gives 12, 10, 8, 7, 6, 5, 4, 3, 2 and 1 points to its ten best; the sum decides."
        )
        return f"{weight_words(weights)} {points}" if is_one else points
    joined = {
        "borda": _("What counts is the mean of the places by popularity and by panel."),
        "rank-points": _("Places by popularity and by panel earn points, the best most, and their mean decides."),
        "geometric": _("The two parts are multiplied, so that an entry has to be good in both."),
        "rrf": _("The first few places by popularity and by panel count much more than the places after them."),
        "panel-gate-then-popularity": _("The panel chooses who stays in the running; among them popularity decides."),
        "both-must-pass": _("The weaker of the two parts decides."),
    }.get(method, "")  # fmt: skip
    return weight_words(weights) if is_one else f"{weight_words(weights)} {joined}".strip()


def panel_words(panel: dict[str, Any]) -> str:
    """How many judges hear an entry, in a sentence."""
    if panel["design"] == "all-hear-all":
        heard = _("Every judge hears every entry, except where a conflict forbids it.")
    else:
        heard = _("Each entry is dealt at random to %(judges)d judges without a conflict.") % {
            "judges": panel["judges_per_entry"]
        }
    floor = ngettext(
        "An entry needs %(sheets)d score sheet to advance.",
        "An entry needs %(sheets)d score sheets to advance.",
        panel["minimum_sheets"],
    ) % {"sheets": panel["minimum_sheets"]}
    return f"{heard} {floor}"


def metric_words(metric: str) -> str:
    """What a metric counts."""
    known = {
        "plays": _("Plays here, once per listener, track and day, after 30 seconds"),
        "likes": _("Likes here, one per account"),
        "saves": _("Saves here, one per account"),
        "shares": _("Shares from here, one per listener, track and day"),
        "uses": _("Fans' videos made with the track, once they are accepted"),
    }
    source, _dot, measure = metric.rpartition(".")
    return known.get(metric) or _("%(measure)s on %(source)s") % {"measure": measure, "source": source}


def popularity_words(part: dict[str, Any]) -> str:
    """The window that counts."""
    days = (part["methods"]["options"] or {}).get("popularity", {}).get("window_days", 28)
    since = _("from a track's release") if part["number"] == 1 else _("from the opening of the round")
    return _(
        "Counted over %(days)d days %(since)s, compared within each market, with days that stick out cut down."
    ) % {"days": days, "since": since}


def tie_words(chain: str, *, by_points: bool = False) -> str:
    """What decides between equal scores."""
    first = {
        "panel-first": _("the higher panel score, then the higher probability of belonging above the line"),
        "popularity-first": _(
            "the higher popularity, then the higher probability of belonging above the line"
        ),
        "countback": _("the better marks in the criterion of the highest weight"),
        "extend-cut": _("nothing: everybody who is tied at the line advances"),
    }[chain]
    if by_points and chain != "extend-cut":
        of_judges = _(
            "more points from the judges, then from more judges, then more 12s, 10s, 8s … of theirs"
        )
        of_markets = _(
            "more points from the markets, then from more markets, then more 12s, 10s, 8s … of theirs"
        )
        first = of_judges if chain == "panel-first" else of_markets
    return _(
        "Between equal scores decides %(first)s; last of all a draw from a seed whose hash is published here."
    ) % {"first": first}


NO_DECIMALS = {"JPY", "KRW"}


def _prize(prize: dict[str, Any]) -> dict[str, Any]:
    amount = ""
    if prize["amount"]:
        value = prize["amount"] if prize["currency"] in NO_DECIMALS else prize["amount"] / 100
        amount = (
            f"{value:,.0f} {prize['currency']}"
            if value == int(value)
            else f"{value:,.2f} {prize['currency']}"
        )
    return {**prize, "words": worded(prize), "sum": amount}


def _amendments(season: Season) -> list[dict[str, Any]]:
    labels = {window.field: window.label for window in all_windows(season)}
    rows = season.amendments.filter(approved_at__isnull=False)
    return [
        {
            "label": labels.get(row.field, row.field),
            "before": row.before,
            "after": row.after,
            "reason": row.reason,
            "approved_at": row.approved_at,
        }
        for row in rows
    ]
