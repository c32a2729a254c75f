"""The recipe of a round: its rules as the scoring library reads them."""

from typing import Any

from judging.models import Entry, Round
from judging.scoring.recipe import Recipe


def cut_size(round: Round) -> int:
    """How many advance: what was fixed, else the most that the rules allow; per group where cuts are per group."""
    size = round.cut_fixed or round.cut_highest
    if round.cut_scope == Round.Scope.OVERALL:
        return size
    groups = round.entries.filter(state=Entry.State.IN).values_list("group", flat=True).distinct().count()
    return size * max(groups, 1)


def recipe_of(round: Round) -> Recipe:
    """The arithmetic of a round. Raises RecipeError when its rules contradict themselves."""
    tables: dict[str, dict[str, Any]] = {
        "panel": {
            "method": round.panel_method,
            "minimum_sheets": round.minimum_sheets,
            "criteria": [[c.key, str(c.weight.normalize())] for c in round.criteria.all()],
        },
        "popularity": {
            "method": round.popularity_method,
            "metrics": [[m.key, str(m.weight.normalize())] for m in round.metrics.all()],
        },
        "blend": {
            "method": round.blend_method,
            "popularity": str(round.popularity_weight),
            "panel": str(round.panel_weight),
        },
        "cut": {"size": cut_size(round)},
        "tie": {"chain": round.tie_chain, "seed": round.season.seed},
    }
    for table, values in round.options.items():
        if table == "assignment":  # how entries are dealt is no part of the arithmetic
            continue
        tables.setdefault(table, {}).update(values)
    return Recipe.from_mapping(tables)
