"""Whole seasons from presets: the season's part, and on top of it rounds, rubrics, metrics, a source and prizes."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction

from judging.models import Criterion, Metric, Prize, Round, Source
from judging.services import preset_texts as texts
from spotlight.accounts.models import Person
from submissions.models import Season
from submissions.services import presets as seasons
from submissions.services.presets import day_at


@dataclass(frozen=True)
class RoundPreset:
    """One round: days from the opening of entries, cut, weights and how the panel works."""

    names: dict[str, str]
    days: tuple[int, int, int]
    cut: tuple[int, int]
    popularity: str
    rubric: dict[str, str]
    metrics: dict[str, str]
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PrizePreset:
    """A tier of prizes; the amount in minor units of the currency."""

    names: dict[str, str]
    places: int
    amount: int | None = None
    currency: str = ""


LISTENING = {"plays": "0.4", "likes": "0.2", "shares": "0.15", "uses": "0.25"}
VIDEOS = {"uses": "0.5", "plays": "0.3", "shares": "0.2"}
SPOTLIGHT_RUBRIC = {"song": "0.3", "performance": "0.3", "sound": "0.2", "originality": "0.2"}
FINAL_RUBRIC = {"song": "0.3", "performance": "0.4", "originality": "0.3"}
FESTIVAL_RUBRIC = {"song": "0.4", "originality": "0.4", "performance": "0.2"}
ALL_HEAR_ALL = {"design": Round.Design.ALL_HEAR_ALL, "judges_per_entry": 5, "minimum_sheets": 3}

ROUNDS: dict[str, tuple[RoundPreset, ...]] = {
    "spotlight": (
        RoundPreset(texts.LONGLIST, (67, 94, 98), (100, 100), "0.5", SPOTLIGHT_RUBRIC, LISTENING, {"is_blind": True}),
        RoundPreset(texts.SHORTLIST, (101, 122, 125), (18, 18), "0.4", SPOTLIGHT_RUBRIC, LISTENING, {"judges_per_entry": 5}),
        RoundPreset(texts.FINAL, (128, 146, 149), (5, 10), "0.3", FINAL_RUBRIC, LISTENING, ALL_HEAR_ALL),
    ),
    "korea": (
        RoundPreset(texts.LONGLIST, (67, 90, 94), (200, 200), "0.6", SPOTLIGHT_RUBRIC, VIDEOS),
        RoundPreset(texts.SHORTLIST, (97, 117, 120), (50, 50), "0.5", SPOTLIGHT_RUBRIC, VIDEOS, {"judges_per_entry": 5}),
        RoundPreset(texts.FINAL, (123, 141, 144), (10, 10), "0.3", FINAL_RUBRIC, VIDEOS, ALL_HEAR_ALL),
    ),
    "festival": (
        RoundPreset(texts.LONGLIST, (15, 36, 38), (90, 90), "0", FESTIVAL_RUBRIC, {}, {"is_blind": True}),
        RoundPreset(texts.SHORTLIST, (40, 54, 56), (8, 8), "0", FESTIVAL_RUBRIC, {}, {"judges_per_entry": 6}),
        RoundPreset(texts.FINAL, (58, 70, 72), (1, 1), "0", FESTIVAL_RUBRIC, {}, ALL_HEAR_ALL),
    ),
}  # fmt: skip

PRIZES: dict[str, tuple[PrizePreset, ...]] = {
    "spotlight": (
        PrizePreset(texts.SINGLE, 1),
        PrizePreset(texts.STUDIO_WEEK, 4),
        PrizePreset(texts.MENTORING, 5),
    ),
    "korea": (
        PrizePreset(texts.GRAND_PRIZE, 1, 20_000_000, "KRW"),
        PrizePreset(texts.EXCELLENCE, 4, 10_000_000, "KRW"),
        PrizePreset(texts.ENCOURAGEMENT, 5, 8_000_000, "KRW"),
    ),
    "festival": (PrizePreset(texts.STAGE_SLOT, 1, 500_000, "GBP"),),
}


@transaction.atomic
def create_from_preset(
    *, preset: str, slug: str, name: str, starts_at: datetime.datetime, by: Person, zone: str = ""
) -> Season:
    """Make a whole season from `spotlight`, `korea` or `festival`; `starts_at` is when entries open.

    It is not open yet and everything in it can be changed. Raises InvalidInput at `preset` or `slug`.
    """
    season = seasons.create_season(preset=preset, slug=slug, name=name, starts_at=starts_at, by=by, zone=zone)
    add_rounds(season, preset, starts_at)
    return season


def add_rounds(season: Season, preset: str, starts_at: datetime.datetime) -> None:
    """Give a season the rounds, the source and the prizes of a preset."""
    Source.objects.get_or_create(season=season, slug="spotlight", defaults={"name": "Spotlight"})
    for number, chosen in enumerate(ROUNDS[preset], 1):
        _add_round(season, number, chosen, starts_at)
    for tier, prize in enumerate(PRIZES[preset], 1):
        Prize.objects.create(
            season=season, tier=tier, name=prize.names["en"], names=_others(prize.names),
            places=prize.places, amount=prize.amount, currency=prize.currency,
        )  # fmt: skip


def _add_round(season: Season, number: int, chosen: RoundPreset, starts_at: datetime.datetime) -> Round:
    opens, locks, closes = chosen.days
    popularity = Decimal(chosen.popularity)
    round_ = Round.objects.create(
        season=season, number=number, name=chosen.names["en"], names=_others(chosen.names),
        opens_at=day_at(starts_at, season.zone, opens, 10, 0),
        locks_at=day_at(starts_at, season.zone, locks, 23, 59),
        closes_at=day_at(starts_at, season.zone, closes, 18, 0),
        cut_lowest=chosen.cut[0], cut_highest=chosen.cut[1],
        popularity_weight=popularity, panel_weight=1 - popularity, **chosen.fields,
    )  # fmt: skip
    for order, (key, weight) in enumerate(chosen.rubric.items()):
        Criterion.objects.create(
            round=round_, key=key, weight=Decimal(weight), order=order, **texts.criterion(key)
        )
    for measure, weight in chosen.metrics.items():
        Metric.objects.create(round=round_, measure=measure, weight=Decimal(weight))
    return round_


def _others(words: dict[str, str]) -> dict[str, str]:
    return {language: text for language, text in words.items() if language != "en"}
