"""A second implementation of the default method, the slow and plain way: standard library, Decimal and Fraction.

It shares no code with `judging.scoring` and takes other routes where there are any: the panel is one dense system
with every entry in it, the normal distribution a power series, the line a bisection.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, getcontext, localcontext
from fractions import Fraction
from functools import cache
from statistics import median
from typing import Any

getcontext().prec = 60
HEADER = "rank,entry,blend,popularity,panel,theta,panel_sd,probability,sheets,tie_level,selected"
TINY = Decimal("1e-20")
Row = dict[str, str]
Rules = Mapping[str, Any]
Marked = tuple[str, str, str, Fraction]
Heard = tuple[Decimal, Decimal, Decimal, int]
Scores = dict[tuple[str, str, str], Decimal]
Days = dict[tuple[str, str], dict[str, dict[date, Fraction]]]


def add(values: Iterable[Any]) -> Any:
    return sum(values)


def dec(value: int | Fraction | Decimal) -> Decimal:
    value = Fraction(value)
    return Decimal(value.numerator) / Decimal(value.denominator)


def published(value: int | Fraction | Decimal) -> Decimal:
    value = dec(value) if isinstance(value, Fraction | int) else value
    value = value.quantize(TINY, ROUND_HALF_EVEN).quantize(Decimal("1e-6"), ROUND_HALF_EVEN)
    return value + 0 if value else Decimal("0.000000")


@cache
def pi() -> Decimal:
    with localcontext() as context:
        context.prec = 150
        a, b, t, p = Decimal(1), 1 / Decimal(2).sqrt(), Decimal("0.25"), Decimal(1)
        for _ in range(9):
            a, b, t, p = (a + b) / 2, (a * b).sqrt(), t - p * (a - (a + b) / 2) ** 2, 2 * p
        return (a + b) ** 2 / (4 * t)


def density(x: Decimal) -> Decimal:
    return (-x * x / 2).exp() / (2 * pi()).sqrt()


def phi(x: Decimal) -> Decimal:
    if abs(x) > 15:
        return Decimal(int(x > 0))
    with localcontext() as context:
        context.prec = 120
        term = total = x
        k = 1
        while abs(term) > Decimal("1e-75"):
            k += 2
            term *= x * x / k
            total += term
        return Decimal("0.5") + total * density(x)


@cache
def phi_inverse(p: Fraction) -> Decimal:
    if p == Fraction(1, 2):
        return Decimal(0)
    low, high = Decimal(-5), Decimal(5)
    target = dec(p)
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if phi(middle) < target else (low, middle)
    x = (low + high) / 2
    for _ in range(7):
        x -= (phi(x) - target) / density(x)
    return max(Decimal(-4), min(Decimal(4), x))


def solve(matrix: list[list[Decimal]], right: list[list[Decimal]]) -> list[list[Decimal]]:
    """Gauss-Jordan with a column of rights."""
    rows = [[*line, *extra] for line, extra in zip(matrix, right, strict=True)]
    for k in range(len(rows)):
        best = max(range(k, len(rows)), key=lambda r: abs(rows[r][k]))
        rows[k], rows[best] = rows[best], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for r in range(len(rows)):
            if r != k and rows[r][k]:
                factor = rows[r][k]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[k], strict=True)]
    return [row[len(matrix) :] for row in rows]


def table(text: str) -> list[Row]:
    return [{k: v.strip() for k, v in row.items()} for row in csv.DictReader(io.StringIO(text))]


def panel(rows: list[Row], rules: Rules) -> dict[str, Heard]:
    """{entry: (theta, panel, panel_sd, sheets)} of heard entries."""
    criteria = {name: Fraction(str(weight)) for name, weight in rules["criteria"].items()}
    sheets = [
        (row["entry"], row["judge"], row["pool"], add(w * Fraction(row[c]) for c, w in criteria.items()))
        for row in rows
        if all(row[c] for c in criteria)
    ]
    if not sheets:
        return {}
    marks = spread(sheets, Fraction(str(rules["spread_shrinkage"])))
    lam_e, lam_j = lambdas(sheets, marks, rules)
    pools, entries, judges = (sorted({sheet[i] for sheet in sheets}) for i in (2, 0, 1))
    place = {
        key: i
        for i, key in enumerate(
            [("p", p) for p in pools] + [("e", e) for e in entries] + [("j", j) for j in judges]
        )
    }
    matrix = [[Decimal(0)] * len(place) for _ in place]
    right = [Decimal(0)] * len(place)
    for (entry, judge, pool, _), mark in zip(sheets, marks, strict=True):
        spots = [place["p", pool], place["e", entry], place["j", judge]]
        for a in spots:
            right[a] += mark
            for b in spots:
                matrix[a][b] += 1
    for key, i in place.items():
        matrix[i][i] += matrix_weight(key, lam_e, lam_j)
    probes = [{place["p", pool], place["e", entry]} for entry in entries for pool in [pool_of(sheets, entry)]]
    columns = [[right[i], *(Decimal(int(i in probe)) for probe in probes)] for i in range(len(place))]
    solved = solve(matrix, columns)
    x = [row[0] for row in solved]
    minimum = add(
        (m - x[place["p", s[2]]] - x[place["e", s[0]]] - x[place["j", s[1]]]) ** 2
        for s, m in zip(sheets, marks, strict=True)
    )
    minimum += add(matrix_weight(key, lam_e, lam_j) * x[i] ** 2 for key, i in place.items())
    free = len(sheets) - len(pools)
    unit = (minimum / free / dec(lam_e)).sqrt() if free else Decimal(0)
    mean = add(x[place["p", p]] for p in pools) / len(pools)
    result = {}
    for k, entry in enumerate(entries):
        pool = pool_of(sheets, entry)
        theta = x[place["p", pool]] - mean + x[place["e", entry]]
        variance = add(solved[i][k + 1] for i in probes[k])
        sd = max(published((dec(lam_e) * variance).sqrt()), Decimal("0.000001"))
        scaled = theta / unit if unit >= Decimal("1e-9") else Decimal(0)
        count = add(sheet[0] == entry for sheet in sheets)
        result[entry] = (published(theta), published(scaled), sd, count)
    return result


def matrix_weight(key: tuple[str, str], lam_e: Fraction, lam_j: Fraction) -> Decimal:
    return {"p": Decimal(0), "e": dec(lam_e), "j": dec(lam_j)}[key[0]]


def pool_of(sheets: list[Marked], entry: str) -> str:
    return next(sheet[2] for sheet in sheets if sheet[0] == entry)


def spread(sheets: list[Marked], nu: Fraction) -> list[Decimal]:
    by_judge: dict[str, list[Fraction]] = {}
    for sheet in sheets:
        by_judge.setdefault(sheet[1], []).append(sheet[3])
    mean = {judge: add(ys) / len(ys) for judge, ys in by_judge.items()}
    squares = {judge: add((y - mean[judge]) ** 2 for y in ys) for judge, ys in by_judge.items()}
    free = add(len(ys) - 1 for ys in by_judge.values())
    if not nu or not free or not any(squares.values()):
        return [dec(sheet[3]) for sheet in sheets]
    s2 = add(squares.values()) / free
    factor = {
        judge: dec(s2 / ((nu * s2 + squares[judge]) / (nu + len(ys) - 1))).sqrt()
        for judge, ys in by_judge.items()
    }
    return [dec(mean[j]) + dec(y - mean[j]) * factor[j] for _, j, _, y in sheets]


def lambdas(sheets: list[Marked], marks: list[Decimal], rules: Rules) -> list[Fraction]:
    given = [rules["lambda_entry"], rules["lambda_judge"]]
    if "estimate" not in given:
        return [Fraction(str(g)) for g in given]
    estimates = estimate(sheets, marks)
    return [e if g == "estimate" else Fraction(str(g)) for g, e in zip(given, estimates, strict=True)]


def estimate(sheets: list[Marked], marks: list[Decimal]) -> list[Fraction]:
    entries, judges = (sorted({sheet[i] for sheet in sheets}) for i in (0, 1))
    cells = {(sheet[2], sheet[1]) for sheet in sheets}
    groups = components(sheets)
    n = len(sheets)
    frees = (n - len(entries) - len(judges) + len(groups), n - len(entries), n - len(cells))
    if n < 50 or 0 in frees:
        return [Fraction(1), Fraction(1)]
    anchors = {min(group) for group in groups}
    names = [("e", e) for e in entries] + [("j", j) for j in judges if j not in anchors]
    place = {name: i for i, name in enumerate(names)}
    matrix = [[Decimal(0)] * len(names) for _ in names]
    right = [[Decimal(0)] for _ in names]
    for (entry, judge, _, _), mark in zip(sheets, marks, strict=True):
        spots = [place[key] for key in (("e", entry), ("j", judge)) if key in place]
        for a in spots:
            right[a][0] += mark
            for b in spots:
                matrix[a][b] += 1
    x = {name: row[0] for name, row in zip(names, solve(matrix, right), strict=True)}
    rss = add((m - x["e", s[0]] - x.get(("j", s[1]), 0)) ** 2 for s, m in zip(sheets, marks, strict=True))
    noise = rss / frees[0]
    judge_part = within(marks, [s[0] for s in sheets]) / frees[1] - noise
    entry_part = within(marks, [s[1:3] for s in sheets]) / frees[2] - noise
    return [limited(noise, entry_part, Fraction(20)), limited(noise, judge_part, Fraction(50))]


def limited(noise: Decimal, part: Decimal, most: Fraction) -> Fraction:
    if part < TINY:
        return most
    value = (noise / part).quantize(TINY, ROUND_HALF_EVEN).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    return min(most, max(Fraction(1, 100), Fraction(value)))


def within(marks: list[Decimal], keys: list[Any]) -> Decimal:
    total = Decimal(0)
    for key in set(keys):
        mine = [mark for mark, other in zip(marks, keys, strict=True) if other == key]
        total += add((mark - add(mine) / len(mine)) ** 2 for mark in mine)
    return total


def components(sheets: list[Marked]) -> list[set[str]]:
    groups = [{sheet[1]} for sheet in sheets]
    for entry in {sheet[0] for sheet in sheets}:
        judges = {sheet[1] for sheet in sheets if sheet[0] == entry}
        touched = [group for group in groups if group & judges]
        groups = [group for group in groups if not group & judges] + [set().union(*touched)]
    return [set(group) for group in {frozenset(group) for group in groups}]


def popularity(rows: list[Row], rules: Rules) -> dict[str, tuple[Decimal, int]]:
    """{entry: (Zp, regions won)} of eligible entries."""
    weights = {name: Fraction(str(weight)) for name, weight in rules["metrics"].items()}
    lines = [
        (r["entry"], r["region"], r["metric"], date.fromisoformat(r["day"]), Fraction(r["value"]), r["fans"])
        for r in rows
        if r["metric"] in weights
    ]
    if not lines:
        return {}
    last = max(line[3] for line in lines)
    first = {e: min(line[3] for line in lines if line[0] == e) for e in {line[0] for line in lines}}
    live = {e: min(rules["window_days"], (last - day).days + 1) for e, day in first.items()}
    lines = [line for line in lines if (line[3] - first[line[0]]).days < live[line[0]]]
    has = {e: {line[2] for line in lines if line[0] == e} for e in live}
    ready = [e for e in live if live[e] >= rules["minimum_days"]]
    known = add(weights[m] for m in set().union(*(has[e] for e in ready)))
    eligible = sorted(e for e in ready if 2 * add(weights[m] for m in has[e]) >= known)
    lines = [line for line in lines if line[0] in eligible]
    known_fans = any(line[5] for line in lines)
    merged = {}
    for region in {line[1] for line in lines}:
        active = {line[0] for line in lines if line[1] == region and line[4] > 0}
        heads = add(Fraction(line[5] or 0) for line in lines if line[1] == region)
        small = len(active) < rules["region_minimum_entries"]
        small = small or (known_fans and heads < Fraction(str(rules["region_minimum_fans"])))
        merged[region] = "Other" if small else region
    days: Days = {}
    fans: dict[str, Fraction] = {}
    for entry, region, metric, day, value, count in lines:
        cell = days.setdefault((metric, merged[region]), {}).setdefault(entry, {})
        cell[day] = cell.get(day, Fraction(0)) + value
        fans[merged[region]] = fans.get(merged[region], Fraction(0)) + Fraction(count or 0)
    winsor = Fraction(str(rules["winsor"]))
    z = {}
    for (metric, region), cells in days.items():
        holders = [e for e in eligible if metric in has[e]]
        rate = {e: daily_rate(cells.get(e, {}), live[e], winsor) for e in holders}
        for e in holders:
            below = add(rate[o] < rate[e] for o in holders)
            same = add(rate[o] == rate[e] for o in holders)
            middle = below + Fraction(same + 1, 2)
            z[e, metric, region] = phi_inverse((middle - Fraction(3, 8)) / (len(holders) + Fraction(1, 4)))
    scores = {e: entry_score(e, z, has[e], days, fans, known_fans, weights, rules) for e in eligible}
    if not scores:
        return {}
    mean = add(scores.values()) / len(scores)
    sd = (add((s - mean) ** 2 for s in scores.values()) / len(scores)).sqrt()
    flat = sd < Decimal("1e-9")
    return {
        e: (Decimal("0.000000") if flat else published(scores[e] / sd), regions_won(e, z, days, weights))
        for e in eligible
    }


def daily_rate(cell: dict[date, Fraction], live: int, winsor: Fraction) -> Fraction:
    values = [*cell.values(), *[Fraction(0)] * (live - len(cell))]
    cap = winsor * max(Fraction(median(values)), Fraction(1))
    total: Fraction = add(min(value, cap) for value in values)
    return total / live


def entry_score(
    entry: str,
    z: Scores,
    held: set[str],
    days: Days,
    fans: dict[str, Fraction],
    known_fans: bool,
    weights: dict[str, Fraction],
    rules: Rules,
) -> Decimal:
    by_metric = {}
    for metric in held:
        regions = [r for m, r in days if m == metric]
        sizes = [dec(fans[r]).sqrt() if known_fans else Decimal(1) for r in regions]
        sizes = sizes if any(sizes) else [Decimal(1)] * len(regions)
        joined = add(z[entry, metric, r] * g for r, g in zip(regions, sizes, strict=True))
        by_metric[metric] = joined / add(sizes)
    cap = median(by_metric.values()) + dec(Fraction(str(rules["consistency_cap"])))
    total = add(weights[m] for m in held)
    counted: Decimal = add(min(by_metric[m], cap) * dec(weights[m]) for m in held)
    return counted / dec(total)


def regions_won(entry: str, z: Scores, days: Days, weights: dict[str, Fraction]) -> int:
    won = 0
    for region in {r for _, r in days}:
        metrics = [m for m, r in days if r == region and (entry, m, r) in z]
        if metrics:
            mean = add(z[entry, m, region] * dec(weights[m]) for m in metrics) / dec(
                add(weights[m] for m in metrics)
            )
            won += published(mean) > 0
    return won


def chances(scores: list[Decimal], sds: list[Decimal] | None, size: int) -> list[Decimal]:
    """Probability per entry; `sds` None for the limit without spread."""
    n = len(scores)
    if size >= n or size == 0:
        return [Decimal(f"{int(size > 0)}.000000")] * n
    if sds is None:
        line = sorted(scores, reverse=True)[size - 1]
        above, equal = add(s > line for s in scores), add(s == line for s in scores)
        return [
            published(Fraction(int(s > line)) if s != line else Fraction(size - above, equal)) for s in scores
        ]
    low, high = min(scores) - 15 * max(sds) - 1, max(scores) + 15 * max(sds) + 1
    for _ in range(170):
        c = (low + high) / 2
        total = add(phi((s - c) / sd) for s, sd in zip(scores, sds, strict=True))
        low, high = (c, high) if total > size else (low, c)
        if abs(total - size) < Decimal("1e-45"):
            break
    return [published(phi((s - c) / sd)) for s, sd in zip(scores, sds, strict=True)]


def standings(recipe: Rules, sheets: str | None = None, readings: str | None = None) -> bytes:
    """STANDINGS.csv for `weighted-sum`; the recipe is complete (no defaults), inputs are CSV texts."""
    sheet_rows = table(sheets) if sheets is not None else []
    reading_rows = table(readings) if readings is not None else []
    field = sorted({row["entry"] for row in [*sheet_rows, *reading_rows]})
    heard = panel(sheet_rows, recipe["panel"]) if sheets is not None else {}
    public = popularity(reading_rows, recipe["popularity"]) if readings is not None else {}
    w_p, w_j = (Fraction(str(recipe["blend"][key])) for key in ("popularity", "panel"))
    zero, one = Decimal("0.000000"), Decimal("1.000000")
    theta, score, sd, count = ({e: heard.get(e, (zero, zero, one, 0))[i] for e in field} for i in range(4))
    zp = {e: public.get(e, (zero, 0))[0] for e in field}
    blend = {e: published((w_p * Fraction(zp[e]) + w_j * Fraction(score[e])) / (w_p + w_j)) for e in field}
    size, chain = recipe["cut"]["size"], recipe["tie"]["chain"]
    sds = [dec(w_j / (w_p + w_j)) * sd[e] for e in field] if w_j and sheets is not None else None
    chance = dict(zip(field, chances([blend[e] for e in field], sds, size), strict=True))
    mark = top_marks(sheet_rows, recipe)
    second = zp if chain == "popularity-first" else score
    keys = {
        e: (
            -blend[e],
            -second[e],
            -chance[e],
            -public.get(e, (0, 0))[1],
            -mark[e] if e in mark else Decimal("Infinity"),
            hashlib.sha256((recipe["tie"]["seed"] + e).encode()).hexdigest(),
        )
        for e in field
    }
    order = sorted(field, key=lambda e: keys[e])
    least = max(1, recipe["panel"]["minimum_sheets"]) if w_j else 0
    allowed = [e for e in order if count[e] >= least]
    selected = allowed[:size]
    if chain == "extend-cut" and selected:
        selected += [e for e in allowed[size:] if keys[e][:5] == keys[selected[-1]][:5]]
    lines = [HEADER]
    for rank, e in enumerate(order, 1):
        level = max(
            (level_between(keys[e], keys[o]) for o in order[max(0, rank - 2) : rank + 1] if o != e), default=1
        )
        parts = (score[e], theta[e], sd[e]) if sheets is not None else ("", "", "")
        name = '"' + e.replace('"', '""') + '"' if set(e) & set(',"\n\r') else e
        shown = zp[e] if e in public else ""
        cells = (rank, name, blend[e], shown, *parts, chance[e], count[e], level, int(e in selected))
        lines.append(",".join(map(plain, cells)))
    return ("\n".join(lines) + "\n").encode()


def plain(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def level_between(a: tuple[Any, ...], b: tuple[Any, ...]) -> int:
    return next(i for i, (x, y) in enumerate(zip(a, b, strict=True), 1) if x != y)


def top_marks(rows: list[Row], recipe: Rules) -> dict[str, Decimal]:
    criteria = recipe["panel"]["criteria"]
    best = max(criteria, key=lambda name: Fraction(str(criteria[name])), default="")
    marks: dict[str, list[Fraction]] = {}
    for row in rows:
        if all(row[c] for c in criteria):
            marks.setdefault(row["entry"], []).append(Fraction(row[best]))
    return {entry: published(add(values) / len(values)) for entry, values in marks.items()}
