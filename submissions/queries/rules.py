"""The rules of a season: as one frozen document, and what still contradicts itself in them.

Judging adds its part (rounds, rubrics, metrics, prizes) from above by registering here, see `judging.queries.rules`.
"""

import datetime
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from submissions.models import Market, Season


@dataclass(frozen=True)
class Problem:
    """Why a season can't be opened: a sentence, the field it belongs to, and the thing (`season` or `round:<number>`)."""

    message: str
    field: str = ""
    about: str = "season"


PARTS: dict[str, Callable[[Season], Any]] = {}
CHECKS: list[Callable[[Season], list[Problem]]] = []
CALENDAR_CHECKS: list[Callable[[Season], list[Problem]]] = []


def rules_of(season: Season) -> dict[str, Any]:
    """All rules as they stand now, as plain JSON values; what `open_season` freezes."""
    return {
        "format": 1,
        **_own_rules(season),
        "seed_sha256": seed_commitment(season),
        **{name: part(season) for name, part in sorted(PARTS.items())},
    }


def canonical(rules: dict[str, Any]) -> bytes:
    """The bytes that are hashed: keys in order, no spaces, UTF-8."""
    return json.dumps(rules, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(rules: dict[str, Any]) -> str:
    """SHA-256 of the canonical bytes, as hex."""
    return hashlib.sha256(canonical(rules)).hexdigest()


def seed_commitment(season: Season) -> str:
    """SHA-256 of the seed that breaks the last ties; public before, while the seed itself is shown at the cut."""
    return hashlib.sha256(season.seed.encode()).hexdigest()


def moment(value: datetime.datetime | None) -> str | None:
    """A time as rules carry it: UTC, to the second."""
    return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def plain_decimal(value: Decimal) -> str:
    """A weight as rules carry it: `0.5`, not `0.500`."""
    return format(value.normalize(), "f")


def _own_rules(season: Season) -> dict[str, Any]:
    return {
        "slug": season.slug,
        "zone": season.zone,
        "calendar": {
            name: moment(getattr(season, name))
            for name in ("entries_open_at", "entries_close_at", "clearing_ends_at", "results_at")
        },
        "entries": {
            "quota": season.quota,
            "seconds": [season.shortest_seconds, season.longest_seconds],
            "lowest_kbps": season.lowest_kbps,
            "largest_mb": season.largest_mb,
            "genres": list(season.genres),
            **_asked_of_others(season),
        },
        "board": {
            "shows": season.board_mode,
            "places": season.board_size,
            "freeze_hours": season.board_freeze_hours,
        },
        **_accepted_by_rule(season),
        "markets": [
            {"code": m.code, "name": m.name, "names": m.names, **_market_age(m)} for m in season.markets.all()
        ],
        "divisions": [{"code": d.code, "name": d.name, "names": d.names} for d in season.divisions.all()],
        "questions": [
            {"text": q.text, "texts": q.texts, "needs_yes": q.needs_yes} for q in season.questions.all()
        ],
        "terms": [
            {"dated": t.dated_on.isoformat(), "text": t.text, "texts": t.texts} for t in season.terms.all()
        ],
    }


def _asked_of_others(season: Season) -> dict[str, Any]:
    """Guardian, co-writers and identity: said only where the season asks, so that older rules keep their hash."""
    told: dict[str, Any] = {}
    if season.guardian_under:
        told["guardian_under"] = season.guardian_under
    if season.confirms_credits:
        told["confirms_credits"] = True
    if season.identity_by != Season.IdentityBy.NOTHING:
        told["identity_by"] = season.identity_by
    return told


def _accepted_by_rule(season: Season) -> dict[str, Any]:
    """Which fans' videos need no person; said only where the season has such a rule."""
    if not season.uses_trusted_after:
        return {}
    return {"uses": {"trusted_after": season.uses_trusted_after, "sites": list(season.use_sites)}}


def _market_age(market: Market) -> dict[str, int]:
    return {} if market.guardian_under is None else {"guardian_under": market.guardian_under}


def opening_problems(season: Season, now: datetime.datetime) -> list[Problem]:
    """Everything that stands in the way of opening, in the order in which one would repair it."""
    problems = [*missing(season), *limit_problems(season), *calendar_problems(season)]
    if season.entries_close_at and season.entries_close_at <= now:
        problems.append(
            Problem(_("Entries would close in the past. Choose a later time."), "entries_close_at")
        )
    return problems + [problem for check in CHECKS for problem in check(season)]


def missing(season: Season) -> list[Problem]:
    """What an open season must have and this one has not."""
    wanted = {
        "entries_open_at": _("Say when entries open."),
        "entries_close_at": _("Say when entries close."),
        "clearing_ends_at": _("Say when clearing ends."),
        "results_at": _("Say when the results are announced."),
    }
    problems = [Problem(text, field) for field, text in wanted.items() if getattr(season, field) is None]
    if not season.markets.exists():
        problems.append(Problem(_("Add at least one market."), "markets"))
    if not season.terms.exists():
        problems.append(Problem(_("Add the terms that artists agree to."), "terms"))
    return problems


def limit_problems(season: Season) -> list[Problem]:
    """Contradictions in the limits and the zone."""
    problems = []
    if season.zone not in known_zones():
        problems.append(
            Problem(_("No time zone has this name. Write one such as Asia/Tokyo or Europe/London."), "zone")
        )
    if (season.shortest_seconds or 0) >= (season.longest_seconds or 0):
        problems.append(Problem(_("The longest track must be longer than the shortest."), "longest_seconds"))
    if season.quota is not None and season.quota < 1:
        problems.append(Problem(_("An artist must be able to enter at least one track."), "quota"))
    if season.uses_trusted_after and not season.use_sites:
        problems.append(
            Problem(
                _("Name at least one site, or write 0 above: then a person checks every video."), "use_sites"
            )
        )
    return problems


def calendar_problems(season: Season) -> list[Problem]:
    """Windows out of order, in the season and against its rounds; windows not set yet are left alone."""
    steps = [
        ("entries_open_at", "entries_close_at", _("Entries must close after they open.")),
        ("entries_close_at", "clearing_ends_at", _("Clearing can't end before entries close.")),
        ("clearing_ends_at", "results_at", _("Results can't come before clearing ends.")),
    ]
    problems = []
    for first, second, text in steps:
        before, after = getattr(season, first), getattr(season, second)
        equal_allowed = first == "entries_close_at"
        if before and after and (after < before or (after == before and not equal_allowed)):
            problems.append(Problem(text, second))
    return problems + [problem for check in CALENDAR_CHECKS for problem in check(season)]


def season_zone(season: Season) -> ZoneInfo:
    """The season's time zone; UTC while its name is not one."""
    return ZoneInfo(season.zone if season.zone in known_zones() else "UTC")


@cache
def known_zones() -> frozenset[str]:
    """The names of all time zones, read from the disk once."""
    return frozenset(available_timezones())
