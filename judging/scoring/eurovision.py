"""Points of juries and publics: the sum decides, more public points break a tie (rule 40)."""

from collections.abc import Sequence

import numpy as np

from .exact import MICRO, Ints
from .inputs import Indexes, Point, indexed

COUNTBACK = (12, 10, 8, 7, 6, 5, 4, 3, 2, 1)


class Tally:
    """Points per entry: `jury` and `public` sums, and for one side the numbers that break ties.

    `field` (sorted) names all entries, so that those without points need no line of 0.
    """

    def __init__(self, points: Sequence[Point], field: Sequence[str] = ()) -> None:
        self.given = points
        codes, places = indexed([*field, *(point.entry for point in points)])
        self.entries, self._entry = codes, places[len(field) :]
        self._public = np.array([point.side == "public" for point in points], dtype=np.bool_)
        self._points = np.array([point.points for point in points], dtype=np.int64)
        self.jury = self._sum(self._points, public=False)
        self.public = self._sum(self._points, public=True)

    def voters(self, *, public: bool) -> Indexes:
        """How many voters of a side gave the entry more than 0."""
        return self._sum((self._points > 0).astype(np.int64), public=public)

    def countback(self, *, public: bool) -> list[Indexes]:
        """How many 12s, 10s, 8s … 1s the entry has from a side."""
        return [self._sum((self._points == p).astype(np.int64), public=public) for p in COUNTBACK]

    def levels(self, *, public_first: bool) -> list[tuple[int, Sequence[Ints]]]:
        """Levels of the tie chain: all points, those of one side, its voters, its countback."""
        return [
            (1, [self.jury + self.public]),
            (2, [self.public if public_first else self.jury]),
            (3, [self.voters(public=public_first)]),
            (4, self.countback(public=public_first)),
        ]

    def _sum(self, values: Indexes, *, public: bool) -> Indexes:
        totals = np.zeros(len(self.entries), dtype=np.int64)
        side = self._public == public
        np.add.at(totals, self._entry[side], values[side])
        return totals


def points_of_ranking(ranking: Sequence[str], *, voter: str, side: str, own: str = "") -> list[Point]:
    """12, 10, 8, 7 … 1 points for a voter's ten best, best first; an entry of its own gets nothing."""
    others = [entry for entry in ranking if entry != own]
    return [Point(entry, voter, side, points) for entry, points in zip(others, COUNTBACK, strict=False)]


def in_micro(points: Indexes) -> Ints:
    """Points as counts of 1e-6."""
    return points * MICRO
