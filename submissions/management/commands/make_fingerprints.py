"""`manage.py make_fingerprints`."""

from typing import Any

from django.core.management.base import BaseCommand

from spotlight.ledger import work
from submissions.queries.fingerprints import COMPARE, tracks_without_fingerprint


class Command(BaseCommand):
    """Ask for the fingerprints of tracks that were checked before there were any."""

    help = (
        "Ask the workers for the fingerprints that are missing. Run it again at any time: none is made twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write a work row for each track that lacks one."""
        codes = list(tracks_without_fingerprint().values_list("code", flat=True))
        for code in codes:
            work.enqueue(COMPARE, code)
        self.stdout.write(f"{len(codes)} tracks wait for their fingerprint; the workers make them.")
