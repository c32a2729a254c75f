"""The proof of a season's results: files from which an outsider recomputes them, without personal data.

Entries and judges are codes. Who decided is the token of the log (see `spotlight.ledger.seals`). Everything comes from
the copies of the closes, from the sealed log and from the frozen rules, never from rows that may still change.
"""

import hashlib
import hmac
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from judging.jobs.inputs import NOBODY, Inputs
from judging.models import Cut, Entry, Proof, Round, RoundReading, RoundSheet, Standings
from judging.proof import PROGRAMS
from judging.scoring.compute import HEADER
from judging.scoring.files import micro
from judging.scoring.inputs import Reading, Readings, Sheet
from judging.scoring.recipe import Recipe
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, files
from spotlight.ledger.models import Seal, StoredFile
from submissions.models import Season
from submissions.queries import rules as season_rules

Files = dict[str, bytes]
DECISIONS = "entry,outcome,rank,reserve,tie_level,tied_at_line,group"
WITHOUT = "entry,source,rank"
README = """What this is: the proof of results of one season. Run

    python3 verify_results.py

It needs Python 3.11 or newer and nothing else, and says of every file and line whether it fits. To be sure that the
whole log was not rewritten, give it a digest that you received or saw: python3 verify_results.py --head DIGEST
To be sure of the program, take its four files (*.py) from Spotlight's repository, judging/proof/.

rules.json      the rules as frozen when the season opened; their hash was public from then on
log.jsonl       what happened, one event a line; each line names the SHA-256 of the line before it; people are tokens
season.json     hashes, the seed once it is revealed, and the head of the log
round-N/        what the round used when it closed (recipe.json, SHEETS.csv, READINGS.csv, groups.csv), what came out
                (STANDINGS.csv, and without.csv: ranks without each source), what was decided (decisions.csv), and by whom (cut.json)
manifest.json   the SHA-256 of every file, and the first 8 digits of that of every line
"""


class NothingToProve(SpotlightError):
    """The season has no frozen rules or no sealed log yet."""

    code = "nothing_to_prove"


class NotSealedYet(Exception):
    """A transaction that began earlier still runs, so the announcement has no place in the log yet: come back."""


# ---- the files of a round --------------------------------------------------------------------------------------------


def standings_csv(standings: Standings) -> bytes:
    """STANDINGS.csv of kept standings, byte for byte as the scoring program writes it."""
    lines = [HEADER]
    rows = standings.rows.order_by("rank").values_list(
        "rank", "entry__code", "blend", "popularity", "panel", "theta", "panel_sd", "probability", "sheets", "tie_level", "is_selected"
    )  # fmt: skip
    for rank, entry, *numbers, sheets, level, selected in rows.iterator(chunk_size=5000):
        lines.append(f"{rank},{entry},{','.join(map(micro, numbers))},{sheets},{level},{int(selected)}")
    return _text(lines)


def groups_csv(round: Round) -> bytes:
    """groups.csv: the group of each entry of the field, empty where one cut is made for all."""
    rows = round.entries.filter(state=Entry.State.IN).order_by("code").values_list("code", "group")
    return _text(["entry,group", *(f"{code},{group}" for code, group in rows)])


def without_csv(standings: Standings) -> bytes:
    """without.csv: where each entry that is in or in reserve would be without each source, by rank and source."""
    rows = standings.rows.filter(parts__has_key="without").order_by("rank")
    lines = [
        f"{code},{source},{kept['rank']}"
        for code, parts in rows.values_list("entry__code", "parts").iterator(chunk_size=1000)
        for source, kept in sorted(parts["without"].items())
    ]
    return _text([WITHOUT, *lines])


def decisions_csv(cut: Cut) -> bytes:
    """decisions.csv of a made cut, by rank."""
    rows = cut.decisions.order_by("rank").values_list(
        "entry__code", "outcome", "rank", "reserve", "tie_level", "is_tied_at_line", "entry__group"
    )
    return _text(
        [DECISIONS, *(f"{e},{o},{r},{n or ''},{t},{int(line)},{g}" for e, o, r, n, t, line, g in rows)]
    )


def closing_inputs(round: Round) -> Inputs:
    """What a closed round used, from its copies, as the close had it."""
    codes = dict(round.entries.values_list("pk", "code"))
    standings = round.standings.get(is_closing=True)
    field = sorted(standings.rows.values_list("entry__code", flat=True))
    copies = RoundSheet.objects.filter(round=round).values_list("entry_id", "seat", "marks", "pool")
    sheets = [Sheet(codes[entry], seat, marks, pool) for entry, seat, marks, pool in copies]
    heard = {sheet.entry for sheet in sheets}
    sheets += [Sheet(entry, NOBODY, {}, "") for entry in field if entry not in heard]
    recipe = Recipe.from_mapping(round.closing_rules.recipe)
    readings = Readings.of(_readings(round, codes)) if recipe.popularity.metrics else None
    sheets.sort(key=lambda s: (s.entry, s.judge))
    inside = set(field)
    return Inputs(
        recipe, tuple(field), tuple(s for s in sheets if s.entry in inside), readings,
        tuple(s for s in sheets if s.entry not in inside),
    )  # fmt: skip


def _readings(round: Round, codes: dict[int, str]) -> Iterator[Reading]:
    rows = RoundReading.objects.filter(round=round).values_list(
        "entry_id", "region", "metric", "day", "value", "fans"
    )
    for entry, region, metric, day, value, fans in rows.iterator(chunk_size=20_000):
        yield Reading(codes[entry], region, metric, day, value, fans)


def digests_of_close(round: Round, standings: Standings | None) -> dict[str, str]:
    """What the log keeps of a close: the hashes of all that was used and of what came out."""
    if standings is None:
        return {}
    kept = round.closing_rules
    return {
        "recipe_sha256": kept.recipe_sha256, "sheets_sha256": kept.sheets_sha256, "readings_sha256": kept.readings_sha256,
        "groups_sha256": _sha256(groups_csv(round)), "standings_sha256": _sha256(standings_csv(standings)),
        "without_sha256": _sha256(without_csv(standings)),
    }  # fmt: skip


def digest_of_cut(cut: Cut) -> str:
    """What the log keeps of a cut: the hash of its decisions."""
    return _sha256(decisions_csv(cut))


def commitment(seed: str, *, entry: str, seat: str, marks: Mapping[str, str]) -> str:
    """HMAC-SHA256(seed, "entry|seat|criterion=mark|…"), criteria sorted: it hides the marks until the seed is revealed."""
    text = "|".join([entry, seat, *(f"{key}={mark}" for key, mark in sorted(marks.items()))])
    return hmac.new(seed.encode(), text.encode(), hashlib.sha256).hexdigest()


# ---- the bundle ------------------------------------------------------------------------------------------------------


@dataclass
class Log:
    """The sealed events of a season up to a head."""

    lines: list[str]
    digest: str
    events: list[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.events = [json.loads(line) for line in self.lines]

    def last(self, verb: str, subject: str) -> dict[str, Any] | None:
        """The last event of this kind."""
        return next((e for e in reversed(self.events) if (e["verb"], e["subject"]) == (verb, subject)), None)


def bundle(season: Season, *, until: int | None = None) -> Files:
    """All files of a season's proof, up to a place of the log (None: all that is sealed). Raises NothingToProve."""
    if season.rules is None:
        raise NothingToProve(_("This season is not open yet: its rules are not frozen."))
    seals = Seal.objects.filter(season=season.slug)
    chosen = list((seals if until is None else seals.filter(sequence__lte=until)).order_by("sequence"))
    if not chosen:
        raise NothingToProve(_("Nothing of this season is sealed yet. Try again in a minute."))
    log = Log([seal.line for seal in chosen], chosen[-1].digest)
    seed = season.seed if seed_is_public(season, log) else None
    rounds = [r for r in season.rounds.order_by("number") if log.last("round.closed", f"round:{r.code}")]
    rounds = [r for r in rounds if r.standings.filter(is_closing=True).exists()]
    made: Files = {
        "rules.json": season_rules.canonical(season.rules),
        "log.jsonl": _text(log.lines),
        "README.txt": README.encode(),
    }
    made["season.json"] = _json(
        {
            "format": 1, "slug": season.slug, "rules_sha256": season.rules_sha256,
            "seed_sha256": season_rules.seed_commitment(season), "seed": seed, "rounds": [r.number for r in rounds],
            "head": {"sequence": len(chosen), "digest": log.digest},
        }
    )  # fmt: skip
    for round in rounds:
        made |= {
            f"round-{round.number}/{name}": data for name, data in _round_files(round, log, seed).items()
        }
    made |= {path.name: path.read_bytes() for path in PROGRAMS}
    return {**made, "manifest.json": _json(_manifest(made))}


def seed_is_public(season: Season, log: Log) -> bool:
    """Whether the last announcement was made within this log."""
    last = season.rounds.order_by("-number").first()
    return last is not None and log.last("round.announced", f"round:{last.code}") is not None


def _round_files(round: Round, log: Log, seed: str | None) -> Files:
    given = closing_inputs(round)
    recipe = json.loads(given.recipe.canonical_bytes())
    if seed is None:
        recipe["tie"]["seed"] = ""
    made = {
        "recipe.json": season_rules.canonical(recipe), "SHEETS.csv": given.sheets_csv(), "READINGS.csv": given.readings_csv(),
        "groups.csv": groups_csv(round), "STANDINGS.csv": standings_csv(round.standings.get(is_closing=True)),
    }  # fmt: skip
    closed = log.last("round.closed", f"round:{round.code}")
    if closed and "without_sha256" in closed["facts"]:  # closes of older programs kept none
        made["without.csv"] = without_csv(round.standings.get(is_closing=True))
    cut = round.cuts.filter(state=Cut.State.MADE).first()
    if cut is None or not (approved := log.last("cut.made", f"cut:{cut.code}")):
        return made
    proposed = log.last("cut.proposed", f"cut:{cut.code}") or {"actor": "", "at": ""}
    decided = {
        "code": cut.code, "size": cut.size, "standings": cut.standings.number,
        "proposed_by": proposed["actor"], "proposed_at": proposed["at"],
        "approved_by": approved["actor"], "approved_at": approved["at"],
    }  # fmt: skip
    return {**made, "decisions.csv": decisions_csv(cut), "cut.json": _json(decided)}


def _manifest(made: Files) -> dict[str, Any]:
    lined = [name for name in made if name.endswith((".csv", ".jsonl"))]
    return {
        "files": {name: _sha256(data) for name, data in made.items()},
        "lines": {name: [_sha256(line)[:8] for line in made[name].split(b"\n")[:-1]] for name in lined},
    }


def write_folder(made: Files, folder: Path) -> None:
    """Write the files of a bundle below a folder."""
    for name, data in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def as_zip(made: Files) -> bytes:
    """A bundle as one ZIP: the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(made):
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), made[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()


# ---- publishing ------------------------------------------------------------------------------------------------------


def seal_of(verb: str, subject: str, *, season: str) -> Seal:
    """The seal of something that is in the log once. Raises NotSealedYet."""
    found = Seal.objects.filter(season=season, event__verb=verb, event__subject=subject).first()
    if found is None:
        raise NotSealedYet(subject)
    return found


def publish(round: Round) -> Proof | None:
    """Keep the bundle up to a round's announcement and its head. None if it is kept already. Raises NotSealedYet."""
    if Proof.objects.filter(round=round).exists():
        return None
    season = round.season
    announced = seal_of("round.announced", f"round:{round.code}", season=season.slug)
    try:
        packed = as_zip(bundle(season, until=announced.sequence))
    except NothingToProve:
        return None
    stored = files.keep_bytes(packed, kind=StoredFile.Kind.PROOF, media_type="application/zip", suffix=".zip")
    return Proof.objects.create(
        round=round, sequence=announced.sequence, digest=announced.digest, file=stored, at=clock.now()
    )


def _text(lines: Iterable[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
