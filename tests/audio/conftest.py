from pathlib import Path

import pytest

from submissions.audio import Limits, Refusal, process
from tests.audio import sounds

LIMITS = Limits(min_seconds=2, max_seconds=20, min_bit_rate=64_000)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same six seconds in every accepted format."""
    folder = tmp_path_factory.mktemp("shelf")
    shelf = {}
    for kind in sounds.CODECS:
        rate = 48_000 if kind == "opus" else sounds.RATE
        samples = sounds.tone(rate=rate)
        shelf[kind] = sounds.write(folder / f"song.{kind}", samples, kind=kind, rate=rate)
    return shelf


def refusal_of(path: Path, limits: Limits = LIMITS) -> Refusal:
    """The refusal that ``path`` meets; fails if it is accepted, or leaves anything behind."""
    target = path.parent / "rendition.m4a"
    before = set(path.parent.iterdir())
    with pytest.raises(Refusal) as caught:
        process(path, rendition=target, limits=limits)
    assert set(path.parent.iterdir()) == before
    return caught.value
