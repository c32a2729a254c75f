import pytest

from tests.series import making


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    """Three seconds of H.264 and AAC."""
    return making.write_film(tmp_path_factory.mktemp("film") / "film.mp4", options={"movflags": "faststart"})


@pytest.fixture
def season(db):
    return making.a_season()


@pytest.fixture
def series(season):
    return making.a_series(season)
