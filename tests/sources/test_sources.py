"""Reading and checking files of readings: against the rules said row by row, in every form, at every block border."""

import csv
import datetime
import io
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.sources import BadFile, Checked, Known, check, form_of, read, read_bytes, readers

TODAY = datetime.date(2026, 5, 20)
KNOWN = Known(
    pl.DataFrame(
        {"code": ["abc", "def"], "isrc": ["JPAB02600001", ""], "track_id": [7, 8]},
        schema={"code": pl.String, "isrc": pl.String, "track_id": pl.Int64},
    ),
    TODAY,
)
Seen = tuple[set[tuple[Any, ...]], list[tuple[Any, ...]]]


def taken(path: Path) -> Seen:
    """Good rows and bad ones of a file, over all its blocks."""
    parts = [check(block.rows, KNOWN) for block in read(path)]
    good = {row for part in parts for row in part.good.rows()}
    return good, [row for part in parts for row in part.bad.rows()]


def one_by_one(rows: list[list[str]]) -> Seen:
    """The same rules said for single rows of `track,metric,day,value,market,fans`."""
    good: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    bad = []
    for number, fields in enumerate(rows, 2):
        track, metric, day, value, market, fans = (text.strip() for text in fields)
        key = {"abc": 7, "def": 8}.get(track) or {"JPAB02600001": 7}.get(track.replace("-", "").upper())
        place = (key, date_of(day), metric.lower(), market.lower())
        reason = broken_rule(key, metric.lower(), value, fans, market.lower(), date_of(day))
        if not reason and place in good:
            reason = f"repeats row {good[place][0]}"
        if reason:
            bad.append((number, reason, ",".join(fields)[:300]))
        else:
            good[place] = (number, *place, int(value), int(fans) if fans else None)
    return set(good.values()), bad


def date_of(day: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(day)
    except ValueError:
        return None


def broken_rule(
    key: int | None, metric: str, value: str, fans: str, market: str, day: datetime.date | None
) -> str:
    rules = {
        "unknown track": key is not None,
        "metric is not a short name such as plays": re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", metric),
        "value is not a whole number of 0 or more": re.fullmatch(r"[0-9]{1,15}", value),
        "fans is not a whole number of 0 or more": re.fullmatch(r"([0-9]{1,15})?", fans),
        "market is not a short code such as jp": re.fullmatch(r"[a-z0-9-]{0,16}", market),
        "day is not a date such as 2026-04-05": day,
        "day lies in the future": day and day <= TODAY,
    }
    return next((reason for reason, holds in rules.items() if not holds), "")


WORDS = st.one_of(
    st.sampled_from(["abc", "def", " abc", "jp-ab0-26-00001", "JPAB02600001", "nobody", "plays", "Likes", "p" * 41, "jp", "KR",
                     "2026-05-01", "2026-05-02", "20260503", "2026-05-21", "2026-13-01", "1", "0012", "+5", "-0", "1.0", "1e3", "٣",
                     "999999999999999", "1000000000000000", "", " ", "1_0"]),
    st.text(st.characters(codec="utf-8", exclude_characters='"\r\n,\x1c\x1d\x1e\x1f\x85\0', exclude_categories=["Cs", "Zs", "Zl", "Zp"]), max_size=4),
)  # fmt: skip
ROWS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["abc", "def", "JPAB02600001"]), st.sampled_from(["plays", "Plays "]),
            st.sampled_from(["2026-05-01", "2026-05-02"]), st.sampled_from(["1", "23"]), st.sampled_from(["", "jp"]), st.sampled_from(["", "4"]),
        ).map(list),
        st.lists(WORDS, min_size=6, max_size=6),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(ROWS)
def test_every_form_takes_and_rejects_what_the_rules_say(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    good, bad = one_by_one(rows)
    plain, quoted, lines, columns = (folder / name for name in ("a.csv", "q.csv", "a.jsonl", "a.parquet"))
    plain.write_text("\n".join(",".join(fields) for fields in [list(readers.COLUMNS), *rows]) + "\n")
    assert taken(plain) == (good, bad)
    with quoted.open("w", newline="") as out:
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows([readers.COLUMNS, *rows])
    assert taken(quoted) == (good, bad)
    objects = [dict(zip(readers.COLUMNS, fields, strict=True)) for fields in rows]
    lines.write_text("\n".join(json.dumps(one) for one in objects))
    pl.DataFrame(objects).write_parquet(columns)
    counted_from_1 = [(row - 1, again(reason)) for row, reason, _ in bad]
    for path in (lines, columns):
        found, left = taken(path)
        assert found == {(row - 1, *rest) for row, *rest in good}
        assert [(row, reason) for row, reason, _ in left] == counted_from_1


def again(reason: str) -> str:
    """A reason with the row it names counted from 1."""
    return re.sub(r"\d+$", lambda n: str(int(n[0]) - 1), reason) if reason.startswith("repeats") else reason


def test_row_numbers_hold_at_block_borders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "BLOCK_BYTES", 64)
    monkeypatch.setattr(readers, "BLOCK_ROWS", 3)
    body = [f"abc,plays,2026-05-01,{n}" if n % 3 else "" for n in range(40)]
    body[20] = "abc,plays,2026-05-01"
    expected = [(n + 2, "2026-05-01", str(n)) for n in range(40) if n % 3 and n != 20]
    for end in ("\n", "\r\n", "\r"):
        path = tmp_path / "r.csv"
        path.write_bytes(end.join(["\ufeffTrack,METRIC,day,value", *body]).encode())
        rows = pl.concat([block.rows for block in read(path)])
        assert rows.filter(pl.col("problem").is_null()).select("row", "day", "value").rows() == expected
        assert rows.filter(pl.col("problem").is_not_null()).select("row", "problem").rows() == [
            (22, "3 fields instead of 4")
        ]
    body[30] = 'abc,"plays\nloud",2026-05-01,9'
    path.write_text("\n".join(["track,metric,day,value", *body]))
    rows = pl.concat([block.rows for block in read(path)])
    assert rows.filter(pl.col("value") == "39").height == 0  # 39 is a multiple of 3: an empty line
    assert rows.filter(pl.col("value") == "38")["row"].to_list() == [40]
    assert rows.filter(pl.col("value") == "9")["metric"].to_list() == ["plays\nloud"]
    pl.DataFrame(
        {"track": ["abc"] * 7, "metric": "plays", "day": "2026-05-01", "value": range(7)}
    ).write_parquet(tmp_path / "r.parquet")
    blocks = list(read(tmp_path / "r.parquet"))
    assert [block.rows["row"].to_list() for block in blocks] == [[1, 2, 3], [4, 5, 6], [7]]
    assert blocks[-1].share == 1


def test_json_lines_say_which_line_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "FEW_LINES", 2)
    good = '{"track": "abc", "metric": "plays", "day": "2026-05-%02d", "value": %s}'
    lines = [good % (n + 1, n) for n in range(9)]
    lines[3], lines[5], lines[6] = '{"track": ', "[1, 2]", ""
    lines[7] = good % (8, "2.0")
    path = tmp_path / "r.jsonl"
    path.write_text("\n".join(lines))
    found, left = taken(path)
    assert left == [(4, readers.NO_OBJECT, '{"track": '), (6, readers.NO_OBJECT, "[1, 2]")]
    assert {(row, value) for row, *_, value, _ in found} == {(1, 0), (2, 1), (3, 2), (5, 4), (8, 2), (9, 8)}
    body = json.dumps([json.loads(lines[0]), 3, {"track": "abc", "value": None}]).encode()
    pushed = [check(block.rows, KNOWN) for block in read_bytes(body)]
    assert [part.bad.rows() for part in pushed] == [
        [(2, readers.NO_OBJECT, "3"), (3, "metric is not a short name such as plays", '{"track": "abc", "value": null}')]
    ]  # fmt: skip
    assert [part.good.height for part in pushed] == [1]
    with pytest.raises(BadFile, match="not JSON"):
        list(read_bytes(b"[1,"))


def test_parquet_of_other_types(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    pl.DataFrame(
        {
            "ISRC": pl.Series(["JPAB02600001", "JPAB02600001", "JPAB02600001"], dtype=pl.Categorical),
            "metric": ["plays"] * 3, "day": [datetime.date(2026, 5, day) for day in (1, 2, 3)],
            "value": [3.0, None, 1.5], "fans": pl.Series([1, 2, None], dtype=pl.UInt32), "else": [[1], [], [2]],
        }
    ).write_parquet(path)  # fmt: skip
    assert form_of(path) == "parquet"
    found, left = taken(path)
    assert found == {(1, 7, datetime.date(2026, 5, 1), "plays", "", 3, 1)}
    assert [(row, reason) for row, reason, _ in left] == [
        (2, "value is not a whole number of 0 or more"), (3, "value is not a whole number of 0 or more"),
    ]  # fmt: skip
    pl.DataFrame({"track": [["a"]], "metric": ["p"], "day": ["d"], "value": [1]}).write_parquet(path)
    with pytest.raises(BadFile, match="lists instead of single values: track"):
        list(read(path))
    path.write_bytes(b"PAR1 and nothing more")
    with pytest.raises(BadFile, match="as Parquet"):
        list(read(path))


def test_a_report_shows_no_endless_line() -> None:
    row = {"track": "abc\0", "metric": "m" * 5000, "day": "", "value": ""}
    (block,) = read_bytes(io.BytesIO(json.dumps(row).encode()).getvalue())
    checked: Checked = check(block.rows, KNOWN)
    ((_, reason, line),) = checked.bad.rows()
    assert reason == "unknown track" and len(line) == 300
