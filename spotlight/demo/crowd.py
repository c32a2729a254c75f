"""The audience: plays, likes, shares and uses over weeks, and readings of a service outside. In bulk, seeded by day."""

import csv
import datetime
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection, transaction
from numpy.random import Generator, default_rng

from judging.jobs import charts, counts
from judging.models import Source
from judging.services.popularity import import_readings_now
from spotlight.accounts.models import Person
from spotlight.demo import calendar, cast, people, setup
from spotlight.demo.cast import Size, chance
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, files
from submissions.models import Play, Season, Submission, Track, Use
from submissions.services.listening import register_use
from submissions.services.reports import accept_use

MARKETS = ("jp", "kr", "other")
HOME_SHARE = 0.6
"""Share of a track's listeners who are from its artist's own market."""


@dataclass(frozen=True)
class Heard:
    """A track and how much it draws: `rate` in plays a day once it is known."""

    track: int
    code: str
    key: str
    released: datetime.date
    market: str
    rate: float


def key_of(submission: Submission) -> str:
    """What a track is known by from one demo to the next: its codes are made anew."""
    return f"{submission.artist.slug}/{submission.track.title}"


def quality(key: str) -> float:
    """How good a track really is, standard normal; nobody in the demo sees it."""
    if key == cast.visitors_track():
        return cast.VISITORS_QUALITY
    return float(default_rng(chance("quality", key)).normal())


def rate(key: str, loudness: float) -> float:
    """Plays a day of a track before its rounds make it known."""
    fame = 0.5 * quality(key) + 0.85 * float(default_rng(chance("fame", key)).normal())
    drawn = 1.6 * float(np.exp(0.75 * fame))
    return loudness * (cast.VISITORS_RATE if key == cast.visitors_track() else drawn)


def listen(season: Season, *, until: datetime.date, size: Size) -> None:
    """Everything that the audience does up to a day, then counted and charted. Safe to repeat."""
    heard = heard_in(season, size)
    since = _listened_until(season)
    days = [since + datetime.timedelta(days=n) for n in range((until - since).days + 1)]
    if not heard or not days:
        return
    fans = people.listeners(size.fans)
    plays: list[str] = []
    likes: list[str] = []
    shares: list[str] = []
    for track in heard:
        for day in days:
            if day >= track.released:
                _one_day(track, day, size, fans, plays, likes, shares)
    with transaction.atomic():
        _copy("submissions_play", ("track_id", "day", "listener", "market"), plays)
        _copy("submissions_like", ("track_id", "person_id", "market", "at"), likes)
        _copy("submissions_share", ("track_id", "day", "listener", "market"), shares)
    _readings(season, heard, days)
    counts.fold(season, since=since)
    charts.compute_due_weeks(season)


def heard_in(season: Season, size: Size) -> list[Heard]:
    """Every released track of a season, with how much it draws."""
    zone = ZoneInfo(season.zone)
    rows = Submission.objects.filter(
        season=season, state=Submission.State.CLEARED, track__released_at__isnull=False
    )
    found = []
    for entry in rows.select_related("track", "artist").order_by("pk"):
        key = key_of(entry)
        rounds = entry.entries.count()
        assert entry.track.released_at is not None
        found.append(
            Heard(
                track=entry.track_id, code=entry.track.code, key=key, market=entry.artist.market,
                released=entry.track.released_at.astimezone(zone).date(),
                rate=min(rate(key, size.loudness) * (1 + 0.25 * max(0, rounds - 1)), 40.0),
            )
        )  # fmt: skip
    return found


def _listened_until(season: Season) -> datetime.date:
    last = (
        Play.objects.filter(track__submissions__season=season, listener__startswith="demo:")
        .order_by("-day")
        .first()
    )
    assert season.entries_open_at is not None
    return last.day if last else season.entries_open_at.astimezone(ZoneInfo(season.zone)).date()


def _one_day(
    track: Heard,
    day: datetime.date,
    size: Size,
    fans: list[Person],
    plays: list[str],
    likes: list[str],
    shares: list[str],
) -> None:
    rng = default_rng(chance("day", track.key, day))
    age = (day - track.released).days
    wave = 1 + 0.35 * np.sin(age / 9 + track.rate) + 1.5 * np.exp(-age / 6) + 0.3 * (day.weekday() >= 5)
    who = rng.choice(
        size.listeners, min(int(rng.poisson(track.rate * wave)), size.listeners // 3), replace=False
    )
    for number in who:
        plays.append(f"{track.track}\t{day}\tdemo:{number}\t{_market(track, rng)}")
    for number in rng.choice(len(fans), min(int(rng.poisson(0.06 * len(who))), len(fans)), replace=False):
        likes.append(
            f"{track.track}\t{fans[number].pk}\t{fans[number].market}\t{day} {rng.integers(1, 14):02d}:20:00+00"
        )
    for number in who[: int(rng.poisson(0.05 * len(who)))]:
        shares.append(f"{track.track}\t{day}\tdemo:{number}\t{_market(track, rng)}")


def _market(track: Heard, rng: Generator) -> str:
    return track.market if rng.random() < HOME_SHARE else MARKETS[int(rng.integers(3))]


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


def _readings(season: Season, heard: list[Heard], days: list[datetime.date]) -> None:
    """A file of the service outside, imported as an organizer would from the command line."""
    source = Source.objects.filter(season=season, slug=setup.OUTSIDE[0]).first()
    if source is None:
        return
    path = files.scratch(".csv")
    try:
        bought_on = calendar.day(season, cast.BOUGHT_DAY).date()
        write_readings(path, heard, days, bought=(cast.visitors_track(), bought_on))
        import_readings_now(source, path=path, by=people.demo_person("organizer"))
    finally:
        path.unlink(missing_ok=True)


def write_readings(
    path: Path,
    heard: list[Heard],
    days: list[datetime.date],
    *,
    bought: tuple[str, datetime.date] | None = None,
) -> None:
    """A readings file: streams a day and market. `bought` is a track's key and the day on which most of its streams were bought."""
    with path.open("w", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(["track", "metric", "day", "market", "value"])
        for track in heard:
            for day in days:
                times = cast.BOUGHT_TIMES if (track.key, day) == bought else 1
                lines.writerows(_streams(track, day, times))


def _streams(track: Heard, day: datetime.date, times: int) -> Iterator[list[object]]:
    today = min(day, clock.now().date())
    if day < track.released or day > today:
        return
    rng = default_rng(chance("streams", track.key, day))
    value = int(rng.poisson(14 * track.rate)) * times
    if value:
        yield [track.code, "streams", day.isoformat(), track.market, value]


def make_videos(season: Season, *, count: int, waiting: int) -> None:
    """Fans register videos made with tracks; clearance accepts all but the last few."""
    tracks = list(
        Track.objects.filter(submissions__season=season, submissions__state="cleared")
        .exclude(licence=Track.Licence.NONE).order_by("pk")
    )  # fmt: skip
    fans, reviewer = people.listeners(1), people.demo_person("clearance")
    rng = default_rng(chance("videos", season.slug, str(clock.now().date())))
    for number in range(count if tracks else 0):
        track, fan = tracks[int(rng.integers(len(tracks)))], fans[int(rng.integers(len(fans)))]
        url = f"https://clips.example/@listener/{season.slug}-{clock.now():%m%d}-{number}"
        if Use.objects.filter(url=url).exists():
            continue
        try:
            use = register_use(track, url=url, by=fan)
        except SpotlightError:
            continue
        if number < count - waiting:
            accept_use(use, by=reviewer)
