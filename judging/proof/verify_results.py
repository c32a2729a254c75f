"""Check a season's proof of results: python3 verify_results.py [FOLDER or ZIP] [--head DIGEST]...

Needs Python 3.11 or newer and nothing else. Checked is that
- every file and line is the one that the manifest names;
- rules and seed are those whose hashes were public before the season opened;
- the log is one unbroken chain up to its head, and holds every digest given with --head: one that was mailed to a
  witness, or copied from the proof page. Without one, a log rewritten from some line to its end would not be noticed;
- each closed round used exactly these sheets, readings and rules, as the log says;
- the standings and the cut of every round follow from them, computed again from the marks on (recompute.py, methods.py, arithmetic.py).
Every problem is printed with file and line. Exit code 0: no problem; 1: problems; 2: nothing to read.
"""

import argparse
import hashlib
import hmac
import json
import sys
import zipfile
from collections import Counter
from decimal import Decimal, InvalidOperation
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # python3 -I does not look there
import recompute

DEFAULTS = {
    "panel": {"spread_shrinkage": 20, "lambda_entry": 1, "lambda_judge": 1},
    "popularity": {
        "window_days": 28, "minimum_days": 7, "winsor": 3, "consistency_cap": "0.5", "region_minimum_entries": 30,
        "region_minimum_fans": 1000, "region_cap": "0.75", "half_life_days": 10,
    },
    "blend": {"rank_points_top": 100, "rrf_k": 60, "gate": 2, "popularity_cap": False},
}  # fmt: skip
DECISIONS = ["entry", "outcome", "rank", "reserve", "tie_level", "tied_at_line", "group"]
START = "0" * 64
SHOWN = 20


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Proof:
    """The files of a bundle, and what was found wrong with them."""

    def __init__(self, path):
        self.files, self.problems, self.notes = {}, [], []
        if path.is_dir():
            self.files = {
                p.relative_to(path).as_posix(): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()
            }
            self.files = {name: content for name, content in self.files.items() if "__pycache__" not in name}
        else:
            with zipfile.ZipFile(path) as bundle:
                self.files = {name: bundle.read(name) for name in bundle.namelist() if not name.endswith("/")}
        self.log = []

    def wrong(self, where, what):
        self.problems.append(f"{where}: {what}")

    def json(self, name):
        return json.loads(self.files[name])

    def lines(self, name):
        return self.files[name].decode().split("\n")[:-1]

    def check(self, heads=()):
        steps = [
            ("manifest.json", self.check_manifest),
            ("log.jsonl", lambda: self.check_log(heads)),
            ("rules.json", self.check_rules),
            ("season.json", self.check_rounds),
        ]
        folders = {name.partition("/")[0] for name in self.files if name.startswith("round-")}
        for name in sorted(folders | self.closed_rounds()):
            steps.append((name, lambda name=name: Round(self, name).check()))
        for where, step in steps:
            try:
                step()
            except (KeyError, ValueError, TypeError, IndexError, AttributeError, ArithmeticError) as error:
                self.wrong(where, f"can't be read or is missing ({type(error).__name__}: {error})")
        return self.problems

    def closed_rounds(self):
        """The rounds that this bundle says it proves."""
        try:
            return {f"round-{number}" for number in self.json("season.json")["rounds"]}
        except (KeyError, ValueError, TypeError):
            return set()

    # ---- files, rules, log -------------------------------------------------------------------------------------------

    def check_manifest(self):
        manifest = self.json("manifest.json")
        for name in sorted({*self.files, *manifest["files"]} - {"manifest.json"}):
            if name not in self.files:
                self.wrong(name, "is missing")
            elif name not in manifest["files"]:
                self.wrong(name, "is not in the manifest")
            elif sha256(self.files[name]) != manifest["files"][name]:
                self.wrong(name, "is not the file that the manifest names")
                self.name_lines(name, manifest["lines"].get(name, []))

    def name_lines(self, name, digests):
        """Which lines of a changed file are new and which are gone, by the digests of lines in the manifest."""
        present = [sha256(line)[:8] for line in self.files[name].split(b"\n")[:-1]]
        known, left = Counter(digests), Counter(present)
        for number, digest in enumerate(present, 1):
            if digests and not known[digest]:
                self.wrong(f"{name} line {number}", "was changed or added")
            known[digest] -= 1
        for number, digest in enumerate(digests, 1):
            if not left[digest]:
                self.wrong(f"{name} line {number}", "is not what stood here, or was taken out")
            left[digest] -= 1
        if sorted(digests) == sorted(present):
            numbers = [n for n, (a, b) in enumerate(zip(digests, present, strict=True), 1) if a != b]
            if numbers:
                self.wrong(
                    f"{name} line {numbers[0]}", f"stands elsewhere than it stood (up to line {numbers[-1]})"
                )

    def check_log(self, heads):
        previous, digests = START, {START}
        for number, line in enumerate(self.lines("log.jsonl"), 1):
            event, where = json.loads(line), f"log.jsonl line {number}"
            self.log.append(event)
            if event["sequence"] != number:
                self.wrong(where, f"has number {event['sequence']}: a line was added, taken out or moved")
            if event["previous"] != previous:
                self.wrong(
                    where,
                    f"does not continue line {number - 1}: it or line {number - 1} was changed, or what was between",
                )
            previous = sha256(line.encode())
            digests.add(previous)
        self.check_head(previous)
        for known in sorted({head.lower() for head in heads} - digests):
            self.wrong(
                "log.jsonl",
                f"has no line with the published digest {known}: it is of a later day than this bundle, or the log was rewritten",
            )
        if not heads:
            self.notes.append(f"no --head given: compare {previous} with one that a witness received")

    def check_head(self, last):
        head = self.json("season.json")["head"]
        if head["sequence"] != len(self.log):
            self.wrong(
                "log.jsonl", f"ends at line {len(self.log)}, but the head is that of line {head['sequence']}"
            )
        if head["digest"] != last:
            self.wrong(
                f"log.jsonl line {len(self.log)}", "is not what the head in season.json is the digest of"
            )

    def events(self, verb, subject=None):
        return [e for e in self.log if e["verb"] == verb and subject in (None, e["subject"])]

    def check_rules(self):
        season, rules, digest = (
            self.json("season.json"),
            self.json("rules.json"),
            sha256(self.files["rules.json"]),
        )
        opened = self.events("season.opened", f"season:{season['slug']}")
        if digest != season["rules_sha256"]:
            self.wrong(
                "rules.json", f"has the hash {digest}, not {season['rules_sha256']} as season.json says"
            )
        if [event["facts"]["rules"] for event in opened] != [digest]:
            self.wrong("rules.json", "is not the document whose hash the log holds since the opening")
        if rules["seed_sha256"] != season["seed_sha256"]:
            self.wrong("season.json", "names another hash of the seed than the rules")
        if season["seed"] is None:
            self.notes.append(
                "the seed is not revealed yet: the order of last resort is taken from STANDINGS.csv"
            )
        elif sha256(season["seed"].encode()) != rules["seed_sha256"]:
            self.wrong("season.json", "the seed is not the one whose hash the rules hold")

    def check_rounds(self):
        """Every round that the log closes is proved."""
        for event in self.events("round.closed"):
            name = "round-" + event["subject"].rpartition("-")[2]
            if event["facts"]["standings"] is not None and name not in self.closed_rounds():
                self.wrong("season.json", f"does not name {name}, which the log closes")


class Round:
    """One closed round of a bundle."""

    def __init__(self, proof, folder):
        self.proof, self.folder = proof, folder
        self.number = int(folder.partition("-")[2])
        self.season = proof.json("season.json")
        self.rules = next(
            part for part in proof.json("rules.json")["rounds"] if part["number"] == self.number
        )
        self.recipe = proof.json(f"{folder}/recipe.json")
        self.subject = f"round:{self.season['slug']}-{self.number}"

    def wrong(self, name, what):
        self.proof.wrong(f"{self.folder}/{name}", what)

    def file(self, name):
        return self.proof.files[f"{self.folder}/{name}"]

    def rows(self, name):
        return recompute.table(self.file(name).decode())

    def check(self):
        self.check_log()
        self.check_filings()
        self.check_recipe()
        standings = self.check_standings()
        self.check_without()
        if f"{self.folder}/decisions.csv" in self.proof.files or self.proof.events(
            "round.announced", self.subject
        ):
            self.check_cut(standings)
        else:
            self.proof.notes.append(f"{self.folder}: closed, not cut yet")

    def check_log(self):
        """The log says, from the close on, what the round used and what came out."""
        closed = self.proof.events("round.closed", self.subject)
        if len(closed) != 1:
            return self.wrong("", f"the log has {len(closed)} closes of this round instead of one")
        facts = closed[0]["facts"]
        for name in ("SHEETS.csv", "READINGS.csv", "groups.csv", "STANDINGS.csv"):
            if sha256(self.file(name)) != facts[f"{name.partition('.')[0].lower()}_sha256"]:
                self.wrong(name, "is not the file whose hash the log holds since the close")
        if "without_sha256" in facts and sha256(self.file("without.csv")) != facts["without_sha256"]:
            self.wrong("without.csv", "is not the file whose hash the log holds since the close")
        if self.season["seed"] is not None and sha256(self.file("recipe.json")) != facts["recipe_sha256"]:
            self.wrong("recipe.json", "is not the recipe whose hash the log holds since the close")

    def check_filings(self):
        """Each sheet says what its judge filed: the log holds HMAC-SHA256(seed, entry|seat|criterion=mark|...) since then."""
        filed, criteria = {}, sorted(name for name, _ in self.recipe["panel"]["criteria"])
        field = {f"entry:{row['entry']}" for name in ("groups.csv", "SHEETS.csv") for row in self.rows(name)}
        for event in self.proof.log:
            if "marks_sha256" in event["facts"] and event["subject"] in field:
                filed[event["subject"].partition(":")[2], event["facts"]["seat"]] = event["facts"][
                    "marks_sha256"
                ]
        if self.season["seed"] is None:
            return self.proof.notes.append(
                f"{self.folder}: what judges filed is compared once the seed is revealed"
            )
        if not filed and criteria:
            return self.proof.notes.append(f"{self.folder}: the log holds no filed sheets to compare with")
        for number, row in enumerate(self.rows("SHEETS.csv"), 2):
            if row["judge"] == "-":
                continue
            text = "|".join([row["entry"], row["judge"], *(f"{name}={row[name]}" for name in criteria)])
            made = hmac.new(self.season["seed"].encode(), text.encode(), "sha256").hexdigest()
            if filed.get((row["entry"], row["judge"])) != made:
                self.wrong(f"SHEETS.csv line {number}", "is not what this judge filed, by the log")

    def check_recipe(self):
        """The recipe says what the rules say, down to the defaults."""
        wanted = self.expected_recipe()
        for table, key in sorted(
            {(t, k) for part in (wanted, self.recipe) for t in part if t != "version" for k in part[t]}
        ):
            here, there = self.recipe.get(table, {}).get(key), wanted.get(table, {}).get(key)
            if not same(here, there):
                self.wrong(
                    "recipe.json", f"{table}.{key} is {json.dumps(here)}, by the rules {json.dumps(there)}"
                )

    def expected_recipe(self):
        rules, methods = self.rules, self.rules["methods"]
        tables = {name: dict(values) for name, values in DEFAULTS.items()}
        tables["panel"] |= {"method": methods["panel"], "minimum_sheets": rules["panel"]["minimum_sheets"]}
        tables["panel"]["criteria"] = [[c["key"], c["weight"]] for c in rules["criteria"]]
        tables["popularity"] |= {
            "method": methods["popularity"],
            "metrics": [[m["metric"], m["weight"]] for m in rules["metrics"]],
        }
        tables["blend"] |= {"method": methods["blend"], **rules["weights"]}
        tables["tie"] = {"chain": methods["ties"], "seed": self.season["seed"] or ""}
        size, cut = int(self.recipe["cut"]["size"]), rules["cut"]
        groups = (
            1 if cut["scope"] == "overall" else max(1, len({row["group"] for row in self.rows("groups.csv")}))
        )
        fits = size % groups == 0 and cut["lowest"] <= size // groups <= cut["highest"]
        tables["cut"] = {"size": size if fits else cut["highest"] * groups}
        for table, values in (methods["options"] or {}).items():
            if table != "assignment":  # how entries are dealt is no part of the arithmetic
                tables.setdefault(table, {}).update(values)
        return tables

    def check_standings(self):
        """STANDINGS.csv, computed again; returns the rows that the cut is checked with."""
        published = self.proof.lines(f"{self.folder}/STANDINGS.csv")
        recipe, rows = self.recipe, self.rows("STANDINGS.csv")
        other = self.unknown_methods()
        if other:
            self.proof.notes.append(
                f"{self.folder}: NOT RECOMPUTED, this script does not know: {', '.join(other)}"
            )
            return rows
        drawn = None if self.season["seed"] is not None else {row["entry"]: int(row["rank"]) for row in rows}
        if drawn is not None and recipe["blend"]["method"] == "eurovision":
            self.proof.notes.append(
                f"{self.folder}: points are computed again once the seed is revealed, since it orders equal marks"
            )
            return rows
        readings = self.file("READINGS.csv").decode() if recipe["popularity"]["metrics"] else None
        for entry in sorted(self.left() - self.removed_before("round.closed", self.subject)):
            self.wrong("groups.csv", f"leaves out {entry}, which by the log had not left before the close")
        made, draws = self.recomputed(readings, drawn)
        self.compare("STANDINGS.csv", recompute.HEADER, made, published)
        return [
            {**dict(zip(recompute.HEADER, row, strict=True)), "draw": rank in draws}
            for rank, row in enumerate(made, 1)
        ]

    def unknown_methods(self):
        recipe = self.recipe
        other = [
            f"{part} {recipe[part]['method']}"
            for part, known in recompute.KNOWN.items()
            if recipe[part]["method"] not in known
        ]
        chain = recipe["tie"]["chain"]
        return other + ([] if chain in recompute.CHAINS else [f"ties {chain}"])

    def recomputed(self, readings, drawn=None):
        sheets = self.file("SHEETS.csv").decode() if self.recipe["panel"]["criteria"] else None
        return recompute.standings(
            self.recipe, sheets=sheets, readings=readings, drawn=drawn, left=self.left()
        )

    def check_without(self):
        """without.csv: the ranks without each source, computed again once the seed is revealed."""
        if f"{self.folder}/without.csv" not in self.proof.files or self.unknown_methods():
            return
        if self.season["seed"] is None:
            return self.proof.notes.append(
                f"{self.folder}: without.csv is computed again once the seed is revealed"
            )
        header, *lines = self.file("READINGS.csv").decode().split("\n")[:-1]
        ranks = {}
        for source in sorted({row["source"] for row in self.rows("without.csv")}):
            kept = [
                line for line in lines if (line.split(",")[2].rpartition(".")[0] or "spotlight") != source
            ]
            rows, _ = self.recomputed("\n".join([header, *kept, ""]))
            ranks |= {(row[1], source): str(row[0]) for row in rows}
        for number, row in enumerate(self.rows("without.csv"), 2):
            computed = ranks.get((row["entry"], row["source"]))
            if computed != row["rank"]:
                self.wrong(f"without.csv line {number}", f"says rank {row['rank']}, computed is {computed}")

    def left(self):
        """Entries with sheets outside the field: they left the round before its close."""
        field = {row["entry"] for row in self.rows("groups.csv")}
        return {row["entry"] for row in self.rows("SHEETS.csv")} - field

    def removed_before(self, verb, subject):
        """Codes of the entries that were withdrawn or disqualified before an event of the log."""
        ends = [n for n, e in enumerate(self.proof.log) if (e["verb"], e["subject"]) == (verb, subject)]
        before = self.proof.log[: ends[0]] if ends else self.proof.log
        return {e["subject"].partition(":")[2] for e in before if e["verb"] == "entry.removed"}

    def compare(self, name, header, made, published):
        """Name the lines, and in them the columns, that differ from what was computed."""
        expected = recompute.as_csv(header, made).decode().split("\n")[:-1]
        differing = [
            n
            for n in range(max(len(expected), len(published)))
            if expected[n : n + 1] != published[n : n + 1]
        ]
        for n in differing[:SHOWN]:
            here, there = (lines[n] if n < len(lines) else "nothing" for lines in (published, expected))
            self.wrong(f"{name} line {n + 1}", f"says {here}, computed is {there}")
        if len(differing) > SHOWN:
            self.wrong(name, f"differs in {len(differing) - SHOWN} more lines")

    # ---- the cut -----------------------------------------------------------------------------------------------------

    def check_cut(self, standings):
        cut, subject = self.proof.json(f"{self.folder}/cut.json"), None
        subject = f"cut:{cut['code']}"
        made, proposed = self.proof.events("cut.made", subject), self.proof.events("cut.proposed", subject)
        if len(made) != 1 or len(proposed) != 1:
            return self.wrong("cut.json", "the log does not hold this cut, once proposed and once approved")
        if (cut["proposed_by"], cut["approved_by"]) != (proposed[0]["actor"], made[0]["actor"]):
            self.wrong("cut.json", "the log names others who proposed or approved")
        if proposed[0]["actor"] == made[0]["actor"]:
            self.wrong("cut.json", "one person alone proposed and approved")
        if sha256(self.file("decisions.csv")) != made[0]["facts"]["decisions_sha256"]:
            self.wrong("decisions.csv", "is not the file whose hash the log holds since the cut")
        rows = self.decide(standings, cut)
        self.compare("decisions.csv", DECISIONS, rows, self.proof.lines(f"{self.folder}/decisions.csv"))
        if sum(row[1] == "in" for row in rows) != cut["size"]:
            self.wrong("cut.json", f"says that {cut['size']} advance")

    def decide(self, standings, cut):
        """Who is in, reserve and out, group by group, by the rules of the round."""
        fixed = [e["facts"]["number"] for e in self.proof.events("cut.number_fixed", self.subject)]
        size = fixed[-1] if fixed else self.rules["cut"]["highest"]
        least = (
            max(1, self.rules["panel"]["minimum_sheets"]) if Decimal(self.rules["weights"]["panel"]) else 0
        )
        ruled = {
            e["subject"].partition(":")[2]: e["facts"]["outcome"] for e in self.proof.events("entry.ruled")
        }
        group_of = {row["entry"]: row["group"] for row in self.rows("groups.csv")}
        gone = self.removed_before("cut.made", f"cut:{cut['code']}")
        able = {
            r["entry"]
            for r in standings
            if (int(r["sheets"]) >= least or ruled.get(r["entry"]) == "selectable") and r["entry"] not in gone
        }
        extend = self.rules["methods"]["ties"] == "extend-cut"
        outcome = {}
        for group in sorted(set(group_of.values())):
            rows = [row for row in standings if group_of[row["entry"]] == group]
            open_to = [row for row in rows if row["entry"] in able]
            chosen = {
                r["entry"]
                for n, r in enumerate(open_to)
                if n < size or (extend and drawn(open_to[size - 1], r, standings))
            }
            waiting = [r["entry"] for r in open_to if r["entry"] not in chosen][
                : self.rules["cut"]["reserves"]
            ]
            tied = line_score(rows, open_to, chosen)
            for row in rows:
                entry = row["entry"]
                word = "in" if entry in chosen else "reserve" if entry in waiting else "out"
                number = waiting.index(entry) + 1 if entry in waiting else ""
                at_line = int(entry in able and row["blend"] == tied)
                outcome[entry] = [entry, word, row["rank"], number, row["tie_level"], at_line, group]
        return [[str(cell) for cell in outcome[row["entry"]]] for row in standings]


def drawn(one, other, standings):
    """Whether only the draw of last resort puts one before the other; as far as the file tells, where it can't be computed."""
    if "draw" in one:
        return all(row["draw"] for row in standings[int(one["rank"]) - 1 : int(other["rank"]) - 1])
    numbers = ("blend", "panel", "popularity", "probability")
    return one["tie_level"] == other["tie_level"] == "6" and all(one[n] == other[n] for n in numbers)


def line_score(rows, open_to, chosen):
    """The score that the last in and the first out share, if they do."""
    last = next((row["blend"] for row in reversed(rows) if row["entry"] in chosen), None)
    first_out = next((row["blend"] for row in open_to if row["entry"] not in chosen), "")
    return last if last == first_out else None


def same(one, other):
    """Equal, where 0.5 and "0.50" are the same number."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    try:
        return isinstance(one, bool) == isinstance(other, bool) and Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return one == other


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Check a season's proof of results.")
    parser.add_argument(
        "bundle",
        type=Path,
        nargs="?",
        default=Path(__file__).parent,
        help="folder or ZIP; this folder if left out",
    )
    parser.add_argument(
        "--head", action="append", default=[], metavar="DIGEST", help="a digest that was published or mailed"
    )
    given = parser.parse_args(arguments)
    try:
        proof = Proof(given.bundle)
    except (OSError, zipfile.BadZipFile) as error:
        print(f"{given.bundle} can't be read: {error}", file=sys.stderr)
        return 2
    problems = proof.check(given.head)
    for line in [f"note: {note}" for note in proof.notes] + [f"PROBLEM {problem}" for problem in problems]:
        print(line)
    rounds = len(proof.closed_rounds())
    print(f"{len(proof.files)} files, {len(proof.log)} log lines, {rounds} rounds: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
