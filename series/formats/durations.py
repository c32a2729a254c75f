"""Lengths of time as people and machines write them."""

from __future__ import annotations

import re

CLOCK = re.compile(
    r"(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d)(?:\.(?P<fraction>\d{1,3}))?"
)


def clock(seconds: float) -> str:
    """`7:42` or `1:02:03`; fractions of a second are dropped."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def precise_clock(milliseconds: int) -> str:
    """Like `clock`, with the milliseconds where there are any: `1:02.500`."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{clock(seconds)}.{rest:03d}" if rest else clock(seconds)


def parse_clock(text: str) -> int:
    """Milliseconds of `7:42`, `1:02:03` or `0:04.250`.

    Raises ValueError for any other form, and for minutes above 59 beside hours.
    """
    match = CLOCK.fullmatch(text.strip())
    if match is None or (match["hours"] and int(match["minutes"]) > 59):
        raise ValueError(text)
    whole = int(match["hours"] or 0) * 3600 + int(match["minutes"]) * 60 + int(match["seconds"])
    return whole * 1000 + int((match["fraction"] or "0").ljust(3, "0"))


def iso8601(seconds: float) -> str:
    """ISO 8601 duration in whole seconds, as schema.org wants it: `PT7M42S`, `PT1H2M3S`, `PT0S`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if n]
    return "PT" + ("".join(parts) or "0S")
