"""`manage.py export_proof --season SLUG --out FOLDER|ZIP`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from judging.jobs import proof
from spotlight.errors import SpotlightError
from spotlight.ledger import seals
from submissions.models import Season


class Command(BaseCommand):
    """Write a season's proof of results: everything that is closed, up to the present head of the log."""

    help = "Write the proof of a season's results to a folder or ZIP; verify_results.py in it checks it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The season, and where to."""
        parser.add_argument("--season", required=True, help="address of the season")
        parser.add_argument(
            "--out", required=True, type=Path, help="a folder (new or empty), or a name ending in .zip"
        )

    def handle(self, *args: Any, season: str, out: Path, **options: Any) -> None:
        """Seal, gather, write."""
        found = Season.objects.filter(slug=season).first()
        if found is None:
            raise CommandError(f"There is no season with the address {season}.")
        packed = out.suffix.lower() == ".zip"
        if not packed and out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise CommandError(f"{out} exists and is not an empty folder.")
        seals.seal()
        try:
            made = proof.bundle(found)
        except SpotlightError as refusal:
            raise CommandError(str(refusal)) from refusal
        if packed:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_bytes(proof.as_zip(made))
        else:
            proof.write_folder(made, out)
        last = seals.head(found.slug)
        self.stdout.write(f"{len(made)} files in {out}. Head of the log: {last.digest if last else '-'}")
        self.stdout.write(
            f"Check it with: python3 {'verify_results.py ' if packed else ''}{out}{'' if packed else '/verify_results.py'}"
        )
