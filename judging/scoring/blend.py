"""Blends: one score from popularity and panel, all in counts of 1e-6.

Every blend starts from published numbers, a missing popularity counting as 0, and gives a published number.
Percentiles are (n - R + 1/2) / n with R the mid-rank from the top.
"""

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np

from .exact import MICRO, Ints, compact, half_even_all, ints, largest, objects, publish_ratio, roomy
from .inputs import Indexes, scaled
from .order import double_midranks
from .recipe import BlendRules

_GRAIN = 10**14


def blend(popularity: Ints, panel: Ints, rules: BlendRules, *, size: int) -> Ints:
    """The blend of the recipe; `size` is that of the cut."""
    if rules.method == "weighted-sum":
        if rules.popularity_cap:
            popularity = capped(popularity, size)
        return weighted_sum(popularity, panel, rules)
    if rules.method == "panel-gate-then-popularity":
        return gated(popularity, panel, rules, size)
    if rules.method == "both-must-pass":
        return weakest(popularity, panel, rules)
    return _RANK_BLENDS[rules.method](popularity, panel, rules)


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


def capped(popularity: Ints, size: int) -> Ints:
    """Popularity no higher than that of popularity rank ceil(size / 4)."""
    place = -(-size // 4)
    if not 0 < place <= len(popularity):
        return popularity
    result: Ints = np.minimum(popularity, np.sort(popularity)[len(popularity) - place])
    return result


def ranks_from_top(scores: Ints) -> Indexes:
    """Twice the mid-rank of each score, the highest first."""
    return double_midranks(-scores)


def borda(popularity: Ints, panel: Ints, rules: BlendRules) -> Ints:
    """Minus the weighted mean of the two mid-ranks."""
    return _by_ranks(popularity, panel, rules, lambda rank: -rank)


def rank_points(popularity: Ints, panel: Ints, rules: BlendRules) -> Ints:
    """Weighted mean of points: m for the first of the m best, one less for each place, 0 from there on."""
    top = rules.rank_points_top
    return _by_ranks(popularity, panel, rules, lambda rank: max(Fraction(0), top + 1 - rank))


def reciprocal_rank(popularity: Ints, panel: Ints, rules: BlendRules) -> Ints:
    """Weighted mean of 1 / (k + rank) (Cormack, Clarke and Buettcher 2009)."""
    k = Fraction(rules.rrf_k)
    return _by_ranks(popularity, panel, rules, lambda rank: 1 / (k + rank))


def geometric(popularity: Ints, panel: Ints, rules: BlendRules) -> Ints:
    """Weighted geometric mean of the two percentiles."""
    share, n = panel_share(rules), len(panel)
    pairs = list(zip(ranks_from_top(popularity).tolist(), ranks_from_top(panel).tolist(), strict=True))
    known = {pair: _geometric(*pair, n, share) for pair in set(pairs)}
    return ints(known[pair] for pair in pairs)


def _geometric(public: int, jury: int, n: int, share: Fraction) -> int:
    with localcontext() as context:
        context.prec = 60
        logs = [(Decimal(2 * n - twice + 1) / (2 * n)).ln() for twice in (public, jury)]
        weights = [Decimal(w.numerator) / w.denominator for w in (1 - share, share)]
        mean = sum((w * log for w, log in zip(weights, logs, strict=True)), Decimal(0)).exp()
        return publish_ratio(Fraction(mean))


def weakest(popularity: Ints, panel: Ints, rules: BlendRules) -> Ints:
    """The lower of the two percentiles; a part of weight 0 is left out."""
    n = len(panel)
    parts = [(popularity, rules.popularity), (panel, rules.panel)]
    ranks = [ranks_from_top(scores) for scores, weight in parts if weight]
    lows = np.maximum(ranks[0], ranks[-1])
    return _published(lows, lambda twice: Fraction(2 * n - twice + 1, 2 * n))


def gated(popularity: Ints, panel: Ints, rules: BlendRules, size: int) -> Ints:
    """Those in the gate by their panel score are ordered by popularity, all others follow by panel score.

    The gate is the best gate * size by panel score, with all that equal the last of them. In the gate the blend is
    1 + the percentile of popularity among them, outside it is the percentile of the panel score among all.
    """
    n = len(panel)
    if not n:
        return panel
    places = math.ceil(Fraction(rules.gate) * size)
    line = np.sort(panel)[max(0, n - max(1, places))]
    inside = (panel >= line) if places else np.zeros(n, dtype=np.bool_)
    result = _published(ranks_from_top(panel), lambda twice: Fraction(2 * n - twice + 1, 2 * n))
    count = int(inside.sum())
    result[inside] = MICRO + _published(
        ranks_from_top(popularity[inside]), lambda twice: Fraction(2 * count - twice + 1, 2 * count)
    )
    return result


def _by_ranks(
    popularity: Ints, panel: Ints, rules: BlendRules, points: Callable[[Fraction], Fraction]
) -> Ints:
    share = panel_share(rules)
    pairs = list(zip(ranks_from_top(popularity).tolist(), ranks_from_top(panel).tolist(), strict=True))
    value = {twice: points(Fraction(twice, 2)) for pair in pairs for twice in pair}
    known = {
        pair: publish_ratio((1 - share) * value[pair[0]] + share * value[pair[1]]) for pair in set(pairs)
    }
    return ints(known[pair] for pair in pairs)


def _published(doubled: Indexes, points: Callable[[int], Fraction]) -> Ints:
    known = {twice: publish_ratio(points(twice)) for twice in np.unique(doubled).tolist()}
    return ints(known[twice] for twice in doubled.tolist())


_RANK_BLENDS: dict[str, Callable[[Ints, Ints, BlendRules], Ints]] = {
    "borda": borda,
    "rank-points": rank_points,
    "geometric": geometric,
    "rrf": reciprocal_rank,
}
