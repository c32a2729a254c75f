"""Rows that repeat a row of an earlier block: keys of all rows so far, packed into 64 bits, in bounded memory."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

MOST_ROWS = 15_000_000
DAY_BITS, TRACK_BITS, NAME_BITS = 16, 32, 16


@dataclass
class Seen:
    """The keys of earlier blocks. `is_whole` says whether it still knows all of them: files may have more than it keeps."""

    is_whole: bool = True
    names: dict[tuple[str, str], int] = field(default_factory=dict)
    keys: list[NDArray[np.uint64]] = field(default_factory=list)
    rows: list[NDArray[np.uint32]] = field(default_factory=list)

    def part(self, good: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Of a block's good rows those that are new, and the others (`row`, `reason`) that repeat an earlier one."""
        none = pl.DataFrame(schema={"row": pl.Int64, "reason": pl.String})
        packed = self._packed(good) if self.is_whole else None
        if packed is None:
            self.is_whole = False
            return good, none
        order = np.argsort(packed)
        packed, rows = packed[order], good["row"].to_numpy()[order].astype(np.uint32)
        first = self._first(packed)
        self.keys.append(packed)
        self.rows.append(rows)
        self.is_whole = sum(map(len, self.keys)) < MOST_ROWS
        again = first > 0
        if not again.any():
            return good, none
        reasons = [f"repeats row {number}" for number in first[again].tolist()]
        repeats = pl.DataFrame({"row": rows[again].astype(np.int64), "reason": reasons})
        return good.join(repeats, on="row", how="anti", maintain_order="left"), repeats

    def _packed(self, good: pl.DataFrame) -> NDArray[np.uint64] | None:
        """Day, track, and measure with market, in this order, as one number; None where that needs more than 64 bits."""
        day = good["day"].cast(pl.Int32).to_numpy().astype(np.int64)
        track = good["track_id"].to_numpy()
        named = good.select("measure", "market")
        for pair in named.unique().iter_rows():
            self.names.setdefault(pair, len(self.names))
        fits = [(day, DAY_BITS), (track, TRACK_BITS)]
        if len(self.names) > 1 << NAME_BITS or any(
            a.size and (a.min() < 0 or a.max() >> bits) for a, bits in fits
        ):
            return None
        packed = (day << (TRACK_BITS + NAME_BITS)).astype(np.uint64)
        packed |= (track << NAME_BITS).astype(np.uint64)
        return packed | self._named(named).astype(np.uint64)

    def _named(self, named: pl.DataFrame) -> NDArray[np.int64]:
        if len(self.names) < 2:
            return np.zeros(named.height, dtype=np.int64)
        columns: Any = list(zip(*self.names, strict=True))
        known = pl.DataFrame({"measure": columns[0], "market": columns[1], "name": list(self.names.values())})
        joined = named.join(known, on=["measure", "market"], how="left", maintain_order="left")
        return joined["name"].to_numpy()

    def _first(self, packed: NDArray[np.uint64]) -> NDArray[np.int64]:
        """For each key the row that had it before, or 0."""
        first = np.zeros(len(packed), dtype=np.int64)
        for keys, rows in zip(self.keys, self.rows, strict=True):
            if not len(packed) or not len(keys) or keys[-1] < packed[0] or keys[0] > packed[-1]:
                continue
            low, high = np.searchsorted(packed, (keys[0], keys[-1]), side="left")
            part = packed[low : high + 1]
            places = np.minimum(np.searchsorted(keys, part), len(keys) - 1)
            found = (keys[places] == part) & (first[low : high + 1] == 0)
            first[low : high + 1][found] = rows[places][found]
        return first
