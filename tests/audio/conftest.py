from pathlib import Path

import pytest

from submissions.audio import Limits, Refusal, process
from tests.audio import sounds

LIMITS = Limits(min_seconds=2, max_seconds=20, min_bit_rate=64_000)


def _shelf(folder: Path, seconds: float) -> dict[str, Path]:
    shelf = {}
    for kind in sounds.CODECS:
        rate = 48_000 if kind == "opus" else sounds.RATE
        samples = sounds.tone(seconds, rate=rate)
        shelf[kind] = sounds.write(folder / f"song.{kind}", samples, kind=kind, rate=rate)
    return shelf


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same six seconds in every accepted format."""
    return _shelf(tmp_path_factory.mktemp("shelf"), 6)


@pytest.fixture(scope="session")
def snippets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two and a half seconds in every accepted format, to be broken many times."""
    return _shelf(tmp_path_factory.mktemp("snippets"), 2.5)


def refusal_of(path: Path, limits: Limits = LIMITS) -> Refusal:
    """The refusal that ``path`` meets; fails if it is accepted, or leaves anything behind."""
    target = path.parent / "rendition.m4a"
    before = set(path.parent.iterdir())
    with pytest.raises(Refusal) as caught:
        process(path, rendition=target, limits=limits)
    assert set(path.parent.iterdir()) == before
    return caught.value
