"""Reads the worked examples out of docs/scoring.md."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from judging.scoring import Reading, Readings, Sheet

from .rounds import FIRST_DAY

DOCS = Path(__file__).resolve().parents[2] / "docs" / "scoring.md"
_BLOCK = re.compile(r"^```(\w+) (\w+)(?: ([^\n]*))?\n(.*?)^```$", re.M | re.S)


class Block(NamedTuple):
    """A fenced block: what it is, its settings, and its text."""

    kind: str
    settings: dict[str, str]
    text: str


def blocks(text: str) -> Iterator[Block]:
    """All fenced blocks that name what they are."""
    for _, kind, settings, content in _BLOCK.findall(text):
        yield Block(kind, dict(pair.split("=", 1) for pair in settings.split()), content)


def sheets_of(grid: str) -> list[Sheet]:
    """Sheets from a table of entries and judges; - = not heard."""
    header, *lines = [line.split() for line in grid.strip().split("\n")]
    return [
        Sheet(line[0], judge, {"song": mark})
        for line in lines
        for judge, mark in zip(header[1:], line[1:], strict=True)
        if mark != "-"
    ]


def readings_of(grid: str) -> Readings:
    """Readings from lines of entry, region, metric and the values of one day after the other."""
    _, *lines = [line.split() for line in grid.strip().split("\n")]
    return Readings.of(
        Reading(entry, region, metric, FIRST_DAY + timedelta(days=day), value)
        for entry, region, metric, *values in lines
        for day, value in enumerate(values)
    )


def varied(tables: dict[str, dict[str, Any]], settings: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The recipe with `table.key=value` settings."""
    result = {table: {**values} for table, values in tables.items()}
    for name, value in settings.items():
        table, key = name.split(".")
        result.setdefault(table, {})[key] = value
    return result
