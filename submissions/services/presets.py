"""Seasons ready to be changed: markets, questions, terms and a calendar in days. Rounds are added by judging.

The numbers follow what real programs published; every one of them is only a start and belongs to the season once made.
"""

import datetime
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import clock, events
from submissions.models import Market, Membership, Question, Role, Season, SeasonText, Terms
from submissions.services import preset_texts as texts


@dataclass(frozen=True)
class Calendar:
    """Days from the opening of entries, as calendar days in the season's zone."""

    entries: int
    clearing: int
    results: int


@dataclass(frozen=True)
class SeasonPreset:
    """What a season begins with."""

    name: Any
    zone: str
    language: str
    calendar: Calendar
    markets: tuple[tuple[str, dict[str, str]], ...]
    questions: tuple[dict[str, str], ...]
    limits: dict[str, Any] = field(default_factory=dict)


SEASONS: dict[str, SeasonPreset] = {
    "spotlight": SeasonPreset(
        name=_("Spotlight: 100, 18, 5 to 10 winners"),
        zone="Asia/Tokyo",
        language="en",
        calendar=Calendar(entries=56, clearing=66, results=152),
        markets=(texts.JAPAN, texts.KOREA, texts.ELSEWHERE),
        questions=(texts.INDEPENDENT, texts.ADULT, texts.NEVER_RELEASED_BY_LABEL),
        limits={"quota": 2, "shortest_seconds": 60, "longest_seconds": 480, "lowest_kbps": 192},
    ),
    "korea": SeasonPreset(
        name=_("Korea: 200, 50, 10 winners"),
        zone="Asia/Seoul",
        language="ko",
        calendar=Calendar(entries=56, clearing=66, results=147),
        markets=(texts.KOREA,),
        questions=(texts.INDEPENDENT, texts.ADULT),
        limits={"quota": 3, "shortest_seconds": 15, "longest_seconds": 360, "lowest_kbps": 128},
    ),
    "festival": SeasonPreset(
        name=_("Festival: 90, 8, 1 winner"),
        zone="Europe/London",
        language="en",
        calendar=Calendar(entries=7, clearing=14, results=75),
        markets=(texts.UNITED_KINGDOM,),
        questions=(texts.INDEPENDENT, texts.CAN_PLAY_LIVE),
        limits={"quota": 1, "shortest_seconds": 60, "longest_seconds": 600, "lowest_kbps": 192},
    ),
}


def day_at(starts_at: datetime.datetime, zone: str, days: int, hour: int, minute: int) -> datetime.datetime:
    """The moment `days` calendar days after the start, at a time of day in the season's zone."""
    local = starts_at.astimezone(ZoneInfo(zone)).date() + datetime.timedelta(days=days)
    return datetime.datetime.combine(local, datetime.time(hour, minute), ZoneInfo(zone))


@transaction.atomic
def create_season(
    *, preset: str, slug: str, name: str, starts_at: datetime.datetime, by: Person, zone: str = ""
) -> Season:
    """Make a season with the season's part of a preset; the maker becomes its organizer.

    `starts_at` is when entries open. Raises InvalidInput for an unknown preset or an address that is taken.
    """
    if preset not in SEASONS:
        raise InvalidInput(
            gettext("There is no preset called “%(preset)s”.") % {"preset": preset}, field="preset"
        )
    chosen = SEASONS[preset]
    zone = zone or chosen.zone
    season = empty_season(
        slug=slug, name=name, by=by, preset=preset, zone=zone, language=chosen.language, **chosen.limits,
        entries_open_at=starts_at,
        entries_close_at=day_at(starts_at, zone, chosen.calendar.entries, 23, 59),
        clearing_ends_at=day_at(starts_at, zone, chosen.calendar.clearing, 18, 0),
        results_at=day_at(starts_at, zone, chosen.calendar.results, 18, 0),
        genres=list(texts.GENRES),
    )  # fmt: skip
    _add_texts(season, chosen)
    return season


@transaction.atomic
def empty_season(*, slug: str, name: str, by: Person, **fields: Any) -> Season:
    """Make a season from nothing; the maker becomes its organizer. Raises InvalidInput if the address is taken."""
    if Season.objects.filter(slug=slug).exists():
        raise InvalidInput(gettext("Another season has this address. Choose a different one."), field="slug")
    season = Season.objects.create(slug=slug, name=name, hashtag=fields.pop("hashtag", ""), **fields)
    Membership.objects.create(season=season, person=by, role=Role.ORGANIZER)
    events.log("season.created", season, by=by, season=season.slug, preset=season.preset)
    return season


def _add_texts(season: Season, chosen: SeasonPreset) -> None:
    for order, (code, names) in enumerate(chosen.markets):
        Market.objects.create(season=season, code=code, order=order, name=names["en"], names=_others(names))
    for order, words in enumerate(chosen.questions):
        Question.objects.create(season=season, order=order, text=words["en"], texts=_others(words))
    for language, (headline, about) in texts.WELCOME.items():
        SeasonText.objects.create(season=season, language=language, headline=headline, about=about)
    Terms.objects.create(
        season=season, dated_on=clock.now().date(), text=texts.TERMS["en"], texts=_others(texts.TERMS)
    )


def _others(words: dict[str, str]) -> dict[str, str]:
    return {language: text for language, text in words.items() if language != "en"}
