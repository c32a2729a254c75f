from pathlib import Path

import pytest

from series.models import Series
from submissions.models import Season
from tests.series import making


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of H.264 and AAC."""
    return making.write_film(tmp_path_factory.mktemp("film") / "film.mp4", options={"movflags": "faststart"})


@pytest.fixture
def season(db: None) -> Season:
    return making.a_season()


@pytest.fixture
def series(season: Season) -> Series:
    return making.a_series(season)
