"""The standings of a round from its rules, sheets and readings, with the standard library alone.

Slow and exact: decimals and fractions throughout. It shares no code with the program that published the standings.
Here are the default method, the order and the cut; methods.py has all others, arithmetic.py the numbers.
Numbers in brackets, as in [29], are the rules of docs/scoring-rules.md in Spotlight's repository.
"""

import csv
import hashlib
import io
import math
import sys
from collections import defaultdict, namedtuple
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent))  # python3 -I does not look there
import methods
from arithmetic import FLAT, ONE, TINY, Fit, dec, density, gathered, phi, places, published

HEADER = [
    "rank", "entry", "blend", "popularity", "panel", "theta", "panel_sd", "probability", "sheets", "tie_level", "selected"
]  # fmt: skip
KNOWN = {
    "panel": ("leniency-adjusted", methods.SLOPES, methods.RELIABILITY, *methods.MEANS),
    "popularity": ("robust-normal-score", "hardened", "percentile-region", *methods.SUMS),
    "blend": ("weighted-sum", "eurovision", *methods.OTHER_BLENDS),
}
CHAINS = ("panel-first", "popularity-first", "countback", "extend-cut")
ZERO = Decimal("0.000000")
Sheet = namedtuple("Sheet", "entry judge pool y marks")
Heard = namedtuple(
    "Heard", "theta panel sd sheets mark best", defaults=[ZERO, ZERO, published(1), 0, None, ()]
)
UNHEARD = Heard()
Column = namedtuple("Column", "blend popularity panel theta sd chance sheets levels")


# ---- the panel -------------------------------------------------------------------------------------------------------


def counted(rows, rules):
    """The sheets with a mark for every criterion [12]; `marks` in the order of the criteria."""
    weights = [Fraction(str(weight)) for _, weight in rules["criteria"]]
    found = []
    for row in rows:
        texts = [row[name] for name, _ in rules["criteria"]]
        if all(texts):
            marks = [Fraction(text) for text in texts]
            y = sum(weight * mark for weight, mark in zip(weights, marks, strict=True))
            found.append(Sheet(row["entry"], row["judge"], row["pool"], y, marks))
    return found


def heaviest(rules):
    """The place of the criterion with the greatest weight, the first if several have it."""
    weights = [Fraction(str(weight)) for _, weight in rules["criteria"]]
    return weights.index(max(weights))


def panel(sheets, rules):
    """{entry: Heard} of heard entries: the scores, the sheets, the mean of the top criterion, the marks from the best on."""
    if not sheets:
        return {}
    if rules["method"] in methods.MEANS:
        scores = methods.means(
            sheets, rules["method"], [Fraction(str(weight)) for _, weight in rules["criteria"]]
        )
    else:
        scores = fitted(sheets, rules)
    top, result = heaviest(rules), {}
    for entry, own in gathered((s.entry, s) for s in sheets).items():
        mark = published(sum(s.marks[top] for s in own) / len(own))
        result[entry] = Heard(*scores[entry], len(own), mark, sorted((s.y for s in own), reverse=True))
    return result


def fitted(sheets, rules):
    """{entry: (theta, panel, panel_sd)} by the fit of entries and judges [13] to [18]."""
    y = spread(sheets, Fraction(str(rules["spread_shrinkage"])))
    strengths = lambdas(sheets, y, rules)
    fit = Fit([s.entry for s in sheets], methods.columns(sheets), y, *strengths)
    if rules["method"] == methods.SLOPES:
        fit = methods.slopes(sheets, fit, *strengths)
    elif rules["method"] == methods.RELIABILITY:
        fit = methods.reliability(sheets, y, fit, *strengths)
    pools = {s.pool for s in sheets}
    mean = sum(fit.x["pool", pool] for pool in pools) / len(pools)
    result = {}
    for entry, pool in {s.entry: s.pool for s in sheets}.items():
        theta = fit.x["pool", pool] - mean + fit.u[entry]
        score = theta / fit.unit if fit.unit >= FLAT else Decimal(0)
        result[entry] = published(theta), published(score), fit.sd(entry, pool)
    return result


def spread(sheets, nu):
    """Marks with every judge's spread drawn to the panel's [13]."""
    by_judge = gathered((s.judge, s.y) for s in sheets)
    mean = {judge: sum(ys) / len(ys) for judge, ys in by_judge.items()}
    squares = {judge: sum((y - mean[judge]) ** 2 for y in ys) for judge, ys in by_judge.items()}
    free = sum(len(ys) - 1 for ys in by_judge.values())
    if not nu or not free or not any(squares.values()):
        return [dec(s.y) for s in sheets]
    s2 = sum(squares.values()) / free
    factor = {
        judge: dec(s2 * (nu + len(ys) - 1) / (nu * s2 + squares[judge])).sqrt() for judge, ys in by_judge.items()
    }  # fmt: skip
    return [dec(mean[s.judge]) + dec(s.y - mean[s.judge]) * factor[s.judge] for s in sheets]


def lambdas(sheets, y, rules):
    given = [rules["lambda_entry"], rules["lambda_judge"]]
    if "estimate" not in given:
        return [Decimal(str(g)) for g in given]
    return [
        e if g == "estimate" else Decimal(str(g)) for g, e in zip(given, estimates(sheets, y), strict=True)
    ]


def estimates(sheets, y):
    """Moments [14], [15]."""
    groups = []
    for heard in gathered((s.entry, s.judge) for s in sheets).values():
        touched = [group for group in groups if group & set(heard)]
        groups = [group for group in groups if not group & set(heard)] + [set(heard).union(*touched)]
    anchors = {min(group) for group in groups}
    n, entries = len(sheets), {s.entry for s in sheets}
    judges, cells = {s.judge for s in sheets}, {(s.judge, s.pool) for s in sheets}
    free = (n - len(entries) - len(judges) + len(groups), n - len(entries), n - len(cells))
    if n < 50 or 0 in free:
        return [ONE, ONE]
    columns = [[] if s.judge in anchors else [("judge", s.judge)] for s in sheets]
    noise = Fit([s.entry for s in sheets], columns, y, Decimal(0), Decimal(0)).squares / free[0]

    def limited(part, most):
        if part < TINY:
            return most
        ratio = (noise / part).quantize(TINY, ROUND_HALF_EVEN).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        return min(most, max(Decimal("0.01"), ratio))

    between = within(y, [(s.judge, s.pool) for s in sheets]) / free[2] - noise
    judge = within(y, [s.entry for s in sheets]) / free[1] - noise
    return [limited(between, Decimal(20)), limited(judge, Decimal(50))]


def within(y, keys):
    groups = gathered(zip(keys, y, strict=True)).values()
    return sum(sum((v - sum(g) / len(g)) ** 2 for v in g) for g in groups)


# ---- popularity ------------------------------------------------------------------------------------------------------


class Public:
    """What the readings say of the eligible entries [21] to [29]: metrics that each has, day values, rates, fans, z.

    `days[metric, region, entry]` is {day: value}; `rate` and `z` have a number for each entry that has the metric.
    """

    def __init__(self, rows, rules):
        self.rules, self.weights = rules, {name: Fraction(str(weight)) for name, weight in rules["metrics"]}
        self.entries, self.has, self.days, self.rate, self.z = set(), defaultdict(set), {}, {}, {}
        lines = [
            (r["entry"], r["region"], r["metric"], date.fromisoformat(r["day"]).toordinal(), Fraction(r["value"]), r["fans"])
            for r in rows if r["metric"] in self.weights
        ]  # fmt: skip
        if lines:
            self.count(self.eligible(lines))
            self.score()

    def eligible(self, lines):
        """The live lines of who takes part [22] to [24]."""
        self.last = max(line[3] for line in lines)
        first = {entry: min(days) for entry, days in gathered((line[0], line[3]) for line in lines).items()}
        self.live = {e: min(int(self.rules["window_days"]), self.last - day + 1) for e, day in first.items()}
        lines = [line for line in lines if line[3] - first[line[0]] < self.live[line[0]]]
        for line in lines:
            self.has[line[0]].add(line[2])
        ready = [entry for entry in self.live if self.live[entry] >= int(self.rules["minimum_days"])]
        known = self.weight(set().union(*(self.has[e] for e in ready)))
        self.entries = {e for e in ready if 2 * self.weight(self.has[e]) >= known}
        return [line for line in lines if line[0] in self.entries]

    def weight(self, metrics):
        return sum(self.weights[metric] for metric in metrics)

    def count(self, lines):
        """Day values by the names that regions have after merging [25] to [27]."""
        name_of, self.fans = regions(lines, self.rules)
        self.days = defaultdict(lambda: defaultdict(Fraction))
        for entry, region, metric, day, value, _ in lines:
            self.days[metric, name_of[region], entry][day] += value
        self.columns = sorted({key[:2] for key in self.days})

    def score(self):
        """Rates and what their ranks come to, in every region of every metric [28], [29]."""
        scale, winsor = methods.scale(self.rules["method"]), Fraction(str(self.rules["winsor"]))
        for metric, region in self.columns:
            holders = [entry for entry in self.entries if metric in self.has[entry]]
            rate = {e: daily(self.days.get((metric, region, e), {}), self.live[e], winsor) for e in holders}
            for entry, place in places(rate).items():
                self.rate[entry, metric, region] = rate[entry]
                self.z[entry, metric, region] = scale(place, len(holders))

    def mean(self, values):
        """The mean of {metric: value}, weighted by the metrics' weights."""
        total = sum(value * kind(self.weights[m], value) for m, value in values.items())
        return total / kind(self.weight(values), total)

    def at_home(self, region):
        """{entry: mean of its z in a region} [32]."""
        found = defaultdict(dict)
        for (entry, metric, place), value in self.z.items():
            if place == region:
                found[entry][metric] = value
        return {entry: published(self.mean(values)) for entry, values in found.items()}

    def active(self, region):
        """Who has a rate above 0 in a region, in any metric."""
        return {entry for (entry, _, place), rate in self.rate.items() if place == region and rate > 0}

    def joined(self, entry):
        """z of an entry over regions, then metrics [29], [30]."""
        by_metric = {}
        for metric in self.has[entry]:
            names = [region for m, region in self.columns if m == metric]
            sizes = [dec(self.fans[name]).sqrt() if self.fans else ONE for name in names]
            sizes = sizes if any(sizes) else [ONE] * len(names)
            scores = [self.z[entry, metric, name] for name in names]
            if self.rules["method"] == "hardened":
                scores = methods.hardened(scores, Fraction(str(self.rules["region_cap"])))
            by_metric[metric] = sum(z * size for z, size in zip(scores, sizes, strict=True)) / sum(sizes)
        if self.rules["method"] != "percentile-region":
            cap = median(by_metric.values()) + Decimal(str(self.rules["consistency_cap"]))
            by_metric = {metric: min(value, cap) for metric, value in by_metric.items()}
        return self.mean(by_metric)

    def scores(self):
        """{entry: Zp} [31]."""
        if self.rules["method"] in methods.SUMS:
            found = methods.summed(self, self.rules)
        else:
            found = {entry: self.joined(entry) for entry in self.entries}
        n = len(found)
        mean = sum(found.values()) / n if n else 0
        sd = dec(sum((s - mean) ** 2 for s in found.values()) / n).sqrt() if n else 0
        middle = mean if self.rules["method"] in methods.SUMS else 0
        return {e: published(dec(s - middle) / sd if sd >= FLAT else 0) for e, s in found.items()}

    def regions_won(self):
        """{entry: number of regions} [32]."""
        homes = [self.at_home(region) for region in {region for _, _, region in self.z}]
        return {entry: sum(home.get(entry, 0) > 0 for home in homes) for entry in self.entries}


def kind(weight, value):
    """A weight as a number that can be multiplied with a value."""
    return dec(weight) if isinstance(value, Decimal) else weight


def regions(lines, rules):
    """What each region is called after merging [27], and the fans per region (None: unknown) [26]."""
    active, heads = defaultdict(set), defaultdict(Fraction)
    known = any(line[5] for line in lines)
    for entry, region, _, _, value, fans in lines:
        heads[region] += Fraction(fans or 0)
        if value > 0:
            active[region].add(entry)
    fewest, least = int(rules["region_minimum_entries"]), Fraction(str(rules["region_minimum_fans"]))
    names = {
        region: "Other" if len(active[region]) < fewest or (known and heads[region] < least) else region
        for region in list(heads)
    }
    merged = defaultdict(Fraction)
    for region, count in heads.items():
        merged[names[region]] += count
    return names, merged if known else None


def daily(cell, live, winsor):
    """A day's mean, days that stick out cut down [28]."""
    values = [*cell.values(), *[Fraction(0)] * (live - len(cell))]
    cap = winsor * max(median(values), 1)
    return sum(min(value, cap) for value in values) / live


# ---- chances ---------------------------------------------------------------------------------------------------------


def chances(blend, sd, size):
    """Probability per entry of being above the line [34], [35]; `sd` None for the limit without spread."""
    if size >= len(blend) or size == 0:
        return dict.fromkeys(blend, published(int(size > 0)))
    if sd is None:
        line = sorted(blend.values(), reverse=True)[size - 1]
        above, equal = sum(s > line for s in blend.values()), sum(s == line for s in blend.values())
        share = published(Fraction(size - above, equal))
        return {e: share if s == line else published(int(s > line)) for e, s in blend.items()}
    c = line_between(blend, sd, size)
    return {e: published(phi((s - c) / sd[e])) for e, s in blend.items()}


def line_between(blend, sd, size):
    """The root of sum p = size: bisection in floats, then Newton kept inside a bracket."""
    pairs = [(float(s), float(sd[e])) for e, s in blend.items()]
    widest = 15 * max(b for _, b in pairs) + 1
    bottom, top = min(a for a, _ in pairs) - widest, max(a for a, _ in pairs) + widest
    low, high = bottom, top
    for _ in range(200):
        c = (low + high) / 2
        total = math.fsum(0.5 * math.erfc((c - a) / b / math.sqrt(2)) for a, b in pairs)
        low, high = (c, high) if total > size else (low, c)
    c, low, high = Decimal(c), Decimal(bottom), Decimal(top)
    for _ in range(300):
        z = [((s - c) / sd[e], sd[e]) for e, s in blend.items()]
        over = sum(phi(x) for x, _ in z) - size
        low, high = (c, high) if over > 0 else (low, c)
        slope = sum(density(x) / b for x, b in z)
        step = over / slope if slope else Decimal("Infinity")
        following = c + step if low <= c + step <= high else (low + high) / 2
        if abs(over) < Decimal("1e-45") or abs(following - c) < Decimal("1e-40"):
            return following
        c = following
    return c


# ---- standings -------------------------------------------------------------------------------------------------------


def standings(recipe, sheets=None, readings=None, drawn=None, left=()):
    """The rows of STANDINGS.csv as lists of texts, and the ranks that only the draw puts before the next.

    `drawn`: the order of last resort, where the seed is not known yet. `left`: entries that left the round. Their sheets
    say how their judges mark; they themselves are not ranked.
    """
    sheet_rows, reading_rows = table(sheets), [row for row in table(readings) if row["entry"] not in left]
    field = sorted({row["entry"] for row in [*sheet_rows, *reading_rows]} - set(left))
    filed = counted(sheet_rows, recipe["panel"])
    heard, public = panel(filed, recipe["panel"]), Public(reading_rows, recipe["popularity"])
    if recipe["blend"]["method"] == "eurovision":
        columns = by_points(field, recipe, [s for s in filed if s.entry not in left], heard, public)
    else:
        columns = by_scores(field, recipe, heard, public, has_sheets=sheets is not None)
    seed, size = recipe["tie"]["seed"], int(recipe["cut"]["size"])
    last = {
        e: hashlib.sha256((seed + e).encode()).hexdigest() if drawn is None else drawn.get(e, 0)
        for e in field
    }
    keys = {e: (*columns[e].levels, last[e]) for e in field}
    order = sorted(field, key=keys.__getitem__)
    selected = chosen(order, keys, columns, recipe, size)
    rows = []
    for i, e in enumerate(order):
        near = [o for o in order[max(0, i - 1) : i + 2] if o != e]
        level = max((apart(keys[e], keys[o]) for o in near), default=1)
        *numbers, count, _ = columns[e]
        rows.append([str(cell) for cell in (i + 1, e, *numbers, count, level, int(e in selected))])
    draws = {rank for rank, (e, o) in enumerate(pairwise(order), 1) if keys[e][:5] == keys[o][:5]}
    return rows, draws


def apart(one, other):
    """The first level on which two entries differ [36]."""
    return next(level for level in range(1, 7) if level == 6 or one[level - 1] != other[level - 1])


def chosen(order, keys, columns, recipe, size):
    """Who is selected [38], [39]."""
    least = max(1, int(recipe["panel"]["minimum_sheets"])) if Fraction(str(recipe["blend"]["panel"])) else 0
    able = [e for e in order if columns[e].sheets >= least]
    found = set(able[:size])
    if recipe["tie"]["chain"] == "extend-cut" and found:
        found |= {e for e in able[size:] if keys[e][:5] == keys[able[size - 1]][:5]}
    return found


def by_scores(field, recipe, heard, public, *, has_sheets):
    """{entry: Column} where the two scores are blended [33], [36]."""
    rules, size, chain = recipe["blend"], int(recipe["cut"]["size"]), recipe["tie"]["chain"]
    w_p, w_j = (Fraction(str(rules[part])) for part in ("popularity", "panel"))
    measured, won = public.scores(), public.regions_won()
    mine = {e: heard.get(e, UNHEARD) for e in field}
    zp, score = {e: measured.get(e, ZERO) for e in field}, {e: mine[e].panel for e in field}
    spreads = None
    if rules["method"] == "weighted-sum":
        counts = methods.capped(zp, size) if rules.get("popularity_cap") else zp
        blend = {
            e: published((w_p * Fraction(counts[e]) + w_j * Fraction(score[e])) / (w_p + w_j)) for e in field
        }
        if w_j and has_sheets:
            spreads = {e: dec(w_j / (w_p + w_j)) * mine[e].sd for e in field}
    else:
        blend = methods.blended(zp, score, rules, size)
    chance = chances(blend, spreads, size)
    columns = {}
    for e in field:
        second = -zp[e] if chain == "popularity-first" else -score[e]
        if chain == "countback":
            second = [*(-y for y in mine[e].best), math.inf]
        mark = math.inf if mine[e].mark is None else -mine[e].mark
        levels = (-blend[e], second, -chance[e], -won.get(e, 0), mark)
        shown = (score[e], mine[e].theta, mine[e].sd) if has_sheets else ("", "", "")
        columns[e] = Column(blend[e], measured.get(e, ""), *shown, chance[e], mine[e].sheets, levels)
    return columns


def by_points(field, recipe, filed, heard, public):
    """{entry: Column} where judges and regions give points [40], [42] to [45]."""
    seed, top = recipe["tie"]["seed"], heaviest(recipe["panel"]) if filed else 0
    w_p, w_j = (Fraction(str(recipe["blend"][part])) for part in ("popularity", "panel"))
    scores = {judge: {} for judge in sorted({s.judge for s in filed}) if w_j}
    for s in filed if w_j else ():
        scores[s.judge][s.entry] = (s.y, s.marks[top])
    jury = methods.Tally([methods.ballot(seed, judge, own) for judge, own in scores.items()])
    homes = {region: public.at_home(region) for region in {region for _, _, region in public.z} if w_p}
    open_to = {region: {e: (home[e],) for e in public.active(region)} for region, home in homes.items()}
    crowd = methods.Tally([methods.ballot(seed, region, own) for region, own in open_to.items()])
    first = jury if recipe["tie"]["chain"] == "panel-first" else crowd
    blend = {e: published(jury.total(e) + crowd.total(e)) for e in field}
    chance = chances(blend, None, int(recipe["cut"]["size"]))
    columns = {}
    for e in field:
        shown = (blend[e], published(crowd.total(e)), published(jury.total(e)), "", "", chance[e])
        columns[e] = Column(*shown, heard.get(e, UNHEARD).sheets, (-blend[e], *first.levels(e), 0))
    return columns


def table(text):
    if text is None:
        return []
    return [{k: (v or "").strip() for k, v in row.items()} for row in csv.DictReader(io.StringIO(text))]


def as_csv(header, rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue().encode()
