"""What the pages of readings show: sources with what they sent, their gaps and keys, and batches on their way."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import QuerySet

from judging.models import ImportBatch, Source, SourceKey
from spotlight.ledger import clock
from spotlight.ledger.models import WorkRow
from submissions.models import Season


@dataclass(frozen=True)
class Gap:
    """Days without readings between days that have some."""

    first: datetime.date
    last: datetime.date

    @property
    def days(self) -> int:
        """How many days are missing."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Line:
    """A source with what it sent so far; `rows` is None for what is counted here."""

    source: Source
    rows: int | None
    first_day: datetime.date | None
    last_day: datetime.date | None
    gaps: list[Gap]
    keys: int

    @property
    def missing(self) -> int:
        """Days without readings in all gaps."""
        return sum(gap.days for gap in self.gaps)


def source_lines(season: Season) -> list[Line]:
    """All sources of a season, what is counted here first."""
    sources = Source.objects.filter(season=season).prefetch_related("days", "keys")
    now = clock.now()
    lines = [_line(source, now) for source in sources]
    return sorted(lines, key=lambda line: not line.source.is_own)


def source_line(source: Source) -> Line:
    """One of them."""
    return _line(source, clock.now())


def _line(source: Source, now: datetime.datetime) -> Line:
    keys = sum(key.ends_at is None or key.ends_at > now for key in source.keys.all())
    if source.is_own:
        return Line(source, None, None, None, [], keys)
    days = sorted((one.day, one.rows) for one in source.days.all())
    if not days:
        return Line(source, 0, None, None, [], keys)
    dates = [day for day, _ in days]
    return Line(source, sum(rows for _, rows in days), dates[0], dates[-1], gaps_between(dates), keys)


def gaps_between(days: Iterable[datetime.date]) -> list[Gap]:
    """The gaps in days that are in order."""
    one = datetime.timedelta(days=1)
    return [Gap(before + one, after - one) for before, after in pairwise(days) if after - before > one]


def valid_keys(source: Source) -> list[SourceKey]:
    """The keys with which a source may sign now, the current one first."""
    now = clock.now()
    keys = source.keys.select_related("made_by")
    return [key for key in keys if key.ends_at is None or key.ends_at > now]


def batches_of(season: Season) -> QuerySet[ImportBatch]:
    """Everything that came in, the latest first."""
    return ImportBatch.objects.filter(source__season=season).select_related("source", "by", "push")


def with_progress(batches: Iterable[ImportBatch]) -> list[tuple[ImportBatch, float | None]]:
    """Each batch with how far it is read, 0 to 1; None once it is done."""
    listed = list(batches)
    running = [batch.code for batch in listed if batch.is_on_its_way]
    works = WorkRow.objects.filter(kind="readings.import", key__in=running).order_by("pk")
    progress = dict(works.values_list("key", "progress")) if running else {}
    return [(batch, progress.get(batch.code, 0.0) if batch.is_on_its_way else None) for batch in listed]


def pushing_source(season: str, source: str) -> Source | None:
    """The source of an address, whoever asks; the signature decides."""
    named = Source.objects.filter(season__slug=season, slug=source).exclude(slug=Source.OWN)
    return named.select_related("season").prefetch_related("keys").first()
