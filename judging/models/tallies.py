from django.db import models

from judging.models.popularity import Source
from judging.models.round import Round
from submissions.models import Track


class TallyBlock(models.Model):
    """What the readings of some entries of a running round come to: derived from the readings, never a source.

    Arrays by entry index (little-endian): `codes` 16 bytes each, `first` and `last` day with a reading as proleptic
    ordinals in int32, 0 for none. `tallies` has a row per entry, metric and region (layout: `judging.jobs.blocks`),
    `windows` its values day by day, `width` days each in integers of `item` bytes.
    """

    pk = models.CompositePrimaryKey("round_id", "number")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="tally_blocks", db_index=False)
    number = models.PositiveIntegerField(help_text="Index of its first entry / entries per block.")
    basis = models.CharField(max_length=64, help_text="Digest of the rules that the sums rest on.")
    codes = models.BinaryField()
    first = models.BinaryField()
    last = models.BinaryField()
    cells = models.JSONField(help_text="Metric, region and number of rows, in the order of the rows.")
    tallies = models.BinaryField()
    windows = models.BinaryField()
    width = models.PositiveIntegerField()
    item = models.PositiveSmallIntegerField()
    windows_sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.round_id} / {self.number}"


class StaleTrack(models.Model):
    """A track whose readings changed since a running round's tallies were made; no track means all of them."""

    round = models.ForeignKey(
        Round, on_delete=models.CASCADE, related_name="stale_tracks", db_constraint=False
    )
    track = models.ForeignKey(
        Track, null=True, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )

    def __str__(self) -> str:
        return f"{self.round_id}: {self.track_id}"


class SheetBlock(models.Model):
    """The filed sheets on some entries of a running round: derived from the sheets, never a source.

    `rows` has one for each sheet with a mark (layout: `judging.jobs.sheets.row_type`); `layout` names the criteria of
    their columns and the pools that they point at.
    """

    pk = models.CompositePrimaryKey("round_id", "number")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="sheet_blocks", db_index=False)
    number = models.PositiveIntegerField(help_text="Index of its first entry / entries per block.")
    layout = models.JSONField()
    rows = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.round_id} / {self.number}"


class StaleSheet(models.Model):
    """An assignment whose sheet changed since a running round's blocks were made; no assignment means all of them."""

    round = models.ForeignKey(
        Round, on_delete=models.CASCADE, related_name="stale_sheets", db_constraint=False
    )
    assignment_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.round_id}: {self.assignment_id}"


class ReadingMarket(models.Model):
    """A market that readings of a source name."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="reading_markets")
    market = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "market"], name="reading_market_once")]

    def __str__(self) -> str:
        return self.market
