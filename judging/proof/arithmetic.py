"""Exact numbers for recompute.py: rounding, the normal distribution, ranks and least squares, all by the standard library.

Numbers in brackets, as in [29], are the rules of docs/scoring-rules.md in Spotlight's repository.
"""

from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal, getcontext
from fractions import Fraction
from functools import cache
from itertools import groupby
from statistics import NormalDist

getcontext().prec = 60
TINY, ONE, FLAT = Decimal("1e-20"), Decimal(1), Decimal("1e-9")
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899863")


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


def places(values):
    """The mid-rank of each key of a dictionary, as a fraction; the lowest value has place 1."""
    found, below = {}, 0
    for _, same in groupby(sorted(values, key=values.__getitem__), key=values.__getitem__):
        same = list(same)
        found |= dict.fromkeys(same, below + Fraction(len(same) + 1, 2))
        below += len(same)
    return found


def gathered(pairs):
    """{key: its values} from pairs of key and value."""
    found = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


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


class Fit:
    """Least squares for y = sum of columns + entry, with penalties; the entries are eliminated first [16].

    `columns` names for each sheet what adds up besides the entry, as ("pool", p) and ("judge", j); `weights` say how much
    the square of each sheet counts [47].
    """

    def __init__(self, entries, columns, y, lam_entry, lam_judge, weights=None):
        weights = [ONE] * len(y) if weights is None else weights
        self.lam_entry = lam_entry
        self.place = {name: i for i, name in enumerate(sorted({name for names in columns for name in names}))}
        spots = [[self.place[name] for name in names] for names in columns]
        judges = [i for name, i in self.place.items() if name[0] == "judge"]
        matrix = [[Decimal(0)] * len(self.place) for _ in self.place]
        right = [Decimal(0)] * len(self.place)
        for i in judges:
            matrix[i][i] += lam_judge
        self.weight, self.taken, total = {}, {}, {}
        for entry, mine in gathered((entry, i) for i, entry in enumerate(entries)).items():
            d = self.weight[entry] = sum(weights[i] for i in mine) + lam_entry
            taken = self.taken[entry] = defaultdict(Decimal)
            total[entry] = sum(weights[i] * y[i] for i in mine)
            for i in mine:
                for a in spots[i]:
                    taken[a] += weights[i]
                    right[a] += weights[i] * y[i]
                    for b in spots[i]:
                        matrix[a][b] += weights[i]
            for a, n in taken.items():
                right[a] -= n * total[entry] / d
                for b, m in taken.items():
                    matrix[a][b] -= n * m / d
        self.inverse = inverse(matrix)
        solved = [sum((a * b for a, b in zip(row, right, strict=True)), Decimal(0)) for row in self.inverse]
        self.x = {name: solved[i] for name, i in self.place.items()}
        self.u = {
            e: (total[e] - sum(n * solved[a] for a, n in taken.items())) / self.weight[e]
            for e, taken in self.taken.items()
        }
        rest = [y[i] - self.u[e] - sum(solved[a] for a in spots[i]) for i, e in enumerate(entries)]
        self.squares = sum(w * r * r for w, r in zip(weights, rest, strict=True))
        self.minimum = self.squares + lam_entry * sum(u * u for u in self.u.values())
        self.minimum += lam_judge * sum(solved[i] ** 2 for i in judges)
        free = len(y) - (len(self.place) - len(judges))
        self.noise = self.minimum / free if free else Decimal(0)

    @property
    def unit(self):
        """s_u of [17]."""
        return (self.noise / self.lam_entry).sqrt()

    def sd(self, entry, pool):
        """panel_sd of [18]."""
        d = self.weight[entry]
        c = {a: -n / d for a, n in self.taken[entry].items()}
        c[self.place["pool", pool]] += 1
        variance = 1 / d + sum(c[a] * c[b] * self.inverse[a][b] for a in c for b in c)
        return max(published((self.lam_entry * variance).sqrt()), Decimal("0.000001"))
