"""The program: errors with their place, nothing written then, and the same bytes under any environment."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from judging.scoring.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
RECIPE = """\
[panel]
minimum_sheets = 0
[panel.criteria]
song = 1.0
[popularity]
minimum_days = 1
[popularity.metrics]
plays = 1
[blend]
popularity = 1
panel = 1
[cut]
size = 2
[tie]
seed = "s"
"""
SHEETS = "entry,judge,pool,song\na,ann,,7\nb,ann,,6\n"
READINGS = "entry,region,metric,day,value,fans\na,JP,plays,2026-03-01,5,\nb,JP,plays,2026-03-01,3,2\n"
POINTS = "entry,voter,side,points\na,v1,jury,12\nb,v1,public,10\n"


def run(folder: Path, *, recipe: str = RECIPE, **files: str | bytes) -> int:
    contents: dict[str, str | bytes] = {"sheets": SHEETS, "popularity": READINGS, **files}
    (folder / "recipe.toml").write_text(recipe, encoding="utf-8")
    arguments = [str(folder / "recipe.toml"), "--out", str(folder / "out.csv")]
    for kind, content in contents.items():
        path = folder / f"{kind}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        arguments += [f"--{kind}", str(path)]
    return main(arguments)


def test_a_small_round(tmp_path: Path) -> None:
    assert run(tmp_path) == 0
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[1] for line in lines] == ["entry", "a", "b"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "out.csv",
        "popularity.csv",
        "recipe.toml",
        "sheets.csv",
    ]


@pytest.mark.parametrize(
    ("kind", "old", "new", "place"),
    [
        ("recipe", "size = 2", "size = -1", "recipe.toml, line 13, column 1"),
        ("recipe", "size = 2", "size = true", "recipe.toml, line 13, column 1"),
        ("recipe", "size = 2", "size = 2.5", "recipe.toml, line 13, column 1"),
        ("recipe", "size = 2", "size = ", "recipe.toml, line 13, column 8"),
        ("recipe", "size = 2", "  sise = 2", "recipe.toml, line 13, column 3"),
        ("recipe", "size = 2", "", "recipe.toml, line 12, column 1"),
        ("recipe", "song = 1.0", "song = 0.9", "recipe.toml, line 3, column 1"),
        ("recipe", "song = 1.0", "song = inf", "recipe.toml, line 4, column 1"),
        ("recipe", "song = 1.0", 'song = "1"', "recipe.toml, line 4, column 1"),
        ("recipe", "[tie]", "[ties]", "recipe.toml, line 14, column 1"),
        ("recipe", 'seed = "s"', "seed = 5", "recipe.toml, line 15, column 1"),
        (
            "recipe",
            "popularity = 1\npanel = 1",
            "popularity = 0\npanel = 0",
            "recipe.toml, line 10, column 1",
        ),
        ("recipe", "[panel.criteria]\nsong = 1.0\n", "", "recipe.toml, line 1, column 1"),
        ("recipe", "[panel]", '[panel]\nmethod = "best"', "recipe.toml, line 2, column 1"),
        ("recipe", "[panel]", "[panel]\nlambda_entry = 0", "recipe.toml, line 2, column 1"),
        ("sheets", "judge", "juror", "sheets.csv, line 1, column 1"),
        ("sheets", "pool,song", "song,song", "sheets.csv, line 1, column 1"),
        ("sheets", "entry,judge,pool,song", "entry,judge,pool,song,song", "sheets.csv, line 1, column 5"),
        ("sheets", "a,ann,,7", "a,ann,,7e0", "sheets.csv, line 2, column 4"),
        ("sheets", "a,ann,,7", "a,ann,,.5", "sheets.csv, line 2, column 4"),
        ("sheets", "a,ann,,7", "a,ann,,７", "sheets.csv, line 2, column 4"),
        ("sheets", "a,ann,,7", "a,ann,," + "1" * 41, "sheets.csv, line 2, column 4"),
        ("sheets", "a,ann,,7", " ,ann,,7", "sheets.csv, line 2, column 1"),
        ("sheets", "a,ann,,7", "a,,,7", "sheets.csv, line 2, column 2"),
        ("sheets", "a,ann,,7", "a,ann,7", "sheets.csv, line 2, column 4"),
        ("sheets", "b,ann,,6", "a,ann,,", "sheets.csv, line 3, column 2"),
        ("sheets", "b,ann,,6", "a,ben,x,6", "sheets.csv, line 3, column 3"),
        ("sheets", "b,ann,,6", '"b,ann,,6', "sheets.csv, line 3, column 1"),
        ("sheets", "b,ann,,6", "\n\nb,ann,,x", "sheets.csv, line 5, column 4"),
        ("sheets", "a,ann,,7", '"a\nx",ann,,7\nc,ann,,z', "sheets.csv, line 4, column 4"),
        ("popularity", "2026-03-01,5", "2026-02-30,5", "popularity.csv, line 2, column 4"),
        ("popularity", "2026-03-01,5", "20260301,5", "popularity.csv, line 2, column 4"),
        ("popularity", "2026-03-01,5", "2026-03-01,-5", "popularity.csv, line 2, column 5"),
        ("popularity", "2026-03-01,5", "2026-03-01,", "popularity.csv, line 2, column 5"),
        ("popularity", "2026-03-01,5,", "2026-03-01,5,-1", "popularity.csv, line 2, column 6"),
        ("popularity", "b,JP", "a,JP", "popularity.csv, line 3, column 4"),
        ("popularity", "b,JP,plays", "b,JP,", "popularity.csv, line 3, column 3"),
    ],
)
def test_an_error_has_a_place_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, old: str, new: str, place: str
) -> None:
    text = {"recipe": RECIPE, "sheets": SHEETS, "popularity": READINGS}[kind]
    assert old in text
    assert run(tmp_path, **{kind: text.replace(old, new, 1)}) == 2
    assert place in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("jury,12", "jury,11", "points.csv, line 2, column 4"),
        ("jury,12", "judge,12", "points.csv, line 2, column 3"),
        ("b,v1,public", "a,v1,jury", "points.csv, line 3, column 2"),
        ("a,v1", "a,", "points.csv, line 2, column 2"),
    ],
)
def test_an_error_in_points(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, place: str
) -> None:
    rules = RECIPE.replace("[blend]", '[blend]\nmethod = "eurovision"')
    assert run(tmp_path, recipe=rules, points=POINTS) == 0
    (tmp_path / "out.csv").unlink()
    assert run(tmp_path, recipe=rules, points=POINTS.replace(old, new, 1)) == 2
    assert place in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()


def test_a_missing_file_and_bytes_that_are_not_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    assert main([str(tmp_path / "recipe.toml"), "--sheets", str(tmp_path / "no.csv"), "--out", "x"]) == 2
    assert "recipe.toml, line 10, column 1" in capsys.readouterr().err
    assert run(tmp_path, sheets=SHEETS.encode() + b"\xff,x,,1\n") == 2
    assert "sheets.csv, line 4, column 1" in capsys.readouterr().err
    rules = RECIPE.replace("popularity = 1\n", "popularity = 0\n")
    (tmp_path / "recipe.toml").write_text(rules, encoding="utf-8")
    assert main([str(tmp_path / "recipe.toml"), "--sheets", str(tmp_path / "no.csv"), "--out", "x"]) == 2
    assert "no.csv" in capsys.readouterr().err


def test_forms_of_the_same_file_give_the_same_bytes(tmp_path: Path) -> None:
    assert run(tmp_path) == 0
    expected = (tmp_path / "out.csv").read_bytes()
    for sheets in (
        "\ufeff" + SHEETS,
        SHEETS.replace("\n", "\r\n"),
        SHEETS.replace("\n", "\n\n"),
        'note,song,pool,judge,entry\nx, 7.00 ,,ann,a\n,+6,,ann," b"\n',
    ):
        assert run(tmp_path, sheets=sheets) == 0
        assert (tmp_path / "out.csv").read_bytes() == expected


def test_left_out_rows_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = SHEETS + "c,ben,,\n", READINGS + "d,JP,shares,2026-03-01,1,\n"
    assert run(tmp_path, sheets=lines[0], popularity=lines[1]) == 0
    told = capsys.readouterr().err
    assert "1 incomplete sheets left out" in told
    assert "1 readings of other metrics left out: shares" in told
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").count("\n") == 5


ENVIRONMENTS = [
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "77", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Seoul", "OPENBLAS_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "0", "LC_ALL": "de_DE.UTF-8", "TZ": "America/Los_Angeles", "PYTHONUTF8": "0"},
]


def test_the_environment_does_not_matter(tmp_path: Path) -> None:
    case = ROOT / "tests" / "scoring" / "cases" / "02-three-regions-one-merged"
    digests = set()
    for number, environment in enumerate(ENVIRONMENTS):
        out = tmp_path / f"{number}.csv"
        command = [sys.executable, "-m", "judging.scoring", str(case / "recipe.toml"), "--out", str(out)]
        command += ["--sheets", str(case / "sheets.csv"), "--popularity", str(case / "popularity.csv")]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **environment}, check=False, capture_output=True
        )
        assert (done.returncode, done.stderr) == (0, b"")
        digests.add(hashlib.sha256(out.read_bytes()).hexdigest())
    assert digests == {hashlib.sha256((case / "expected.csv").read_bytes()).hexdigest()}


def test_the_library_is_pure() -> None:
    program = "import judging.scoring, sys; sys.exit(any(m.split('.')[0] == 'django' for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
