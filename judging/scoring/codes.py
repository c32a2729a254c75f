"""Codes of entries: tuples of text for small rounds, packed arrays of UTF-8 for large ones."""

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

Packed = NDArray[np.bytes_]


class Codes(Sequence[str]):
    """Codes in one array of bytes instead of an object each; UTF-8 sorts like code points. No code may end in NUL."""

    __slots__ = ("packed",)

    def __init__(self, packed: Packed) -> None:
        self.packed = packed

    @classmethod
    def of(cls, codes: Sequence[str]) -> "Codes":
        """The same codes, packed."""
        return (
            codes
            if isinstance(codes, Codes)
            else cls(np.array([code.encode() for code in codes] or [b""])[: len(codes)])
        )

    def __len__(self) -> int:
        return len(self.packed)

    def __iter__(self) -> Iterator[str]:
        return (code.decode() for code in self.packed.tolist())

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> "Codes": ...
    def __getitem__(self, place: int | slice) -> "str | Codes":
        return Codes(self.packed[place]) if isinstance(place, slice) else self.packed[place].decode()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Codes):
            return isinstance(other, tuple) and tuple(self) == other
        return self.packed is other.packed or np.array_equal(self.packed, other.packed)

    __hash__ = None  # type: ignore[assignment]

    def index(self, code: str, start: int = 0, stop: int | None = None) -> int:
        """Place of a code. Raises ValueError."""
        found = np.flatnonzero(self.packed[start:stop] == code.encode())
        if not len(found):
            raise ValueError(code)
        return start + int(found[0])


def taken(codes: Sequence[str], order: NDArray[np.int64]) -> Sequence[str]:
    """The codes at these places."""
    if isinstance(codes, Codes):
        return Codes(codes.packed[order])
    return tuple(codes[i] for i in order.tolist())


def united(one: Sequence[str], other: Sequence[str]) -> Sequence[str]:
    """All codes of two sorted sequences, sorted, each once."""
    if isinstance(one, Codes) or isinstance(other, Codes):
        packed = Codes.of(one), Codes.of(other)
        return packed[0] if packed[0] == packed[1] else Codes(np.union1d(packed[0].packed, packed[1].packed))
    return tuple(sorted({*one, *other}))


def places(field: Sequence[str], codes: Sequence[str]) -> NDArray[np.int64]:
    """Place in the sorted field of each of the codes, all of which are in it."""
    if field is codes or (isinstance(field, Codes) and field == codes):
        return np.arange(len(field))
    if isinstance(field, Codes):
        return np.searchsorted(field.packed, Codes.of(codes).packed).astype(np.int64)
    place = {code: index for index, code in enumerate(field)}
    return np.fromiter(map(place.__getitem__, codes), dtype=np.int64, count=len(codes))
