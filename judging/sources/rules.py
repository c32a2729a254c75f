"""Whether rows are readings: every rule of the format, column by column, with the reason for each row left out."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

MEASURE = re.compile(r"[a-z][a-z0-9_-]{0,39}")
MARKET = re.compile(r"[a-z0-9-]{0,16}")
DIGITS = 15
REPORTED = 300
"""Characters of a rejected row that a report shows."""
REASONS = (
    (pl.col("track_id").is_null(), "unknown track"),
    (pl.col("measure").is_null(), "metric is not a short name such as plays"),
    (~pl.col("value_holds"), "value is not a whole number of 0 or more"),
    (~pl.col("fans_hold"), "fans is not a whole number of 0 or more"),
    (pl.col("market").is_null(), "market is not a short code such as jp"),
    (pl.col("day").is_null(), "day is not a date such as 2026-04-05"),
    (pl.col("future"), "day lies in the future"),
)
KEY = ["track_id", "day", "measure", "market"]


@dataclass(frozen=True)
class Known:
    """What rows may refer to: `tracks` with `code`, `isrc` (may be empty) and `track_id`; and the last day there may be."""

    tracks: pl.DataFrame
    last_day: datetime.date

    def codes(self) -> pl.DataFrame:
        """Track keys by code."""
        return self.tracks.select("code", "track_id")

    def isrcs(self) -> pl.DataFrame:
        """Track keys by ISRC; of two tracks with the same one the later counts."""
        named = self.tracks.filter(pl.col("isrc") != "").sort("track_id")
        return named.unique("isrc", keep="last").select(pl.col("isrc").alias("code"), "track_id")


@dataclass(frozen=True)
class Checked:
    """Good rows in the order of KEY (`row`, KEY, `value`, `fans`), and bad ones (`row`, `reason`, `line`) in the file's."""

    good: pl.DataFrame
    bad: pl.DataFrame


def check(rows: pl.DataFrame, known: Known) -> Checked:
    """Part the rows of a block into readings and rejections."""
    read = rows.with_columns(
        _tracks(rows["track"], known),
        _each(rows["metric"], _measure, pl.String).alias("measure"),
        _each(rows["market"].fill_null(""), _market, pl.String).alias("market"),
        _each(rows["day"], _day, pl.Date).alias("day"),
        *_whole("value", "value_holds"),
        *_whole("fans", "fans_hold"),
    ).with_columns((pl.col("day") > known.last_day).alias("future"))
    read = read.with_columns(_no_fans_given(rows["fans"]).alias("fans_hold") | pl.col("fans_hold"))
    judged = read.with_columns(_reason().alias("reason"))
    is_bad = judged["reason"].is_not_null()
    good = judged.filter(~is_bad).select("row", *KEY, "value", "fans").sort(*KEY, "row")
    good, repeated = _without_repeats(good)
    bad = _reported(rows.filter(is_bad), judged["reason"].drop_nulls())
    return Checked(good, pl.concat([bad, report(rows, repeated)]).sort("row"))


def report(rows: pl.DataFrame, repeated: pl.DataFrame) -> pl.DataFrame:
    """Rejections of those rows of a block that `repeated` (`row`, `reason`) names."""
    again = rows.join(repeated, on="row", how="semi", maintain_order="left")
    return _reported(again, repeated.sort("row")["reason"])


def _tracks(named: pl.Series, known: Known) -> pl.Series:
    """The key of each track, by its code or else by its ISRC."""
    named = named.str.strip_chars().alias("code")
    keys = named.to_frame().join(known.codes(), on="code", how="left", maintain_order="left")["track_id"]
    if not keys.null_count():
        return keys
    codes = named.filter(keys.is_null()).str.replace_all("-", "", literal=True).str.to_uppercase()
    found = codes.to_frame().join(known.isrcs(), on="code", how="left", maintain_order="left")["track_id"]
    return keys.scatter(keys.is_null().arg_true(), found)


def _each(column: pl.Series, rule: Callable[[str], Any], kind: Any) -> pl.Series:
    """A rule for single values, applied once to each different one."""
    different = column.drop_nulls().unique()
    kept = pl.Series([rule(text.strip()) for text in different], dtype=kind)
    return column.replace_strict(different, kept, default=None, return_dtype=kind)


def _measure(text: str) -> str | None:
    return text.lower() if MEASURE.fullmatch(text.lower()) else None


def _market(text: str) -> str | None:
    return text.lower() if MARKET.fullmatch(text.lower()) else None


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _whole(name: str, holds: str) -> tuple[pl.Expr, pl.Expr]:
    """A column as numbers, and whether each is one: 1 to 15 digits and nothing else."""
    text = pl.col(name).str.strip_chars()
    number = text.cast(pl.Int64, strict=False)
    plain = (text.str.len_bytes() <= DIGITS) & ~text.str.starts_with("+") & ~text.str.starts_with("-")
    return number.alias(name), (number.is_not_null() & plain).fill_null(False).alias(holds)


def _no_fans_given(fans: pl.Series) -> pl.Series:
    return fans.fill_null("").str.strip_chars() == ""


def _reason() -> pl.Expr:
    """The first rule that a row breaks; null for a good one. What can't be read at all has its reason already."""
    chain: Any = pl.when(pl.col("problem").is_not_null()).then(pl.col("problem"))
    for broken, reason in REASONS:
        chain = chain.when(broken).then(pl.lit(reason))
    expression: pl.Expr = chain.otherwise(pl.lit(None, pl.String))
    return expression


def _without_repeats(good: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The first row of each key, and the others (`row`, `reason`) that repeat it."""
    same = pl.all_horizontal([pl.col(name) == pl.col(name).shift(1) for name in KEY]).fill_null(False)
    repeats = good.select(same.alias("again"))["again"]
    if not repeats.any():
        return good, pl.DataFrame(schema={"row": pl.Int64, "reason": pl.String})
    first = pl.when(~repeats).then(pl.col("row")).forward_fill()
    said = pl.concat_str(pl.lit("repeats row "), first.cast(pl.String)).alias("reason")
    return good.filter(~repeats), good.with_columns(said).filter(repeats).select("row", "reason")


def _reported(rows: pl.DataFrame, reasons: pl.Series) -> pl.DataFrame:
    columns = ["track", "metric", "day", "value", "market", "fans"]
    joined = pl.concat_str(columns, separator=",", ignore_nulls=True)
    line = pl.coalesce(pl.col("line"), joined).str.replace_all("\0", "", literal=True).str.slice(0, REPORTED)
    return rows.with_columns(reasons.alias("reason")).select("row", "reason", line.alias("line"))


__all__ = ["KEY", "Checked", "Known", "check", "report"]
