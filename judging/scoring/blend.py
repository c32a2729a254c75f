"""Blends: one score from popularity and panel, both in counts of 1e-6."""

from fractions import Fraction

from .exact import Ints, compact, half_even_all, largest, objects, roomy
from .inputs import scaled
from .recipe import BlendRules

_GRAIN = 10**14


def weighted_sum(popularity: Ints, panel: Ints, rules: BlendRules) -> Ints:
    """(w_p * Zp + w_j * Zj) / (w_p + w_j), exact, rounded half-even."""
    weights, _ = scaled([rules.popularity, rules.panel])
    public, jury = (int(weight) for weight in weights)
    total = public + jury
    room = (largest(popularity) + largest(panel) + 1) * total * 4
    top = roomy(popularity, room) * public + roomy(panel, room) * jury
    if total < 10**12:
        return compact(half_even_all(top, total))
    return compact(half_even_all(half_even_all(objects(top) * _GRAIN, total), _GRAIN))


def panel_share(rules: BlendRules) -> Fraction:
    """w_j / (w_p + w_j)."""
    public, jury = Fraction(rules.popularity), Fraction(rules.panel)
    return jury / (public + jury)
