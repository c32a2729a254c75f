"""A season's rules on their way into a rehearsal: everything that an organizer set up, and nobody who takes part."""

from collections.abc import Iterable
from typing import Any

from django.core import serializers
from django.core.management.color import no_style
from django.db import connection, models

from judging.models import Criterion, Metric, Prize, Round, Source
from submissions.models import Division, Market, Question, Season, SeasonText, Terms

Models = tuple[type[models.Model], ...]
OF_SEASON: Models = (SeasonText, Market, Division, Question, Terms, Round, Source, Prize)
OF_ROUND: Models = (Criterion, Metric)
COPIED: Models = (Season, *OF_SEASON, *OF_ROUND)
BEGUN = ("opened_at", "locked_at", "closed_at", "announced_at", "cut_fixed", "rules")
"""What a season or round gets once it runs; the copy begins anew."""


def dump_rules(season: Season) -> str:
    """The season's rules as JSON of their rows, as if it had not been opened. Its seed stays at home."""
    rows: list[models.Model] = [season]
    for model in OF_SEASON:
        rows += model._default_manager.filter(season=season)
    for model in OF_ROUND:
        rows += model._default_manager.filter(round__season=season)
    text: str = serializers.serialize("json", [_as_planned(row) for row in rows])
    return text


def _as_planned(row: models.Model) -> models.Model:
    for field in row._meta.concrete_fields:
        if (
            isinstance(field, models.ForeignKey) and field.related_model not in COPIED
        ) or field.name in BEGUN:
            setattr(row, field.name, None)
    if isinstance(row, Season | Round):
        row.state = "planned"
    if isinstance(row, Season):
        row.seed, row.rules_sha256 = "-", ""
    return row


def load_rules(text: str) -> Season:
    """Write dumped rules into an empty database and return the season."""
    for thing in serializers.deserialize("json", text):
        thing.save()
    _renew_sequences(COPIED)
    return Season.objects.get()


def _renew_sequences(tables: Iterable[type[models.Model]]) -> None:
    with connection.cursor() as cursor:
        for line in connection.ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(line)


def summary_of(season: Season) -> list[dict[str, Any]]:
    """What one compares two rehearsals by: per round its weights, methods and sizes, as plain JSON."""
    return [
        {
            "number": r.number, "name": r.name, "cut": [r.cut_lowest, r.cut_highest], "scope": r.cut_scope,
            "popularity": f"{r.popularity_weight.normalize():f}", "panel": f"{r.panel_weight.normalize():f}",
            "panel_method": r.panel_method, "popularity_method": r.popularity_method, "blend": r.blend_method,
            "ties": r.tie_chain, "design": r.design, "judges_per_entry": r.judges_per_entry,
            "minimum_sheets": r.minimum_sheets, "options": r.options,
        }
        for r in season.rounds.order_by("number")
    ]  # fmt: skip
