"""Every method of a round that is not the default, for recompute.py: exact, by the standard library alone.

Numbers in brackets, as in [29], are the rules of docs/scoring-rules.md in Spotlight's repository.
"""

import hashlib
import math
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # python3 -I does not look there
from arithmetic import FLAT, ONE, Fit, dec, gathered, normal_score, places, published

SLOPES, RELIABILITY = "leniency-adjusted-slopes", "leniency-adjusted-reliability"
MEANS = ("raw-mean", "trimmed-mean", "judge-z", "judge-percentile")
SUMS = ("log-sum", "raw-sum", "time-decay")
OTHER_BLENDS = ("borda", "rank-points", "geometric", "rrf", "panel-gate-then-popularity", "both-must-pass")
POINTS = (12, 10, 8, 7, 6, 5, 4, 3, 2, 1)
NU = 20


# ---- the panel -------------------------------------------------------------------------------------------------------


def columns(sheets):
    return [[("pool", s.pool), ("judge", s.judge)] for s in sheets]


def slopes(sheets, fit, lam_entry, lam_judge):
    """The fit with a slope per judge in place of the spread step [46]."""
    entries, y = [s.entry for s in sheets], [dec(s.y) for s in sheets]
    mean = {j: sum(ys) / len(ys) for j, ys in gathered((s.judge, s.y) for s in sheets).items()}
    for _ in range(3):
        slope = slopes_of(sheets, fit)
        marks = [
            dec(mean[s.judge]) + (v - dec(mean[s.judge])) / slope[s.judge]
            for s, v in zip(sheets, y, strict=True)
        ]
        fit = Fit(entries, columns(sheets), marks, lam_entry, lam_judge)
    return fit


def slopes_of(sheets, fit):
    pairs = gathered(
        (s.judge, (fit.u[s.entry], dec(s.y) - fit.x["pool", s.pool] - fit.x["judge", s.judge]))
        for s in sheets
    )
    if fit.unit < FLAT:
        return dict.fromkeys(pairs, ONE)
    prior = NU * fit.noise / fit.lam_entry
    return {
        judge: limited(
            (prior + sum(u * r for u, r in own)) / (prior + sum(u * u for u, _ in own)), "0.25", "4"
        )
        for judge, own in pairs.items()
    }


def reliability(sheets, y, fit, lam_entry, lam_judge):
    """The fit with a weight per judge, by the residuals of the plain one [47]."""
    if fit.unit < FLAT:
        return fit
    rests = gathered(
        (s.judge, v - fit.x["pool", s.pool] - fit.u[s.entry] - fit.x["judge", s.judge])
        for s, v in zip(sheets, y, strict=True)
    )
    weight = {}
    for judge, own in rests.items():
        variance = (NU * fit.noise + sum(r * r for r in own)) / (NU + len(own))
        weight[judge] = limited(fit.noise / variance, "0.25", "1.5")
    weights = [weight[s.judge] for s in sheets]
    return Fit([s.entry for s in sheets], columns(sheets), y, lam_entry, lam_judge, weights)


def limited(value, least, most):
    return min(Decimal(most), max(Decimal(least), value))


def means(sheets, method, weights):
    """{entry: (theta, panel, panel_sd)} by means of marks, as they are or put on a common footing [48]."""
    marks = {"judge-z": standard, "judge-percentile": percentiles}.get(method, plain)(sheets)
    own = gathered((s.entry, mark) for s, mark in zip(sheets, marks, strict=True))
    centre = {entry: sum(values) / len(values) for entry, values in own.items()}
    free = len(sheets) - len(own)
    squares = sum((v - centre[entry]) ** 2 for entry, values in own.items() for v in values)
    if method == "trimmed-mean":
        centre = trimmed(sheets, weights)
    middle = sum(centre.values()) / len(centre)
    theta = {entry: value - middle for entry, value in centre.items()}
    unit = dec(sum(t * t for t in theta.values()) / len(theta)).sqrt()
    result = {}
    for entry, t in theta.items():
        score, sd = Decimal(0), ONE
        if unit >= FLAT:
            score = dec(t) / unit
            sd = dec(squares / free / len(own[entry])).sqrt() / unit if free else ONE
        result[entry] = published(t), published(score), max(published(sd), Decimal("0.000001"))
    return result


def plain(sheets):
    return [s.y for s in sheets]


def standard(sheets):
    """Each mark in standard deviations of its judge [50]."""
    found = {}
    for judge, ys in gathered((s.judge, s.y) for s in sheets).items():
        mean = sum(ys) / len(ys)
        squares = sum((y - mean) ** 2 for y in ys)
        found[judge] = mean, dec(squares / (len(ys) - 1)).sqrt() if squares else None
    return [dec(s.y - mean) / sd if sd else Decimal(0) for s in sheets for mean, sd in [found[s.judge]]]


def percentiles(sheets):
    """Each mark as a percentile among those of its judge [51]."""
    found = {}
    for judge, own in gathered((s.judge, s) for s in sheets).items():
        for entry, place in places({s.entry: s.y for s in own}).items():
            found[judge, entry] = 100 * (place - Fraction(1, 2)) / len(own)
    return [found[s.judge, s.entry] for s in sheets]


def trimmed(sheets, weights):
    """Per entry the weighted mean of criteria, each without its highest and lowest mark from five sheets on [49]."""
    result = {}
    for entry, own in gathered((s.entry, s.marks) for s in sheets).items():
        result[entry] = Fraction(0)
        for weight, marks in zip(weights, zip(*own, strict=True), strict=True):
            kept = sorted(marks)[1:-1] if len(marks) >= 5 else marks
            result[entry] += weight * sum(kept) / len(kept)
    return result


# ---- popularity ------------------------------------------------------------------------------------------------------


def scale(method):
    """What a mid-rank among n becomes: a normal score [29], or a percentile [53]."""
    if method == "percentile-region":
        return lambda place, n: dec((place - Fraction(1, 2)) / n - Fraction(1, 2))
    return lambda place, n: normal_score((place - Fraction(3, 8)) / (n + Fraction(1, 4)))


def hardened(scores, room):
    """An entry's normal scores in the regions of a metric, none above the second highest + region_cap [52]."""
    if len(scores) < 2:
        return scores
    most = sorted(scores)[-2] + dec(room)
    return [min(score, most) for score in scores]


def summed(public, rules):
    """{entry: weighted mean over its metrics of what all live days and regions add up to} [54]."""
    totals = dict.fromkeys([(e, m) for e in public.entries for m in public.has[e]], Fraction(0))
    decay = Decimal("0.5").ln() / dec(Fraction(str(rules["half_life_days"])))
    if rules["method"] == "time-decay":
        totals = {key: Decimal(0) for key in totals}
    for (metric, _, entry), days in public.days.items():
        for day, value in days.items():
            if rules["method"] == "time-decay":
                value = dec(value) * (decay * (public.last - day)).exp()
            totals[entry, metric] += value
    if rules["method"] != "raw-sum":
        totals = {key: dec(total + 1).ln() for key, total in totals.items()}
    return {e: public.mean({m: totals[e, m] for m in public.has[e]}) for e in public.entries}


# ---- blends ----------------------------------------------------------------------------------------------------------


def capped(popularity, size):
    """No popularity above that of rank ceil(size / 4) [56]."""
    place = -(-size // 4)
    if not 0 < place <= len(popularity):
        return popularity
    most = sorted(popularity.values(), reverse=True)[place - 1]
    return {entry: min(value, most) for entry, value in popularity.items()}


def from_top(scores):
    """The mid-rank of each entry, the highest first [57]."""
    return {entry: len(scores) + 1 - place for entry, place in places(scores).items()}


def percentile(scores):
    """(n - R + 1/2) / n [57]."""
    n = len(scores)
    return {entry: (n - place + Fraction(1, 2)) / n for entry, place in from_top(scores).items()}


def blended(popularity, panel, rules, size):
    """{entry: blend} of a method that goes by ranks [57] to [63]."""
    method, w_p, w_j = rules["method"], Fraction(str(rules["popularity"])), Fraction(str(rules["panel"]))
    if method == "panel-gate-then-popularity":
        made = gated(popularity, panel, Fraction(str(rules["gate"])) * size)
    elif method == "both-must-pass":
        parts = [percentile(part) for part, weight in ((popularity, w_p), (panel, w_j)) if weight]
        made = {entry: min(part[entry] for part in parts) for entry in panel}
    else:
        value = {"borda": negative, "rank-points": rank_points, "rrf": reciprocal, "geometric": logarithms}[
            method
        ]
        public, jury, share = value(popularity, rules), value(panel, rules), w_j / (w_p + w_j)
        if method == "geometric":
            made = {e: (dec(1 - share) * public[e] + dec(share) * jury[e]).exp() for e in panel}
        else:
            made = {e: (1 - share) * public[e] + share * jury[e] for e in panel}
    return {entry: published(value) for entry, value in made.items()}


def negative(scores, rules):
    return {entry: -place for entry, place in from_top(scores).items()}


def rank_points(scores, rules):
    top = int(rules["rank_points_top"])
    return {entry: max(Fraction(0), top + 1 - place) for entry, place in from_top(scores).items()}


def reciprocal(scores, rules):
    return {entry: 1 / (Fraction(str(rules["rrf_k"])) + place) for entry, place in from_top(scores).items()}


def logarithms(scores, rules):
    return {entry: dec(value).ln() for entry, value in percentile(scores).items()}


def gated(popularity, panel, room):
    """Popularity orders who is among the best of the panel, the panel all others [62]."""
    made, count = percentile(panel), math.ceil(room)
    if not count or not panel:
        return made
    line = sorted(panel.values(), reverse=True)[:count][-1]
    inside = {entry: popularity[entry] for entry in panel if panel[entry] >= line}
    return made | {entry: 1 + value for entry, value in percentile(inside).items()}


# ---- points ----------------------------------------------------------------------------------------------------------


def ballot(seed, voter, scores):
    """{entry: points} of a voter, from what it orders entries by, higher first [43] to [45]."""

    def key(entry):
        return [-n for n in scores[entry]], hashlib.sha256(f"{seed}|{voter}|{entry}".encode()).hexdigest()

    return dict(zip(sorted(scores, key=key), POINTS, strict=False))


class Tally:
    """The points of one side, from the ballots of its voters [40]."""

    def __init__(self, ballots):
        self.given = gathered((entry, points) for ballot in ballots for entry, points in ballot.items())

    def total(self, entry):
        return sum(self.given.get(entry, ()))

    def levels(self, entry):
        """Points, voters, and the numbers of 12s, 10s, 8s ... 1s: more is better, so all are negative."""
        mine = self.given.get(entry, ())
        return -sum(mine), -len(mine), [-mine.count(points) for points in POINTS]
