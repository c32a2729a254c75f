"""What the crowd does, written where the listening pages write it, then counted and charted by the real jobs.

Own counts go into plays, likes, shares and accepted uses; other sources come as a file through the readings import.
Only days that count for a round are lived through: the first weeks after a track's release, and each later round's own.
"""

import csv
import datetime
import hashlib
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from django.db import connection, transaction

from judging.jobs import charts, counts
from judging.models import Source
from judging.services.popularity import import_readings_now
from spotlight.accounts.models import Person
from spotlight.ledger import files
from spotlight.rehearsal.inside.company import Company
from spotlight.rehearsal.simulation.crowd import ATTACK_DAYS, Counts, Crowd, Day, measures_of, picked
from spotlight.rehearsal.simulation.world import Places, World
from submissions.models import Season, Submission

FEATURED = 3.0
"""How much louder it is around tracks that are still in after a cut."""
ONCE = ("likes", "saves")
"""What an account does once for a track."""
COLUMNS = {
    "plays": ("submissions_play", ("track_id", "day", "listener", "market")),
    "shares": ("submissions_share", ("track_id", "day", "listener", "market")),
    "likes": ("submissions_like", ("track_id", "person_id", "market", "at")),
    "saves": ("submissions_save", ("track_id", "person_id", "market", "at", "counts")),
    "uses": ("submissions_use", ("track_id", "person_id", "market", "at", "url", "state", "code")),
}


class Audience:
    """The fans of a rehearsed season and how far they have listened."""

    def __init__(self, season: Season, world: World, company: Company) -> None:
        self.season, self.world, self.company = season, world, company
        self.crowd = Crowd(world)
        metrics = {(m.source, m.measure) for r in season.rounds.all() for m in r.metrics.all()}
        self.own, self.others = measures_of(metrics)
        self.own = sorted({*self.own, "plays"})  # charts and pages count plays whatever the rounds do
        self.markets = [m.code for m in season.markets.order_by("order", "code")] or [""]
        self.tracks = np.zeros(world.parameters.artists, dtype=np.int64)
        self.codes: list[str] = [""] * world.parameters.artists
        shape = (world.parameters.artists, len(self.markets))
        self.kept = {measure: np.zeros(shape, dtype=np.int64) for measure in ONCE}
        self.accounts = _accounts(self.crowd)

    def know(self, submissions: Mapping[int, int]) -> None:
        """Learn which tracks there are, by artist row."""
        rows = {key: row for row, key in submissions.items()}
        for key, track, code in Submission.objects.filter(pk__in=rows).values_list(
            "pk", "track_id", "track__code"
        ):
            self.tracks[rows[key]], self.codes[rows[key]] = track, code

    def listen(
        self, first: Places, *, days: int, since: datetime.date, until: datetime.date, featured: bool = False
    ) -> None:
        """Live through the days `since` to `until`; `first` is each track's first day that counts (0: it is out)."""
        loudness = FEATURED if featured else 1.0
        readings: dict[str, list[list[object]]] = {source: [] for source in self.others}
        lines: dict[str, list[str]] = {measure: [] for measure in self.own}
        for number in range(since.toordinal(), until.toordinal() + 1):
            ages = np.where((first > 0) & (number - first < max(days, ATTACK_DAYS)), number - first, -1)
            if not (ages >= 0).any():
                continue
            for measure in self.own:
                day = self.crowd.day(measure, number, ages, loudness=loudness)
                lines[measure] += self._lines(measure, number, day)
            for source, measures in self.others.items():
                for measure in measures:
                    day = self.crowd.day(f"{source}.{measure}", number, ages, loudness=loudness)
                    readings[source] += self._readings(measure, number, day)
        self._write(lines)
        for source, rows in readings.items():
            self._import(source, rows)
        counts.fold(self.season, since=since)
        charts.compute_due_weeks(self.season)

    def _lines(self, measure: str, number: int, day: Day) -> list[str]:
        date = datetime.date.fromordinal(number).isoformat()
        rng = self.world.parameters.rng("who", measure, number)
        start = rng.integers(1 << 30, size=day.count.shape)
        if measure in ONCE:
            kept = self.kept[measure]
            real = np.clip(day.count, 0, np.maximum(self.crowd.fans - kept, 0))
            found = [*_who(real, self.crowd.fans, kept, "fan"), *_who(day.fake, self._bots, kept, "bot")]
            self.kept[measure] = kept + real + day.fake
        else:
            found = [
                *_who(day.count, self.crowd.fans, start, "fan"),
                *_who(day.fake, self._bots, start, "bot"),
            ]
        return [self._line(measure, date, artist, market, who) for artist, market, who in found]

    @property
    def _bots(self) -> Counts:
        return np.full_like(self.crowd.fans, 1 << 40)

    def _line(self, measure: str, date: str, artist: int, market: int, who: tuple[str, int]) -> str:
        track, code = self.tracks[artist], self.markets[market]
        kind, number = who
        if measure in ("plays", "shares"):
            return f"{track}\t{date}\t{kind}:{market}:{number if kind == 'fan' else f'{artist}:{number}'}\t{code}"
        account = self.accounts[kind][(market, number) if kind == "fan" else (0, number % BOTS)]
        if measure in ONCE:
            counts = "\tt" if measure == "saves" else ""
            return f"{track}\t{account}\t{code}\t{date} 03:00:00+00{counts}"
        url = f"https://clips.invalid/{track}/{date}/{kind}{market}-{number}"
        return f"{track}\t{account}\t{code}\t{date} 03:00:00+00\t{url}\taccepted\t{_use_code(url)}"

    def _readings(self, measure: str, number: int, day: Day) -> list[list[object]]:
        date, total = datetime.date.fromordinal(number).isoformat(), day.total
        return [
            [self.codes[a], measure, date, self.markets[m], int(total[a, m]), int(day.fans[a, m])]
            for a, m in zip(*np.nonzero(total), strict=True)
        ]

    def _write(self, lines: Mapping[str, list[str]]) -> None:
        with transaction.atomic():
            for measure, rows in lines.items():
                table, columns = COLUMNS[measure]
                _copy(table, columns, rows)

    def _import(self, slug: str, rows: list[list[object]]) -> None:
        source = Source.objects.filter(season=self.season, slug=slug).first()
        if source is None or not rows:
            return
        path: Path = files.scratch(".csv")
        with path.open("w", newline="") as out:
            table = csv.writer(out)
            table.writerow(["track", "metric", "day", "market", "value", "fans"])
            table.writerows(rows)
        import_readings_now(source, path=path, by=self.company.organizers[0])
        path.unlink()


BOTS = 2000
"""Bought accounts; a bought like comes from another one each time."""


def _accounts(crowd: Crowd) -> dict[str, dict[tuple[int, int], int]]:
    """People who like and use tracks: keys by kind and (market, number). They have no account to sign in with."""
    places = [(market, number) for market, size in enumerate(crowd.fans.tolist()) for number in range(size)]
    made = Person.objects.bulk_create([Person(name="Fan", is_demo=True) for _ in places], batch_size=5000)
    found = {"fan": {place: p.pk for place, p in zip(places, made, strict=True)}, "bot": {}}
    if len(crowd.world.attackers):
        bots = Person.objects.bulk_create([Person(name="Fan", is_demo=True) for _ in range(BOTS)])
        found["bot"] = {(0, number): p.pk for number, p in enumerate(bots)}
    return found


def _who(
    counts: Counts, pools: Counts, starts: Counts, kind: str
) -> Iterable[tuple[int, int, tuple[str, int]]]:
    artist, market, member = picked(counts, pools, starts)
    for a, m, number in zip(artist.tolist(), market.tolist(), member.tolist(), strict=True):
        yield a, m, (kind, number)


def _use_code(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def _copy(table: str, columns: tuple[str, ...], lines: list[str]) -> None:
    """Bulk insert; what is there already stays."""
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE staged_{table} ON COMMIT DROP AS SELECT {names} FROM {table} LIMIT 0"
        )
        cursor.copy_expert(
            f"COPY staged_{table} FROM STDIN", io.StringIO("".join(f"{line}\n" for line in lines))
        )
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM staged_{table} ON CONFLICT DO NOTHING"
        )
