"""The proof of a season's results: exported, checked by its own program, and tampered with in every way we could think of."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from judging.jobs import proof
from judging.models import Proof
from judging.proof import PROGRAMS
from spotlight.ledger import files, seals
from spotlight.ledger.models import Mail, Seal
from submissions.models import Season
from tests.judging.whole import CANARY, whole_season
from tests.making import PASSWORD, make_person
from tests.proof import walk

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def season(django_db_setup: None, django_db_blocker: Any) -> Iterator[Season]:
    """One whole season for all tests here; none of them changes it."""
    with django_db_blocker.unblock():
        try:
            yield whole_season()
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def made(season: Season) -> proof.Files:
    seals.seal()
    return proof.bundle(season)


@pytest.fixture
def folder(made: proof.Files, tmp_path: Path) -> Path:
    proof.write_folder(made, tmp_path / "bundle")
    return tmp_path / "bundle"


def verify(bundle: Path, *heads: str) -> tuple[int, str]:
    """Run the bundle's own program, alone, as an outsider would."""
    program = bundle if bundle.is_dir() else Path(PROGRAMS[0]).parent
    words = [sys.executable, "-I", "-B", "-W", "error", str(program / "verify_results.py"), str(bundle)]
    for head in heads:
        words += ["--head", head]
    done = subprocess.run(words, capture_output=True, text=True, cwd="/", env={"PYTHONDONTWRITEBYTECODE": "1"}, check=False)  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_whole_season_verifies(season: Season, folder: Path) -> None:
    heads = list(Proof.objects.filter(round__season=season).values_list("digest", flat=True))
    assert len(heads) == 2
    code, said = verify(folder, *heads)
    assert (code, said.splitlines()) == (0, ["25 files, 101 log lines, 2 rounds: 0 problems"])


def test_the_bundle_of_the_first_announcement_keeps_the_seed(season: Season, tmp_path: Path) -> None:
    kept = Proof.objects.get(round__season=season, round__number=1)
    path = tmp_path / "first.zip"
    path.write_bytes(Path(files.absolute(kept.file)).read_bytes())
    with zipfile.ZipFile(path) as packed:
        inside = b"".join(packed.read(name) for name in packed.namelist())
        assert not [name for name in packed.namelist() if name.startswith("round-2/")]
    assert season.seed.encode() not in inside
    code, said = verify(path, kept.digest)
    assert code == 0 and "the seed is not revealed yet" in said
    assert f"{kept.sequence} log lines, 1 rounds: 0 problems" in said


def test_nothing_personal_is_in_the_bundle(season: Season, made: proof.Files) -> None:
    everything = b"".join(made.values()).decode().lower()
    assert CANARY.lower() not in everything
    assert "example.test" not in everything
    tracks = season.submissions.values_list(
        "code", "track__code", "track__title", "artist__slug", "artist__name"
    )
    people = season.memberships.values_list("person__code", "person__name", "person__user__email")
    for words in [*tracks, *people]:
        assert not [word for word in words if word.lower() in everything]


def test_the_head_is_mailed_to_witnesses(season: Season) -> None:
    mails = Mail.objects.filter(to="witness@example.test", batch=f"proof:{season.slug}-1")
    digest = Proof.objects.get(round__season=season, round__number=1).digest
    assert [digest in mail.text for mail in mails] == [True]
    at_cuts = Mail.objects.filter(to="witness@example.test", template="proof_cut_head").order_by("pk")
    sealed = Seal.objects.filter(season=season.slug, event__verb="cut.made").order_by("sequence")
    assert [seal.digest in mail.text for seal, mail in zip(sealed, at_cuts, strict=True)] == [True, True]
    page = Client().get(reverse("proof", args=[season.slug])).content.decode()
    assert all(seal.digest in page for seal in sealed)


def test_publishing_twice_publishes_once(season: Season) -> None:
    assert proof.publish(season.rounds.get(number=1)) is None
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        Proof.objects.update(digest="0" * 64)


def test_the_command_writes_folders_and_archives(season: Season, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("export_proof", season=season.slug, out=tmp_path / "new", stdout=out)
    call_command("export_proof", season=season.slug, out=tmp_path / "new.zip", stdout=out)
    assert out.getvalue().count("25 files") == 2
    assert verify(tmp_path / "new")[0] == verify(tmp_path / "new.zip")[0] == 0
    for wrong in ({"season": "nobody"}, {"out": tmp_path / "new"}):
        with pytest.raises(CommandError):
            call_command(
                "export_proof", **{"season": season.slug, "out": tmp_path / "other", **wrong}, stdout=out
            )


def test_the_page_shows_what_was_promised_and_published(season: Season) -> None:
    page = Client().get(reverse("proof", args=[season.slug])).content.decode()
    heads = Proof.objects.filter(round__season=season).values_list("digest", flat=True)
    for shown in (season.rules_sha256, season.seed, *heads):
        assert shown in page
    assert reverse("proof_so_far", args=[season.slug]) not in page
    answer = Client().get(reverse("proof_bundle", args=[season.slug, 2]))
    assert answer["Content-Type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).testzip() is None  # type: ignore[attr-defined]


def test_only_organizers_get_the_bundle_so_far(season: Season) -> None:
    address = reverse("proof_so_far", args=[season.slug])
    organizer = season.memberships.get(role="organizer").person
    for person, status in ((organizer, 200), (season.memberships.filter(role="judge").first().person, 404), (make_person(), 404)):  # fmt: skip
        client = Client()
        assert client.login(email=person.user.email, password=PASSWORD)
        assert client.get(address).status_code == status
    assert Client().get(address).status_code == 302
    assert Client().get(reverse("proof", args=["nobody"])).status_code == 404


def test_the_database_checks_its_own_chain(season: Season) -> None:
    assert seals.problems(season.slug) == []
    assert Seal.objects.filter(season=season.slug).count() == 101


def test_make_proof_checks_its_own_bundle(
    season: Season, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last step of `make proof`, on this small season: exported, checked by an isolated Python, said in the report."""
    monkeypatch.setattr(walk, "SLUG", season.slug)
    monkeypatch.setattr(walk.Walk, "__init__", lambda self: None)
    end = walk.Walk()  # type: ignore[call-arg]
    end.folder, end.facts, end.problems = tmp_path, {}, []
    end.verified()
    assert end.problems == []
    assert str(end.facts["proof"]).startswith("exit code 0; ") and str(end.facts["proof"]).endswith(
        " 0 problems"
    )
    assert len(str(end.facts["proof, SHA-256 of manifest.json"])) == 64


UNUSUAL = {
    1: {"panel_method": "leniency-adjusted-reliability", "popularity_method": "hardened", "blend_method": "geometric", "tie_chain": "countback"},
    2: {"panel_method": "trimmed-mean", "popularity_method": "time-decay", "blend_method": "eurovision", "tie_chain": "extend-cut", "design": "all-hear-all", "popularity_weight": "0.5", "panel_weight": "0.5"},
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_rounds_of_unusual_methods_are_recomputed(tmp_path: Path) -> None:
    """Also with sheets on who left before the close; and a byte of such standings can't be changed."""
    season = whole_season("unusual", leaving=True, methods=UNUSUAL)
    seals.seal()
    made = proof.bundle(season)
    proof.write_folder(made, tmp_path / "honest")
    code, said = verify(tmp_path / "honest")
    assert code == 0 and said.endswith("2 rounds: 0 problems\n") and "RECOMPUTED" not in said, said
    for name in ("round-1/STANDINGS.csv", "round-2/STANDINGS.csv"):
        first, one, rest = made[name].split(b"\n", 2)
        cells = one.split(b",")
        cells[4] = cells[4].translate(bytes.maketrans(b"0123456789", b"1234567890"))  # what the panel gave
        forged = {**made, name: b"\n".join([first, b",".join(cells), rest])}
        del forged["manifest.json"]
        forged["manifest.json"] = proof._json(proof._manifest(forged))
        folder = tmp_path / name.partition("/")[0]
        proof.write_folder(forged, folder)
        code, said = verify(folder)
        assert code == 1 and f"PROBLEM {name} line 2: says 1," in said
    closed = proof.seal_of("round.closed", "round:unusual-2", season=season.slug)
    proof.write_folder(proof.bundle(season, until=closed.sequence), tmp_path / "closed")
    code, said = verify(tmp_path / "closed", closed.digest)
    assert code == 0 and "round-2: points are computed again once the seed is revealed" in said, said


def test_a_method_of_later_programs_is_named_and_not_computed(made: proof.Files, tmp_path: Path) -> None:
    recipe = made["round-1/recipe.json"].replace(b'"robust-normal-score"', b'"telepathy"')
    proof.write_folder({**made, "round-1/recipe.json": recipe}, tmp_path / "later")
    code, said = verify(tmp_path / "later")
    assert code == 1 and "PROBLEM round-1/recipe.json: popularity.method is" in said
    assert "round-1: NOT RECOMPUTED, this script does not know: popularity telepathy" in said
