"""Every way of tampering with a bundle that we could think of is found and named.

Each is tried twice: carelessly, and with the manifest made anew. Then the log itself is forged, with all digests made
anew; that only a digest which somebody outside kept can tell.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from judging.jobs import proof
from judging.models import Proof
from judging.proof import recompute
from spotlight.ledger import seals
from tests.judging.test_proof import verify
from tests.judging.whole import whole_season

pytestmark = pytest.mark.django_db

Lines = list[str]
SHEETS, READINGS, STANDINGS, DECISIONS = (
    f"round-1/{name}.csv" for name in ("SHEETS", "READINGS", "STANDINGS", "decisions")
)


@pytest.fixture(scope="module")
def honest(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[proof.Files, str]]:
    """The files of an honest bundle, and the digest that the witnesses received last."""
    with django_db_blocker.unblock():
        try:
            season = whole_season("honest")
            seals.seal()
            digest = Proof.objects.filter(round__season=season).order_by("-sequence").first()
            assert digest is not None
            yield proof.bundle(season), digest.digest
        finally:
            call_command("flush", interactive=False, verbosity=0)


def lines(change: Callable[[Lines], object]) -> Callable[[bytes], bytes]:
    """A change of the list of lines; the header is line 0."""

    def run(data: bytes) -> bytes:
        found = data.decode().split("\n")[:-1]
        change(found)
        return ("\n".join(found) + "\n").encode()

    return run


def cell(line: int, column: int, change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    """A change of one cell of a CSV."""

    def run(found: Lines) -> None:
        cells = found[line].split(",")
        cells[column] = change(cells[column])
        found[line] = ",".join(cells)

    return lines(run)


def swap(one: int, other: int, *columns: int) -> Callable[[bytes], bytes]:
    """Exchange cells, or whole lines, of two lines."""

    def run(found: Lines) -> None:
        if not columns:
            found[one], found[other] = found[other], found[one]
            return
        a, b = found[one].split(","), found[other].split(",")
        for column in columns:
            a[column], b[column] = b[column], a[column]
        found[one], found[other] = ",".join(a), ",".join(b)

    return lines(run)


def value(*path: str | int, to: Any) -> Callable[[bytes], bytes]:
    """A change of one value of a JSON file."""

    def run(data: bytes) -> bytes:
        content = at = json.loads(data)
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = to
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    return run


def text(old: str, new: str) -> Callable[[bytes], bytes]:
    """A change of letters."""

    def run(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode(), 1)

    return run


def more(number: str) -> str:
    """A little more of a number, with as many decimals."""
    whole, point, rest = number.partition(".")
    return f"{int(whole) + 1 if whole not in ('10', '-0') else 9}{point}{rest}"


# name: file, change, what a careless attempt and one with a new manifest are told
KINDS: dict[str, tuple[str, Callable[[bytes], bytes], str, str]] = {
    "mark changed": (SHEETS, cell(3, 4, lambda m: "9.5" if m != "9.5" else "1"), f"{SHEETS} line 4: was changed", f"{SHEETS} line 4: is not what this judge filed"),
    "sheet removed": (SHEETS, lines(lambda found: found.pop(5)), f"{SHEETS} line 6: is not what stood here", f"{SHEETS}: is not the file whose hash the log"),
    "sheet added": (SHEETS, lines(lambda found: found.insert(4, found[3].replace(found[3].split(",")[1], "zzzzzzzzzz"))), f"{SHEETS} line 5: was changed or added", f"{SHEETS} line 5: is not what this judge filed"),
    "entry swapped": (SHEETS, swap(1, 9, 0), f"{SHEETS} line 2: was changed", f"{SHEETS} line 2: is not what this judge filed"),
    "reading changed": (READINGS, cell(20, 4, more), f"{READINGS} line 21: was changed", f"{READINGS}: is not the file whose hash the log"),
    "reading removed": (READINGS, lines(lambda found: found.pop(40)), f"{READINGS} line 41: is not what stood here", f"{READINGS}: is not the file whose hash the log"),
    "weight changed": ("round-1/recipe.json", value("blend", "panel", to="0.6"), "round-1/recipe.json: is not the file", 'round-1/recipe.json: blend.panel is "0.6", by the rules "0.5"'),
    "method changed": ("round-1/recipe.json", value("popularity", "winsor", to="5"), "round-1/recipe.json: is not the file", 'round-1/recipe.json: popularity.winsor is "5", by the rules 3'),
    "cut size changed": ("round-1/recipe.json", value("cut", "size", to=6), "round-1/recipe.json: is not the file", "round-1/recipe.json: cut.size is 6, by the rules 4"),
    "ranks swapped": (STANDINGS, swap(2, 3, 0), f"{STANDINGS} line 3: was changed", f"{STANDINGS} line 3: says"),
    "rows swapped": (STANDINGS, swap(2, 3), f"{STANDINGS} line 3: stands elsewhere", f"{STANDINGS} line 3: says"),
    "score changed": (STANDINGS, cell(4, 2, more), f"{STANDINGS} line 5: was changed", f"{STANDINGS} line 5: says"),
    "panel changed": (STANDINGS, cell(4, 4, more), f"{STANDINGS} line 5: was changed", f"{STANDINGS} line 5: says"),
    "probability changed": (STANDINGS, cell(1, 7, lambda p: "0.999999"), f"{STANDINGS} line 2: was changed", f"{STANDINGS} line 2: says"),
    "tie level changed": (STANDINGS, cell(1, 9, lambda _: "2"), f"{STANDINGS} line 2: was changed", f"{STANDINGS} line 2: says"),
    "selection changed": (STANDINGS, cell(1, 10, lambda _: "0"), f"{STANDINGS} line 2: was changed", f"{STANDINGS} line 2: says"),
    "rank without a source changed": ("round-1/without.csv", cell(2, 2, lambda r: str(int(r) + 1)), "round-1/without.csv line 3: was changed", "round-1/without.csv: is not the file whose hash the log"),
    "decision flipped": (DECISIONS, text(",out,", ",in,"), f"{DECISIONS} line", f"{DECISIONS} line"),
    "reserves exchanged": (DECISIONS, text(",reserve,", ",out,"), f"{DECISIONS} line", f"{DECISIONS}: is not the file whose hash the log"),
    "group changed": ("round-1/groups.csv", lambda d: d.replace(b",jp", b",kr", 1), "round-1/groups.csv line", "round-1/groups.csv: is not the file whose hash the log"),
    "approver changed": ("round-1/cut.json", value("approved_by", to="0" * 64), "round-1/cut.json: is not the file", "round-1/cut.json: the log names others"),
    "rules changed": ("rules.json", text('"highest":2', '"highest":3'), "rules.json: is not the file", "rules.json: is not the document whose hash the log holds"),
    "rules' hash changed": ("season.json", value("rules_sha256", to="0" * 64), "season.json: is not the file", "rules.json: has the hash"),
    "seed changed": ("season.json", value("seed", to="another"), "season.json: is not the file", "season.json: the seed is not the one"),
    "seed's hash changed": ("season.json", value("seed_sha256", to="0" * 64), "season.json: is not the file", "season.json: names another hash of the seed"),
    "head replaced": ("season.json", value("head", "digest", to="0" * 64), "season.json: is not the file", "is not what the head in season.json is the digest of"),
    "round concealed": ("season.json", value("rounds", to=[1]), "season.json: is not the file", "season.json: does not name round-2"),
    "log line edited": ("log.jsonl", text('"entries":10', '"entries":11'), "log.jsonl line 3: was changed", "log.jsonl line 4: does not continue line 3"),
    "log line deleted": ("log.jsonl", lines(lambda found: found.pop(10)), "log.jsonl line 11: is not what stood here", "log.jsonl line 11: has number 12"),
    "log line inserted": ("log.jsonl", lines(lambda found: found.insert(10, found[9].replace("sheet", "teehs"))), "log.jsonl line 11: was changed or added", "log.jsonl line 11: has number 10"),
    "log lines swapped": ("log.jsonl", swap(10, 11), "log.jsonl line 11: stands elsewhere", "log.jsonl line 11: has number 12"),
    "log truncated": ("log.jsonl", lines(lambda found: found.pop()), "log.jsonl line 101: is not what stood here", "log.jsonl: ends at line 100, but the head is that of line 101"),
}  # fmt: skip


def write(made: proof.Files, folder: Path, *, manifest: bool = False) -> Path:
    if manifest:
        made = {name: data for name, data in made.items() if name != "manifest.json"}
        made |= {"manifest.json": proof._json(proof._manifest(made))}
    proof.write_folder(made, folder)
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_tampering_is_found_and_named(kind: str, honest: tuple[proof.Files, str], tmp_path: Path) -> None:
    name, change, careless, careful = KINDS[kind]
    changed = honest[0] | {name: change(honest[0][name])}
    assert changed != honest[0]
    for manifest, expected in ((False, careless), (True, careful)):
        code, said = verify(write(changed, tmp_path / str(manifest), manifest=manifest))
        assert code == 1
        assert f"PROBLEM {expected}" in said or expected in said, said


def test_files_that_are_missing_or_too_many_are_named(
    honest: tuple[proof.Files, str], tmp_path: Path
) -> None:
    one = write({k: v for k, v in honest[0].items() if k != READINGS}, tmp_path / "one")
    assert f"PROBLEM {READINGS}: is missing" in verify(one)[1]
    two = write(honest[0] | {"round-1/extra.csv": b"x\n"}, tmp_path / "two")
    assert "PROBLEM round-1/extra.csv: is not in the manifest" in verify(two)[1]
    without = {k: v for k, v in honest[0].items() if not k.startswith("round-2/")}
    without["season.json"] = value("rounds", to=[1])(without["season.json"])
    code, said = verify(write(without, tmp_path / "three", manifest=True))
    assert code == 1 and "does not name round-2, which the log closes" in said


def chained(data: bytes, change: Callable[[list[dict[str, Any]]], object]) -> tuple[bytes, str]:
    """The log with changed events, all digests made anew; and its new head."""
    events = [json.loads(line) for line in data.decode().split("\n")[:-1]]
    change(events)
    previous, found = seals.START, []
    for number, event in enumerate(events, 1):
        found.append(seals.canonical(event | {"sequence": number, "previous": previous}))
        previous = proof._sha256(found[-1].encode())
    return proof._text(found), previous


def with_log(made: proof.Files, change: Callable[[list[dict[str, Any]]], object]) -> proof.Files:
    log, head = chained(made["log.jsonl"], change)
    season = json.loads(made["season.json"])
    season["head"] = {"sequence": log.count(b"\n"), "digest": head}
    return made | {"log.jsonl": log, "season.json": proof._json(season)}


def test_one_person_alone_can_not_have_decided(honest: tuple[proof.Files, str], tmp_path: Path) -> None:
    def alone(events: list[dict[str, Any]]) -> None:
        made = next(e for e in events if e["verb"] == "cut.made")
        made["actor"] = next(e for e in events if e["verb"] == "cut.proposed")["actor"]

    forged = with_log(honest[0], alone)
    cut = json.loads(forged["round-1/cut.json"])
    forged["round-1/cut.json"] = proof._json(cut | {"approved_by": cut["proposed_by"]})
    said = verify(write(forged, tmp_path, manifest=True))[1]
    assert "PROBLEM round-1/cut.json: one person alone proposed and approved" in said


def forged_mark(made: proof.Files, *, filing: bool) -> proof.Files:
    """A mark raised, standings computed from it, the close in the log made to fit; perhaps the judge's filing too."""
    sheets = cell(3, 3, lambda mark: "0.5" if mark != "0.5" else "9")(made[SHEETS])
    recipe = json.loads(made["round-1/recipe.json"])
    standings = recompute.as_csv(
        recompute.HEADER, recompute.standings(recipe, sheets.decode(), made[READINGS].decode())[0]
    )
    assert standings != made[STANDINGS]
    row = recompute.table(sheets.decode())[2]
    entry, seat = row["entry"], row["judge"]
    marks = {name: row[name] for name, _ in recipe["panel"]["criteria"]}

    def fit(events: list[dict[str, Any]]) -> None:
        closed = next(e for e in events if e["verb"] == "round.closed")
        closed["facts"] |= {"sheets_sha256": proof._sha256(sheets), "standings_sha256": proof._sha256(standings)}  # fmt: skip
        filed = next(e for e in events if e["subject"] == f"entry:{entry}" and e["facts"].get("seat") == seat and e["verb"] == "sheet.filed")  # fmt: skip
        if filing:
            filed["facts"]["marks_sha256"] = proof.commitment(
                recipe["tie"]["seed"], entry=entry, seat=seat, marks=marks
            )

    return with_log(made | {SHEETS: sheets, STANDINGS: standings}, fit)


def problems(said: str) -> list[str]:
    """What is wrong but for the cut and the ranks without a source, which a forger would make anew like all else."""
    lines = [line for line in said.splitlines() if line.startswith("PROBLEM")]
    made_anew = (DECISIONS, "cut.json", "without.csv")
    return [line for line in lines if not any(name in line for name in made_anew)]


def test_a_mark_changed_in_the_database_before_the_close_is_named(
    honest: tuple[proof.Files, str], tmp_path: Path
) -> None:
    forged = forged_mark(honest[0], filing=False)
    said = verify(write(forged, tmp_path, manifest=True))[1]
    assert problems(said) == [f"PROBLEM {SHEETS} line 4: is not what this judge filed, by the log"]


def test_a_forgery_of_everything_is_told_by_a_digest_that_was_kept(
    honest: tuple[proof.Files, str], tmp_path: Path
) -> None:
    made, kept = honest
    folder = write(forged_mark(made, filing=True), tmp_path, manifest=True)
    assert problems(verify(folder)[1]) == []
    code, said = verify(folder, kept)
    assert code == 1 and f"no line with the published digest {kept}" in said


def test_an_earlier_head_stays_a_prefix(honest: tuple[proof.Files, str], tmp_path: Path) -> None:
    events = honest[0]["log.jsonl"].decode().split("\n")[:-1]
    early = proof._sha256(events[20].encode())
    assert verify(write(honest[0], tmp_path), early, honest[1])[0] == 0


@pytest.mark.django_db(transaction=True)
def test_who_left_is_proved_and_nobody_else_can_be_left_out(tmp_path: Path) -> None:
    season = whole_season("left", leaving=True)
    seals.seal()
    made = proof.bundle(season)
    proof.write_folder(made, tmp_path / "honest")
    code, said = verify(tmp_path / "honest")
    assert code == 0 and said.endswith("2 rounds: 0 problems\n"), said
    groups, sheets = (made[f"round-1/{name}.csv"].decode().splitlines() for name in ("groups", "SHEETS"))
    field = {line.split(",")[0] for line in groups[1:]}
    assert len({line.split(",")[0] for line in sheets[1:]} - field) == 1, "the sheets on who left are there"
    for line in groups[1:3]:
        forged = {**made, "round-1/groups.csv": "\n".join(g for g in groups if g != line).encode() + b"\n"}
        forged["manifest.json"] = proof._json(
            proof._manifest({k: v for k, v in forged.items() if k != "manifest.json"})
        )
        folder = tmp_path / line.split(",")[0]
        proof.write_folder(forged, folder)
        code, said = verify(folder)
        assert code == 1 and "which by the log had not left before the close" in said
