"""The standings of a round from its rules, sheets and readings: the default method with the standard library alone.

Slow and exact: decimals and fractions throughout. It shares no code with the program that published the standings.
Numbers in brackets, as in [29], are the rules of docs/scoring-rules.md in Spotlight's repository.
"""

import csv
import hashlib
import io
import math
from collections import Counter, defaultdict
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, getcontext
from fractions import Fraction
from functools import cache
from itertools import groupby, pairwise
from statistics import NormalDist, median

getcontext().prec = 60
HEADER = [
    "rank",
    "entry",
    "blend",
    "popularity",
    "panel",
    "theta",
    "panel_sd",
    "probability",
    "sheets",
    "tie_level",
    "selected",
]
KNOWN = {"panel": "leniency-adjusted", "popularity": "robust-normal-score", "blend": "weighted-sum"}
CHAINS = ("panel-first", "popularity-first", "extend-cut")
TINY, ONE = Decimal("1e-20"), Decimal(1)
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899863")


# ---- exact numbers ---------------------------------------------------------------------------------------------------


def dec(value):
    return Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(value)


def published(value):
    """Six decimals, half to even; within 1e-20 of a middle counts as the middle [3]."""
    rounded = dec(value).quantize(TINY, ROUND_HALF_EVEN).quantize(Decimal("1e-6"), ROUND_HALF_EVEN)
    return rounded if rounded else Decimal("0.000000")


def density(x):
    return (-x * x / 2).exp() / (2 * PI).sqrt()


def phi(x):
    """The normal distribution function, as a power series."""
    if abs(x) > 14:
        return Decimal(int(x > 0))
    term = total = x
    k = 1
    while abs(term) > Decimal("1e-50"):
        k += 2
        term *= x * x / k
        total += term
    return Decimal("0.5") + total * density(x)


@cache
def normal_score(p):
    """The normal quantile of a fraction, within -4 .. 4 [29]: a float, then Newton."""
    x = Decimal(NormalDist().inv_cdf(float(p)))
    for _ in range(3):
        x -= (phi(x) - dec(p)) / density(x)
    return max(Decimal(-4), min(Decimal(4), x))


def inverse(matrix):
    """Gauss and Jordan."""
    size = len(matrix)
    rows = [[*row, *(Decimal(int(i == j)) for j in range(size))] for i, row in enumerate(matrix)]
    for k in range(size):
        best = max(range(k, size), key=lambda r: abs(rows[r][k]))
        rows[k], rows[best] = rows[best], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for r in range(size):
            if r != k and rows[r][k]:
                factor = rows[r][k]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[k], strict=True)]
    return [row[size:] for row in rows]


# ---- the panel -------------------------------------------------------------------------------------------------------


class Fit:
    """Least squares for y = sum of columns + entry, with penalties; the entries are eliminated first [16]."""

    def __init__(self, entries, columns, y, lam_entry, lam_judge):
        self.place = {name: i for i, name in enumerate(sorted({name for names in columns for name in names}))}
        self.spots = [[self.place[name] for name in names] for names in columns]
        groups = defaultdict(list)
        for i, entry in enumerate(entries):
            groups[entry].append(i)
        judges = [i for name, i in self.place.items() if name[0] == "judge"]
        self.matrix = [[Decimal(0)] * len(self.place) for _ in self.place]
        self.right = [Decimal(0)] * len(self.place)
        for i in judges:
            self.matrix[i][i] += lam_judge
        self.weight, self.taken, total = {}, {}, {}
        for entry, mine in groups.items():
            self.weight[entry] = len(mine) + lam_entry
            self.taken[entry] = Counter(a for i in mine for a in self.spots[i])
            total[entry] = sum(y[i] for i in mine)
            self.add(entry, mine, y, total[entry])
        self.inverse = inverse(self.matrix)
        self.x = [
            sum((a * b for a, b in zip(row, self.right, strict=True)), Decimal(0)) for row in self.inverse
        ]
        self.u = {
            e: (total[e] - sum(n * self.x[a] for a, n in c.items())) / self.weight[e]
            for e, c in self.taken.items()
        }
        rest = [y[i] - self.u[e] - sum(self.x[a] for a in self.spots[i]) for i, e in enumerate(entries)]
        self.squares = sum(r * r for r in rest)
        self.minimum = self.squares + lam_entry * sum(u * u for u in self.u.values())
        self.minimum += lam_judge * sum(self.x[i] ** 2 for i in judges)

    def add(self, entry, mine, y, total):
        """What one entry's sheets add to the equations of the columns."""
        d, taken = self.weight[entry], self.taken[entry]
        for i in mine:
            for a in self.spots[i]:
                self.right[a] += y[i]
                for b in self.spots[i]:
                    self.matrix[a][b] += 1
        for a, n in taken.items():
            self.right[a] -= n * total / d
            for b, m in taken.items():
                self.matrix[a][b] -= n * m / d

    def variance(self, entry, pool):
        """V of [18]."""
        d = self.weight[entry]
        c = {a: -n / d for a, n in self.taken[entry].items()}
        c[self.place[pool]] += 1
        return 1 / d + sum(c[a] * c[b] * self.inverse[a][b] for a in c for b in c)


def spread(sheets, nu):
    """Marks with every judge's spread drawn to the panel's [13]."""
    by_judge = defaultdict(list)
    for _, judge, _, y in sheets:
        by_judge[judge].append(y)
    mean = {judge: sum(ys) / len(ys) for judge, ys in by_judge.items()}
    squares = {judge: sum((y - mean[judge]) ** 2 for y in ys) for judge, ys in by_judge.items()}
    free = sum(len(ys) - 1 for ys in by_judge.values())
    if not nu or not free or not any(squares.values()):
        return [dec(sheet[3]) for sheet in sheets]
    s2 = sum(squares.values()) / free
    factor = {
        judge: dec(s2 * (nu + len(ys) - 1) / (nu * s2 + squares[judge])).sqrt() for judge, ys in by_judge.items()
    }  # fmt: skip
    return [dec(mean[judge]) + dec(y - mean[judge]) * factor[judge] for _, judge, _, y in sheets]


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
    for _, rows in groupby(sorted(sheets), key=lambda sheet: sheet[0]):
        judges = {sheet[1] for sheet in rows}
        touched = [group for group in groups if group & judges]
        groups = [group for group in groups if not group & judges] + [judges.union(*touched)]
    anchors = {min(group) for group in groups}
    n, entries = len(sheets), {sheet[0] for sheet in sheets}
    judges, cells = {s[1] for s in sheets}, {s[1:3] for s in sheets}
    free = (n - len(entries) - len(judges) + len(groups), n - len(entries), n - len(cells))
    if n < 50 or 0 in free:
        return [ONE, ONE]
    columns = [[] if s[1] in anchors else [("judge", s[1])] for s in sheets]
    noise = Fit([s[0] for s in sheets], columns, y, Decimal(0), Decimal(0)).squares / free[0]

    def limited(part, most):
        return (
            most
            if part < TINY
            else min(most, max(Decimal("0.01"), published2((noise / part).quantize(TINY))))
        )

    between = within(y, [s[1:3] for s in sheets]) / free[2] - noise
    judge = within(y, [s[0] for s in sheets]) / free[1] - noise
    return [limited(between, Decimal(20)), limited(judge, Decimal(50))]


def published2(value):
    return value.quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def within(y, keys):
    groups = defaultdict(list)
    for value, key in zip(y, keys, strict=True):
        groups[key].append(value)
    return sum(sum((v - sum(g) / len(g)) ** 2 for v in g) for g in groups.values())


def panel(rows, rules):
    """{entry: (theta, panel, panel_sd, sheets, mean of the top criterion)} of heard entries."""
    criteria = [(name, Fraction(str(weight))) for name, weight in rules["criteria"]]
    top = max(criteria, key=lambda pair: pair[1])[0] if criteria else None
    counted = [row for row in rows if all(row[name] for name, _ in criteria)]
    sheets = [
        (r["entry"], r["judge"], r["pool"], sum(w * Fraction(r[name]) for name, w in criteria))
        for r in counted
    ]
    if not sheets:
        return {}
    y = spread(sheets, Fraction(str(rules["spread_shrinkage"])))
    lam_entry, lam_judge = lambdas(sheets, y, rules)
    pool_of = {sheet[0]: ("pool", sheet[2]) for sheet in sheets}
    columns = [[("pool", s[2]), ("judge", s[1])] for s in sheets]
    fit = Fit([s[0] for s in sheets], columns, y, lam_entry, lam_judge)
    pools = sorted(set(pool_of.values()))
    gamma = {pool: fit.x[fit.place[pool]] for pool in pools}
    mean = sum(gamma.values()) / len(pools)
    free = len(sheets) - len(pools)
    unit = (fit.minimum / free / lam_entry).sqrt() if free else Decimal(0)
    marks = defaultdict(list)
    for row in counted:
        marks[row["entry"]].append(Fraction(row[top]))
    result = {}
    for entry, pool in pool_of.items():
        theta = gamma[pool] - mean + fit.u[entry]
        sd = max(published((lam_entry * fit.variance(entry, pool)).sqrt()), Decimal("0.000001"))
        score = theta / unit if unit >= Decimal("1e-9") else Decimal(0)
        best = published(sum(marks[entry]) / len(marks[entry]))
        result[entry] = (published(theta), published(score), sd, len(marks[entry]), best)
    return result


# ---- popularity ------------------------------------------------------------------------------------------------------


def popularity(rows, rules):
    """{entry: (Zp, regions won)} of eligible entries [21] to [32]."""
    weights = {name: Fraction(str(weight)) for name, weight in rules["metrics"]}
    lines = [
        (r["entry"], r["region"], r["metric"], date.fromisoformat(r["day"]).toordinal(), Fraction(r["value"]), r["fans"])
        for r in rows if r["metric"] in weights
    ]  # fmt: skip
    if not lines:
        return {}
    last, first, has = max(line[3] for line in lines), {}, defaultdict(set)
    for line in lines:
        first[line[0]] = min(first.get(line[0], line[3]), line[3])
    live = {entry: min(int(rules["window_days"]), last - day + 1) for entry, day in first.items()}
    lines = [line for line in lines if line[3] - first[line[0]] < live[line[0]]]
    for line in lines:
        has[line[0]].add(line[2])
    ready = [entry for entry in live if live[entry] >= int(rules["minimum_days"])]
    known = sum(weights[m] for m in set().union(*(has[e] for e in ready)))
    eligible = {e for e in ready if 2 * sum(weights[m] for m in has[e]) >= known}
    lines = [line for line in lines if line[0] in eligible]
    name_of, fans = regions(lines, rules)
    days = defaultdict(lambda: defaultdict(Fraction))
    for entry, region, metric, day, value, _ in lines:
        days[metric, name_of[region], entry][day] += value
    z = {}
    for metric, region in {key[:2] for key in days}:
        holders = [entry for entry in eligible if metric in has[entry]]
        rate = {
            e: daily(days.get((metric, region, e), {}), live[e], Fraction(str(rules["winsor"])))
            for e in holders
        }
        below = 0
        for _, same in groupby(sorted(holders, key=rate.__getitem__), key=rate.__getitem__):
            same = list(same)
            middle = below + Fraction(len(same) + 1, 2)
            score = normal_score((middle - Fraction(3, 8)) / (len(holders) + Fraction(1, 4)))
            z |= {(entry, metric, region): score for entry in same}
            below += len(same)
    places = sorted({key[1:] for key in z})
    scores = {e: joined(e, z, has[e], places, fans, weights, rules) for e in eligible}
    if not scores:
        return {}
    mean = sum(scores.values()) / len(scores)
    sd = (sum((s - mean) ** 2 for s in scores.values()) / len(scores)).sqrt()
    flat = sd < Decimal("1e-9")
    return {
        e: (published(0 if flat else scores[e] / sd), regions_won(e, z, places, weights)) for e in eligible
    }


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


def joined(entry, z, held, places, fans, weights, rules):
    """z of an entry over regions, then metrics [29], [30]."""
    by_metric = {}
    for metric in held:
        names = [region for m, region in places if m == metric]
        sizes = [dec(fans[name]).sqrt() if fans else ONE for name in names]
        sizes = sizes if any(sizes) else [ONE] * len(names)
        by_metric[metric] = sum(z[entry, metric, n] * s for n, s in zip(names, sizes, strict=True)) / sum(
            sizes
        )
    cap = median(by_metric.values()) + Decimal(str(rules["consistency_cap"]))
    total = sum(weights[m] for m in held)
    return sum(min(value, cap) * dec(weights[m]) for m, value in by_metric.items()) / dec(total)


def regions_won(entry, z, places, weights):
    """[32]"""
    won = 0
    for region in {region for _, region in places}:
        metrics = [m for m, r in places if r == region and (entry, m, r) in z]
        if metrics:
            mean = sum(z[entry, m, region] * dec(weights[m]) for m in metrics) / dec(
                sum(weights[m] for m in metrics)
            )
            won += published(mean) > 0
    return won


# ---- standings -------------------------------------------------------------------------------------------------------


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


def standings(recipe, sheets=None, readings=None, drawn=None, left=()):
    """The rows of STANDINGS.csv as lists of texts, and the ranks that only the draw puts before the next.

    `drawn`: the order of last resort, where the seed is not known yet. `left`: entries that left the round. Their sheets
    say how their judges mark; they themselves are not ranked.
    """
    sheet_rows, reading_rows = table(sheets), table(readings)
    field = sorted({row["entry"] for row in [*sheet_rows, *reading_rows]} - set(left))
    heard = panel(sheet_rows, recipe["panel"])
    public = popularity([row for row in reading_rows if row["entry"] not in left], recipe["popularity"])
    w_p, w_j = (Fraction(str(recipe["blend"][part])) for part in ("popularity", "panel"))
    theta, score, sd, count, mark = (
        {e: heard.get(e, (published(0), published(0), published(1), 0, None))[i] for e in field}
        for i in range(5)
    )
    zp = {e: public.get(e, (published(0), 0))[0] for e in field}
    blend = {e: published((w_p * Fraction(zp[e]) + w_j * Fraction(score[e])) / (w_p + w_j)) for e in field}
    size, chain = int(recipe["cut"]["size"]), recipe["tie"]["chain"]
    spreads = {e: dec(w_j / (w_p + w_j)) * sd[e] for e in field} if w_j and sheets is not None else None
    chance = chances(blend, spreads, size)
    second = zp if chain == "popularity-first" else score
    seed = recipe["tie"]["seed"]
    keys = {
        e: (
            -blend[e], -second[e], -chance[e], -public.get(e, (0, 0))[1], math.inf if mark[e] is None else -mark[e],
            hashlib.sha256((seed + e).encode()).hexdigest() if drawn is None else drawn.get(e, 0),
        )
        for e in field
    }  # fmt: skip
    order = sorted(field, key=keys.__getitem__)
    least = max(1, int(recipe["panel"]["minimum_sheets"])) if w_j else 0
    able = [e for e in order if count[e] >= least]
    selected = set(able[:size])
    if chain == "extend-cut" and selected:
        selected |= {e for e in able[size:] if keys[e][:5] == keys[able[size - 1]][:5]}
    rows = []
    for i, e in enumerate(order):
        near = [o for o in order[max(0, i - 1) : i + 2] if o != e]
        level = max(
            (next(n for n in range(6) if n == 5 or keys[e][n] != keys[o][n]) + 1 for o in near), default=1
        )
        parts = (score[e], theta[e], sd[e]) if sheets is not None else ("", "", "")
        cells = (
            i + 1,
            e,
            blend[e],
            zp[e] if e in public else "",
            *parts,
            chance[e],
            count[e],
            level,
            int(e in selected),
        )
        rows.append([str(cell) for cell in cells])
    draws = {rank for rank, (e, o) in enumerate(pairwise(order), 1) if keys[e][:5] == keys[o][:5]}
    return rows, draws


def table(text):
    if text is None:
        return []
    return [{k: (v or "").strip() for k, v in row.items()} for row in csv.DictReader(io.StringIO(text))]


def as_csv(header, rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue().encode()
