"""What was kept with a close: where an entry would be without each source, read against the number that advances."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from judging.models import Round, Source, Standing
from judging.queries.cuts import size_of


@dataclass(frozen=True)
class Without:
    """An entry without one source: its rank then, and whether it would advance."""

    source: str
    rank: int
    is_in: bool


def withouts(round: Round, standing: Standing) -> list[Without]:
    """One for each source that the round counts; empty for entries neither in nor in reserve."""
    kept = standing.parts.get("without", {})
    names = dict(Source.objects.filter(season=round.season_id).values_list("slug", "name")) if kept else {}
    return [
        Without(source_name(slug, names), found["rank"], _is_in(round, found))
        for slug, found in sorted(kept.items())
    ]


def needed_sources(round: Round, standing: Standing, names: dict[str, str]) -> list[str]:
    """The sources without each of which the entry would not advance."""
    kept = standing.parts.get("without", {})
    return [source_name(slug, names) for slug, found in sorted(kept.items()) if not _is_in(round, found)]


def source_name(slug: str, names: dict[str, str]) -> str:
    """What a source is called; its own counts are what listeners do here."""
    return _("what listeners do here") if slug == "spotlight" else names.get(slug, slug)


def _is_in(round: Round, found: dict[str, int]) -> bool:
    """By its place, since the number may be fixed after the close; ties that extend a cut as they were found."""
    by_place = bool(found["place"]) and found["place"] <= size_of(round)
    return by_place or (bool(found["in"]) and size_of(round) == round.cut_highest)
